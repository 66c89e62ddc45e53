"""``phone-note add`` and ``call NUMBER``."""

from __future__ import annotations

from typing import Any

from switchboard_app.cli.frame import Frame
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis, parse_iso
from switchboard_app.store import desk
from switchboard_app.store.desk import NoteAction, PhoneNote

_TEXTS = ("caller_number", "caller_name", "concern", "office", "action", "taken_at")


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verbs."""
    top = verbs.add_parser("phone-note", help="what was said in a call", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    sub.add_parser("add", help="file a note; JSON on standard input", parents=[everywhere]).set_defaults(run=_add)
    call = verbs.add_parser("call", help="tell the running window that a number is calling", parents=[everywhere])
    call.add_argument("number")
    call.set_defaults(run=_call)


def _add(frame: Frame) -> None:
    note = read_note(frame.stdin_object('{"concern": "…"}'))
    with frame.store() as store:
        taken = store.write(desk.take_note, note, frame.me)
    if taken.remark:
        frame.tell(taken.remark)
    frame.answer(
        {"enquiry": taken.number, "id": taken.entry},
        lambda: [tr("Filed as enquiry {number}.").format(number=taken.number)],
    )


def read_note(given: dict[str, Any]) -> PhoneNote:
    """A note from JSON; raises WrongUse for a field that is wrong in form. Unknown fields are an error: a slip."""
    unknown = [key for key in given if key not in (*_TEXTS, "urgent")]
    if unknown:
        raise WrongUse(
            tr("The note has unknown fields: {fields}.").format(fields=", ".join(unknown)),
            tr("Possible: {fields}.").format(fields=", ".join((*_TEXTS, "urgent"))),
        )
    for key in _TEXTS:
        if given.get(key) is not None and not isinstance(given[key], str):
            raise WrongUse(tr("The field «{key}» is not a text.").format(key=key), tr("Put it in quotation marks."))
    if not isinstance(given.get("urgent") or False, bool):
        raise WrongUse(tr("The field «urgent» is neither true nor false."), tr("Write it without quotation marks."))
    action = given.get("action") or NoteAction.INBOX.value
    if action not in tuple(NoteAction):
        raise WrongUse(
            tr("There is no action «{action}».").format(action=action),
            tr("Possible: {choices}.").format(choices=", ".join(NoteAction)),
        )
    return PhoneNote(
        concern=given.get("concern") or "",
        caller_number=given.get("caller_number") or "",
        caller_name=given.get("caller_name") or "",
        office=OfficeId(given["office"]) if given.get("office") else None,
        action=NoteAction(action),
        urgent=given.get("urgent") or False,
        taken_at=_moment(given.get("taken_at")),
    )


def _moment(text: str | None) -> Millis | None:
    if not text:
        return None
    try:
        return parse_iso(text)
    except ValueError as problem:
        raise WrongUse(
            tr("«{text}» is not a time.").format(text=text), tr("Write it as 2026-11-23T14:00.")
        ) from problem


def _call(frame: Frame) -> None:
    from switchboard_app.app.window import tell_window  # Qt is loaded for the window alone

    tell_window(frame.station, frame.location, f"call {frame.arguments.number}")
    frame.answer({"number": frame.arguments.number}, lambda: [tr("The window was told.")])
