"""The panes: each keeps its width, folds, becomes a drawer where there is no room, and comes back."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.panes import LEAST, Panes, Place, Stage, stage
from switchboard_app.ui.window_state import WIDTHS


@pytest.fixture
def panes(qtbot: QtBot) -> Panes:
    made = Panes(*(look.Ground("pane") for _ in range(4)))
    qtbot.addWidget(made)
    made.resize(1440, 800)
    made.show()
    return made


def pane(panes: Panes, name: str) -> QWidget:
    return panes._panes[name]


def drag(panes: Panes, handle: int, to: int) -> None:
    """Drag a handle, as a hand would."""
    panes._splitter.moveSplitter(to, handle)
    panes._splitter.splitterMoved.emit(to, handle)


@pytest.mark.parametrize(
    ("width", "expected"),
    [(2560, Stage.FOUR), (1440, Stage.FOUR), (1024, Stage.THREE), (720, Stage.TWO), (512, Stage.ONE), (0, Stage.ONE)],
)
def test_the_room_decides(width: int, expected: Stage) -> None:
    assert stage(width) is expected


def test_the_usual_widths(panes: Panes) -> None:
    assert {name: pane(panes, name).width() for name in WIDTHS} == WIDTHS


def test_a_wider_window_gives_to_the_conversation_alone(panes: Panes) -> None:
    before = pane(panes, "conversation").width()
    panes.resize(2560, 800)
    assert {name: pane(panes, name).width() for name in WIDTHS} == WIDTHS
    assert pane(panes, "conversation").width() == before + 1120


def test_a_dragged_width_is_kept(panes: Panes) -> None:
    drag(panes, 2, 218 + 450)
    assert panes.widths["queue"] == pytest.approx(450, abs=2)
    panes.resize(1000, 800)
    panes.resize(1600, 800)
    assert pane(panes, "queue").width() == pytest.approx(450, abs=2)


def test_folding_and_back(panes: Panes) -> None:
    for name in WIDTHS:
        panes.toggle(name)
        assert not panes.seen(name)
        assert panes.folded == {name}
        panes.toggle(name)
        assert panes.seen(name)
        assert pane(panes, name).width() == WIDTHS[name]


def test_dragged_shut_is_folded(panes: Panes) -> None:
    drag(panes, 1, 0)
    assert panes.folded == {"views"}
    panes.toggle("views")
    assert pane(panes, "views").width() == WIDTHS["views"]


def test_cards_become_a_drawer(panes: Panes) -> None:
    panes.resize(1024, 700)
    assert panes.drawn("side")
    assert not panes.drawn("views")
    assert not panes.seen("side")
    conversation = pane(panes, "conversation").geometry()
    panes.toggle("side")
    assert panes.seen("side")
    assert pane(panes, "conversation").geometry() == conversation, "a drawer moves nothing"
    assert panes._drawers["side"].geometry().right() == panes.rect().right()
    assert panes.step_back()
    assert not panes.seen("side")
    panes.resize(1440, 800)
    assert pane(panes, "side").width() == WIDTHS["side"]


def test_at_last_queue_and_conversation_share_a_place(panes: Panes, qapp: QApplication) -> None:
    panes.resize(1024, 700)
    look.apply(qapp, look.Theme.LIGHT, 2.0)
    assert panes.stage() is Stage.ONE
    assert panes.seen("queue")
    assert not panes.seen("conversation")
    panes.show_conversation(True)
    assert not panes.seen("queue")
    assert pane(panes, "conversation").width() == pytest.approx(1024, abs=1)
    assert panes.only_conversation()
    assert panes.step_back()
    assert panes.seen("queue")
    assert not panes.step_back()
    look.apply(qapp, look.Theme.LIGHT, 1.0)


def test_widths_follow_the_text_size(panes: Panes, qapp: QApplication) -> None:
    panes.resize(2560, 1400)
    look.apply(qapp, look.Theme.LIGHT, 1.5)
    assert pane(panes, "queue").width() == round(WIDTHS["queue"] * 1.5)
    assert panes.widths == WIDTHS
    look.apply(qapp, look.Theme.LIGHT, 1.0)


def test_what_was_left_is_restored(panes: Panes) -> None:
    panes.restore({"views": 180, "queue": 400, "side": 300}, ["side"])
    assert pane(panes, "queue").width() == 400
    assert not panes.seen("side")


def test_going_on_in_the_conversation_closes_the_drawer(panes: Panes, qtbot: QtBot) -> None:
    field = QLineEdit(pane(panes, "conversation"))
    panes.resize(1024, 700)
    field.show()
    panes.activateWindow()
    panes.toggle("side")
    panes._focus_moved(None, field)
    assert not panes.seen("side")


def test_no_pane_is_drawn_narrower_than_it_can_be(panes: Panes) -> None:
    assert all(pane(panes, name).minimumWidth() == least for name, least in LEAST.items())


def test_one_place_for_several_pages(qtbot: QtBot) -> None:
    place = Place("pane")
    qtbot.addWidget(place)
    first, second = look.Ground("pane"), look.Ground("window")
    place.put(first)
    place.put(second)
    assert place.shows(second)
    assert not place.shows(first)
    assert not place.shows(None)
    place.put(first)
    assert place.shows(first)
