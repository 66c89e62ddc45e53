"""A state machine over three stations of one workspace: whatever they do, and in whatever order, nothing is lost and
nothing is doubled.

Messages, replies, certain and uncertain failures, crashes, lapsed permits and leases, a dead token, reassigning. The
platform is a list; the stations are real stores on one database, SQLite and PostgreSQL.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from switchboard_app.model import sending
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.errors import Refused, Stale
from switchboard_app.model.ids import EnquiryId, Operator, OutboxId, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.sending import Decision, Moment
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import accounts, desk, intake, leases, outbox
from switchboard_app.store.database import Store
from switchboard_app.store.outbox import Taken
from tests import tiers
from tests.platforms import FakeClock
from tests.workspaces import Workspace

STATIONS = st.sampled_from((0, 1, 2))
PEOPLE = st.sampled_from(("anna", "beat"))
STAFF = st.sampled_from(("ml", "ak"))
SELDOM = st.sampled_from((False, False, False, True))
LATER = st.sampled_from((0, 3 * MINUTE))
KINDS = st.sampled_from(("ok", "ok", "ok", "busy", "never"))
LEASE = 90 * SECOND
_examples = itertools.count()


class OnThisThread(Executor):
    """A database thread that is none: the machine has one order of things."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Done when this returns."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - handed on
            done.set_exception(problem)
        return done


@dataclass(slots=True)
class Said:
    """A message as the platform has it."""

    known_as: str
    person: str
    text: str
    ours: bool
    at: Millis
    tag: str = ""


@dataclass(slots=True)
class UnderWay:
    """A send that a station has begun."""

    taken: Taken
    begun: Moment


