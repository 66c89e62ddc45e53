"""The tray: a number, never a name; quiet where somebody looks, and where there is no tray."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import View
from switchboard_app.store.queue import Counts
from switchboard_app.ui import look, tray
from switchboard_app.ui.tray import Tray, news_sentence, tray_picture, waiting_sentence

# Off-screen Qt looks for the tray of an X server and says that it finds none.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def counts(waiting: int) -> Counts:
    return Counts({View.INBOX: waiting}, {})


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the system was asked to show."""
    told: list[tuple[str, str]] = []

    def show(_icon: QSystemTrayIcon, title: str, words: str, _picture: QIcon) -> None:
        told.append((title, words))

    monkeypatch.setattr(QSystemTrayIcon, "showMessage", show)
    return told


@pytest.fixture
def made(qtbot: QtBot) -> Tray:
    window = QWidget()
    qtbot.addWidget(window)
    one = Tray(window, notifications=True)
    one.setProperty("window", window)
    return one


def test_it_tells_of_new_ones_by_number_alone(made: Tray, shown: list[tuple[str, str]]) -> None:
    made.show_counts(counts(3))
    assert shown == [], "what waited before the start is no news"
    made.show_counts(counts(4))
    made.show_counts(counts(4))
    made.show_counts(counts(2))
    made.show_counts(counts(5))
    assert shown == [("Switchboard", "1 new enquiry"), ("Switchboard", "3 new enquiries")]
    assert made._icon.toolTip() == "Switchboard: 5 enquiries wait"


def test_it_is_quiet_when_told_to(made: Tray, shown: list[tuple[str, str]]) -> None:
    made.notify(False)
    made.show_counts(counts(0))
    made.show_counts(counts(1))
    assert shown == []


def test_it_is_quiet_while_the_window_is_in_use(
    made: Tray, shown: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made._window, "isActiveWindow", lambda: True)
    made.show_counts(counts(0))
    made.show_counts(counts(1))
    assert shown == []


def test_the_picture_shows_the_number(qtbot: QtBot) -> None:
    none, seven, many = (tray_picture(n).pixmap(32, 32).toImage() for n in (0, 7, 140))
    assert none != seven
    assert seven != many
    assert none.pixelColor(16, 2) == look.color("accent")


def test_words() -> None:
    assert news_sentence(1) == "1 new enquiry"
    assert waiting_sentence(0) == "Switchboard: nothing waits"
    assert waiting_sentence(1) == "Switchboard: 1 enquiry waits"


def test_no_tray_no_icon(qtbot: QtBot) -> None:
    assert tray.tray_available() is QSystemTrayIcon.isSystemTrayAvailable()
