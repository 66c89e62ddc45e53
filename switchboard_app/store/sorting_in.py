"""Which enquiry a message belongs to (product.md, rule 1), for a whole batch at once. Private to intake.

A citizen's message joins the thread's active enquiry; else it reopens the last one if that was closed within the reopen
period; else it opens a new one. It wakes what waits or sleeps and starts the clocks. A reply made elsewhere joins the
last enquiry and stops the answer clock but changes no state: it may have been a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from switchboard_app.model.account import Account
from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.ids import EnquiryId, Operator, PlatformId, ThreadId
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.times import DAY, Millis
from switchboard_app.model.tongue import guess_language
from switchboard_app.store import journal, settings
from switchboard_app.store.enquiries import FIELDS, Held, add_entry, as_held, due_columns, next_number, short, windows
from switchboard_app.store.ids import new_id
from switchboard_app.store.letters import automatic
from switchboard_app.store.threads import KnownThread
from switchboard_app.store.transaction import Transaction, marks

_SYSTEM = Operator("switchboard")
_RESTING = (EnquiryState.WAITING_OFFICE, EnquiryState.WAITING_CITIZEN, EnquiryState.SNOOZED)


@dataclass(slots=True)
class Sorted:
    """A message with the enquiry it belongs to."""

    message: RemoteMessage
    thread: KnownThread
    enquiry: EnquiryId


@dataclass(slots=True)
class _Sheet:
    """An enquiry while the batch is sorted in; written back once at the end."""

    here: Held
    thread: KnownThread
    made: bool
    newest: RemoteMessage | None = None
    """The citizen's last message of this batch: the queue shows its beginning."""
    language: str = ""
    subject: str = ""
    owed: int | None = None
    """An answer within so many minutes since `waiting_since`; the moment is worked out once, at the end."""
    woken_from: EnquiryState | None = None
    stood: tuple[object, ...] = ()
    """Where the indexes of the queue had it when it was read; see `_stands`."""


def reopen_days(account: Account, targets: settings.Targets) -> int:
    """For how long a citizen's message reopens a closed enquiry: the account's own option, else the workspace's."""
    chosen = account.options.get("reopen_days", "")
    return int(chosen) if chosen.isdecimal() and len(chosen) < 6 else targets.reopen_days


def sort_in(
    tx: Transaction,
    account: Account,
    directory: dict[PlatformId, KnownThread],
    messages: Sequence[RemoteMessage],
    *,
    first_sweep: bool,
) -> list[Sorted]:
    """Sort messages (oldest first) into enquiries; enquiries are opened, reopened and woken as needed."""
    sorter = _Sorter(tx, account, first_sweep=first_sweep)
    sorter.load([directory[message.thread] for message in messages])
    placed = []
    for message in messages:
        thread = directory[message.thread]
        placed.append(Sorted(message, thread, sorter.take(thread, message)))
    sorter.write()
    return placed


