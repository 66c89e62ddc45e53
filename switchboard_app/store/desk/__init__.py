"""People's verbs: what operators do at the desk, each one transaction, the same for window and command line.

Every verb takes the transaction, the enquiry, and `by` (who acts). `expected_version` is what the caller saw; a stale
one raises `Stale` and changes nothing. A rule that says no raises `Refused` with its next step.
"""

from __future__ import annotations

from switchboard_app.model.sending import Decision
from switchboard_app.store.desk.claims import claim, mark_read, reassign, release, set_tags
from switchboard_app.store.desk.closing import done, merge, reopen, snooze, wake_due
from switchboard_app.store.desk.forwards import awaited, forward, office_word, withdraw_forwarding
from switchboard_app.store.desk.phone_notes import NoteAction, PhoneNote, TakenNote, take_note
from switchboard_app.store.desk.replies import File, decide, note, reply, withdraw
from switchboard_app.store.desk.undo import undo, undoable

__all__ = [
    "Decision",
    "File",
    "NoteAction",
    "PhoneNote",
    "TakenNote",
    "awaited",
    "claim",
    "decide",
    "done",
    "forward",
    "mark_read",
    "merge",
    "note",
    "office_word",
    "reassign",
    "release",
    "reopen",
    "reply",
    "set_tags",
    "snooze",
    "take_note",
    "undo",
    "undoable",
    "wake_due",
    "withdraw",
    "withdraw_forwarding",
]
