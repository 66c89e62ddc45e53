"""The table of keys: one letter one action, letters silent while text is typed or a sheet is open."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton, QTableView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.ui import look
from switchboard_app.ui.key_sheet import KeySheet
from switchboard_app.ui.keys import TABLE, Action, Group, KeyRing, Scope, typing_in


class Window(QWidget):
    """A window with something to type into and something not."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Action] = []
        self.line, self.text, self.rows, self.combo = QLineEdit(), QPlainTextEdit(), QTableView(), QComboBox()
        column = QVBoxLayout(self)
        for widget in (self.line, self.text, self.rows, self.combo):
            column.addWidget(widget)
        self.sheet = False
        self.ring = KeyRing(self, self.done.append, lambda: self.sheet)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.rows.setFocus()
    return made


def test_no_key_does_two_things() -> None:
    used = Counter(sequence for key in TABLE for sequence in key.keys)
    assert [sequence for sequence, times in used.items() if times > 1] == []
    assert Counter(key.action for key in TABLE).most_common(1)[0][1] == 1
    assert {key.action for key in TABLE} == set(Action)


def test_every_key_shows_itself() -> None:
    for key in TABLE:
        assert bool(key.keys) <= bool(key.cap), key.action
        assert key.words
        if key.scope is Scope.LETTER and key.keys:
            assert all(len(sequence) == 1 for sequence in key.keys), key.action


@pytest.mark.parametrize(
    ("pressed", "action"),
    [("a", Action.CLAIM), ("j", Action.NEXT), ("z", Action.UNDO), ("1", Action.FIRST_OFFICE), ("i", Action.CARDS)],
)
def test_letters_act_where_no_text_is_typed(qtbot: QtBot, window: Window, pressed: str, action: Action) -> None:
    QTest.keyClicks(window.rows, pressed)
    assert window.done == [action]


def test_letters_are_typed_where_text_is_typed(qtbot: QtBot, window: Window) -> None:
    for field in (window.line, window.text):
        field.setFocus()
        QTest.keyClicks(field, "jarnzwse123")
    assert window.done == []
    assert window.line.text() == window.text.toPlainText() == "jarnzwse123"


def test_function_keys_act_everywhere(qtbot: QtBot, window: Window) -> None:
    window.text.setFocus()
    QTest.keyClick(window.text, Qt.Key.Key_F2)
    QTest.keyClick(window.text, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    window.sheet = True
    QTest.keyClick(window.text, Qt.Key.Key_F2)
    assert window.done == [Action.PHONE_NOTE, Action.PALETTE, Action.PHONE_NOTE]


def test_nothing_acts_through_a_sheet(qtbot: QtBot, window: Window) -> None:
    window.sheet = True
    QTest.keyClicks(window.rows, "aez")
    QTest.keyClick(window.rows, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.done == []


def test_what_is_typed_into(window: Window) -> None:
    assert typing_in(window.line)
    assert typing_in(window.text)
    assert typing_in(window.combo)
    assert not typing_in(window.rows)
    assert not typing_in(QPushButton(window))
    assert not typing_in(None)


def test_the_sheet_shows_every_key(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1024, 700)
    window.show()
    sheet = KeySheet(window)
    sheet.open()
    caps = {cap._key for cap in sheet.findChildren(look.KeyCap)}
    assert caps == {key.cap for key in TABLE if key.cap}
    said = {label.source() for label in sheet.findChildren(look.Label)}
    assert {key.words for key in TABLE if key.cap} <= said
    assert {group.value for group in Group} <= said
    QTest.keyClick(sheet._close, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
