"""An enquiry's life (product.md, rule 1): what a citizen's message does to it in each state, and what people do."""

from __future__ import annotations

import pytest

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState, Outcome, View
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import NotThere, Refused, Stale, WrongUse
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, Operator, PlatformId
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.store import accounts, desk, outbox, settings, timeline
from tests.store.town import ROADS, Town, minutes

SARA = Operator("sara")


def test_a_first_message_opens_a_new_enquiry(town: Town) -> None:
    town.arrives(town.says("Grüezi, vor unserer Haustür ist ein Schlagloch und es ist nicht klein."))
    (row,) = town.queue(View.INBOX)
    assert (row.number, row.state, row.owner, row.person_name) == (1, EnquiryState.NEW, None, "Anna")
    assert (row.unread, row.language, row.excerpt[:6]) == (1, "de", "Grüezi")


def test_more_messages_join_the_open_enquiry(town: Town) -> None:
    enquiry = town.enquiry_of("Erste")
    town.clock.forward(HOUR)
    town.arrives(town.says("Zweite", at=town.clock.now - 1), town.says("Dritte"))
    assert [entry.text for entry in town.messages(enquiry)] == ["Erste", "Zweite", "Dritte"]
    assert len(town.all_of()) == 1
    assert town.head(enquiry).unread == 3


@pytest.mark.parametrize("waits_for", ["citizen", "office", "follow-up"])
def test_a_citizens_message_wakes_what_waits_with_its_owner(town: Town, waits_for: str) -> None:
    town.offices()
    enquiry = town.enquiry_of()
    if waits_for == "citizen":
        town.replies(enquiry)
    elif waits_for == "office":
        town.store.write(desk.forward, enquiry, ROADS, "Bitte", town.me)
    else:
        town.store.write(desk.snooze, enquiry, Millis(town.clock.now + DAY), town.me)
    town.clock.forward(minutes(5))
    town.arrives(town.says("Noch etwas"))
    head = town.head(enquiry)
    assert (head.state, head.owner, head.snoozed_until) == (EnquiryState.OPEN, town.me, None)
    assert EventCode.WOKEN in town.events(enquiry)
    assert "woken" in town.journal(enquiry)


def test_what_sleeps_without_an_owner_wakes_as_new(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.snooze, enquiry, Millis(town.clock.now + DAY), town.me)
    town.store.write(desk.release, enquiry, town.me)
    town.arrives(town.says("Noch etwas"))
    assert town.state(enquiry) is EnquiryState.NEW


@pytest.mark.parametrize("comes_back", ["follow-up", "call", "office", "failed answer"])
def test_what_nobody_owns_comes_back_for_everybody(town: Town, comes_back: str) -> None:
    town.offices()
    enquiry = town.enquiry_of()
    if comes_back == "office":
        forwarding = town.store.write(desk.forward, enquiry, ROADS, "Bitte", town.me)
    elif comes_back == "failed answer":
        taken = town.takes(town.replies(enquiry))
    else:
        town.store.write(desk.snooze, enquiry, Millis(town.clock.now + HOUR), town.me)
    town.store.write(desk.release, enquiry, town.me)
    assert town.head(enquiry).owner is None
    town.clock.forward(HOUR)
    if comes_back == "office":
        town.store.write(desk.office_word, forwarding.id, ForwardingState.DECLINED, "nein", town.me)
    elif comes_back == "failed answer":
        town.store.write(outbox.record_failure, taken, Failure(FailureKind.CONTENT, True, "nein"))
    elif comes_back == "call":
        town.store.write(desk.take_note, desk.PhoneNote("Ruft an", joins=1), town.me)
    else:
        assert town.store.write(desk.wake_due) == 1
    assert town.state(enquiry) is EnquiryState.NEW


def closed(town: Town) -> EnquiryId:
    """An enquiry that was answered and closed."""
    enquiry = town.enquiry_of("Die erste Sache")
    town.sends(town.replies(enquiry, "Gern geschehen"))
    town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
    return enquiry


def test_a_message_within_the_reopen_period_reopens_with_the_owner(town: Town) -> None:
    enquiry = closed(town)
    town.clock.forward(7 * DAY - minutes(1))
    town.arrives(town.says("Es ist wieder da"))
    head = town.head(enquiry)
    assert (head.state, head.owner, head.closed_at, head.outcome) == (EnquiryState.OPEN, town.me, None, None)
    assert EventCode.REOPENED in town.events(enquiry)
    assert len(town.all_of()) == 1


def test_a_later_message_opens_another_in_the_same_thread_which_shows_the_earlier(town: Town) -> None:
    first = closed(town)
    town.clock.forward(7 * DAY + minutes(1))
    town.arrives(town.says("Ganz etwas anderes"))
    old, new = town.all_of()
    assert (old.id, old.state, new.state, new.number) == (first, EnquiryState.DONE, EnquiryState.NEW, 2)
    assert old.thread == new.thread is not None
    earlier = town.store.read(timeline.earlier_entries, new.thread, new.id)
    assert [entry.text for entry in earlier] == ["Die erste Sache", "Gern geschehen"]
    assert [entry.text for entry in town.messages(new.id)] == ["Ganz etwas anderes"]


def test_the_reopen_period_is_the_accounts_else_the_workspaces(town: Town) -> None:
    enquiry = closed(town)
    town.store.write(settings.put, "target.reopen_days", "2")
    town.clock.forward(3 * DAY)
    town.arrives(town.says("Nach drei Tagen"))
    assert len(town.all_of()) == 2
    town.store.write(desk.done, town.last_of().id, Outcome.NO_CONCERN, town.me)
    town.store.write(accounts.set_platform_user, town.account.id, PlatformId("page"), {"reopen_days": "30"})
    town.account = town.store.read(accounts.one, town.account.id)
    town.clock.forward(20 * DAY)
    town.arrives(town.says("Nach drei Wochen"))
    assert [one.state for one in town.all_of()] == [EnquiryState.DONE, EnquiryState.OPEN]
    assert town.head(enquiry).state is EnquiryState.DONE


