"""One sweep over the account's direct messages, newest first, as deep as needed and as the budget allows.

A page is the last one when everything on it is known *and* lies 48 hours before the last complete sweep, or when the
platform gives no further page. What is new is read to its end; the second look at the overlap takes only requests that
neither a read-back nor the coming polls will need (15 reads in 15 minutes, dossier 1.4).

The cursor: ``swept`` is the start of the last complete sweep; ``resume`` the page at which an interrupted one stopped
and ``since`` when that one began, so the next poll reads what is newer, then goes on there; ``refused`` the fields that
the platform does not take. An empty answer moves nothing: reads lag behind (dossier 1.4). Called by `x.connector`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.remote import Batch, RemoteMessage
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Record, record_of, rows_of, text_of, whole_of
from switchboard_app.sync.ratelimit import DEEP, SPARE
from switchboard_app.sync.x.api import READS, XApi
from switchboard_app.sync.x.errors import XFailure
from switchboard_app.sync.x.query import Query, refuses_page
from switchboard_app.sync.x.translate import Event, Includes, event_of

OVERLAP: Final = 48 * HOUR
RETENTION: Final = 30 * DAY
"""Older events are not returned (dossier 1.4)."""

_PAGES: Final = 60
_EMPTY_PAGES: Final = 2
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
class _Page:
    """One answer, translated."""

    events: tuple[Event, ...]
    next_token: str
    all_known: bool

    @property
    def messages(self) -> list[RemoteMessage]:
        return [event.message for event in self.events]

    @property
    def oldest(self) -> int:
        return min((message.at for message in self.messages), default=0)

    @property
    def oldest_first(self) -> bool:
        """Whether the platform lists in the other order; then no page but the last says that it is the last."""
        times = [message.at for message in self.messages]
        return len(times) > 1 and times == sorted(times) and times[0] < times[-1]


class Sweep:
    """One walk. Made for one poll and thrown away."""

    def __init__(self, api: XApi, me: str, cursor: Mapping[str, str], known: Known, clock: Clock, query: Query) -> None:
        self._api = api
        self._me = me
        self._known = known
        self._clock = clock
        self._query = query
        self._start = clock()
        self._cursor = dict(cursor)
        self._swept = whole_of(cursor.get("swept", ""))
        self._resume = cursor.get("resume", "")
        self._since = whole_of(cursor.get("since", ""))
        self._seen = False

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it is stored."""
        token, tier, used = "", SPARE, {""}
        empty = restarts = 0
        above = bool(self._resume)  # still above what an interrupted sweep had read
        for _ in range(_PAGES):
            try:
                page = await self._page(token, tier)
            except PlatformFailure as failure:
                if tier == DEEP and failure.failure.kind is FailureKind.RATE_LIMIT:
                    yield self._last()  # all that is new is stored; the second look waits for a fuller budget
                    return
                if not (token and restarts == 0 and isinstance(failure, XFailure) and refuses_page(failure)):
                    raise
                token, tier, used, restarts = "", SPARE, {""}, 1  # the page has expired: once more from the top
                above, self._resume = False, ""
                continue
            following = page.next_token
            empty = 0 if page.events else empty + 1
            if above and page.events and page.all_known and page.oldest < self._since and not page.oldest_first:
                above, following, used = False, self._resume, {""}
            if not following or empty >= _EMPTY_PAGES or (not above and self._deep_enough(page)):
                yield self._last(page)
                return
            looped = following in used
            tier = DEEP if self._closes(page, above) else SPARE
            self._note(page, "" if looped or tier == DEEP else following)
            yield self._batch(page, complete=False)
            if looped:
                raise malformed(True, Millis(self._clock() + MINUTE))
            used.add(following)
            token = following

    # --- one page -------------------------------------------------------------------------------------------------

    async def _page(self, token: str, tier: str) -> _Page:
        answer = await read_events(self._api, self._query, tier, ("dm_events",), token)
        includes, now = Includes.of(answer), self._clock()
        events = [event_of(row, includes, self._me, self._api.base, now) for row in rows_of(answer.get("data"))]
        ids = [event.message.platform_id for event in events]
        stored = await self._known(ids) if ids else frozenset()
        self._seen = self._seen or bool(ids)
        following = text_of(record_of(answer.get("meta")).get("next_token"))
        return _Page(tuple(events), following, stored.issuperset(ids))

    def _deep_enough(self, page: _Page) -> bool:
        if not page.events or not page.all_known or not self._swept or page.oldest_first:
            return False
        return page.oldest < self._swept - OVERLAP

    def _closes(self, page: _Page, above: bool) -> bool:
        """Whether the new ends here: all known, and everything below was stored by a complete sweep."""
        if above or self._resume or not self._swept or page.oldest_first:
            return False
        return bool(page.events) and page.all_known

    # --- what stays -----------------------------------------------------------------------------------------------

    def _note(self, page: _Page, following: str) -> None:
        """Remember where to go on if the sweep ends here. Nothing came, nothing moves."""
        if not page.events:
            return
        if following:
            self._cursor |= {"resume": following, "since": str(self._start)}
        else:
            self._cursor.pop("resume", None)
            self._cursor.pop("since", None)

    def _last(self, page: _Page | None = None) -> Batch:
        if not self._seen:  # an empty account, or a read that lags
            return Batch((), (), self._now_true(), complete=True)
        gap = None
        if self._swept and self._swept < self._start - RETENTION:
            gap = (Millis(self._swept), Millis(self._start - RETENTION))
        self._cursor = {"swept": str(self._start)}
        return self._batch(page or _Page((), "", all_known=True), complete=True, gap=gap)

    def _batch(self, page: _Page, *, complete: bool, gap: tuple[Millis, Millis] | None = None) -> Batch:
        threads = {event.thread.platform_id: event.thread for event in reversed(page.events) if event.thread}
        messages = {message.platform_id: message for message in page.messages}
        return Batch(tuple(threads.values()), tuple(messages.values()), self._now_true(), complete, gap)

    def _now_true(self) -> dict[str, str]:
        refused = self._query.as_text
        kept = {name: value for name, value in self._cursor.items() if name != "refused"}
        return {**kept, "refused": refused} if refused else kept
