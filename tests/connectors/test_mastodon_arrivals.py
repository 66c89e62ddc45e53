"""The mark of arrival: down to where a walk over the mentions has to go."""

from __future__ import annotations

from switchboard_app.sync.mastodon.arrivals import Arrivals


def test_what_came_after_the_last_whole_walk_is_told_by_its_number() -> None:
    first = Arrivals({})
    assert first.met(["9", "10"], above=False)
    first.walked()
    second = Arrivals(first.cursor())
    assert not second.met(["10", "9"], above=False)
    assert second.met(["11", "10"], above=False)


def test_a_walk_that_was_broken_off_leaves_the_mark_where_it_was() -> None:
    cursor = {"m.whole": "10"}
    broken_off = Arrivals(cursor)
    broken_off.met(["30", "29"], above=False)
    later = Arrivals(broken_off.cursor())
    assert later.met(["31", "30"], above=True)
    assert not later.met(["30", "29"], above=True)  # the walk before has read it: on to where it stopped
    assert later.met(["20"], above=False)
    later.walked()
    assert Arrivals(later.cursor()).cursor() == {"m.whole": "31"}


def test_numbers_of_other_servers_and_rows_without_one() -> None:
    walked = Arrivals({"m.whole": "01HX0000000000000000000001"})
    assert walked.met(["01HX0000000000000000000002"], above=False)
    assert not walked.met(["01HX0000000000000000000001", ""], above=False)
