"""Enquiries inside the store: find one, change one, add a line to its timeline. The verbs of `desk` and `intake` stand
on this; nobody else calls it.

Every change is a conditional UPDATE on the version, recomputes the due time, writes the journal with what was before
(for undo) and hints to the views, all in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from switchboard_app.model.channel import CAPABILITIES, Channel
from switchboard_app.model.deadlines import Clocks, due, sort_key
from switchboard_app.model.enquiry import TRANSITIONS, EnquiryState, state_name
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.errors import NotThere, Refused, Stale
from switchboard_app.model.ids import AccountId, EnquiryId, EntryId, Operator, PersonId, PlatformId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.store import journal, search
from switchboard_app.store.ids import new_id
from switchboard_app.store.places import place_now
from switchboard_app.store.tables import Enquiry, Entry
from switchboard_app.store.transaction import Row, Transaction

EXCERPT = 160

FIELDS = (
    "id, number, state, owner, version, channel, account_id, thread_id, person_id, opened_at, closed_at, waiting_since,"
    " answered_at, answer_due_at, callback_at, office_due_at, snoozed_until, last_inbound_at, window_until,"
    " extended_until, last_at, outcome, unread"
)


@dataclass(slots=True)
class Held:
    """An enquiry as read in this transaction."""

    id: EnquiryId
    number: int
    state: EnquiryState
    owner: Operator | None
    version: int
    channel: Channel
    account_id: AccountId | None
    thread_id: ThreadId | None
    person_id: PersonId | None
    opened_at: Millis
    closed_at: Millis | None
    waiting_since: Millis | None
    answered_at: Millis | None
    answer_due_at: Millis | None
    callback_at: Millis | None
    office_due_at: Millis | None
    snoozed_until: Millis | None
    last_inbound_at: Millis | None
    window_until: Millis | None
    extended_until: Millis | None
    last_at: Millis
    outcome: str | None
    unread: int


def find(tx: Transaction, number: int) -> EnquiryId:
    """The enquiry with this number; raises NotThere."""
    found = tx.value("SELECT id FROM enquiry WHERE number = ?", number)
    if found is None:
        raise NotThere(
            tr("There is no enquiry {number}.").format(number=number), tr("Look it up with: switchboard enquiry list.")
        )
    return EnquiryId(found)


def as_held(row: Row) -> Held:
    """A row of `FIELDS` as a value."""
    values = list(row)
    values[2], values[5] = EnquiryState(values[2]), Channel(values[5])
    return Held(*values)


def held(tx: Transaction, enquiry: EnquiryId) -> Held:
    """The enquiry, which nobody else changes until this transaction ends; raises NotThere."""
    row = tx.row(f"SELECT {FIELDS} FROM enquiry WHERE id = ?{tx.for_update}", enquiry)
    if row is None:
        raise NotThere(tr("This enquiry does not exist any more."), tr("Refresh the list."))
    return as_held(row)


def next_number(tx: Transaction) -> int:
    """The number of the next enquiry; nobody else gives one until this transaction ends."""
    tx.lock_numbering()
    return int(tx.value("SELECT COALESCE(MAX(number), 0) + 1 FROM enquiry"))


def windows(channel: Channel, last_inbound_at: Millis | None) -> tuple[Millis | None, Millis | None]:
    """When the plain and the extended reply window close, from the person's last message."""
    abilities = CAPABILITIES[channel]
    if last_inbound_at is None or not abilities.reply_window:
        return None, None
    return Millis(last_inbound_at + abilities.reply_window), Millis(last_inbound_at + abilities.extended_window)


def due_columns(here: Held, now: Millis) -> dict[str, Any]:
    """`due_at`, `due_reason` and `sort_at` for the enquiry as it is."""
    clocks = Clocks(
        state=here.state,
        waiting_since=here.waiting_since,
        answered_before=here.answered_at is not None,
        answer_due_at=here.answer_due_at,
        window_until=here.window_until,
        extended_until=here.extended_until,
        callback_at=here.callback_at,
        office_due_at=here.office_due_at,
        snoozed_until=here.snoozed_until,
    )
    due_at, reason = due(clocks, now)
    return {
        "due_at": due_at,
        "due_reason": None if reason is None else reason.value,
        "sort_at": sort_key(here.state, due_at, here.opened_at, here.closed_at),
    }


def may_move(here: Held, to: EnquiryState) -> None:
    """Raise Refused when the rules do not let the enquiry go there."""
    if to not in TRANSITIONS[here.state]:
        raise Refused(
            tr("Enquiry {number} is «{state}», so this is not possible.").format(
                number=here.number, state=state_name(here.state)
            ),
            tr("Reopen it first.") if here.state is EnquiryState.DONE else tr("Look at its state and try again."),
        )


