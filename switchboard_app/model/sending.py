"""The rules of a send, as functions of what is known and the time: until when it may be written, what a failure leads
to, when nobody knows, what a read-back decides, what a person may decide.

``queued → sending → sent``; ``sending → queued`` or ``failed`` only on positive proof that nothing was sent; else
``uncertain``, settled by what the platform shows or by a person, never by sending again (a mail to an office: once).
It refuses to know a clock, a socket, a database or chance: every function is handed the state and the moment and
gives back the next state with what is to be done about it. The store's outbox loads a row, asks here and writes the
answer under the epoch; the sender takes its deadlines from here; the simulator drives both.

The numbers and why they fit together: docs/decisions/0013-send-permits.md.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from switchboard_app.model.delivery import ACCOUNT_WIDE, DeliveryState, Failure, FailureKind, Sighting
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.retry import next_try
from switchboard_app.model.times import MINUTE, SECOND, Millis

MAIL = "mail"
"""The kind of an outbox row that is a mail to an office; every other kind goes to a citizen."""


# -- permits -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """What a station's two clocks show at once: the wall clock, which people and time servers set, and the one since
    the machine was started, which runs on while it sleeps."""

    wall: Millis
    boot: Millis

    def since(self, before: Moment) -> int:
        """Milliseconds since `before`, by the pessimist of both clocks."""
        return max(self.wall - before.wall, self.boot - before.boot)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an attempt may last, in milliseconds since *before* the row was taken.

    A first byte leaves before `write_within`, its exchange ends `deadline` later at the latest: ten seconds before
    the `permit` does. What a proxy in between may still deliver is waited for on top of it (`AFTER_PERMIT`).
    """

    write_within: int
    deadline: int
    permit: int


TEXT = Terms(15 * SECOND, 20 * SECOND, 45 * SECOND)
FILES = Terms(45 * SECOND, 60 * SECOND, 115 * SECOND)
"""With files: bytes travel before the message that carries them, or in it."""
MAILS = Terms(30 * SECOND, 20 * SECOND, 60 * SECOND)
"""Mail servers greet slowly on purpose, and the sign-in goes before the text."""
AFTER_PERMIT = 60 * SECOND
"""What a proxy in between may still deliver after the permit ended."""


def terms(kind: str, files: int) -> Terms:
    """The terms of one attempt."""
    if kind == MAIL:
        return MAILS
    return FILES if files else TEXT


def may_write(under: Terms, begun: Moment, now: Moment) -> bool:
    """Whether a first byte may leave now; to be asked directly before it does. `begun` was before the row was taken."""
    return now.since(begun) < under.write_within


# -- steps -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """What is known of one send. `epoch` grows whenever it changes hands: who held it before is fenced."""

    kind: str
    state: DeliveryState
    epoch: int = 0
    attempts: int = 0
    repeats: int = 0
    """How often the program itself sent a mail again that may have arrived."""
    not_before: Millis = Millis(0)
    attempt_at: Millis | None = None
    permit_until: Millis | None = None
    sent_at: Millis | None = None
    failure: Failure | None = None
    reads: int = 0
    next_read_at: Millis | None = None
    read_from: Millis | None = None
    """When the first read-back succeeded that did not settle it."""
    read_at: Millis | None = None
    asked_at: Millis | None = None
    """Since when only a person can decide."""
    seen: tuple[Sighting, ...] = ()


class Duty(StrEnum):
    """What a step asks of whoever wrote it down."""

    SHOW = "show"
    """The queue shows that something did not get through for sure."""
    ASK = "ask"
    """The enquiry comes to the front, because only a person can decide."""
    WAITS = "waits"
    """The citizen still waits for an answer."""
    ANSWERED = "answered"
    """The answer counts (again)."""
    UNSENT = "unsent"
    """No office has the matter."""


@dataclass(frozen=True, slots=True)
class Step:
    """The next state of a send, and what else is to be done."""

    send: Send
    duties: tuple[Duty, ...] = ()