class _Sorter:
    """The sorting of one batch."""

    def __init__(self, tx: Transaction, account: Account, *, first_sweep: bool) -> None:
        self.tx = tx
        self.account = account
        self.first_sweep = first_sweep
        self.targets = settings.targets(tx)
        self.reopen_within = reopen_days(account, self.targets) * DAY
        self.last: dict[ThreadId, _Sheet] = {}
        """The enquiry of each thread that is active, else the one that was opened last."""
        self.touched: dict[EnquiryId, _Sheet] = {}
        self.number = 0

    def load(self, threads: Sequence[KnownThread]) -> None:
        """Read the threads' active or else last enquiries, which nobody else changes until we are through."""
        by_id = {thread.id: thread for thread in threads}
        ids: dict[ThreadId, EnquiryId] = {}
        sql = "SELECT thread_id, id, state FROM enquiry WHERE thread_id IN ({marks}) ORDER BY opened_at, number"
        active = set()
        for thread, enquiry, state in self.tx.among(sql, by_id):
            if thread not in active:
                ids[thread] = enquiry
            if state != EnquiryState.DONE:
                active.add(thread)
        sql = f"SELECT {FIELDS}, language, sort_at FROM enquiry WHERE id IN ({{marks}}) ORDER BY id{self.tx.for_update}"
        for *row, language, sort_at in self.tx.among(sql, sorted(ids.values())):
            here = as_held(tuple(row))
            assert here.thread_id is not None
            stood = _stands(here, sort_at)
            self.last[here.thread_id] = _Sheet(here, by_id[here.thread_id], False, language=language, stood=stood)

    def take(self, thread: KnownThread, message: RemoteMessage) -> EnquiryId:
        """The enquiry this message joins."""
        # a clock that runs ahead of ours, or a mad one, must not put off what is due
        at = Millis(min(message.at, self.tx.now))
        sheet = self.last.get(thread.id)
        machine = automatic(message) and not message.ours  # neither reopens nor wakes what it joins
        if sheet is None or (not message.ours and not machine and not self._goes_on(sheet, at)):
            sheet = self._opened(thread, at)
            if message.ours:  # begun in another tool: kept and found, but nobody here has anything to do
                sheet.here.state = EnquiryState.DONE
                sheet.here.closed_at = at
                sheet.here.outcome = Outcome.ANSWERED.value
        if sheet.made and message.letter is not None:
            sheet.subject = sheet.subject or message.letter.subject
        self.last[thread.id] = self.touched[sheet.here.id] = sheet
        if message.ours:
            self._outbound(sheet, at)
        elif machine:
            self._by_machine(sheet, message)
        else:
            self._inbound(sheet, message, at)
        sheet.here.last_at = max(sheet.here.last_at, at)
        return sheet.here.id

    def _goes_on(self, sheet: _Sheet, at: Millis) -> bool:
        """Whether a citizen's message of this moment belongs to the enquiry; a closed one is reopened for it."""
        here = sheet.here
        if here.state is not EnquiryState.DONE:
            return True
        if self._is_history(here, at):
            return True
        if here.closed_at is None or at > here.closed_at + self.reopen_within:
            return False
        here.state = EnquiryState.OPEN if here.owner else EnquiryState.NEW
        here.closed_at = None
        here.outcome = None
        sheet.woken_from = EnquiryState.DONE
        return True

    def _is_history(self, here: Held, at: Millis) -> bool:
        """Whether a message was answered before we came: pages come newest first, so its answer is stored already."""
        return self.first_sweep and here.answered_at is not None and at <= here.answered_at

    def _opened(self, thread: KnownThread, at: Millis) -> _Sheet:
        self.number = self.number + 1 if self.number else next_number(self.tx)
        here = Held(
            id=EnquiryId(new_id()),
            number=self.number,
            state=EnquiryState.NEW,
            owner=None,
            version=0,
            channel=self.account.kind,
            account_id=self.account.id,
            thread_id=thread.id,
            person_id=thread.person,
            opened_at=at,
            closed_at=None,
            waiting_since=None,
            answered_at=None,
            answer_due_at=None,
            callback_at=None,
            office_due_at=None,
            snoozed_until=None,
            last_inbound_at=None,
            window_until=None,
            extended_until=None,
            last_at=at,
            outcome=None,
            unread=0,
        )
        return _Sheet(here, thread, made=True)

    def _inbound(self, sheet: _Sheet, message: RemoteMessage, at: Millis) -> None:
        here = sheet.here
        history = self._is_history(here, at)
        if here.last_inbound_at is None or at >= here.last_inbound_at:
            here.last_inbound_at = at
            here.window_until, here.extended_until = windows(here.channel, at)
            sheet.newest = message
        sheet.language = sheet.language or guess_language(message.text)
        if history:
            return
        if here.state in _RESTING:
            sheet.woken_from = sheet.woken_from or here.state
            here.state = EnquiryState.OPEN if here.owner else EnquiryState.NEW
            here.snoozed_until = None
        here.unread += 1
        if here.waiting_since is None:
            here.waiting_since = at
            first = here.answered_at is None
            sheet.owed = self.targets.first_answer_minutes if first else self.targets.answer_minutes

    def _by_machine(self, sheet: _Sheet, message: RemoteMessage) -> None:
        """An absence notice or a newsletter: it is there to be read, and nobody owes an answer to it."""
        if sheet.made and sheet.newest is None:
            sheet.newest = message
            sheet.here.unread += 1

    def _outbound(self, sheet: _Sheet, at: Millis) -> None:
        here = sheet.here
        if here.waiting_since is not None and at >= here.waiting_since:
            here.waiting_since = None
            here.answer_due_at = None
            sheet.owed = None
        if self.first_sweep:
            here.unread = 0
        here.answered_at = max(here.answered_at or Millis(0), at)

    def write(self) -> None:
        """Write the enquiries back: new ones, those that moved in the queue and those that did not in a statement
        each."""
        fresh, moved, stayed, woken = [], [], [], []
        for sheet in self.touched.values():
            here = sheet.here
            if here.waiting_since is not None and sheet.owed is not None:
                here.answer_due_at = settings.answer_due(here.waiting_since, sheet.owed)
            if sheet.made:
                self._settle_old(here)
                here.version = 1
                fresh.append(self._as_new(sheet))
            else:
                here.version += 1
                due = due_columns(here, self.tx.now)
                shown = (_excerpt(sheet) or None, sheet.language, due["due_at"], due["due_reason"])
                if _stands(here, due["sort_at"]) == sheet.stood:
                    stayed.append((*_CHANGING(here), *shown, here.id))
                else:
                    moved.append((*_CHANGING(here), *shown, *_stands(here, due["sort_at"]), here.id))
            if sheet.woken_from is not None and not sheet.made:
                woken.append(sheet)
            self.tx.hint(f"enquiry:{here.id}")
        self.tx.many(_INSERT, fresh)
        self.tx.many(_MOVE, moved)
        self.tx.many(_STAY, stayed)
        for sheet in woken:
            self._note_woken(sheet)

    def _settle_old(self, here: Held) -> None:
        """History that was answered before we came is closed, so that a first sweep does not flood the queue."""
        if self.first_sweep and here.waiting_since is None and here.last_at < self.tx.now - self.reopen_within:
            here.state = EnquiryState.DONE
            here.closed_at = here.last_at
            here.outcome = Outcome.ANSWERED.value
            here.unread = 0

    def _as_new(self, sheet: _Sheet) -> tuple[object, ...]:
        """The values of `_INSERT`."""
        here = sheet.here
        shown = (sheet.thread.person_name, _excerpt(sheet), sheet.language, sheet.subject)
        return (*_ALL(here), *shown, *due_columns(here, self.tx.now).values())

    def _note_woken(self, sheet: _Sheet) -> None:
        event = EventCode.REOPENED if sheet.woken_from is EnquiryState.DONE else EventCode.WOKEN
        journal.write(self.tx, _SYSTEM, event.value, sheet.here.id)
        add_entry(self.tx, sheet.here.id, EntryKind.EVENT, Direction.INTERNAL, "", "", event=event)


