"""The Graph API as it is spoken: addresses, versions, proof, budgets, and errors as failures.

What it is for: `GraphApi` makes one call at a time for one page and gives back the JSON object. It refuses to know
conversations and messages: `meta.sweep` and the connectors do. Source of all platform facts: contract
dossier, section 2. Addresses in answers (``paging.next``) hold the token: only their cursor is ever used.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from switchboard_app.model.budget import SPARE, UNTOLD
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.language import tr
from switchboard_app.model.times import DAY, MINUTE, Millis
from switchboard_app.sync.connector import Clock, Grant, Meter, PlatformFailure
from switchboard_app.sync.failures import malformed, signed_out
from switchboard_app.sync.http import RETRY_SOON, Answer, Call, HttpDoor, Part
from switchboard_app.sync.json_answer import (
    NotJson,
    Record,
    id_of,
    read_json,
    record_of,
    rows_of,
    text_of,
    whole_of,
)
from switchboard_app.sync.meta.errors import MESSENGER_PERMISSIONS, GraphFailure, graph_failure
from switchboard_app.sync.permit import Permit
from switchboard_app.sync.ratelimit import Pace, Usage, retry_after, slowdown, usage_of

BASE: Final = "https://graph.facebook.com"
VERSION: Final = "v26.0"
"""Current since 29 July 2026; a version lives about two years. The account's option ``version`` replaces it."""

CALLS: Final = "graph"
DAILY: Final = "graph-day"
"""The bucket for our own rule: 200 calls in 24 hours for each person engaged with the page."""

_FEWEST_ENGAGED: Final = 5
"""Nobody outside knows how many people Meta counts as engaged; five allow a poll every 90 seconds."""

_BURST: Final = 100