FIRST_READ = 5 * SECOND
READS_BEFORE_ASKING = 3
READ_OVER = 10 * MINUTE
"""So many read-backs over so long a time find nothing before a person is asked."""
_PAUSES = {1: 20 * SECOND, 2: 4 * MINUTE, 3: 6 * MINUTE}
"""The pause after each read-back that showed nothing; the fourth lies ten minutes after the first."""
_PAUSE = 15 * MINUTE
_SOON = MINUTE


def taken(send: Send, under: Terms, now: Millis) -> Send | None:
    """A sender takes it, for as long as `under` permits; None when it is not to be sent (now)."""
    if send.state is not DeliveryState.QUEUED or send.not_before > now:
        return None
    return replace(
        send,
        state=DeliveryState.SENDING,
        epoch=send.epoch + 1,
        attempts=send.attempts + 1,
        attempt_at=now,
        permit_until=Millis(now + under.permit),
    )


def arrived(send: Send, now: Millis) -> Step:
    """The platform said so, or showed it."""
    after = replace(send, state=DeliveryState.SENT, sent_at=now, failure=None)
    return Step(after, (Duty.ANSWERED,) if send.asked_at is not None else ())  # nobody need decide any more


def failed(send: Send, failure: Failure, now: Millis) -> Step:
    """An attempt failed. Certain and worth another try: queued. Certain and final: failed. Else nobody knows."""
    final = failure.retry_at is None and failure.kind not in ACCOUNT_WIDE
    if not failure.certain or (final and send.repeats):  # the copy did not leave, the first one may have
        return _unknown(replace(send, failure=replace(failure, certain=False)), Millis(now + FIRST_READ), now)
    if final:
        duty = Duty.ASK if send.kind == MAIL else Duty.WAITS
        return Step(replace(send, state=DeliveryState.FAILED, failure=failure), (Duty.SHOW, duty))
    again = Millis(max(failure.retry_at or now, next_try(send.attempts, now)))
    spared = 1 if failure.kind in ACCOUNT_WIDE else 0
    after = replace(
        send, state=DeliveryState.QUEUED, not_before=again, attempts=send.attempts - spared, failure=failure
    )
    return Step(after)


def lapsed(send: Send, now: Millis, *, holder_ended: bool = False) -> bool:
    """Whether whoever took it can no longer be writing: its permit is long over, or its process is surely gone."""
    if send.state is not DeliveryState.SENDING:
        return False
    return holder_ended or (send.permit_until or 0) + AFTER_PERMIT < now


def recovered(send: Send, now: Millis) -> Step:
    """Its sender ended or lost its permit: nobody knows whether it arrived. The late holder is fenced."""
    crash = Failure(FailureKind.CRASH, False, tr("The program ended while this was being sent."))
    return _unknown(replace(send, epoch=send.epoch + 1, failure=crash), now, now)


def _unknown(send: Send, read_at: Millis, now: Millis) -> Step:
    """Nobody knows whether it arrived. A mail cannot be read back: it goes once more under its own Message-ID."""
    if send.kind == MAIL and not send.repeats:
        after = replace(send, state=DeliveryState.QUEUED, repeats=1, not_before=Millis(now + _SOON))
        return Step(after)
    after = replace(
        send,
        state=DeliveryState.UNCERTAIN,
        reads=0,
        next_read_at=read_at,
        read_from=None,
        read_at=None,
        asked_at=now if send.kind == MAIL else None,
        seen=(),
    )
    return Step(after, (Duty.SHOW, Duty.ASK) if send.kind == MAIL else (Duty.SHOW,))


# -- reading back ------------------------------------------------------------------------------------------------------

MATCH_BEFORE = 2 * MINUTE
"""A message may be dated so much before the attempt and still be this one: clocks differ."""
SURELY_BEFORE = 30 * SECOND
"""One dated longer before it may as well be an earlier message with the same words: a person looks."""
_SIGHTINGS = 20


