"""Dead cycles are looked for in the window's thread alone."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui.collector import Collector


class Knot:
    """Something that holds itself and tells in which thread it died."""

    died_in: threading.Thread | None = None

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Knot.died_in = threading.current_thread()


@pytest.fixture
def collector(qapp: QApplication) -> Iterator[Collector]:
    owner = QObject()
    made = Collector(owner)
    Knot.died_in = None
    made.start()
    yield made
    made.stop()
    gc.unfreeze()


def allocated() -> list[list[int]]:
    """More than the youngest generation bears, as long as it is held."""
    return [[number] for number in range(20 * gc.get_threshold()[0])]


def allocated_in_a_thread() -> list[list[list[int]]]:
    held: list[list[list[int]]] = []
    thread = threading.Thread(target=lambda: held.append(allocated()))
    thread.start()
    thread.join()
    return held


def test_another_thread_collects_nothing(collector: Collector, qtbot: QtBot) -> None:
    Knot()
    held = allocated_in_a_thread()
    assert Knot.died_in is None, held
    qtbot.waitUntil(lambda: Knot.died_in is not None)
    assert Knot.died_in is threading.main_thread()


def test_a_cycle_of_widgets_goes(collector: Collector) -> None:
    widget = QWidget()
    widget.itself = widget  # type: ignore[attr-defined]
    gone = weakref.ref(widget)
    del widget
    for _ in range(500):
        held = allocated()
        collector.look()
        if gone() is None:
            break
    assert gone() is None, held


def test_the_interpreters_own_comes_back(collector: Collector) -> None:
    assert not gc.isenabled()
    collector.stop()
    assert gc.isenabled()
    Knot()
    assert allocated_in_a_thread()
    assert Knot.died_in is not None


def test_nothing_due_is_nothing_done(collector: Collector) -> None:
    gc.collect()
    Knot()
    collector.look()
    assert Knot.died_in is None
