"""The arithmetic of a sweep, without any platform: nothing skipped, no end missed, no hole claimed that is none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from switchboard_app.model import sweep
from switchboard_app.model.sweep import OPEN, OVERLAP, End, Page, Rules, Step
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from tests import tiers

NOW = Millis(1_795_262_400_000)


def swept(**more: str) -> dict[str, str]:
    """The cursor after a complete sweep an hour ago."""
    return {"swept": str(NOW - HOUR), **more}


def test_a_first_sweep_goes_to_the_end() -> None:
    state = sweep.begin({}, NOW)
    step = sweep.seen(state, Page([NOW - 1, NOW - 2], all_known=False, following="A"))
    assert (step.end, step.state.token, step.cursor) == (None, "A", {"resume": "A", "since": str(NOW)})
    step = sweep.seen(step.state, Page([NOW - 3 * DAY], all_known=False))
    assert (step.end, step.complete, step.cursor) == (End.WHOLE, True, {"swept": str(NOW)})


def test_known_ones_end_it_only_beyond_the_overlap() -> None:
    state = sweep.begin(swept(), NOW)
    step = sweep.seen(state, Page([NOW - 2 * HOUR], all_known=True, following="A"))
    assert (step.end, step.optional) == (None, True)
    assert "resume" not in step.cursor, "everything new is stored: nothing to resume"
    assert sweep.given_up(step.state).cursor == {"swept": str(NOW)}
    deep = sweep.seen(step.state, Page([NOW - HOUR - OVERLAP - 1], all_known=True, following="B"))
    assert deep.end is End.WHOLE
    unknown = sweep.seen(step.state, Page([NOW - HOUR - OVERLAP - 1], all_known=False, following="B"))
    assert (unknown.end, unknown.optional) == (None, False)


def test_in_another_order_no_page_says_that_it_is_the_last() -> None:
    page = Page([NOW - 9 * DAY, NOW - 8 * DAY], all_known=True, following="A")
    assert sweep.seen(sweep.begin(swept(), NOW), page).end is None


def test_a_few_out_of_order_do_not_make_it_endless() -> None:
    bound = NOW - HOUR - OVERLAP
    old = Page([bound - 5, bound - 9, bound - 7], all_known=True, following="A")
    assert sweep.seen(sweep.begin(swept(), NOW), old).end is End.WHOLE
    straddling = Page([bound - 5, bound - 9, bound + 7], all_known=True, following="A")
    assert sweep.seen(sweep.begin(swept(), NOW), straddling).end is None


def test_an_interrupted_one_reads_what_is_newer_then_goes_on_below() -> None:
    cursor = {"resume": "DEEP", "since": str(NOW - HOUR)}
    state = sweep.begin(cursor, NOW)
    step = sweep.seen(state, Page([NOW, NOW - 10], all_known=False, following="A"))
    assert step.cursor == {"resume": "A", "since": str(NOW)}, (
        "if this one ends here, the next gets further all the same"
    )
    step = sweep.seen(step.state, Page([NOW - HOUR - 5], all_known=True, following="B"))
    assert (step.state.token, step.cursor) == ("DEEP", {"resume": "DEEP", "since": str(NOW)})
    step = sweep.seen(step.state, Page([NOW - 20 * DAY], all_known=False, following="E"))
    assert step.cursor["resume"] == "E"


@pytest.mark.parametrize("rules", [Rules(), Rules(empty_ends=True)])
def test_pages_that_stay_empty(rules: Rules) -> None:
    step = sweep.seen(sweep.begin({}, NOW, rules), Page([NOW], all_known=False, following="A"))
    step = sweep.seen(step.state, Page([], all_known=True, following="B"))
    assert step.end is None
    step = sweep.seen(step.state, Page([], all_known=True, following="C"))
    assert step.end is (End.WHOLE if rules.empty_ends else End.LOOPED)
    assert step.complete is rules.empty_ends


def test_nothing_at_all_moves_nothing() -> None:
    cursor = swept(resume="R", since="5")
    step = sweep.seen(sweep.begin(cursor, NOW), Page([], all_known=True))
    assert (step.end, step.complete, step.cursor) == (End.EMPTY, True, cursor)


def test_a_cursor_that_repeats_ends_it_incomplete_and_forgets_the_place() -> None:
    step = sweep.seen(sweep.begin({}, NOW), Page([NOW], all_known=False, following="A"))
    step = sweep.seen(step.state, Page([NOW - 1], all_known=False, following="A"))
    assert (step.end, step.complete, step.cursor) == (End.LOOPED, False, {})


def test_sixty_requests_pause_it_and_the_next_poll_resumes() -> None:
    step = sweep.seen(sweep.begin({}, NOW), Page([NOW], all_known=False, following="A"), requests=60)
    assert (step.end, step.complete, step.cursor["resume"]) == (End.BUDGET, False, "A")
    paused = sweep.paused(step.state)
    assert (paused.end, paused.cursor["resume"]) == (End.BUDGET, "A"), "the page asked for is read again"
    optional = sweep.seen(sweep.begin(swept(), NOW), Page([NOW - 5], all_known=True, following="A"), requests=60)
    assert optional.complete, "a second look waits; all that is new is stored"


def test_an_expired_page_is_begun_anew_once() -> None:
    step = sweep.seen(sweep.begin({}, NOW), Page([NOW], all_known=False, following="A"))
    again = sweep.refused(step.state)
    assert again is not None
    assert again.token == ""
    assert sweep.refused(sweep.seen(again, Page([NOW], all_known=False, following="A")).state) is None
    assert sweep.refused(sweep.begin({}, NOW)) is None, "the newest page does not expire"


@pytest.mark.parametrize(
    ("last", "window", "expected"),
    [
        (NOW - DAY, 30 * DAY, None),
        (NOW - 30 * DAY, 30 * DAY, None),
        (NOW - 31 * DAY, 30 * DAY, (NOW - 31 * DAY, NOW - 30 * DAY)),
        (NOW - 31 * DAY, 0, None),
        (0, 30 * DAY, None),
    ],
)
def test_what_is_not_served_any_more_is_a_gap(last: int, window: int, expected: object) -> None:
    assert sweep.gap(last, NOW, window) == expected


def test_what_a_walk_covers() -> None:
    step = sweep.seen(sweep.begin({}, NOW), Page([9, 7], all_known=False, following="A"))
    assert step.covered == (7, OPEN)
    step = sweep.seen(step.state, Page([7, 5], all_known=False, following="B"))
    assert step.covered == (5, 7)
    step = sweep.seen(step.state, Page([6, 4], all_known=False, following="C"))
    assert step.covered is None, "it does not go on where the page before ended"
    assert sweep.seen(step.state, Page([3, 2], all_known=False)).covered is None
    mixed = sweep.seen(sweep.begin({}, NOW), Page([7, 9], all_known=False, following="A"))
    assert mixed.covered is None


# -- a platform of numbers --------------------------------------------------------------------------------------------


@dataclass
class Numbers:
    """A list that grows between and during polls; items are their own times."""

    chance: random.Random
    there: list[int] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)
    cursor: Mapping[str, str] = field(default_factory=dict)
    now: int = NOW
    quiet: bool = False
    late: set[int] = field(default_factory=set)
    latest: int = 0
    """By how much items may be late: as far as the second look of one poll goes."""

    def write(self, count: int) -> None:
        """So many new items, some of them late."""
        for _ in range(count):
            late = self.chance.choice((0, 0, 0, self.chance.randrange(self.latest)))
            self.there.append(self.now - late)
            self.late.update([self.now - late] if late else [])
            self.now += 1000

    def page(self, token: str, size: int) -> tuple[list[int], str]:
        """What stands behind an item, so that a page does not move when something new comes."""
        listed = sorted(set(self.there), reverse=True)
        behind = [one for one in listed if not token or one < int(token)]
        page = behind[:size]
        return page, str(page[-1]) if len(behind) > size else ""

    def poll(self, size: int, requests: int, dies_after: int) -> Step | None:
        """One poll; None when it died before its end. What a page brought is stored together with its cursor."""
        state = sweep.begin(self.cursor, Millis(self.now), Rules(requests=requests))
        for number in range(1, 10_000):
            if number > dies_after:
                return None
            items, following = self.page(state.token, size)
            step = sweep.seen(state, Page(items, self.stored.issuperset(items), following), number)
            self.check_coverage(step, items)
            self.stored.update(items)
            self.cursor = step.cursor
            state = step.state
            if not self.quiet and self.chance.random() < 0.2:
                self.write(1)
            if step.end is not None:
                assert number <= requests
                return step
        raise AssertionError("it does not end")

    def check_coverage(self, step: Step, items: list[int]) -> None:
        """Nothing stored from inside what a page covers is missing on it, as nothing was ever taken away."""
        if step.covered is not None:
            begin, end = step.covered
            newest = items[0] if items else begin
            inside = {one for one in self.stored if begin < one < min(end, newest + 1)}
            assert inside <= set(items)


def _life(seed: int) -> None:
    chance = random.Random(seed)
    numbers = Numbers(chance)
    size = chance.choice((8, 25))
    numbers.latest = 20_000 * size
    for _ in range(chance.randint(1, 6)):
        numbers.now += chance.choice((MINUTE, HOUR, 5 * DAY))
        numbers.write(chance.choice((0, 1, 10, 60)))
        before = set(numbers.there)
        step = numbers.poll(size, chance.choice((3, 10, 60)), chance.choice((1, 2, 7, 1000)))
        if step is not None and step.complete and step.end is End.WHOLE:
            missed = before - numbers.stored - numbers.late
            assert not missed, "a complete sweep has all that was there when it began; what is late may wait"
    numbers.quiet = True
    for _ in range(60):
        last = numbers.poll(size, 60, 1000)
        # who polls again only after days finds what came late no more than 48 hours back
        if last is not None and last.complete and set(numbers.there) - numbers.late <= numbers.stored:
            return
        numbers.now += MINUTE
    raise AssertionError(f"never caught up: {len(set(numbers.there) - numbers.stored)} are missing")


def test_whatever_happens_in_between_everything_is_stored_in_the_end() -> None:
    tiers.each("sweep.numbers", 600, 20_000, _life)
