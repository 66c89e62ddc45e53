"""A workspace as a busy Friday morning leaves it, for the pictures and for tests: filled through the store's own verbs.

    clock = SetClock()
    store = Store(location, clock=clock)
    filled = fill(store, clock, resources)       accounts, directory, a year of history, the cases of sample_cases

The same every time but for the ids. Refuses to invent rows: what a picture shows is what the verbs made of it. Called
by `screenshots`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.enquiry import Outcome, View
from switchboard_app.model.forwarding import PENDING, ForwardingState
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId, EnquiryId, OfficeId, Operator, PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis, parse_iso
from switchboard_app.store import (
    accounts,
    attachments,
    desk,
    directory,
    drafts,
    health,
    intake,
    outbox,
    queue,
    settings,
    timeline,
)
from switchboard_app.store.database import Store
from switchboard_app.store.desk import NoteAction, PhoneNote
from switchboard_app.store.outbox import Taken
from switchboard_app.ui.sample_cases import NOW, SampleCase, Step, in_order, read_cases

ME = Operator("Marco Lüthi")
FIRST_NAMED = 2041
_ANSWER_MINUTES = 60
_HISTORY_FROM, _HISTORY_STEP = parse_iso("2025-06-02T08:00:00"), 4 * HOUR

_FIRST = "Anna Beat Chiara David Elif Fabian Gül Hanna Igor Jana Kurt Lea Milan Nora Otto Petra".split()
_LAST = "Ackermann Bürgin Candrian Dürr Egli Furrer Graf Huber Imhof Jenny Kunz Lang Moser Nägeli Ott Plüss".split()
_ASKED = (
    ("Wann hat der Werkhof offen?", "Guten Tag, montags bis freitags von 7 bis 12 und von 13 bis 17 Uhr."),
    ("Wo melde ich einen Umzug innerhalb der Stadt?", "Guten Tag, beim Einwohneramt, am Schalter oder online."),
    ("Die Strassenlampe vor Nummer 14 flackert.", "Danke für die Meldung, wir haben sie weitergegeben."),
    ("Gibt es noch Plätze im Ferienpass?", "Guten Tag, die Restplätze stehen auf der Website des Ferienpasses."),
    ("Wer räumt den Schnee auf der Treppe beim Rheinweg?", "Guten Tag, die Stadtreinigung; sie kommt heute noch."),
)


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, now: Millis = NOW) -> None:
        self.now = now

    def __call__(self) -> Millis:
        return self.now


@dataclass(slots=True)
class Filled:
    """What the pictures need to find again."""

    accounts: dict[str, Account] = field(default_factory=dict)
    enquiries: dict[str, EnquiryId] = field(default_factory=dict)
    """By the person's name: their last enquiry."""
    selected: EnquiryId | None = None
    unclear: EnquiryId | None = None


