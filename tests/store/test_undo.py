"""Undo: every step of a person can be taken back, as long as nothing else happened since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from switchboard_app.model.enquiry import Enquiry, EnquiryState, Outcome
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import DAY, HOUR, Millis
from switchboard_app.store import desk, drafts, outbox, settings
from switchboard_app.store.transaction import Transaction
from tests.store.town import ROADS, Town, minutes

SARA = Operator("sara")
COLUMNS = (
    "state, owner, office_id, office_name, forwarded_at, closed_at, outcome, snoozed_until, waiting_since, answered_at,"
    " answer_due_at, callback_at, office_due_at, due_at, due_reason, sort_at, unread, tags, merged_into, delivery"
)

Step = Callable[[Transaction, EnquiryId, Operator], Any]

STEPS: dict[str, Step] = {
    "claim": desk.claim,
    "release": desk.release,
    "reassign": lambda tx, enquiry, me: desk.reassign(tx, enquiry, SARA, "Ferien", me),
    "snooze": lambda tx, enquiry, me: desk.snooze(tx, enquiry, Millis(tx.now + DAY), me),
    "done": lambda tx, enquiry, me: desk.done(tx, enquiry, Outcome.SPAM, me),
    "reply": lambda tx, enquiry, me: desk.reply(tx, enquiry, "Guten Tag", me, undo_millis=8000),
    "reply and close": lambda tx, enquiry, me: desk.reply(
        tx, enquiry, "Guten Tag", me, undo_millis=8000, outcome=Outcome.ANSWERED
    ),
    "forward": lambda tx, enquiry, me: desk.forward(tx, enquiry, ROADS, "Bitte", me, undo_millis=8000),
    "merge": lambda tx, enquiry, me: desk.merge(tx, enquiry, 2, me),
}


def row(town: Town, enquiry: EnquiryId) -> Any:
    """Everything of an enquiry that a step may change."""
    return town.rows(f"SELECT {COLUMNS} FROM enquiry WHERE id = ?", enquiry)[0]


@pytest.mark.parametrize("owned", [False, True], ids=["free", "owned"])
@pytest.mark.parametrize("name", list(STEPS))
def test_a_step_taken_back_leaves_everything_as_it_was(town: Town, name: str, owned: bool) -> None:
    if name == "claim" and owned:
        return  # nothing to take
    if name == "release" and not owned:
        return
    town.offices()
    enquiry = town.enquiry_of()
    town.enquiry_of(who="beat")
    if owned:
        town.store.write(desk.claim, enquiry, town.me)
        town.store.write(desk.set_tags, enquiry, ("winter",), town.me)
    before = row(town, enquiry)
    town.clock.forward(minutes(1))
    town.store.write(STEPS[name], enquiry, town.me)
    assert row(town, enquiry) != before
    action = name.split(maxsplit=1)[0]
    assert town.store.read(desk.undoable, enquiry, town.me) == action
    assert town.store.read(desk.undoable, enquiry, SARA) == ""
    town.clock.forward(1000)
    assert town.store.write(desk.undo, enquiry, town.me) == action
    assert row(town, enquiry) == before
    assert town.events(enquiry)[-1] is EventCode.UNDONE
    assert "undo" in town.journal(enquiry)
    with pytest.raises(Refused, match="nothing to undo"):
        town.store.write(desk.undo, enquiry, town.me)


def test_a_reopening_taken_back_closes_as_it_was(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.done, enquiry, Outcome.SPAM, town.me)
    before = row(town, enquiry)
    town.clock.forward(HOUR)
    town.store.write(desk.reopen, enquiry, town.me)
    town.store.write(desk.undo, enquiry, town.me)
    assert row(town, enquiry) == before


def test_an_answer_taken_back_is_a_draft_and_does_not_leave(town: Town) -> None:
    enquiry = town.enquiry_of()
    delivery = town.replies(enquiry, "Mit Tippfehlre", undo_millis=8000)
    town.store.write(desk.undo, enquiry, town.me)
    assert town.store.read(drafts.load, town.me, f"reply:{enquiry}") == "Mit Tippfehlre"
    town.clock.forward(HOUR)
    assert town.store.write(outbox.take, delivery.id) is None
    assert [e.text for e in town.messages(enquiry)] == ["Guten Tag"]


def test_an_answer_that_left_stays(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry))
    with pytest.raises(Refused, match="too late"):
        town.store.write(desk.undo, enquiry, town.me)
    assert town.state(enquiry) is EnquiryState.WAITING_CITIZEN


def test_a_mail_that_left_stays(town: Town) -> None:
    town.offices()
    enquiry = town.enquiry_of()
    made = town.store.write(desk.forward, enquiry, ROADS, "Bitte", town.me)
    assert made.delivery is not None
    town.takes(made.delivery)
    with pytest.raises(Refused, match="has left already"):
        town.store.write(desk.undo, enquiry, town.me)
    assert [one.state for one in town.shown(enquiry).forwardings] == [ForwardingState.SENT]


def test_only_the_last_step_and_only_ones_own(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    with pytest.raises(Refused, match="nothing to undo"):
        town.store.write(desk.undo, enquiry, SARA)
    town.arrives(town.says("Etwas geschah seither"))
    with pytest.raises(Refused, match="Only the last step"):
        town.store.write(desk.undo, enquiry, town.me)
    assert town.store.read(desk.undoable, enquiry, town.me) == ""


def test_steps_of_one_millisecond_are_taken_back_in_turn_from_the_last(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    town.store.write(desk.snooze, enquiry, Millis(town.clock.now + DAY), town.me)
    town.store.write(desk.reassign, enquiry, SARA, "Ferien", town.me)
    assert town.store.write(desk.undo, enquiry, town.me) == "reassign"
    head: Enquiry = town.head(enquiry)
    assert (head.owner, head.state) == (town.me, EnquiryState.SNOOZED)


def test_undoing_a_merge_says_so_on_both(town: Town) -> None:
    one, other = town.enquiry_of(), town.enquiry_of(who="beat")
    town.store.write(desk.merge, one, 2, town.me)
    town.store.write(desk.undo, one, town.me)
    assert town.events(one)[-1] is town.events(other)[-1] is EventCode.UNDONE


def test_a_closing_cannot_be_undone_when_the_conversation_went_on(town: Town) -> None:
    town.store.write(settings.put, "target.reopen_days", "0")
    enquiry = town.enquiry_of()
    town.store.write(desk.done, enquiry, Outcome.ANSWERED, town.me)
    town.clock.forward(1)
    town.arrives(town.says("Neues Anliegen"))
    assert len(town.all_of()) == 2
    with pytest.raises(Refused, match="goes on in enquiry 2"):
        town.store.write(desk.undo, enquiry, town.me)
    assert replace(town.head(enquiry), version=0).state is EnquiryState.DONE