class GraphApi:
    """Calls for one page. `page` is its id once it is known."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self.base = grant.api_base or BASE
        self.given_token = grant.secret.get("access_token", "")
        """The one in the keyring; a system user's is good for asking about itself and for the page's own."""
        self.token = self.given_token
        self.page = grant.options.get("page_id") or (grant.platform_user or "")
        self.permissions = MESSENGER_PERMISSIONS
        self._version = grant.options.get("version") or VERSION
        self._app_secret = grant.secret.get("app_secret", "")
        self._proof = _proof(self.token, self._app_secret)
        self._door = door
        self._meter = meter
        self._clock = clock
        self._pace = Pace(2.0, _BURST)
        self._prepaid = False

    async def page_id(self) -> str:
        """The id of the page; asks once when neither the options nor the account know it."""
        if not self.page:
            self.page = id_of((await self.get("me", {"fields": "id,name"})).get("id"))
        return self.page

    async def begin_sweep(self) -> None:
        """Whether the page's daily allowance lets a sweep begin. Raises PlatformFailure when it does not yet."""
        await self._meter.spend(DAILY + SPARE)
        self._prepaid = True  # for its first call

    async def engaged(self, people: int) -> None:
        """So many people wrote in the last 24 hours: the allowance follows (dossier 2.3)."""
        await self._meter.observed(DAILY, 200 * max(people, _FEWEST_ENGAGED), UNTOLD, Millis(self._clock() + DAY))

    async def get(self, path: str, params: Mapping[str, str], *, paced: bool = False) -> Record:
        """Read. `paced` for the Conversations API, which allows two calls a second. Raises PlatformFailure."""
        if paced:
            await self._pace.turn()
            if not self._prepaid:
                await self._meter.spend(DAILY)
            self._prepaid = False
        return await self._exchange(Call("GET", self._address(path), self._with_proof(params), self.token))

    async def post(self, path: str, *, permit: Permit, json: Mapping[str, Any] | None = None,
                   parts: Sequence[Part] = ()) -> Record:  # fmt: skip
        """Write. Raises PlatformFailure; what it says about certainty holds for this one call."""
        address, proof = self._address(path), self._with_proof({})
        return await self._exchange(Call("POST", address, proof, self.token, json=json, parts=parts, permit=permit))

    async def look_up(self, path: str, params: Mapping[str, str]) -> Record:
        """Read about the given token, which may stand in no address: a batch of one carries it in its body."""
        if not self.given_token:
            raise signed_out(tr("There is no sign-in for this page."))
        proof = {"appsecret_proof": _proof(self.given_token, self._app_secret)} if self._app_secret else {}
        relative = f"{self._version}/{path}?{urlencode({**params, **proof})}"
        batch = {"batch": [{"method": "GET", "relative_url": relative}], "include_headers": False}
        await self._meter.spend(CALLS)
        answer = await self._door.ask(Call("POST", f"{self.base}/", {}, self.given_token, json=proof | batch))
        now = self._clock()
        await self._take_note(usage_of(answer.headers, now), now)
        try:
            one = record_of(next(iter(rows_of(read_json(answer.body))), None))
        except NotJson:
            one = {}
        if answer.status != 200 or not one:
            raise malformed(True, Millis(now + RETRY_SOON))
        inner = Answer(whole_of(one.get("code")), {}, text_of(one.get("body")).encode())
        return await self._read(Call("GET", ""), inner, None, now)

    def act_for(self, page: str, token: str) -> None:
        """From now on with the token of this page, which the given one may have."""
        self.page, self.token = page, token
        self._proof = _proof(token, self._app_secret)

    def _address(self, path: str) -> str:
        return f"{self.base}/{quote(self._version)}/{'/'.join(quote(step, safe='') for step in path.split('/'))}"

    def _with_proof(self, params: Mapping[str, str]) -> dict[str, str]:
        return {**params, "appsecret_proof": self._proof} if self._proof else dict(params)

    async def _exchange(self, call: Call) -> Record:
        if not self.token:
            raise signed_out(tr("There is no sign-in for this page."))
        await self._meter.spend(CALLS)
        answer = await self._door.ask(call)
        now = self._clock()
        usage = usage_of(answer.headers, now)
        await self._take_note(usage, now)
        return await self._read(call, answer, usage, now)

    async def _take_note(self, usage: Usage | None, now: Millis) -> None:
        if usage is None:
            return
        self._pace.slow(slowdown(usage.percent))
        if usage.percent >= 100:
            await self._meter.exhausted(CALLS, usage.regain_at or Millis(now + 15 * MINUTE))

    async def _read(self, call: Call, answer: Answer, usage: Usage | None, now: Millis) -> Record:
        again = Millis(now + RETRY_SOON)
        sending = not call.reads
        try:
            value = read_json(answer.body)
        except NotJson:
            raise await self._unreadable(answer, sending, now) from None
        record = record_of(value)
        error = record.get("error")
        if isinstance(error, dict) or "error_type" in record:
            free_at = (usage and usage.regain_at) or retry_after(answer.headers, now)
            failure = graph_failure(
                answer.status,
                record_of(error) or record,
                sending=sending,
                now=now,
                free_at=free_at,
                permissions=self.permissions,
            )
            await self._limited(failure)
            raise failure
        if not 200 <= answer.status < 300:
            raise await self._unreadable(answer, sending, now)
        if not isinstance(value, dict):
            raise malformed(not sending, again)
        return record

    async def _limited(self, failure: GraphFailure) -> None:
        if failure.failure.kind is FailureKind.RATE_LIMIT and failure.failure.retry_at is not None:
            self._pace.strict()
            await self._meter.exhausted(CALLS, failure.failure.retry_at)

    async def _unreadable(self, answer: Answer, sending: bool, now: Millis) -> PlatformFailure:
        """An answer without the platform's own words: from a proxy or gateway, or cut short."""
        if answer.status >= 500 or answer.status == 429:
            failure = graph_failure(
                answer.status, {}, sending=sending, now=now, free_at=retry_after(answer.headers, now)
            )
            await self._limited(failure)
            return failure
        if 300 <= answer.status < 400:  # not followed: nothing was accepted, and asking again leads to the same place
            return malformed(True, None if sending else Millis(now + RETRY_SOON))
        return malformed(not sending, Millis(now + RETRY_SOON))


def next_page(edge: Record) -> dict[str, str]:
    """The parameters of the next page; empty at the end.

    The end is a missing ``next`` (dossier 0.6): cursors alone stand on the last page too. Of its address only the
    cursor is used, in today's writing (``after``) or that of old versions (``until`` with ``__paging_token``).
    """
    paging = record_of(edge.get("paging"))
    address = text_of(paging.get("next"))
    if not address:
        return {}
    after = text_of(record_of(paging.get("cursors")).get("after"))
    try:
        told = dict(parse_qsl(urlsplit(address).query))
    except ValueError:
        told = {}
    if "after" in told or after:
        return {"after": after or told["after"]}
    return {name: told[name] for name in ("until", "__paging_token") if name in told}


def _proof(token: str, app_secret: str) -> str:
    if not app_secret:
        return ""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
