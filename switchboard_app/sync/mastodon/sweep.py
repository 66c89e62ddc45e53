"""One sweep over an account's private mentions: its conversations, then whoever named it, newest first.

Two lists, because neither is enough. *Conversations* show the last post of each, and a post that another server
delivers late is filed under the time it was written, so it may change nothing there. *Mentions* are listed in the order
of their arrival and include what the account's filters hold back, but not what was written from here, and a person may
have emptied that list. Both are walked by the rules of `model.sweep`: overlap, resume, never a cursor before its rows.

The cursor: the members of `model.sweep` for conversations, the same with ``m.`` for mentions, down to which of them a
whole walk was (`mastodon.arrivals`), and a mark for each conversation inside the overlap (``t:<conversation>``): when
it was read, and its posts. A conversation whose last post is the mark's costs nothing, but two of them a sweep are read
again, the one read longest ago first: that finds edits, answers beside the last one, and posts that were taken back,
which are believed when the server says so (404).

One conversation that cannot be read does not hold up the others: it is tried in three sweeps, then its last post alone
is kept. Called by `mastodon.connector`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final

from switchboard_app.model import sweep
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson
from switchboard_app.model.sweep import OVERLAP, End, Page, Rules, State, Step
from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Known, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.json_answer import Record, id_of, record_of, rows_of, text_of, time_of
from switchboard_app.sync.mastodon.api import Listing, MastodonApi
from switchboard_app.sync.mastodon.arrivals import Arrivals
from switchboard_app.sync.mastodon.errors import MastodonFailure
from switchboard_app.sync.mastodon.marks import Mark, Marks
from switchboard_app.sync.mastodon.reader import Reader
from switchboard_app.sync.mastodon.translate import is_ours_to_read

_RULES: Final = Rules(requests=200)
"""Of 300 in five minutes; a conversation takes two."""
_AT_ONCE: Final = 10
"""Conversations in a batch: far less time than a lease lasts."""
_AGAIN: Final = 2
"""Conversations that are read again in each sweep though nothing says that they changed."""
_ASKED_AFTER: Final = 5
"""Posts of a conversation that may be asked for one by one, because they were not seen any more."""
_TRIES: Final = 3
_PASSES: Final = (FailureKind.SERVER, FailureKind.MALFORMED)
"""What may be the matter with one conversation; anything else concerns all of them."""
_FIRST_BACK: Final = 30 * DAY
"""So far back mentions are walked for the first time: most are public, and conversations go back to their beginning."""
_MENTIONS: Final = "m."
_MENTION_PARAMS: Final = {"types[]": "mention", "limit": "40", "include_filtered": "true"}


class Sweep:
    """One walk. Made for one poll and thrown away."""

    def __init__(self, api: MastodonApi, me: str, cursor: Mapping[str, str], known: Known, clock: Clock) -> None:
        self._api = api
        self._me = me
        self._known = known
        self._start = clock()
        self._reader = Reader(api, me, clock)
        self._marks = Marks(cursor)
        self._conversations = {name: cursor[name] for name in ("swept", "resume", "since") if name in cursor}
        self._mentions = {name: cursor[_MENTIONS + name] for name in ("swept", "resume", "since")
                          if _MENTIONS + name in cursor}  # fmt: skip
        self._arrivals = Arrivals(cursor)
        self._swept = sweep.whole(cursor.get("swept", ""))
        self._put_off: PlatformFailure | None = None
        self._catching_up = False

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches of the sweep. A failure leaves after what was read before it is stored."""
        async for batch in self._walk_conversations():
            yield batch
        if not self._catching_up:
            yield await self._look_again()
            async for batch in self._walk_mentions():
                yield batch
        if self._put_off is not None:
            raise self._put_off
        if not self._catching_up:
            self._marks.prune(Millis(self._start - OVERLAP))
            yield Batch((), (), self._cursor(), complete=True)

    def _cursor(self) -> dict[str, str]:
        mentions = {_MENTIONS + name: value for name, value in self._mentions.items()}
        return {**self._conversations, **mentions, **self._arrivals.cursor(), **self._marks.cursor()}

    # --- conversations --------------------------------------------------------------------------------------------

    async def _walk_conversations(self) -> AsyncIterator[Batch]:
        state = sweep.begin(self._conversations, self._start, _RULES)
        while True:
            page = await self._page(state, ("v1", "conversations"), {"limit": "40"})
            if page is None:
                state = sweep.refused(state) or state
                continue
            rows = [row for row in page.rows if id_of(record_of(row.get("last_status")).get("id"))]
            due = [row for row in rows if not await self._settled(row)]
            changed = bool(due)
            while due:
                some, due = due[:_AT_ONCE], due[_AT_ONCE:]
                yield await self._read(some)
            step = sweep.seen(state, self._as_page(page, rows, changed=changed), self._reader.requests)
            state = step.state
            if step.end is not End.WHOLE or self._put_off is None:  # what was put off is looked for again
                self._conversations = step.cursor
            yield Batch((), (), self._cursor(), complete=False)
            if self._ends(step):
                return

    async def _page(self, state: State, steps: tuple[str, ...], params: Mapping[str, str]) -> Listing | None:
        """One page; None when the further page that was asked for does not exist any more."""
        self._reader.requests += 1
        try:
            return await self._api.listing(*steps, params=params, following=state.token)
        except MastodonFailure as failure:
            if failure.status in (400, 404, 422) and sweep.refused(state) is not None:
                return None
            raise

    def _as_page(self, page: Listing, rows: list[Record], *, changed: bool) -> Page:
        times = [self._at(record_of(row.get("last_status"))) for row in rows]
        return Page(times or ([self._start] if page.rows else []), not changed, page.following)

    def _at(self, row: Record) -> int:
        return time_of(row.get("created_at"), self._start) or self._start

    def _ends(self, step: Step) -> bool:
        if step.end is End.LOOPED:
            raise malformed(True, Millis(self._start + MINUTE))
        self._catching_up = self._catching_up or step.end is End.BUDGET
        return step.end is not None

    async def _settled(self, row: Record) -> bool:
        """Whether everything of a conversation is stored as far as its row can tell."""
        status = record_of(row.get("last_status"))
        known_as = id_of(status.get("id"))
        mark = self._marks.of(id_of(row.get("id")))
        if mark is not None:
            return mark.stamp == _stamp(status)
        if not self._swept or self._at(status) >= self._swept - OVERLAP:
            return False  # our own answer may be all that is known of it
        return PlatformId(known_as) in await self._known([PlatformId(known_as)])

    async def _read(self, rows: list[Record]) -> Batch:
        posts: list[Record] = []
        taken_back: list[RemoteMessage] = []
        for row in rows:
            self._reader.meet(rows_of(row.get("accounts")))
            before = self._marks.of(id_of(row.get("id")))
            seen = await self._conversation(row)
            if before is not None and seen:
                taken_back += await self._gone(before, seen)
            posts += seen
        threads, messages = self._reader.translated(posts)
        return Batch(tuple(threads), (*messages, *taken_back), self._cursor(), complete=False)

    async def _conversation(self, row: Record) -> list[Record]:
        name, status = id_of(row.get("id")), record_of(row.get("last_status"))
        try:
            posts = await self._reader.around(status)
        except PlatformFailure as failure:
            if failure.failure.kind not in _PASSES:
                raise
            if self._marks.failed(name) < _TRIES:
                self._put_off = self._put_off or failure
                return []
            posts = [status] if is_ours_to_read(status, self._me) else []
        self._marks.put(name, Mark(_stamp(status), self._start, self._at(status), tuple(_id(one) for one in posts)))
        return posts

    # --- the second look ------------------------------------------------------------------------------------------

    async def _look_again(self) -> Batch:
        posts: list[Record] = []
        taken_back: list[RemoteMessage] = []
        for name, mark in self._marks.oldest_read(_AGAIN, before=self._start):
            try:
                seen = await self._reader.around({"id": mark.last})
                taken_back += await self._gone(mark, seen)
            except PlatformFailure as failure:
                if failure.failure.kind in (*_PASSES, FailureKind.RATE_LIMIT):
                    break  # it is not urgent
                raise
            posts += seen
            left = tuple(_id(post) for post in seen if _id(post))
            self._marks.put(name, Mark(mark.stamp, self._start, mark.at, left))
        threads, messages = self._reader.translated(posts)
        return Batch(tuple(threads), (*messages, *taken_back), self._cursor(), complete=False)

    async def _gone(self, mark: Mark, seen: list[Record]) -> list[RemoteMessage]:
        """Posts of a conversation that are stored, were not seen this time, and of which the server says so."""
        missing = {*mark.posts} - {_id(post) for post in seen}
        stored = await self._known([PlatformId(one) for one in sorted(missing)[-_ASKED_AFTER:]]) if missing else ()
        return [_taken_back(one, self._start) for one in sorted(stored) if await self._reader.is_gone(one)]

    # --- mentions -------------------------------------------------------------------------------------------------

    async def _walk_mentions(self) -> AsyncIterator[Batch]:
        state = sweep.begin(self._mentions, self._start, _RULES)
        while True:
            try:
                page = await self._page(state, ("v1", "notifications"), _MENTION_PARAMS)
            except PlatformFailure as failure:
                if failure.failure.kind is FailureKind.PERMISSION:
                    return  # a sign-in without this scope has the conversations only
                raise
            if page is None:
                state = sweep.refused(state) or state
                continue
            posts = [record_of(row.get("status")) for row in page.rows]
            private = [post for post in posts if is_ours_to_read(post, self._me)]
            ids = [PlatformId(_id(post)) for post in private]
            stored = await self._known(ids) if ids else frozenset()
            new = [post for post in private if _id(post) not in stored]
            fresh = self._arrivals.met([id_of(row.get("id")) for row in page.rows], above=state.above)
            times = [self._at(row) for row in page.rows]
            far = not state.swept and min(times, default=self._start) < self._start - _FIRST_BACK
            here = Page(times, not (new or fresh), "" if far else page.following)
            step = sweep.seen(state, here, self._reader.requests)
            state, self._mentions = step.state, step.cursor
            if step.end is End.WHOLE:
                self._arrivals.walked()
            threads, messages = self._reader.translated(private)  # known ones too: they may have been edited
            yield Batch(tuple(threads), tuple(messages), self._cursor(), complete=False)
            if self._ends(step):
                return


def _id(post: Record) -> str:
    return id_of(post.get("id"))


def _stamp(status: Record) -> str:
    """Changes with the last post of a conversation, and when that is edited."""
    return f"{_id(status)}@{text_of(status.get('edited_at'))}"


def _taken_back(known_as: str, at: Millis) -> RemoteMessage:
    """What is known of a post that the server says is gone; what it said is in the store."""
    nobody = RemotePerson(PlatformId(""))
    return RemoteMessage(PlatformId(known_as), PlatformId(""), nobody, ours=False, text="", at=at, deleted=True)
