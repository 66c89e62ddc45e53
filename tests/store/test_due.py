"""Due times and the order of the queue (product.md, rule 2): the earliest time at which something is lost or late."""

from __future__ import annotations

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import DueReason, EnquiryState, Outcome, View
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import Operator
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.store import desk, settings
from switchboard_app.store.database import Store
from switchboard_app.store.desk import NoteAction, PhoneNote
from tests.platforms import FakeClock
from tests.store.town import ROADS, Town, found, minutes, zurich


def test_a_first_answer_is_owed_in_business_hours(town: Town) -> None:
    head = town.head(town.enquiry_of())
    assert (head.due_at, head.due_reason) == (zurich(2026, 11, 24, 11, 0), DueReason.FIRST_ANSWER)


def test_over_lunch_and_over_the_weekend_nobody_is_late(town: Town) -> None:
    town.clock.now = zurich(2026, 11, 27, 11, 30)  # Friday
    assert town.head(town.enquiry_of(who="a")).due_at == zurich(2026, 11, 27, 15, 0)
    town.clock.now = zurich(2026, 11, 27, 16, 30)
    head = town.head(town.enquiry_of(who="b"))
    assert (head.due_at, head.due_reason) == (zurich(2026, 11, 28, 16, 30), DueReason.WINDOW)  # Facebook: 24 hours


def test_the_reply_window_is_lost_before_the_answer_is_late(town: Town) -> None:
    town.clock.now = zurich(2026, 12, 24, 16, 45)  # Christmas, St Stephen's day and a weekend follow
    head = town.head(town.enquiry_of())
    assert (head.window_until, head.extended_until) == (
        zurich(2026, 12, 25, 16, 45),
        zurich(2026, 12, 31, 16, 45),
    )
    assert (head.due_at, head.due_reason) == (head.window_until, DueReason.WINDOW)


def test_when_the_plain_window_is_closed_the_next_clock_counts(town: Town) -> None:
    town.clock.now = zurich(2026, 12, 24, 16, 45)
    enquiry = town.enquiry_of()
    version = town.head(enquiry).version
    town.clock.now = zurich(2026, 12, 25, 17, 0)
    town.store.write(desk.wake_due)
    head = town.head(enquiry)
    assert (head.due_at, head.due_reason) == (zurich(2026, 12, 28, 9, 45), DueReason.FIRST_ANSWER)
    assert head.version == version  # time passing is nobody's change
    town.clock.now = zurich(2027, 1, 1)
    town.store.write(desk.wake_due)
    assert town.head(enquiry).due_reason is DueReason.FIRST_ANSWER


def test_x_has_no_window(store: Store, clock: FakeClock, me: Operator) -> None:
    clock.now = zurich(2026, 12, 24, 16, 45)
    town = found(store, clock, me, Channel.X)
    head = town.head(town.enquiry_of())
    assert (head.window_until, head.extended_until, head.due_reason) == (None, None, DueReason.FIRST_ANSWER)


def test_once_answered_a_second_question_has_more_time(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry))
    assert town.head(enquiry).due_at is None
    town.clock.now = zurich(2026, 11, 24, 10, 0)
    town.arrives(town.says("Und noch etwas"))
    head = town.head(enquiry)
    assert (head.due_at, head.due_reason) == (zurich(2026, 11, 24, 15, 30), DueReason.ANSWER)


def test_the_clock_runs_from_the_first_unanswered_message(town: Town) -> None:
    enquiry = town.enquiry_of()
    due_at = town.head(enquiry).due_at
    town.clock.forward(HOUR)
    town.arrives(town.says("Hallo?"))
    assert town.head(enquiry).due_at == due_at


def test_targets_of_the_workspace_count(town: Town) -> None:
    town.store.write(settings.put, "target.first_answer_minutes", "30")
    assert town.head(town.enquiry_of()).due_at == zurich(2026, 11, 24, 9, 30)
    note = town.store.write(desk.take_note, PhoneNote("Ruft an"), town.me)
    assert town.head(note.enquiry).due_at == zurich(2026, 11, 24, 9, 30)


def test_a_message_from_the_future_puts_nothing_off(town: Town) -> None:
    town.arrives(town.says("Meine Uhr geht vor", at=town.clock.now + 30 * DAY))
    assert town.last_of().due_at == zurich(2026, 11, 24, 11, 0)