@dataclass(frozen=True, slots=True)
class Own:
    """A message of ours that the platform shows, which no other send is known to be."""

    id: PlatformId
    at: Millis
    text: str
    files: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read-back decided; `ids` are the platform's ids of it when it arrived."""

    step: Step
    ids: tuple[PlatformId, ...] = ()


def same_text(one: str, other: str) -> bool:
    """Equal after NFC and folding of white space: platforms trim and normalise."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def is_echo(own: Own, text: str, files: int, attempt_at: Millis) -> bool:
    """Whether a message of ours that a poll brings is surely the one that was being sent.

    One with files may be several messages: only its sender, or reading the whole thread back, can tell.
    """
    return not files and own.at >= attempt_at - SURELY_BEFORE and same_text(own.text, text)


def read_back(send: Send, text: str, files: int, shown: Sequence[Own], now: Millis) -> Reading:
    """The conversation was read back and showed these messages of ours.

    Exactly one that must be it: sent. Several, or one that may be an earlier one: a person is asked at once. None: it
    is read again, and after `READS_BEFORE_ASKING` reads over `READ_OVER` a person is asked.
    """
    begun = send.attempt_at or now
    window = [own for own in shown if own.at >= begun - MATCH_BEFORE]
    alike = [own for own in window if same_text(own.text, text)] if text.strip() else []
    carriers = [own for own in window if own.files] if files else []
    whole = sum(own.files for own in carriers) >= files and (len(alike) == 1 or not text.strip())
    found = dict.fromkeys((*alike, *carriers))
    doubtful = len(alike) > 1 or any(own.at < begun - SURELY_BEFORE for own in found)
    if whole and not doubtful:
        return Reading(arrived(replace(send, read_at=now, seen=()), now), tuple(own.id for own in found))
    reads, first = send.reads + 1, send.read_from or now
    asks = doubtful or (reads >= READS_BEFORE_ASKING and now - first >= READ_OVER)
    after = replace(
        send,
        reads=reads,
        read_from=first,
        read_at=now,
        next_read_at=Millis(now + _PAUSES.get(reads, _PAUSE)),
        asked_at=send.asked_at or (now if asks else None),
        seen=_sightings(window),
    )
    return Reading(Step(after, (Duty.ASK,) if asks and send.asked_at is None else ()))


def _sightings(window: Sequence[Own]) -> tuple[Sighting, ...]:
    """What a person is shown of it: the newest, each with as much text as tells it apart."""
    return tuple(Sighting.of(own.at, own.text) for own in sorted(window, key=lambda own: own.at)[-_SIGHTINGS:])


# -- a person ----------------------------------------------------------------------------------------------------------


class Decision(StrEnum):
    """What a person decides about a send of which nobody knows whether it arrived."""

    WAS_SENT = "was_sent"
    SEND_AGAIN = "send_again"
    DROP = "drop"


def decidable(send: Send) -> bool:
    """Whether a person may decide about it at all."""
    return send.state in (DeliveryState.UNCERTAIN, DeliveryState.FAILED)


def decided(send: Send, decision: Decision, now: Millis) -> Step | None:
    """A person has said what became of it; None when that cannot be (a failed one was surely not sent)."""
    after = replace(send, epoch=send.epoch + 1, not_before=now, failure=None, asked_at=None)
    match decision:
        case Decision.WAS_SENT:
            if send.state is DeliveryState.FAILED:
                return None
            return Step(replace(after, state=DeliveryState.SENT, sent_at=now), (Duty.ANSWERED,))
        case Decision.SEND_AGAIN:
            return Step(replace(after, state=DeliveryState.QUEUED), (Duty.ANSWERED,))
        case Decision.DROP:
            duty = Duty.UNSENT if send.kind == MAIL else Duty.WAITS
            return Step(replace(after, state=DeliveryState.WITHDRAWN), (duty,))


Ended = Callable[[str], bool]
"""Tells of a station that its process is surely gone, where that can be known."""
