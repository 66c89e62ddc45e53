"""A town for the store's tests: an account, citizens who write to it, offices, and somebody at the desk.

Speaks to the store through its public functions only; what no function tells, a test asks of the rows (`Town.rows`).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Delivery
from switchboard_app.model.enquiry import Enquiry, EnquiryState, QueueRow, View
from switchboard_app.model.entry import Entry, EventCode
from switchboard_app.model.ids import EnquiryId, OfficeId, Operator, OutboxId, PlatformId
from switchboard_app.model.office import Office, Topic
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.store import accounts, desk, directory, intake, outbox, queue, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.intake import Stored
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.timeline import Conversation
from switchboard_app.store.transaction import Row
from tests.platforms import FakeClock

PAGE = RemotePerson(PlatformId("page"), "Rathaus Basel")

ROADS = OfficeId("bvd-tiefbauamt")
NOTARY = OfficeId("jsd-notariat")
DEAF = OfficeId("gd-ohne-mail")
OFFICES = (
    Office(
        ROADS, "BVD", "Tiefbauamt", topics=(Topic("Strassenunterhalt", ("Schlagloch", "Belag")),), email="t@bs.test"
    ),
    Office(NOTARY, "JSD", "Notariat", topics=(Topic("Beurkundung", ("Kaufvertrag",)),), email="n@bs.test"),
    Office(DEAF, "GD", "Dienst ohne Mail", phone="061 267 00 00"),
)


@dataclass(slots=True)
class Town:
    """One account of a workspace and everybody around it."""

    store: Store
    clock: FakeClock
    me: Operator
    account: Account
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # -- the outside -----------------------------------------------------------------------------------------------

    def says(
        self,
        text: str,
        who: str = "anna",
        *,
        at: int | None = None,
        known_as: str = "",
        ours: bool = False,
        files: Sequence[RemoteAttachment] = (),
        unreadable: str = "",
        name: str | None = None,
    ) -> RemoteMessage:
        """A message of the citizen `who` (or of ours to them), now unless `at` says otherwise."""
        return RemoteMessage(
            platform_id=PlatformId(known_as or f"m{next(self.numbers)}"),
            thread=PlatformId(f"t_{who}"),
            sender=PAGE if ours else RemotePerson(PlatformId(f"p_{who}"), who.title() if name is None else name),
            ours=ours,
            text=text,
            at=Millis(self.clock.now if at is None else at),
            attachments=tuple(files),
            raw="{}",
            unreadable=unreadable,
        )

    def batch(self, *messages: RemoteMessage, cursor: str = "c") -> Batch:
        """A batch as a connector makes it."""
        threads = {
            m.thread: RemoteThread(m.thread, RemotePerson(PlatformId(f"p_{m.thread[2:]}"), m.thread[2:].title()))
            for m in messages
        }
        return Batch(tuple(threads.values()), messages, {"at": cursor}, complete=True)

    def arrives(self, *messages: RemoteMessage, first_sweep: bool = False) -> Stored:
        """Store a batch of these messages."""
        return self.store.write(intake.ingest, self.account, self.batch(*messages), first_sweep=first_sweep)

    def enquiry_of(self, text: str = "Guten Tag", who: str = "anna") -> EnquiryId:
        """Let a citizen write and give back the enquiry."""
        self.arrives(self.says(text, who))
        return self.last_of(who).id

    # -- what is stored --------------------------------------------------------------------------------------------

    def all_of(self, who: str = "anna") -> list[Enquiry]:
        """The enquiries of a citizen, oldest first."""
        sql = "SELECT q.id FROM enquiry q JOIN thread t ON t.id = q.thread_id WHERE t.platform_id = ? ORDER BY q.number"
        return [self.head(EnquiryId(row[0])) for row in self.rows(sql, f"t_{who}")]

    def last_of(self, who: str = "anna") -> Enquiry:
        """The newest enquiry of a citizen."""
        return self.all_of(who)[-1]

    def head(self, enquiry: EnquiryId) -> Enquiry:
        """The enquiry as it stands."""
        return self.store.read(timeline.enquiry, enquiry)

    def state(self, enquiry: EnquiryId) -> EnquiryState:
        """Its state."""
        return self.head(enquiry).state

    def shown(self, enquiry: EnquiryId) -> Conversation:
        """The conversation as the window shows it."""
        return self.store.read(timeline.conversation, enquiry)

    def messages(self, enquiry: EnquiryId) -> list[Entry]:
        """Its messages and notes, without events."""
        return [entry for entry in self.shown(enquiry).entries if entry.event is None]

    def events(self, enquiry: EnquiryId) -> list[EventCode]:
        """What happened to it, oldest first."""
        return [entry.event for entry in self.shown(enquiry).entries if entry.event is not None]

    def queue(self, view: View = View.OPEN, limit: int = 100) -> list[QueueRow]:
        """A view's first rows."""
        return self.store.read(queue.page, QueueFilter(view, self.me), 0, limit)

    def rows(self, sql: str, *parameters: object) -> list[Row]:
        """Rows as they lie in the database, for what no function of the store tells."""
        return self.store.read(lambda tx: tx.rows(sql, *parameters))

    def journal(self, enquiry: EnquiryId | None = None) -> list[str]:
        """The actions in the journal, oldest first."""
        where, values = ("enquiry_id = ?", (enquiry,)) if enquiry else ("1 = 1", ())
        return [row[0] for row in self.rows(f"SELECT action FROM journal WHERE {where} ORDER BY at, id", *values)]

    # -- the desk --------------------------------------------------------------------------------------------------

    def offices(self) -> None:
        """Put a small directory into the workspace."""
        self.store.write(directory.replace, OFFICES, self.me)

    def replies(self, enquiry: EnquiryId, text: str = "Guten Tag, gerne.", **more: object) -> Delivery:
        """Answer."""
        return self.store.write(desk.reply, enquiry, text, self.me, **more)  # type: ignore[arg-type]  # as desk.reply

    def takes(self, delivery: Delivery) -> outbox.Taken:
        """Take the row for sending, as a sender does."""
        taken = self.store.write(outbox.take, OutboxId(delivery.id))
        assert taken is not None
        return taken

    def sends(self, delivery: Delivery, known_as: str = "") -> PlatformId:
        """Send it and record the platform's answer; the id that the platform gave."""
        given = PlatformId(known_as or f"sent{next(self.numbers)}")
        assert self.store.write(outbox.record_sent, self.takes(delivery), (given,))
        return given

    def delivery(self, delivery: Delivery) -> Delivery:
        """The delivery as it stands."""
        return self.store.read(timeline.delivery, delivery.id)


def found(store: Store, clock: FakeClock, me: Operator, kind: Channel = Channel.FACEBOOK) -> Town:
    """A town around a new account."""
    return Town(store, clock, me, store.write(accounts.add, kind, f"Konto {kind.value}", me))


def zurich(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> Millis:
    """A moment by a clock on the wall in Basel."""
    from datetime import datetime

    from switchboard_app.model.times import ZONE, from_datetime

    return from_datetime(datetime(year, month, day, hour, minute, tzinfo=ZONE))


def minutes(n: float) -> int:
    """So many minutes in milliseconds."""
    return round(n * MINUTE)