def test_an_office_is_watched_whatever_happens_meanwhile(town: Town) -> None:
    town.offices()
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry, "Wir fragen nach."))
    town.store.write(desk.forward, enquiry, ROADS, "Bitte ansehen", town.me)
    head = town.head(enquiry)
    word_due = zurich(2026, 11, 25, 9, 30)  # eight hours of business time
    assert (head.state, head.due_at, head.due_reason) == (EnquiryState.WAITING_OFFICE, word_due, DueReason.OFFICE)
    town.clock.forward(minutes(10))
    town.arrives(town.says("Gibt es schon etwas?"))
    assert town.state(enquiry) is EnquiryState.OPEN
    town.sends(town.replies(enquiry, "Noch nicht."))
    head = town.head(enquiry)
    assert (head.state, head.due_at, head.due_reason) == (EnquiryState.WAITING_OFFICE, word_due, DueReason.OFFICE)


def test_what_is_put_away_is_due_when_it_comes_back_and_until_somebody_acts(town: Town) -> None:
    note = town.store.write(desk.take_note, PhoneNote("Bitte prüfen", action=NoteAction.INBOX), town.me)
    until = Millis(town.clock.now + 10 * minutes(1))
    town.store.write(desk.snooze, note.enquiry, until, town.me)
    assert town.head(note.enquiry).due_at == until
    town.clock.forward(minutes(11))
    town.store.write(desk.wake_due)
    head = town.head(note.enquiry)
    assert (head.state, head.due_at, head.due_reason) == (EnquiryState.OPEN, until, DueReason.FOLLOW_UP)
    again = Millis(town.clock.now + minutes(30))
    town.store.write(desk.snooze, note.enquiry, again, town.me)
    assert (town.head(note.enquiry).due_at, town.head(note.enquiry).due_reason) == (again, DueReason.FOLLOW_UP)


def test_a_promised_callback_counts_until_it_was_put_off(town: Town) -> None:
    promised = Millis(town.clock.now + minutes(20))
    note = town.store.write(desk.take_note, PhoneNote("Ruft zurück", callback_at=promised), town.me)
    assert (town.head(note.enquiry).due_at, town.head(note.enquiry).due_reason) == (promised, DueReason.CALLBACK)
    town.clock.forward(minutes(30))
    tomorrow = Millis(town.clock.now + DAY)
    town.store.write(desk.snooze, note.enquiry, tomorrow, town.me)
    assert town.head(note.enquiry).due_at == tomorrow


def test_the_urgent_come_first_then_what_waits_then_what_is_done(town: Town) -> None:
    town.offices()
    late = town.enquiry_of(who="late")
    town.clock.forward(HOUR)
    answered = town.enquiry_of(who="answered")
    town.sends(town.replies(answered))
    done = town.enquiry_of(who="done")
    town.store.write(desk.done, done, Outcome.SPAM, town.me)
    fresh = town.enquiry_of(who="fresh")
    urgent = town.store.write(desk.take_note, PhoneNote("Wasser im Keller", urgent=True), town.me).enquiry
    assert [row.id for row in town.queue(View.ALL)] == [urgent, late, fresh, answered, done]
    assert town.head(urgent).due_at == town.clock.now + minutes(15)


def test_the_done_stand_newest_first(town: Town) -> None:
    made = []
    for who in ("a", "b", "c"):
        enquiry = town.enquiry_of(who=who)
        town.clock.forward(minutes(1))
        town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
        made.append(enquiry)
    assert [row.id for row in town.queue(View.DONE)] == made[::-1]


def test_a_declined_forwarding_comes_before_everything_that_is_not_late(town: Town) -> None:
    town.offices()
    enquiry = town.enquiry_of("Ein Schlagloch")
    forwarding = town.store.write(desk.forward, enquiry, ROADS, "Bitte", town.me)
    town.clock.forward(minutes(30))
    others = [town.enquiry_of(who=who) for who in ("b", "c")]
    town.store.write(desk.office_word, forwarding.id, ForwardingState.DECLINED, "Nicht unsere Strasse", town.me)
    assert [row.id for row in town.queue()] == [enquiry, *others]
    assert town.head(enquiry).due_reason is DueReason.FOLLOW_UP
