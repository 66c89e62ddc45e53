"""One sweep over a list that a platform serves newest first, as arithmetic: what to store, what to ask for next, when
to stop. No socket, clock or randomness: ``(state, page seen, now) -> (state, step)``.

The rules (reliability 4.5). Overlap, not watermarks alone: the newest page first, then on until everything on a page
is known *and* older than the last complete sweep minus the overlap. A repeated cursor, pages that stay empty though
they name a next one, or more requests than a poll may make end the walk: it is incomplete and says so. An interrupted
deep walk is resumed: first what is newer than its beginning, then from where the *stored* rows ended. What the
platform keeps for a limited time only is compared with the last complete sweep: the rest is a gap, with from and to.

How a connector uses it, once for each poll::

    state = sweep.begin(cursor, now, Rules(window=30 * DAY))       # cursor: Mapping[str, str] of the last batch
    while True:
        try: answer = await ask(page=state.token)                  # "" is the newest page
        except PageRefused: state = sweep.refused(state) or give up; continue   # expired: once more from the top
        times = [...]                                              # of every item, in the order served
        step = sweep.seen(state, Page(times, all_known, following=next_token), requests=so_many)
        state = step.state
        yield Batch(threads, messages, {**own_members, **step.cursor}, complete=step.complete, gap=step.gap)
        if step.end is not None: break                             # End.LOOPED: raise malformed(...) afterwards

`all_known` is ``known(ids)`` of everything on the page (or: nothing on this page of conversations has changed).
``step.optional`` says that nothing new is to be expected from the next page: ask for it with a budget that may be
refused, and call `given_up` when it is; `paused` when a page could not be worked through. ``step.cursor`` holds
the members ``swept``, ``resume``, ``since``; a connector adds its own and gives all of them back the next time. A
cursor that is not stored together with the rows of its batch means nothing: the poller does both in one transaction.

It refuses to know what an item is. Used by the sweeps of `sync`. ``step.covered`` says between which moments a page
has listed everything: what is stored from in between and was not on it is no longer on the platform.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from switchboard_app.model.times import HOUR, Millis

OVERLAP = 48 * HOUR
REQUESTS = 60
"""So many requests a poll makes; what is left comes with the next one."""

Span = tuple[Millis, Millis]
OPEN = Millis((1 << 53) - 1)
"""As the later end of a `Span`: up to now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a platform's list.

    `window`: for how long it serves things, 0 without an end. `empty_pages`: so many in a row that name a next one end
    the walk, as incomplete unless `empty_ends` says that this is how the platform marks its end (X).
    """

    overlap: int = OVERLAP
    window: int = 0
    requests: int = REQUESTS
    empty_pages: int = 2
    empty_ends: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer showed: when its items were, in the order served; whether all are known; the next page."""

    times: Sequence[int]
    all_known: bool
    following: str = ""

    @property
    def oldest(self) -> int:
        """The earliest moment on it; 0 when it is empty."""
        return min(self.times, default=0)

    @property
    def newest_first(self) -> bool:
        """Whether it is in the order that is expected. In another one no page says that it is the last, and a hole
        means nothing."""
        return all(one >= other for one, other in pairwise(self.times))

    def reaches(self, moment: int) -> bool:
        """Whether it goes back beyond a moment: its end does, or, when a few are out of order, all of it."""
        if not self.times:
            return False
        if self.newest_first:
            return self.oldest < moment
        oldest_first = list(self.times) == sorted(self.times)
        return max(self.times) < moment and not oldest_first


class End(StrEnum):
    """Why a sweep asks for no further page."""

    WHOLE = "whole"
    """Everything that the platform serves is stored, as far down as it matters."""
    EMPTY = "empty"
    """The platform showed nothing at all, which may be a read that lags: nothing moved."""
    BUDGET = "budget"
    """Enough requests for one poll: the next one resumes. The account is catching up."""
    LOOPED = "looped"
    """Pages that repeat: incomplete, begun anew by the next poll."""


@dataclass(frozen=True, slots=True)
class State:
    """A sweep between two pages. `token` is the page to ask for; the rest is this module's own."""

    rules: Rules
    start: Millis
    swept: int
    resume: str = ""
    since: int = 0
    interrupted: str = ""
    """The page at which an interrupted sweep stopped, which began at `interrupted_at`."""
    interrupted_at: int = 0
    token: str = ""
    above: bool = False
    """Still above what an interrupted sweep had read."""
    used: frozenset[str] = frozenset({""})
    empty: int = 0
    anything: bool = False
    restarted: bool = False
    edge: Millis | None = OPEN
    """Down to here the walk has seen every item, without a hole between its pages; None after a jump."""
    ordered: bool = True
    """Whether every page so far was newest first and went on where the one before ended."""

    @property
    def cursor(self) -> dict[str, str]:
        """The members of the cursor that are true once everything seen so far is stored."""
        resumed = {"resume": self.resume, "since": str(self.since)} if self.resume else {}
        return {**({"swept": str(self.swept)} if self.swept else {}), **resumed}


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a page: store it with `cursor`; ask for ``state.token`` unless there is an `end`."""

    state: State
    end: End | None = None
    gap: Span | None = None
    optional: bool = False
    """Nothing new is expected below: the next page is a second look at the overlap."""
    covered: Span | None = None
    """Between these moments (both excluded) the page listed everything there is; None where it cannot be said."""

    @property
    def complete(self) -> bool:
        """Whether everything the platform serves is stored up to here."""
        return self.end in (End.WHOLE, End.EMPTY)

    @property
    def cursor(self) -> dict[str, str]:
        """See `State.cursor`."""
        return self.state.cursor


def whole(text: str) -> int:
    """A number of the cursor; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0


