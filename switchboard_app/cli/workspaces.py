"""``workspace init | upgrade | check | backup | restore | move``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from switchboard_app.app.workspace import create, key_of, open_store, restore, upgraded
from switchboard_app.cli.frame import Frame, read_stdin
from switchboard_app.model.errors import ExitCode, WrongUse
from switchboard_app.model.language import tr
from switchboard_app.store import backup


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verb."""
    top = verbs.add_parser("workspace", help="create, upgrade, check, back up, restore", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    init = sub.add_parser("init", help="create a workspace", parents=[everywhere])
    init.add_argument("--unencrypted", action="store_true", help="a plain file: for trials with invented people only")
    init.set_defaults(run=_init)
    sub.add_parser("upgrade", help="bring it to this version's schema", parents=[everywhere]).set_defaults(run=_upgrade)
    sub.add_parser("check", help="look for damage", parents=[everywhere]).set_defaults(run=_check)
    copy = sub.add_parser("backup", help="copy it while it is open", parents=[everywhere])
    copy.add_argument("file", type=Path)
    copy.set_defaults(run=_backup)
    back = sub.add_parser("restore", help="bring it, or its key, back", parents=[everywhere])
    back.add_argument("file", type=Path)
    back.set_defaults(run=_restore)
    move = sub.add_parser("move", help="comes with a later version", parents=[everywhere])
    move.add_argument("--to", metavar="URL")
    move.set_defaults(run=_move)


def _init(frame: Frame) -> None:
    recovery = create(frame.station, frame.location, unencrypted=frame.arguments.unencrypted)
    if recovery:
        frame.tell(tr("This is the recovery key. It is shown once; print it and lock it away:"))
    document = {"workspace": str(frame.location), "recovery_key": recovery or None}
    frame.answer(document, lambda: [recovery or tr("The workspace is ready: {url}").format(url=frame.location)])


def _upgrade(frame: Frame) -> None:
    _, done = upgraded(frame.station, frame.location)
    frame.answer({"applied": list(done)}, lambda: [*done, tr("The workspace is up to date.")])


def _check(frame: Frame) -> int:
    path = frame.location.path
    with frame.store():
        pass
    problems = backup.check_embedded(path, key_of(frame.station, path)) if path else ()
    frame.answer({"problems": list(problems)}, lambda: list(problems) or [tr("The workspace is sound.")])
    return ExitCode.UNREACHABLE if problems else ExitCode.DONE


def _backup(frame: Frame) -> None:
    path = frame.location.path
    if path is None:
        raise WrongUse(
            tr("A shared workspace is backed up with PostgreSQL's own tools."), tr("See docs/operations.md.")
        )
    open_store(frame.station, frame.location).close()
    target = frame.arguments.file
    backup.copy_embedded(path, key_of(frame.station, path), target)
    frame.answer({"file": str(target)}, lambda: [tr("Backed up: {path}").format(path=target)])


def _restore(frame: Frame) -> None:
    recovery = _recovery_from_stdin()
    aside = restore(frame.station, frame.location, frame.arguments.file, recovery)
    document = {"workspace": str(frame.location), "former_file": str(aside) if aside else None}
    frame.answer(document, lambda: [tr("The workspace is back: {url}").format(url=frame.location)])


def _recovery_from_stdin() -> str:
    """The recovery key as JSON or as it stands on the sheet; "" at a terminal where the keyring has the key."""
    if sys.stdin is None or sys.stdin.closed:
        return ""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(tr("Recovery key (Enter: the keyring's): "))
    shape = tr("Give the recovery key as it stands on the sheet.")
    try:
        text = read_stdin(shape).decode("utf-8-sig").strip()
        given = json.loads(text)["recovery_key"] if text.startswith("{") else text
    except (ValueError, KeyError, RecursionError):
        raise WrongUse(tr("Standard input holds no recovery key."), shape) from None
    if not isinstance(given, str):
        raise WrongUse(tr("Standard input holds no recovery key."), shape)
    return given


def _move(_frame: Frame) -> None:
    raise WrongUse(
        tr("«{verb}» comes with a later version of Switchboard.").format(verb="workspace move"),
        tr("See what this version can do with: switchboard --help."),
    )