class _Filling:
    """One filling of one store."""

    def __init__(self, store: Store, clock: SetClock, resources: Path) -> None:
        self.store = store
        self.clock = clock
        self.resources = resources
        self.filled = Filled()
        self._count = 0

    def run(self) -> Filled:
        """Everything, in the order of time."""
        cases = read_cases(self.resources)
        self._furnish()
        self._history(FIRST_NAMED - 1 - _opened_before(cases))
        for case, step in in_order(cases):
            self.clock.now = step.at
            self._do(case, step)
        self.clock.now = NOW
        self._finish(cases)
        return self.filled

    def _furnish(self) -> None:
        self.clock.now = _HISTORY_FROM
        raw = (self.resources / "directory" / "basel-stadt-sample.csv").read_bytes()
        self.store.write(settings.put, "target.answer_minutes", str(_ANSWER_MINUTES))
        self.store.write(directory.replace, read_directory(raw), ME)
        for kind, name in ((Channel.FACEBOOK, "Rathaus Basel"), (Channel.X, "Kanton Basel-Stadt")):
            account = self.filled.accounts[kind.value] = self.store.write(accounts.add, kind, name, ME)
            self.store.write(health.put, account.id, Health.OK)

    def _history(self, count: int) -> None:
        """Settled conversations of the year before, as a first sweep brings them."""
        threads, messages = [], []
        for number in range(count):
            name = f"{_FIRST[number % 16]} {_LAST[number // 16 % 16]}"
            who = RemotePerson(PlatformId(f"h{number}"), name)
            thread = RemoteThread(PlatformId(f"ht{number}"), who)
            at = Millis(_HISTORY_FROM + number * _HISTORY_STEP)
            asked, answered = _ASKED[number % len(_ASKED)]
            ours = RemotePerson(PlatformId("us"), "Rathaus Basel")
            threads.append(thread)
            messages += [
                RemoteMessage(PlatformId(f"hm{number}"), thread.platform_id, who, False, asked, at),
                RemoteMessage(PlatformId(f"ha{number}"), thread.platform_id, ours, True, answered, Millis(at + HOUR)),
            ]
        self.clock.now = Millis(_HISTORY_FROM + count * _HISTORY_STEP + 10 * 24 * HOUR)
        page = self.filled.accounts[Channel.FACEBOOK.value]
        batch = Batch(tuple(threads), tuple(messages), {"at": "1"}, complete=True)
        self.store.write(intake.ingest, page, batch, first_sweep=True)

    # -- steps -----------------------------------------------------------------------------------------------------

    def _do(self, case: SampleCase, step: Step) -> None:
        by = Operator(step.by) if step.by else ME
        if step.do == "in":
            self._receive(case, step)
            return
        if step.do == "call":
            self._call(case, step, by)
            return
        enquiry = self.filled.enquiries[_key(case)]
        if step.do == "claim":
            self.store.write(desk.claim, enquiry, by)
        elif step.do == "note":
            self.store.write(desk.note, enquiry, step.text, by)
        elif step.do == "reply":
            self._reply(enquiry, step, by)
        elif step.do == "forward":
            self.store.write(desk.forward, enquiry, OfficeId(step.office), step.text, by)
            self._send(None, "mail", unclear=False)
        elif step.do == "word":
            self._word(enquiry, step, by)
        elif step.do == "snooze":
            assert step.until is not None
            self.store.write(desk.snooze, enquiry, step.until, by)
        elif step.do == "done":
            self.store.write(desk.done, enquiry, Outcome(step.outcome), by)
        else:
            raise ValueError(f"unknown step: {step.do}")

    def _receive(self, case: SampleCase, step: Step) -> None:
        self._count += 1
        account = self.filled.accounts[case.channel]
        name = case.person if case.person != case.handle else ""
        who = RemotePerson(PlatformId(f"p-{case.person}"), name, case.handle)
        thread = RemoteThread(PlatformId(f"t-{case.person}"), who)
        files = (RemoteAttachment(PlatformId("file"), step.name, "image/png", 1),) if step.photo else ()
        message = RemoteMessage(
            PlatformId(f"m{self._count}"), thread.platform_id, who, False, step.text, step.at, files
        )
        batch = Batch((thread,), (message,), {"at": str(self._count)}, complete=True)
        stored = self.store.write(intake.ingest, account, batch)
        for wanted in stored.to_fetch:
            content = (self.resources / "training" / "photos" / step.photo).read_bytes()
            self.store.write(attachments.keep, wanted.id, content, wanted.enquiry)
        self._remember(case, step.at)

    def _remember(self, case: SampleCase, at: Millis) -> None:
        """Which enquiry the message went to: the one that was touched at this moment."""
        view = queue.QueueFilter(View.ALL, ME, Channel(case.channel))
        for row in self.store.read(queue.page, view, 0, 60):
            if row.last_at == at:
                self.filled.enquiries[_key(case)] = row.id
                return
        raise LookupError(case.person)

    def _call(self, case: SampleCase, step: Step, by: Operator) -> None:
        note = PhoneNote(
            step.text,
            case.number,
            case.person,
            action=NoteAction(step.action),
            urgent=step.urgent,
            taken_at=step.at,
        )
        taken = self.store.write(desk.take_note, note, by)
        if case.number_is and taken.number != case.number_is:
            raise ValueError(f"{case.person} is enquiry {taken.number}, not {case.number_is}")
        self.filled.enquiries[_key(case)] = taken.enquiry

    def _reply(self, enquiry: EnquiryId, step: Step, by: Operator) -> None:
        self.store.write(desk.reply, enquiry, step.text, by)
        account = self.store.read(timeline.enquiry, enquiry).account
        self._send(account, "message", unclear=step.unclear)

    def _send(self, account: AccountId | None, kind: str, *, unclear: bool) -> None:
        """What the sender does with everything that is due."""
        for wanted in self.store.read(outbox.due, account, kind):
            taken = self.store.write(outbox.take, wanted)
            assert taken is not None
            if unclear:
                words = tr("The platform did not answer in time.")
                self.store.write(outbox.record_failure, taken, Failure(FailureKind.TIMEOUT, False, words))
                self._read_back(taken)
            else:
                sent = (PlatformId(f"s-{taken.id}"),) if kind == "message" else ()
                self.store.write(outbox.record_sent, taken, sent)

    def _read_back(self, taken: Taken) -> None:
        """The conversation is read back a few times; it shows another answer of ours, not this one."""
        assert taken.account is not None
        then = self.clock.now
        ours = RemotePerson(PlatformId("us"), "Rathaus Basel")
        other = "Guten Tag, wir haben Ihre Nachricht erhalten und klären das ab."
        seen_at, thread = Millis(then + MINUTE), taken.thread_platform_id
        shown = RemoteMessage(PlatformId("elsewhere"), thread, ours, True, other, seen_at)
        for later in (10 * SECOND, 40 * SECOND, 5 * MINUTE):
            self.clock.now = Millis(then + later)
            for one in self.store.read(outbox.unsettled, taken.account):
                self.store.write(outbox.record_read, one, (shown,) if later > MINUTE else ())

    def _word(self, enquiry: EnquiryId, step: Step, by: Operator) -> None:
        forwardings = self.store.read(timeline.forwardings, enquiry)
        waiting = next(one for one in reversed(forwardings) if one.state in PENDING)
        self.store.write(desk.office_word, waiting.id, ForwardingState(step.word), step.text, by)

    # -- the end of it ---------------------------------------------------------------------------------------------

    def _finish(self, cases: tuple[SampleCase, ...]) -> None:
        for case in cases:
            enquiry = self.filled.enquiries[_key(case)]
            if case.draft:
                self.store.write(drafts.save, ME, f"reply:{enquiry}", case.draft)
            if case.selected:
                self.filled.selected = enquiry
            if case.unclear:
                self.filled.unclear = enquiry
        for seconds, account in zip((12, 40), self.filled.accounts.values(), strict=True):
            self.clock.now = Millis(NOW - seconds * SECOND)
            next_poll = Millis(NOW + (60 - seconds) * SECOND)
            self.store.write(health.put, account.id, Health.OK, "", next_poll)
        self.clock.now = NOW


def _key(case: SampleCase) -> str:
    return case.person or case.steps[0].text


def _opened_before(cases: tuple[SampleCase, ...]) -> int:
    """How many enquiries the cases open before the one whose number another text names."""
    named = next(case for case in cases if case.number_is)
    opened = 0
    settled: set[str] = set()
    seen: set[str] = set()
    for case, step in in_order(cases):
        if case is named:
            return opened
        fresh = step.do in ("in", "call") and (_key(case) not in seen or _key(case) in settled)
        if step.do == "done":
            settled.add(_key(case))
        elif fresh:
            opened += 1
            seen.add(_key(case))
            settled.discard(_key(case))
    raise ValueError("nobody is named")


def fill(store: Store, clock: SetClock, resources: Path) -> Filled:
    """Fill an empty workspace; the clock stands at `sample_cases.NOW` afterwards."""
    return _Filling(store, clock, resources).run()
