"""How the window was left: its place, the widths and folds of its panes, which view and which enquiry.

Kept as JSON in the station's folder, written whole or not at all; it holds ids and numbers, nothing that people wrote.
A file that cannot be read is the same as none, with a line in the log. Called by the main window.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from switchboard_app.config import StationSettings, write_whole
from switchboard_app.log import logger
from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import UserError

if TYPE_CHECKING:
    from switchboard_app.ui.mail_settings import MailSecrets

VERSION = 1
WIDTHS = {"views": 218, "queue": 352, "side": 284}
"""Widths of the panes at 100 % text size, in pixels."""
NARROWEST, WIDEST = 60, 4000


class WindowSettings(Protocol):
    """What the assembly hands to the window about this station (with what `settings_sheet.Settings` asks for)."""

    @property
    def state_file(self) -> Path:
        """Where the window keeps how it was left; another one for each workspace."""

    @property
    def workspace_name(self) -> str:
        """What the status bar calls the workspace."""

    @property
    def secrets(self) -> MailSecrets:
        """Where the password of the mail server lies."""

    def current(self) -> StationSettings:
        """What is in force."""

    def save(self, new: StationSettings) -> None:
        """Store them and remember them as current. Called on another thread. Raises UserError."""


@dataclass(slots=True)
class WindowState:
    """Everything that survives a restart. `place` is (x, y, width, height), empty before the first start."""

    place: list[int] = field(default_factory=list)
    maximised: bool = False
    widths: dict[str, int] = field(default_factory=lambda: dict(WIDTHS))
    folded: list[str] = field(default_factory=list)
    view: str = View.INBOX.value
    channel: str = ""
    account: str = ""
    enquiry: str = ""
    """The enquiry that was open."""
    top: str = ""
    """The enquiry in the first row that was seen; empty when the list stood at its top."""
    top_offset: int = 0
    """By how many pixels that row stood above the list's edge."""


def load_state(path: Path) -> WindowState:
    """How the window was left; the usual one when there is no file or it makes no sense."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return _checked(read)
    except FileNotFoundError:
        return WindowState()
    except (OSError, ValueError, TypeError, KeyError) as problem:
        logger("ui").info("how the window was left cannot be read (%s); it starts as usual", type(problem).__name__)
        return WindowState()


def _checked(read: Any) -> WindowState:
    """The state of a file; raises ValueError, TypeError or KeyError for anything that is not one."""
    if read["version"] != VERSION:
        raise ValueError("another version")
    usual = WindowState()
    known = {one.name for one in fields(WindowState)}
    given = {name: value for name, value in read.items() if name in known}
    for name, value in given.items():
        if type(value) is not type(getattr(usual, name)):
            raise TypeError(name)
    state = WindowState(**given)
    View(state.view)
    if state.place and (len(state.place) != 4 or any(type(number) is not int for number in state.place)):
        raise ValueError("place")
    state.widths = {
        pane: max(NARROWEST, min(WIDEST, int(state.widths.get(pane, usual)))) for pane, usual in WIDTHS.items()
    }
    state.folded = [pane for pane in state.folded if pane in WIDTHS]
    return state


def save_state(path: Path, state: WindowState) -> None:
    """Write it. A disk that is full costs only this memory: a line in the log."""
    content = json.dumps({"version": VERSION, **asdict(state)}, indent=1)
    try:
        write_whole(path, content.encode())
    except (UserError, OSError) as problem:
        logger("ui").info("how the window was left cannot be kept (%s)", type(problem).__name__)