def check_version(here: Held, expected: int | None) -> None:
    """Raise Stale, naming who has it now, when the caller saw an older version."""
    if expected is not None and expected != here.version:
        who = here.owner or tr("a colleague")
        raise Stale(
            tr("Enquiry {number} was changed meanwhile; now with {who}.").format(number=here.number, who=who),
            tr("What you typed is still there. Look at what is new, then do it again."),
        )


def change(
    tx: Transaction,
    here: Held,
    by: str,
    action: str,
    *,
    event: EventCode | None = None,
    event_text: str = "",
    undoable: bool = False,
    note: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Held:
    """Write `columns` to the enquiry, with everything that belongs to a change; returns it as it is now.

    Raises Stale when somebody else was faster. `undoable` keeps what was before in the journal for `desk.undo`.
    """
    before = _before(tx, here, columns) if undoable else {}
    state = EnquiryState(columns.get("state", here.state))
    if state is not here.state:
        may_move(here, state)
    for name in columns.keys() & set(Held.__slots__):
        setattr(here, name, columns[name])
    here.state = state
    here.version += 1
    stored = {**columns, "state": state.value, "version": here.version, **due_columns(here, tx.now)}
    assignments = ", ".join(f"{name} = ?" for name in stored)
    sql = f"UPDATE enquiry SET {assignments} WHERE id = ? AND version = ?"
    if tx.change(sql, *stored.values(), here.id, here.version - 1) != 1:
        check_version(held(tx, here.id), -1)
    detail: dict[str, Any] = dict(note or {})
    if undoable:
        detail |= {"before": before, "version": here.version}
    journal.write(tx, by, action, here.id, detail=detail)
    if event is not None:
        add_entry(tx, here.id, EntryKind.EVENT, Direction.INTERNAL, by, event_text, event=event)
    tx.hint("queue")
    tx.hint(f"enquiry:{here.id}")
    return here


def _before(tx: Transaction, here: Held, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What the columns hold now, also those that `Held` does not know."""
    before = {name: getattr(here, name) for name in columns if name in Held.__slots__}
    others = [name for name in columns if name not in before]
    row = tx.row(f"SELECT {', '.join(others)} FROM enquiry WHERE id = ?", here.id) if others else None
    return before | dict(zip(others, row or (), strict=False))


def create(tx: Transaction, channel: Channel, person_name: str, excerpt: str, **columns: Any) -> Held:
    """Open a new enquiry; its due time comes from the given clocks."""
    number = next_number(tx)
    here = Held(
        id=EnquiryId(new_id()),
        number=number,
        state=EnquiryState(columns.pop("state", EnquiryState.NEW)),
        owner=columns.pop("owner", None),
        version=1,
        channel=channel,
        account_id=columns.pop("account_id", None),
        thread_id=columns.pop("thread_id", None),
        person_id=columns.pop("person_id", None),
        opened_at=columns.pop("opened_at", tx.now),
        closed_at=columns.pop("closed_at", None),
        waiting_since=columns.pop("waiting_since", None),
        answered_at=columns.pop("answered_at", None),
        answer_due_at=columns.pop("answer_due_at", None),
        callback_at=columns.pop("callback_at", None),
        office_due_at=None,
        snoozed_until=None,
        last_inbound_at=columns.pop("last_inbound_at", None),
        window_until=columns.pop("window_until", None),
        extended_until=columns.pop("extended_until", None),
        last_at=columns.pop("last_at", tx.now),
        outcome=columns.pop("outcome", None),
        unread=columns.pop("unread", 0),
    )
    values = {name: getattr(here, name) for name in Held.__slots__}
    values |= {"state": here.state.value, "channel": channel.value, **due_columns(here, tx.now), **columns}
    tx.insert(Enquiry, person_name=person_name, excerpt=short(excerpt), **values)
    tx.hint("queue")
    return here


def short(text: str) -> str:
    """A text as one line of the queue shows it."""
    return " ".join(text[: 4 * EXCERPT].split())[:EXCERPT]


def add_entry(
    tx: Transaction,
    enquiry: EnquiryId,
    kind: EntryKind,
    direction: Direction,
    author: str,
    text: str,
    *,
    entry_id: EntryId | None = None,
    at: Millis | None = None,
    event: EventCode | None = None,
    thread: ThreadId | None = None,
    account: AccountId | None = None,
    platform_id: PlatformId | None = None,
    detail: str = "",
) -> EntryId:
    """Add one line to the timeline and, unless it is an event, to the search index."""
    made = entry_id or EntryId(new_id())
    moment = tx.now if at is None else at
    place = place_now(tx, moment)
    tx.insert(
        Entry,
        id=made,
        place=place,
        enquiry_id=enquiry,
        thread_id=thread,
        account_id=account,
        platform_id=platform_id,
        kind=kind.value,
        direction=direction.value,
        author=author,
        text=text,
        at=moment,
        received_at=tx.now,
        event=None if event is None else event.value,
        detail=detail,
    )
    if kind is not EntryKind.EVENT:
        search.index_entries(tx, [(place, text)])
    tx.hint(f"enquiry:{enquiry}")
    return made