def test_a_thread_has_one_active_enquiry(town: Town) -> None:
    first = closed(town)
    town.clock.forward(8 * DAY)
    town.arrives(town.says("Neu"))
    with pytest.raises(Refused, match="goes on in enquiry 2"):
        town.store.write(desk.reopen, first, town.me)
    assert town.state(first) is EnquiryState.DONE


def test_reopening_takes_it_up(town: Town) -> None:
    enquiry = closed(town)
    assert town.store.write(desk.reopen, enquiry, SARA) is EnquiryState.OPEN
    head = town.head(enquiry)
    assert (head.owner, head.outcome, head.closed_at) == (SARA, None, None)
    with pytest.raises(Refused, match="not closed"):
        town.store.write(desk.reopen, enquiry, SARA)


def test_closing_twice_changes_nothing_and_another_outcome_is_refused(town: Town) -> None:
    enquiry = closed(town)
    before = town.head(enquiry)
    town.clock.forward(HOUR)
    town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
    assert town.head(enquiry) == before
    with pytest.raises(Refused, match="is done"):
        town.store.write(desk.done, enquiry, Outcome.SPAM, town.me)


@pytest.mark.parametrize("verb", ["claim", "release", "reassign", "snooze", "reply", "forward", "merge"])
def test_a_closed_enquiry_must_be_reopened_first(town: Town, verb: str) -> None:
    town.offices()
    enquiry = closed(town)
    town.enquiry_of(who="beat")
    by = SARA if verb == "claim" else town.me
    calls = {
        "claim": lambda tx: desk.claim(tx, enquiry, town.me),
        "release": lambda tx: desk.release(tx, enquiry, by),
        "reassign": lambda tx: desk.reassign(tx, enquiry, SARA, "Ferien", by),
        "snooze": lambda tx: desk.snooze(tx, enquiry, Millis(town.clock.now + DAY), by),
        "reply": lambda tx: desk.reply(tx, enquiry, "Noch etwas", by),
        "forward": lambda tx: desk.forward(tx, enquiry, ROADS, "Bitte", by),
        "merge": lambda tx: desk.merge(tx, enquiry, 2, by),
    }
    if verb == "claim":
        assert town.store.write(calls[verb]) is EnquiryState.DONE  # one's own: nothing to take, nothing changes
        return
    before = town.head(enquiry)
    with pytest.raises(Refused):
        town.store.write(calls[verb])
    assert town.head(enquiry) == before


def test_a_stranger_cannot_claim_what_is_closed(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.done, enquiry, Outcome.SPAM, town.me)
    with pytest.raises(Stale, match="ml was faster"):
        town.store.write(desk.claim, enquiry, SARA)


def test_merging_closes_the_one_and_both_point_at_each_other(town: Town) -> None:
    one, other = town.enquiry_of(), town.enquiry_of(who="beat")
    assert town.store.write(desk.merge, one, 2, town.me) is EnquiryState.DONE
    assert town.head(one).outcome is Outcome.MERGED
    assert town.events(one)[-1] is town.events(other)[-1] is EventCode.MERGED
    assert [entry.text for entry in town.shown(one).entries if entry.event is EventCode.MERGED] == ["2"]
    assert [entry.text for entry in town.shown(other).entries if entry.event is EventCode.MERGED] == ["1"]
    with pytest.raises(WrongUse, match="with itself"):
        town.store.write(desk.merge, other, 2, town.me)
    with pytest.raises(NotThere, match="no enquiry 99"):
        town.store.write(desk.merge, other, 99, town.me)
    with pytest.raises(Refused, match="Enquiry 1 is done"):
        town.store.write(desk.merge, other, 1, town.me)


def test_a_follow_up_lies_ahead_and_comes_back_by_itself(town: Town) -> None:
    enquiry = town.enquiry_of()
    with pytest.raises(WrongUse, match="in the past"):
        town.store.write(desk.snooze, enquiry, Millis(town.clock.now), town.me)
    town.store.write(desk.snooze, enquiry, Millis(town.clock.now + HOUR), town.me)
    assert town.store.write(desk.wake_due) == 0
    town.clock.forward(HOUR)
    assert town.store.write(desk.wake_due) == 1
    assert town.store.write(desk.wake_due) == 0
    assert (town.state(enquiry), town.head(enquiry).owner) == (EnquiryState.OPEN, town.me)
    assert town.head(enquiry).snoozed_until is None


def test_tags_are_words(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.set_tags, enquiry, ("Strasse", " strasse ", "Winter"), town.me)
    assert town.head(enquiry).tags == ("strasse", "winter")
    for bad in ("zwei Wörter", "x" * 41):
        with pytest.raises(WrongUse, match="one word"):
            town.store.write(desk.set_tags, enquiry, (bad,), town.me)


def test_reading_does_not_make_anybodys_typing_stale(town: Town) -> None:
    enquiry = town.enquiry_of()
    version = town.head(enquiry).version
    town.store.write(desk.mark_read, enquiry)
    assert (town.head(enquiry).unread, town.head(enquiry).version) == (0, version)


def test_what_does_not_exist_is_said(town: Town) -> None:
    for verb in (desk.claim, desk.release):
        with pytest.raises(NotThere):
            town.store.write(verb, EnquiryId("nowhere"), town.me)
    with pytest.raises(NotThere):
        town.head(EnquiryId("nowhere"))
