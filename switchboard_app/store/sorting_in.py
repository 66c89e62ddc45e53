"""Which enquiry a message belongs to (product.md, rule 1), for a whole batch at once. Private to intake.

A message joins the thread's active enquiry; else it reopens the last one if that was closed within the reopen period;
else it opens a new one. A citizen's message wakes what waits or sleeps and starts the clocks; a reply made elsewhere
stops the answer clock but changes no state: it may have been a machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model.account import Account
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import Direction, EntryKind, EventCode
from switchboard_app.model.ids import EnquiryId, Operator, PlatformId
from switchboard_app.model.remote import RemoteMessage
from switchboard_app.model.times import DAY, Millis
from switchboard_app.model.tongue import guess_language
from switchboard_app.store import journal, settings
from switchboard_app.store.enquiries import Held, add_entry, due_columns, held, next_number, short, windows
from switchboard_app.store.ids import new_id
from switchboard_app.store.threads import KnownThread
from switchboard_app.store.transaction import Transaction, marks

_IN_LIST = 500
_SYSTEM = Operator("switchboard")
_WOKEN_BY_CITIZEN = (EnquiryState.WAITING_OFFICE, EnquiryState.WAITING_CITIZEN, EnquiryState.SNOOZED)


@dataclass(slots=True)
class Sorted:
    """A message with the enquiry it belongs to."""

    message: RemoteMessage
    thread: KnownThread
    enquiry: EnquiryId


@dataclass(slots=True)
class _Open:
    """The enquiry of a thread while the batch is sorted in; written back once at the end."""

    here: Held
    thread: KnownThread
    made: bool
    excerpt: str = ""
    language: str = ""
    woken_from: EnquiryState | None = None
    touched: bool = False


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
        self.open: dict[str, _Open] = {}
        self.closed: dict[str, Held] = {}
        self.number = 0

    def load(self, threads: Sequence[KnownThread]) -> None:
        """Read the threads' active and last closed enquiries."""
        by_id = {thread.id: thread for thread in threads}
        keys = list(by_id)
        for start in range(0, len(keys), _IN_LIST):
            some = keys[start : start + _IN_LIST]
            for row in self.tx.rows(
                f"SELECT id, thread_id FROM enquiry WHERE thread_id IN ({marks(len(some))}) ORDER BY opened_at, number",
                *some,
            ):
                here = held(self.tx, row[0])
                if here.state is EnquiryState.DONE:
                    self.closed[row[1]] = here
                else:
                    self.open[row[1]] = _Open(here, by_id[row[1]], made=False)

    def take(self, thread: KnownThread, message: RemoteMessage) -> EnquiryId:
        """The enquiry this message joins."""
        one = self.open.get(thread.id) or self._reopened(thread, message) or self._opened(thread, message)
        self.open[thread.id] = one
        if message.ours:
            self._outbound(one.here, message)
        else:
            self._inbound(one, message)
        one.here.last_at = max(one.here.last_at, message.at)
        one.touched = True
        return one.here.id

    def _reopened(self, thread: KnownThread, message: RemoteMessage) -> _Open | None:
        last = self.closed.get(thread.id)
        if last is None:
            return None
        within = last.closed_at is not None and message.at <= last.closed_at + self.targets.reopen_days * DAY
        if message.ours and last.closed_at is not None:
            return _Open(last, thread, made=False)
        if not within:
            return None
        last.state = EnquiryState.OPEN if last.owner else EnquiryState.NEW
        last.closed_at = None
        last.outcome = None
        return _Open(last, thread, made=False, woken_from=EnquiryState.DONE)

    def _opened(self, thread: KnownThread, message: RemoteMessage) -> _Open:
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
            opened_at=message.at,
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
            last_at=message.at,
            outcome=None,
            unread=0,
        )
        return _Open(here, thread, made=True)

    def _inbound(self, one: _Open, message: RemoteMessage) -> None:
        here = one.here
        if here.state in _WOKEN_BY_CITIZEN:
            one.woken_from = here.state
            here.state = EnquiryState.OPEN if here.owner else EnquiryState.NEW
            here.snoozed_until = None
        if here.last_inbound_at is None or message.at >= here.last_inbound_at:
            here.last_inbound_at = message.at
            here.window_until, here.extended_until = windows(here.channel, message.at)
            one.excerpt = short(message.text) or ", ".join(a.name for a in message.attachments)[:100]
        one.language = one.language or guess_language(message.text)
        here.unread += 1
        if self.first_sweep and here.answered_at is not None and message.at <= here.answered_at:
            return  # history comes newest page first: this one was answered
        if here.waiting_since is None:
            here.waiting_since = message.at
            minutes = self.targets.first_answer_minutes if here.answered_at is None else self.targets.answer_minutes
            here.answer_due_at = settings.answer_due(message.at, minutes)

    def _outbound(self, here: Held, message: RemoteMessage) -> None:
        if here.waiting_since is not None and message.at >= here.waiting_since:
            here.waiting_since = None
            here.answer_due_at = None
        here.answered_at = max(here.answered_at or Millis(0), message.at)

    def write(self) -> None:
        """Write the enquiries back: new ones in one statement, changed ones one by one."""
        fresh = []
        for one in self.open.values():
            if not one.touched:
                continue
            if one.made:
                self._settle_old(one.here)
                fresh.append(self._as_new(one))
            else:
                self._update(one)
            self.tx.hint(f"enquiry:{one.here.id}")
        if fresh:
            columns = ", ".join(fresh[0])
            self.tx.many(
                f"INSERT INTO enquiry ({columns}) VALUES ({marks(len(fresh[0]))})",
                [tuple(one.values()) for one in fresh],
            )

    def _settle_old(self, here: Held) -> None:
        """History that was answered before we came is closed, so that a first sweep does not flood the queue."""
        if (
            self.first_sweep
            and here.waiting_since is None
            and here.last_at < self.tx.now - self.targets.reopen_days * DAY
        ):
            here.state = EnquiryState.DONE
            here.closed_at = here.last_at
            here.outcome = "answered"
            here.unread = 0

    def _as_new(self, one: _Open) -> dict[str, object]:
        here = one.here
        here.version = 1
        return {
            **{name: getattr(here, name) for name in Held.__slots__},
            "state": here.state.value,
            "channel": here.channel.value,
            "person_name": one.thread.person_name,
            "subject": "",
            "excerpt": one.excerpt,
            "language": one.language,
            "priority": 0,
            "tags": "",
            "office_name": "",
            "delivery": "",
            **due_columns(here, self.tx.now),
        }

    def _update(self, one: _Open) -> None:
        here = one.here
        here.version += 1
        names = (
            "owner closed_at waiting_since answered_at answer_due_at snoozed_until last_inbound_at window_until"
            " extended_until last_at outcome unread version"
        ).split()
        columns: dict[str, object] = {name: getattr(here, name) for name in names}
        columns |= {"state": here.state.value, **due_columns(here, self.tx.now)}
        if one.excerpt:
            columns["excerpt"] = one.excerpt
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self.tx.change(f"UPDATE enquiry SET {assignments} WHERE id = ?", *columns.values(), here.id)
        if one.woken_from is not None:
            event = EventCode.REOPENED if one.woken_from is EnquiryState.DONE else EventCode.WOKEN
            journal.write(self.tx, _SYSTEM, event.value, here.id)
            add_entry(self.tx, here.id, EntryKind.EVENT, Direction.INTERNAL, "", "", event=event)
