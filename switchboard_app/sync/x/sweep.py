"""One sweep over the account's direct messages, newest first, as deep as needed and as the budget allows.

How deep, where to go on and what is missing is `model.sweep`'s arithmetic. What is new is read to its end; the second
look at the overlap takes only requests that neither a read-back nor the coming polls will need (15 reads in 15 minutes,
dossier 1.4). An empty page is X's end (dossier 1.2), and an empty answer moves nothing: reads lag behind.

The cursor holds the planner's members and ``refused``, the fields that the platform does not take. There are no edits
here (dossier 1.2); what was deleted is simply no longer listed, and only between two listed events that means
something. Called by `x.connector`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model import sweep
from switchboard_app.model.budget import DEEP, SPARE
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Listed
from switchboard_app.model.sweep import End, Page, Rules, State, Step
from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Record, record_of, rows_of, text_of
from switchboard_app.sync.x.api import READS, XApi
from switchboard_app.sync.x.errors import XFailure
from switchboard_app.sync.x.query import Query, refuses_page
from switchboard_app.sync.x.translate import Event, Includes, event_of

RETENTION: Final = 30 * DAY
"""Older events are not returned (dossier 1.4)."""

_RULES: Final = Rules(window=RETENTION, empty_ends=True)
_FIELD_TRIES: Final = 6


async def read_events(api: XApi, query: Query, tier: str, steps: tuple[str, ...], token: str = "") -> Record:
    """One page of events from one of the three reads; leaves out refused fields. Raises PlatformFailure."""
    for _ in range(_FIELD_TRIES):
        try:
            answer = await api.get(READS + tier, *steps, params=query.params(token))
        except XFailure as failure:
            if refuses_page(failure) or not query.leave_out(failure):
                raise
            continue
        if not isinstance(answer.get("data", []), list) or not (answer.keys() & {"data", "meta"}):
            raise api.not_understood()
        return answer
    raise api.not_understood()


@dataclass(frozen=True, slots=True)
class _Seen:
    """One answer, translated, and what it means for the walk."""

    events: tuple[Event, ...] = ()
    page: Page | None = None


class Sweep:
    """One walk. Made for one poll and thrown away."""

    def __init__(self, api: XApi, me: str, cursor: Mapping[str, str], known: Known, clock: Clock, query: Query) -> None:
        self._api = api
        self._me = me
        self._known = known
        self._clock = clock
        self._query = query
        self._cursor = cursor

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it is stored."""
        state, tier, requests = sweep.begin(self._cursor, self._clock(), _RULES), SPARE, 0
        while True:
            requests += 1
            try:
                seen = await self._page(state.token, tier)
            except PlatformFailure as failure:
                if tier == DEEP and failure.failure.kind is FailureKind.RATE_LIMIT:
                    yield self._batch(_Seen(), sweep.given_up(state))
                    return
                state, tier = self._once_more(state, failure), SPARE
                continue
            assert seen.page is not None
            step = sweep.seen(state, seen.page, requests)
            yield self._batch(seen, step)
            if step.end is End.LOOPED:
                raise malformed(True, Millis(self._clock() + MINUTE))
            if step.end is not None:
                return
            state, tier = step.state, DEEP if step.optional else SPARE

    def _once_more(self, state: State, failure: PlatformFailure) -> State:
        """The sweep from the top, when the page asked for has expired; every other failure leaves."""
        again = sweep.refused(state) if isinstance(failure, XFailure) and refuses_page(failure) else None
        if again is None:
            raise failure
        return again

    async def _page(self, token: str, tier: str) -> _Seen:
        answer = await read_events(self._api, self._query, tier, ("dm_events",), token)
        includes, now = Includes.of(answer), self._clock()
        events = [event_of(row, includes, self._me, self._api.base, now) for row in rows_of(answer.get("data"))]
        ids = [event.message.platform_id for event in events]
        stored = await self._known(ids) if ids else frozenset()
        following = text_of(record_of(answer.get("meta")).get("next_token"))
        times = list({event.message.platform_id: event.message.at for event in events}.values())
        return _Seen(tuple(events), Page(times, stored.issuperset(ids), following))

    def _batch(self, seen: _Seen, step: Step) -> Batch:
        threads = {event.thread.platform_id: event.thread for event in reversed(seen.events) if event.thread}
        messages = {event.message.platform_id: event.message for event in seen.events}
        cursor = {**step.cursor, **({"refused": self._query.as_text} if self._query.as_text else {})}
        listed = (Listed(PlatformId(""), *step.covered),) if step.covered else ()
        return Batch(tuple(threads.values()), tuple(messages.values()), cursor, step.complete, step.gap, listed=listed)
