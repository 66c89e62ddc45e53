"""Everything the window can be told to do: one table of actions, with their keys and words.

The shortcuts, the sheet on F1 and the command palette are all made from this table, so that none can say something
else than the others. Refuses to know what an action does; the main window does it. Single letters act only where no
text is being typed and no sheet lies over the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from switchboard_app.model.language import mark, tr


class Action(StrEnum):
    """What the window can be told to do."""

    PHONE_NOTE = "phone-note"
    PALETTE = "palette"
    KEYS = "keys"
    NEXT = "next"
    PREVIOUS = "previous"
    TOP = "top"
    CLAIM = "claim"
    RELEASE = "release"
    ANSWER = "answer"
    NOTE = "note"
    FORWARD = "forward"
    FIRST_OFFICE = "first-office"
    SECOND_OFFICE = "second-office"
    THIRD_OFFICE = "third-office"
    SNOOZE = "snooze"
    REASSIGN = "reassign"
    MERGE = "merge"
    TAGS = "tags"
    DONE = "done"
    REOPEN = "reopen"
    UNDO = "undo"
    SEND = "send"
    BACK = "back"
    CARDS = "cards"
    VIEWS = "views"
    QUEUE = "queue"
    HEALTH = "health"
    ACCOUNTS = "accounts"
    DIRECTORY = "directory"
    SETTINGS = "settings"
    TROUBLE = "trouble"
    SUPPORT = "support"
    QUIT = "quit"


class Scope(StrEnum):
    """Where a key acts."""

    ANYWHERE = "anywhere"
    """Also while text is typed and over a sheet."""
    WINDOW = "window"
    """Also while text is typed, but not over a sheet."""
    LETTER = "letter"
    """Only where no text is being typed."""
    SHOWN = "shown"
    """Acts in the view that has it; the table only tells of it."""


class Group(StrEnum):
    """The headings of the sheet on F1."""

    EVERYWHERE = mark("Everywhere")
    QUEUE = mark("In the queue")
    ENQUIRY = mark("On the open enquiry")
    WINDOW = mark("Window")


@dataclass(frozen=True, slots=True)
class Key:
    """One action: its keys as Qt writes them, how the key cap shows them, its words, and where it acts.

    `command` says whether the palette offers it.
    """

    action: Action
    keys: tuple[str, ...]
    cap: str
    sentence: str
    group: Group
    scope: Scope = Scope.LETTER
    command: bool = True

    @property
    def words(self) -> str:
        """The action in the language in use."""
        return tr(self.sentence)


_EVERYWHERE, _QUEUE, _ENQUIRY, _WINDOW = Group.EVERYWHERE, Group.QUEUE, Group.ENQUIRY, Group.WINDOW

TABLE: tuple[Key, ...] = (
    Key(Action.PHONE_NOTE, ("F2",), "F2", mark("Phone note"), _EVERYWHERE, Scope.ANYWHERE),
    Key(
        Action.PALETTE,
        ("Ctrl+K",),
        "Ctrl K",
        mark("Find enquiries, people, offices, commands"),
        _EVERYWHERE,
        Scope.ANYWHERE,
        command=False,
    ),
    Key(Action.KEYS, ("F1",), "F1", mark("Show the keys"), _EVERYWHERE, Scope.ANYWHERE),
    Key(Action.UNDO, ("Z",), "Z", mark("Undo the last step"), _EVERYWHERE),
    Key(Action.BACK, (), "Esc", mark("One step back"), _EVERYWHERE, Scope.SHOWN, command=False),
    Key(Action.NEXT, ("J",), "J", mark("Next enquiry"), _QUEUE),
    Key(Action.PREVIOUS, ("K",), "K", mark("Previous enquiry"), _QUEUE),
    Key(Action.TOP, ("T",), "T", mark("To the top, with what is new"), _QUEUE),
    Key(Action.CLAIM, ("A",), "A", mark("Take over"), _ENQUIRY),
    Key(Action.ANSWER, ("R",), "R", mark("Write an answer"), _ENQUIRY),
    Key(Action.NOTE, ("N",), "N", mark("Internal note"), _ENQUIRY),
    Key(Action.FORWARD, ("W",), "W", mark("Forward to an office"), _ENQUIRY),
    Key(Action.FIRST_OFFICE, ("1",), "1", mark("Forward to the first suggestion"), _ENQUIRY, command=False),
    Key(Action.SECOND_OFFICE, ("2",), "2", mark("Forward to the second suggestion"), _ENQUIRY, command=False),
    Key(Action.THIRD_OFFICE, ("3",), "3", mark("Forward to the third suggestion"), _ENQUIRY, command=False),
    Key(Action.SNOOZE, ("S",), "S", mark("Put away until a follow-up"), _ENQUIRY),
    Key(Action.DONE, ("E",), "E", mark("Mark done"), _ENQUIRY),
    Key(Action.SEND, (), "Ctrl ⏎", mark("Send what was typed"), _ENQUIRY, Scope.SHOWN, command=False),
    Key(Action.RELEASE, (), "", mark("Release"), _ENQUIRY),
    Key(Action.REASSIGN, (), "", mark("Reassign"), _ENQUIRY),
    Key(Action.MERGE, (), "", mark("Merge with another enquiry"), _ENQUIRY),
    Key(Action.TAGS, (), "", mark("Tags"), _ENQUIRY),
    Key(Action.REOPEN, (), "", mark("Reopen"), _ENQUIRY),
    Key(Action.CARDS, ("I",), "I", mark("Fold or show the cards"), _WINDOW),
    Key(Action.VIEWS, ("Ctrl+1",), "Ctrl 1", mark("Fold or show the views"), _WINDOW, Scope.WINDOW),
    Key(Action.QUEUE, ("Ctrl+2",), "Ctrl 2", mark("Fold or show the queue"), _WINDOW, Scope.WINDOW),
    Key(Action.HEALTH, (), "", mark("How the accounts are"), _WINDOW),
    Key(Action.ACCOUNTS, (), "", mark("Connect an account"), _WINDOW),
    Key(Action.DIRECTORY, (), "", mark("Directory of offices"), _WINDOW),
    Key(Action.TROUBLE, (), "", mark("Practise trouble"), _WINDOW),
    Key(Action.SUPPORT, (), "", mark("Save a support bundle"), _WINDOW),
    Key(Action.SETTINGS, ("Ctrl+,",), "Ctrl ,", mark("Settings"), _WINDOW, Scope.WINDOW),
    Key(Action.QUIT, ("Ctrl+Q",), "Ctrl Q", mark("Quit"), _WINDOW, Scope.ANYWHERE),
)

ON_ENQUIRY = frozenset(key.action for key in TABLE if key.group is Group.ENQUIRY)
"""What needs an open enquiry."""


def typing_in(widget: QWidget | None) -> bool:
    """Whether letters pressed now would be typed into `widget`."""
    if widget is None:
        return False
    return isinstance(widget, QComboBox) or widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


class KeyRing(QObject):
    """The shortcuts of a window. `act` is called with the action; `covered` says whether a sheet lies over it."""

    def __init__(self, window: QWidget, act: Callable[[Action], None], covered: Callable[[], bool]) -> None:
        super().__init__(window)
        self._act = act
        self._covered = covered
        self._letters: list[QShortcut] = []
        for key in TABLE:
            for sequence in key.keys:
                self._add(window, key, sequence)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _add(self, window: QWidget, key: Key, sequence: str) -> None:
        shortcut = QShortcut(QKeySequence(sequence), window)
        shortcut.setAutoRepeat(key.action in (Action.NEXT, Action.PREVIOUS))
        shortcut.activated.connect(lambda: self._pressed(key))
        if key.scope is Scope.LETTER:
            self._letters.append(shortcut)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """Letters go to whatever takes letters, before any shortcut."""
        free = not typing_in(now)
        for shortcut in self._letters:
            shortcut.setEnabled(free)

    def _pressed(self, key: Key) -> None:
        match key.scope:
            case Scope.ANYWHERE:
                allowed = True
            case Scope.WINDOW:
                allowed = not self._covered()
            case Scope.LETTER:
                allowed = not self._covered() and not typing_in(QApplication.focusWidget())
            case Scope.SHOWN:
                allowed = False
        if allowed:
            self._act(key.action)