def begin(cursor: Mapping[str, str], now: Millis, rules: Rules | None = None) -> State:
    """A sweep that goes on where the stored rows end."""
    resume = cursor.get("resume", "")
    since = whole(cursor.get("since", "")) if resume else 0
    swept = whole(cursor.get("swept", ""))
    return State(rules or Rules(), now, swept, resume, since, resume, since, above=bool(resume))


def seen(state: State, page: Page, requests: int = 0) -> Step:
    """What a page means. `requests` is how many this poll has made, for whatever."""
    covered, state = _coverage(state, page)
    empty = 0 if page.times else state.empty + 1
    state = replace(state, anything=state.anything or bool(page.times), empty=empty)
    following = page.following
    if state.above and page.all_known and page.reaches(state.interrupted_at):
        # everything newer than the interrupted walk is stored: on where it stopped
        following = state.interrupted
        state = replace(state, above=False, used=frozenset({""}), edge=None)
    barren = bool(following) and empty >= state.rules.empty_pages
    if barren and state.anything and not state.rules.empty_ends:
        return Step(replace(state, resume="", since=0), End.LOOPED)
    if not following or barren or (not state.above and _deep_enough(state, page)):
        return replace(_finish(state), covered=covered)
    if following in state.used:
        return Step(replace(state, resume="", since=0), End.LOOPED, covered=covered)
    optional = _closes(state, page)
    state = replace(_noted(state, page, "" if optional else following), token=following)
    state = replace(state, used=state.used | {following})
    if requests < state.rules.requests:
        return Step(state, optional=optional, covered=covered)
    if optional:  # everything new is stored: the second look waits
        return replace(_finish(state), covered=covered)
    return Step(state, End.BUDGET, covered=covered)


def paused(state: State) -> Step:
    """Enough requests for one poll before the page asked for was worked through: the next poll reads it again."""
    return Step(replace(state, resume=state.token, since=state.start) if state.token else state, End.BUDGET)


def given_up(state: State) -> Step:
    """The second look was refused for its budget: all that is new is stored."""
    return _finish(state)


def refused(state: State) -> State | None:
    """The page asked for does not exist any more: once more from the top; None when that has been done already."""
    if not state.token or state.restarted:
        return None
    return State(state.rules, state.start, state.swept, anything=state.anything, restarted=True)


def gap(swept: int, start: Millis, window: int) -> Span | None:
    """What was written after the last complete sweep and is served no more; None when there is nothing."""
    if not swept or not window or swept >= start - window:
        return None
    return Millis(swept), Millis(start - window)


def _finish(state: State) -> Step:
    if not state.anything:  # an empty account, or a read that lags
        return Step(state, End.EMPTY)
    missed = gap(state.swept, state.start, state.rules.window)
    return Step(replace(state, swept=state.start, resume="", since=0), End.WHOLE, missed)


def _deep_enough(state: State, page: Page) -> bool:
    return bool(state.swept) and page.all_known and page.reaches(state.swept - state.rules.overlap)


def _closes(state: State, page: Page) -> bool:
    """Whether the new ends here: all known, and everything below was stored by a complete sweep."""
    if state.interrupted or not state.swept or not page.newest_first:
        return False
    return bool(page.times) and page.all_known


def _noted(state: State, page: Page, following: str) -> State:
    """Remember where to go on if the sweep ends here. Nothing came, nothing moves.

    Also above the place of an interrupted one: what lies between is walked again, but every poll gets further, however
    much comes in meanwhile.
    """
    if not page.times:
        return state
    return replace(state, resume=following, since=state.start if following else 0)


def _coverage(state: State, page: Page) -> tuple[Span | None, State]:
    """What the page shows without a hole, and the state that knows down to where the walk has."""
    if not page.times:
        return None, state
    newest = Millis(page.times[0])
    later = newest if state.edge is None else state.edge
    ordered = state.ordered and page.newest_first and newest <= later
    after = replace(state, ordered=ordered, edge=Millis(page.oldest))
    return ((Millis(page.oldest), later) if ordered and page.oldest < later else None), after