class Switchboard(RuleBasedStateMachine):
    """Each example is an account of its own in the workspace of the test."""

    workspace: Workspace
    clock: FakeClock
    stations: list[Store]

    @initialize()
    def opens(self) -> None:
        """A new account to which two citizens have written; one of them is answered already."""
        self.number = next(_examples)
        self.account = self.stations[0].write(accounts.add, Channel.FACEBOOK, f"Seite {self.number}", Operator("ml"))
        self.said: list[Said] = []
        self.under_way: dict[int, UnderWay] = {}
        self.token_lives = True
        self.replies: dict[str, str] = {}
        for person in ("anna", "beat"):
            self.writes(person)
        self.polls(0, dies=False)
        self.answers(0, "anna", "ml")

    # -- the outside -----------------------------------------------------------------------------------------------

    @rule(person=PEOPLE)
    def writes(self, person: str) -> None:
        """A citizen writes."""
        self._say(person, "Frage", ours=False)

    @rule(station=STATIONS, dies=SELDOM)
    def polls(self, station: int, dies: bool) -> None:
        """A station polls with the lease, or dies between fetching and storing."""
        store = self.stations[station]
        lease = store.write(leases.take, f"poll:{self.account.id}", store.station, LEASE)
        if lease is None or dies:
            return
        cursor = store.read(accounts.cursor, self.account.id)
        since = max(0, int(cursor.get("at", "0")) - 2)  # overlap
        shown, at = tuple(self._shown(self.said[since:])), str(len(self.said))
        batch = Batch(self._threads(), shown, {"at": at}, complete=True)
        store.write(intake.ingest, self.account, batch, first_sweep=False)
        store.write(leases.release, lease)

    @rule(millis=st.sampled_from((SECOND, 20 * SECOND, 2 * MINUTE, 20 * MINUTE)))
    def passes(self, millis: int) -> None:
        """Time passes."""
        self.clock.forward(millis)

    @rule(lives=st.sampled_from((True, True, True, False)))
    def signs(self, lives: bool) -> None:
        """The token dies, or somebody signs in again."""
        self.token_lives = lives

    # -- people ----------------------------------------------------------------------------------------------------

    @rule(station=STATIONS, person=PEOPLE, by=STAFF)
    def answers(self, station: int, person: str, by: str) -> None:
        """Somebody answers, if nobody else has it; twice with the same key press is once."""
        enquiry, tag = self._enquiry(person), f"r{self.number}-{len(self.replies)}"
        if enquiry is None:
            return
        owner = self._owner(enquiry)
        text = f"Antwort {len(self.replies)}"
        try:
            for one in (station, (station + 1) % 3):
                self.stations[one].write(desk.reply, enquiry, text, Operator(by), reply_id=OutboxId(tag))
        except (Refused, Stale):
            assert owner not in (None, by)
        else:
            assert owner in (None, by), "only who has it answers"
            self.replies[tag] = person

    @rule(station=STATIONS, person=PEOPLE, to=STAFF)
    def reassigns(self, station: int, person: str, to: str) -> None:
        """A supervisor gives it to somebody."""
        enquiry = self._enquiry(person)
        if enquiry is not None and self._owner(enquiry) != to:
            self.stations[station].write(desk.reassign, enquiry, Operator(to), "Abwesend", Operator("chief"))
            assert self._owner(enquiry) == to

    @rule(station=STATIONS, decision=st.sampled_from((Decision.WAS_SENT, Decision.DROP)))
    def decides(self, station: int, decision: Decision) -> None:
        """A person decides what they are asked; they know what the platform shows."""
        for tag, state, asked in self._rows("SELECT id, state, asked_at FROM outbox WHERE account_id = ?"):
            if state == "uncertain" and asked is not None:
                arrived = decision if self._copies()[tag] else Decision.DROP
                self.stations[station].write(desk.decide, tag, arrived, Operator("ml"))

    # -- sending ---------------------------------------------------------------------------------------------------

    @rule(station=STATIONS, later=LATER)
    def takes(self, station: int, later: int) -> None:
        """A station takes the first row that is due."""
        if station in self.under_way:
            return
        self.clock.forward(later)
        store, begun = self.stations[station], self._moment()
        for wanted in store.read(outbox.due, self.account.id, "message"):
            taken = store.write(outbox.take, wanted)
            if taken is not None:
                self.under_way[station] = UnderWay(taken, begun)
                return

    @precondition(lambda self: self.under_way)
    @rule(station=STATIONS, heard=st.booleans(), dies=SELDOM, kind=KINDS)
    def sends(self, station: int, heard: bool, dies: bool, kind: str) -> None:
        """It writes, if its permit still holds; the answer is heard or not; it may die on the way."""
        station = station if station in self.under_way else min(self.under_way)
        one = self.under_way.pop(station)
        store = self.stations[station]
        failure: Failure | None = None
        if not sending.may_write(one.taken.terms, one.begun, self._moment()):
            failure = Failure(FailureKind.TIMEOUT, True, "", Millis(self.clock() + SECOND))
        elif not self.token_lives:
            failure = Failure(FailureKind.AUTH, True, "")
        elif kind == "busy":
            failure = Failure(FailureKind.SERVER, True, "", Millis(self.clock() + 10 * SECOND))
        elif kind == "never":
            failure = Failure(FailureKind.CONTENT, True, "")
        else:
            person = self.replies[one.taken.id]
            made = self._say(person, f" {one.taken.text}\n", ours=True, tag=one.taken.id)
            if not heard:
                failure = Failure(FailureKind.TIMEOUT, False, "")
        if dies:
            return
        if failure is None:
            store.write(outbox.record_sent, one.taken, (PlatformId(made.known_as),))
        else:
            store.write(outbox.record_failure, one.taken, failure)

    @rule(station=STATIONS, person=PEOPLE, later=LATER, heard=st.booleans(), dies=SELDOM, kind=KINDS)
    def answers_at_once(self, station: int, person: str, later: int, heard: bool, dies: bool, kind: str) -> None:
        """An ordinary answer: written, taken, sent. (Left to itself, chance seldom does three things in order.)"""
        enquiry = self._enquiry(person)
        if enquiry is not None:
            self.answers(station, person, self._owner(enquiry) or "ml")
            self.goes_on(station, later, heard, dies, kind)

    @rule(station=STATIONS, later=LATER, heard=st.booleans(), dies=SELDOM, kind=KINDS)
    def goes_on(self, station: int, later: int, heard: bool, dies: bool, kind: str) -> None:
        """A round of a station: recover, take, send."""
        self.recovers(station, later)
        self.takes(station, later)
        if station in self.under_way:
            self.sends(station, heard, dies, kind)

    @precondition(lambda self: self.under_way)
    @rule(station=STATIONS)
    def dies(self, station: int) -> None:
        """A station dies in the middle of a send."""
        self.under_way.pop(station, None)

    @rule(station=STATIONS, later=LATER)
    def recovers(self, station: int, later: int) -> None:
        """What lapsed is unclear from now on."""
        self.clock.forward(later)
        self.stations[station].write(outbox.recover)

    @rule(station=STATIONS)
    def settles(self, station: int) -> None:
        """Conversations with unclear sends are read back."""
        store = self.stations[station]
        for one in store.read(outbox.unsettled, self.account.id):
            seen = [m for m in self._shown(self.said) if m.thread == one.thread_platform_id and m.at >= one.since]
            store.write(outbox.record_read, one, tuple(seen))

    # -- what always holds -----------------------------------------------------------------------------------------

    @invariant()
    def nothing_twice(self) -> None:
        """The platform has each reply at most once, in the order in which they were written."""
        assert max(self._copies().values(), default=0) <= 1
        for person in ("anna", "beat"):
            tags = [int(one.tag.partition("-")[2]) for one in self.said if one.tag and one.person == person]
            assert tags == sorted(tags)

    @invariant()
    def nothing_untrue(self) -> None:
        """What is called sent is there, what is called failed is not; one unsettled send per conversation."""
        rows = self._rows("SELECT id, state, thread_id FROM outbox WHERE account_id = ?")
        assert {row[0] for row in rows} == set(self.replies), "no reply is lost"
        for tag, state, _ in rows:
            assert state != "sent" or self._copies()[tag] == 1
            assert state != "failed" or self._copies()[tag] == 0
        unsettled = Counter(row[2] for row in rows if row[1] in ("sending", "uncertain"))
        assert max(unsettled.values(), default=0) <= 1

    @invariant()
    def every_message_once(self) -> None:
        """Everything up to the cursor is stored, each once; one open enquiry per conversation, one owner each."""
        sql = "SELECT platform_id FROM entry WHERE account_id = ? AND platform_id IS NOT NULL"
        stored = Counter(row[0] for row in self._rows(sql))
        assert max(stored.values(), default=0) <= 1
        upto = int(self.stations[0].read(accounts.cursor, self.account.id).get("at", "0"))
        inbound = [one.known_as for one in self.said[:upto] if not one.ours]
        assert set(inbound) <= set(stored), "the cursor is never ahead of the rows"
        sql = "SELECT thread_id, COUNT(*) FROM enquiry WHERE account_id = ? AND state <> 'done' GROUP BY thread_id"
        assert all(row[1] == 1 for row in self._rows(sql))

    # -- short ways ------------------------------------------------------------------------------------------------

    def _say(self, person: str, text: str, *, ours: bool, tag: str = "") -> Said:
        made = Said(f"{self.number}m{len(self.said)}", person, text, ours, self.clock(), tag)
        self.said.append(made)
        return made

    def _shown(self, some: list[Said]) -> list[RemoteMessage]:
        page = RemotePerson(PlatformId("page"))
        return [
            RemoteMessage(
                PlatformId(one.known_as),
                PlatformId(f"{self.number}t{one.person}"),
                page if one.ours else self._person(one.person),
                one.ours,
                one.text,
                one.at,
            )
            for one in some
        ]

    def _person(self, name: str) -> RemotePerson:
        return RemotePerson(PlatformId(f"{self.number}p{name}"), name)

    def _threads(self) -> tuple[RemoteThread, ...]:
        return tuple(RemoteThread(PlatformId(f"{self.number}t{one}"), self._person(one)) for one in ("anna", "beat"))

    def _moment(self) -> Moment:
        return Moment(self.clock(), self.clock())

    def _copies(self) -> Counter[str]:
        return Counter(one.tag for one in self.said if one.tag)

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.stations[0].read(lambda tx: tx.rows(sql, self.account.id))

    def _enquiry(self, person: str) -> EnquiryId | None:
        sql = (
            "SELECT q.id FROM enquiry q JOIN thread t ON t.id = q.thread_id WHERE q.account_id = ?"
            " AND t.platform_id = ? AND q.state <> 'done'"
        )
        thread = f"{self.number}t{person}"
        row = self.stations[0].read(lambda tx: tx.row(sql, self.account.id, thread))
        return None if row is None else EnquiryId(row[0])

    def _owner(self, enquiry: EnquiryId) -> str | None:
        sql = "SELECT owner FROM enquiry WHERE id = ?"
        owner: str | None = self.stations[0].read(lambda tx: tx.value(sql, enquiry))
        return owner


@pytest.mark.timeout(600)
def test_three_stations(workspace: Workspace, clock: FakeClock) -> None:
    embedded = workspace.location.embedded
    stations = [
        Store(workspace.location, workspace.key, clock=clock, executors=lambda _: OnThisThread()) for _ in range(3)
    ]

    class Here(Switchboard):
        pass

    Here.stations, Here.clock = stations, clock
    examples = tiers.count(40, 1000) if embedded else tiers.count(8, 100)
    try:
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=examples,
                stateful_step_count=50,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        for one in stations:
            one.close()