def _excerpt(sheet: _Sheet) -> str:
    newest = sheet.newest
    return "" if newest is None else short(newest.text) or ", ".join(a.name for a in newest.attachments)[:100]


def _stands(here: Held, sort_at: int) -> tuple[object, ...]:
    """The columns that the queue's indexes are made of: written only when they change, for each index costs as much as
    the row."""
    return here.state, here.snoozed_until, sort_at


_STANDS = ("state", "snoozed_until", "sort_at")
_CHANGED = (
    "closed_at",
    "waiting_since",
    "answered_at",
    "answer_due_at",
    "last_inbound_at",
    "window_until",
    "extended_until",
    "last_at",
    "outcome",
    "unread",
    "version",
)
_ALL = attrgetter(*Held.__slots__)
_CHANGING = attrgetter(*_CHANGED)
_DUE = ("due_at", "due_reason", "sort_at")
_INSERT = (
    f"INSERT INTO enquiry ({', '.join((*Held.__slots__, 'person_name', 'excerpt', 'language', 'subject', *_DUE))},"
    " priority, tags, office_name, delivery)"
    f" VALUES ({marks(len(Held.__slots__) + 4 + len(_DUE))}, 0, '', '', '')"
)
_SET = (
    f"UPDATE enquiry SET {', '.join(f'{name} = ?' for name in _CHANGED)},"
    " excerpt = COALESCE(?, excerpt), language = ?, due_at = ?, due_reason = ?"
)
_STAY = f"{_SET} WHERE id = ?"
_MOVE = f"{_SET}, {', '.join(f'{name} = ?' for name in _STANDS)} WHERE id = ?"
