"""What each key and command does, as one table beside `keys.TABLE`: who in the window is asked.

Refuses to do anything itself, and to act where nothing is open. Called by the shortcuts, the palette and the top bar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from switchboard_app.ui.keys import ON_ENQUIRY, Action
from switchboard_app.ui.undo_bar import UndoBar

if TYPE_CHECKING:
    from switchboard_app.ui.main_window import MainWindow


class Acts:
    """`acts.act(Action.CLAIM)`; `available` says whether it would do anything."""

    def __init__(self, window: MainWindow, undo: UndoBar) -> None:
        self._window = window
        self._undo = undo
        self._table: Mapping[Action, Callable[[], object]] = {
            **self._on_enquiry(window),
            Action.PHONE_NOTE: window.bells.take_note,
            Action.PALETTE: lambda: window.search().open(),
            Action.KEYS: lambda: window.sheets.keys().open(),
            Action.UNDO: undo.undo,
            Action.NEXT: lambda: window.queue.view.step(1),
            Action.PREVIOUS: lambda: window.queue.view.step(-1),
            Action.TOP: window.queue.view.to_top,
            Action.CARDS: lambda: window.panes.toggle("side"),
            Action.VIEWS: lambda: window.panes.toggle("views"),
            Action.QUEUE: lambda: window.panes.toggle("queue"),
            Action.HEALTH: window.show_health,
            Action.ACCOUNTS: lambda: window.sheets.account().open_new(),
            Action.DIRECTORY: lambda: window.sheets.directory().open(),
            Action.SETTINGS: window.open_settings,
            Action.TROUBLE: window.sheets.practise,
            Action.SUPPORT: lambda: window.sheets.ask_support(self._undo.toast),
            Action.QUIT: window.close,
        }

    def _on_enquiry(self, window: MainWindow) -> Mapping[Action, Callable[[], object]]:
        """What is done to the open enquiry."""
        return {
            Action.CLAIM: lambda: window.conversation().claim(),
            Action.RELEASE: lambda: window.conversation().release(),
            Action.ANSWER: lambda: window.conversation().focus_answer(),
            Action.NOTE: lambda: window.conversation().focus_note(),
            Action.FORWARD: lambda: window.conversation().focus_forward(),
            Action.FIRST_OFFICE: lambda: window.cards().choose(1),
            Action.SECOND_OFFICE: lambda: window.cards().choose(2),
            Action.THIRD_OFFICE: lambda: window.cards().choose(3),
            Action.SNOOZE: lambda: window.conversation().ask_snooze(),
            Action.REASSIGN: lambda: window.conversation().ask_reassign(),
            Action.MERGE: lambda: window.conversation().ask_merge(),
            Action.TAGS: lambda: window.conversation().ask_tags(),
            Action.DONE: lambda: window.conversation().ask_done(),
            Action.REOPEN: lambda: window.conversation().reopen(),
        }

    def act(self, action: Action) -> None:
        """Do it, if there is anything to do it to."""
        self._window.queue.view.hands_on_keys()
        if self.available(action):
            self._table[action]()

    def available(self, action: Action) -> bool:
        """Whether it would do anything now."""
        if action in ON_ENQUIRY:
            return action in self._table and self._window.conversation().current() is not None
        if action is Action.TROUBLE:
            return self._window.sheets.can_practise
        if action is Action.SUPPORT:
            return self._window.sheets.can_ask_support
        return action in self._table and (action is not Action.UNDO or self._undo.can_undo())
