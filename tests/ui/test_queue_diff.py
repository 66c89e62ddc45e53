"""The steps that turn one list into another: whatever happens, known rows end where the store has them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.ui.queue_diff import MOST_STEPS, Part, Step, steps


def part(ids: list[str], first: int, end: int) -> Part:
    """The known stretch of a list."""
    first, end = max(0, min(first, len(ids))), min(end, len(ids))
    return Part(first, ids[first : max(first, end)], len(ids))


def carried_out(old: Part, made: list[Step]) -> list[str | None]:
    """The rows after the steps; None for what is not known."""
    rows: list[str | None] = [None] * old.total
    rows[old.first : old.end] = old.ids
    for step in made:
        assert 0 <= step.first <= len(rows)
        if step.count > 0:
            rows[step.first : step.first] = [None] * step.count
        else:
            assert step.first - step.count <= len(rows), "takes out more than there is"
            del rows[step.first : step.first - step.count]
    return rows


IDS = [f"e{number}" for number in range(60)]


@st.composite
def two_lists(draw: st.DrawFn) -> tuple[Part, Part]:
    """A list, the same after some rows came, went or moved, and what is known of both."""
    before = draw(st.lists(st.sampled_from(IDS[:40]), unique=True, max_size=30))
    after = list(before)
    for _ in range(draw(st.integers(0, 6))):
        what = draw(st.sampled_from(("in", "out", "move")))
        at = draw(st.integers(0, max(0, len(after) - 1)))
        if what == "in":
            after.insert(at, draw(st.sampled_from([one for one in IDS if one not in after and one not in before])))
        elif after:
            row = after.pop(at)
            if what == "move":
                after.insert(draw(st.integers(0, len(after))), row)
    first, end = sorted((draw(st.integers(0, 30)), draw(st.integers(0, 30))))
    shift = draw(st.integers(-4, 4))
    return part(before, first, end), part(after, first + shift, end + shift)


@given(two_lists())
def test_common_rows_end_where_the_store_has_them(lists: tuple[Part, Part]) -> None:
    old, new = lists
    made = steps(old, new)
    if made is None:
        return
    rows = carried_out(old, made)
    assert len(rows) == new.total
    common = [one for one in old.ids if one in new.ids]
    if common == [one for one in new.ids if one in old.ids]:  # nothing moved: every one of them is still there
        assert {row: rows.index(row) for row in common} == {row: new.first + list(new.ids).index(row) for row in common}


def test_a_row_at_the_top_is_put_in_at_the_top() -> None:
    assert steps(Part(0, ["a", "b", "c"], 3), Part(0, ["x", "a", "b", "c"], 4)) == [Step(0, 1)]


def test_a_row_above_what_is_known_only_shifts() -> None:
    assert steps(Part(100, ["a", "b"], 500), Part(101, ["a", "b"], 501)) == [Step(100, 1)]


def test_a_row_that_left_takes_only_itself() -> None:
    assert steps(Part(0, ["a", "b", "c"], 10), Part(0, ["a", "c", "d"], 9)) == [Step(1, -1)]


def test_nothing_changed_is_no_step() -> None:
    assert steps(Part(3, ["a", "b"], 9), Part(3, ["a", "b"], 9)) == []


def test_another_list_starts_anew() -> None:
    assert steps(Part(0, ["a", "b"], 2), Part(0, ["x", "y"], 2)) is None
    many = [f"n{number}" for number in range(2 * MOST_STEPS + 2)]
    assert steps(Part(0, many, len(many)), Part(0, many[::2], len(many) // 2)) is None
