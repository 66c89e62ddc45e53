"""The states of an enquiry: who may go where, and that every one has its word."""

from __future__ import annotations

from switchboard_app.model.enquiry import (
    ACTIVE,
    TRANSITIONS,
    EnquiryState,
    Outcome,
    View,
    outcome_name,
    state_name,
    view_name,
)


def test_every_state_has_its_ways_out_and_the_active_ones_are_all_but_done() -> None:
    assert set(TRANSITIONS) == set(EnquiryState)
    assert set(ACTIVE) == set(EnquiryState) - {EnquiryState.DONE}
    assert all(ways for ways in TRANSITIONS.values())


def test_what_is_done_can_only_be_reopened() -> None:
    assert TRANSITIONS[EnquiryState.DONE] == {EnquiryState.OPEN, EnquiryState.NEW}


def test_everything_can_be_done_and_every_state_be_reached() -> None:
    assert all(EnquiryState.DONE in TRANSITIONS[state] for state in ACTIVE)
    reached = {EnquiryState.NEW}
    while more := {to for state in reached for to in TRANSITIONS[state]} - reached:
        reached |= more
    assert reached == set(EnquiryState)


def test_what_wakes_without_an_owner_is_new_again() -> None:
    for state in (EnquiryState.WAITING_OFFICE, EnquiryState.WAITING_CITIZEN, EnquiryState.SNOOZED):
        assert EnquiryState.OPEN in TRANSITIONS[state]
        assert EnquiryState.NEW in TRANSITIONS[state]


def test_every_value_has_words_of_its_own() -> None:
    for values, words in ((EnquiryState, state_name), (Outcome, outcome_name), (View, view_name)):
        said = [words(value) for value in values]  # type: ignore[arg-type]  # each with its own function
        assert all(said)
        assert len(set(said)) == len(said)


def test_values_are_stored_so_they_may_not_change() -> None:
    assert [state.value for state in EnquiryState] == [
        "new",
        "open",
        "waiting_office",
        "waiting_citizen",
        "snoozed",
        "done",
    ]
    assert [outcome.value for outcome in Outcome] == [
        "answered",
        "forwarded_settled",
        "forwarded_silent",
        "referred",
        "channel_change",
        "no_concern",
        "spam",
        "unreachable",
        "merged",
    ]
