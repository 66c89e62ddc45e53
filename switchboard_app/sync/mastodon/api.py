"""Mastodon's interface as it is spoken: pages by ``Link`` headers, limits in headers, refusals as failures.

What it is for: `MastodonApi` makes one call for one account and gives back records. It refuses to know posts and
conversations: `mastodon.sweep` and `mastodon.connector` do. Source of all platform facts: contract dossier, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from switchboard_app.model.budget import SPARE
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.connector import Clock, Grant, Meter, Permit, PlatformFailure
from switchboard_app.sync.failures import malformed, signed_out
from switchboard_app.sync.http import RETRY_SOON, Answer, Call, HttpDoor, Part
from switchboard_app.sync.json_answer import Json, NotJson, Record, read_json, record_of
from switchboard_app.sync.mastodon.errors import mastodon_failure, reset_of

CALLS: Final = "mastodon-calls"
"""300 in five minutes for each account, whatever is read (dossier 3)."""
POSTS: Final = "mastodon-posts"
"""300 in three hours."""
UPLOADS: Final = "mastodon-uploads"
"""30 in thirty minutes."""

_LINK: Final = re.compile(r"<([^<>]{1,4000})>\s*((?:;\s*[^,<]{1,200})*)")
_NEXT: Final = re.compile(r";\s*rel\s*=\s*\"?next\"?(\s|;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list; `following` asks for the next one, "" at the end. Opaque to everyone else."""

    rows: tuple[Record, ...]
    following: str = ""


def next_page(link: str) -> str:
    """What a ``Link`` header says of the next page: the question alone, so that no header leads to another host."""
    for address, attributes in _LINK.findall(link[:20_000]):
        if _NEXT.search(attributes):
            try:
                return str(urlsplit(address).query)
            except ValueError:
                return ""
    return ""


class MastodonApi:
    """Calls for one account."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self.base = grant.api_base
        self.me = grant.platform_user or ""
        self._token = grant.secret.get("access_token", "")
        self._door = door
        self._meter = meter
        self._clock = clock
        own = urlsplit(grant.api_base).hostname or ""
        told = grant.options.get("media_hosts", "").split()
        self._media = MediaHosts(tuple(one for one in (own, *told) if one), grant.api_base)

    @property
    def token(self) -> str:
        """The token to show. Raises PlatformFailure when there is none."""
        if not self._token:
            raise signed_out(tr("There is no sign-in for this account."))
        return self._token

    def address(self, *steps: str) -> str:
        """The address of a path below ``/api``."""
        return "/".join((self.base, "api", *(quote(step, safe="") for step in steps)))

    def not_understood(self) -> PlatformFailure:
        """The failure for a read whose answer has another shape."""
        return malformed(True, self.soon())

    def soon(self) -> Millis:
        """When to try again what did not work now."""
        return Millis(self._clock() + RETRY_SOON)

    def media_hosts(self, own_picture: str) -> dict[str, str]:
        """The host of our own picture serves all of the instance's files: as an option of the account."""
        try:
            host = urlsplit(own_picture).hostname or ""
        except ValueError:
            return {}
        return {"media_hosts": host} if host and host != urlsplit(self.base).hostname else {}

    async def record(self, *steps: str, params: Mapping[str, str] | None = None, bucket: str = CALLS) -> Record:
        """Read one object. Raises PlatformFailure."""
        answer = await self._exchange(Call("GET", self.address(*steps), params or {}, self.token), bucket)
        value = self._value(answer)
        if not isinstance(value, dict):
            raise self.not_understood()
        return value

    async def listing(
        self, *steps: str, params: Mapping[str, str], following: str = "", bucket: str = CALLS + SPARE
    ) -> Listing:
        """Read one page of a list: the first with `params`, a further one as the page before said. Raises
        PlatformFailure."""
        asked = dict(parse_qsl(following, keep_blank_values=True)) if following else params
        answer = await self._exchange(Call("GET", self.address(*steps), asked, self.token), bucket)
        value = self._value(answer)
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise self.not_understood()
        return Listing(tuple(map(record_of, value)), next_page(answer.headers.get("link", "")))

    async def post(self, bucket: str, *steps: str, json: Mapping[str, Any] | None = None, parts: Sequence[Part] = (),
                   permit: Permit | None = None, key: str = "") -> Record:  # fmt: skip
        """Write. Raises PlatformFailure; what it says about certainty holds for this one call.

        `key` goes out as ``Idempotency-Key``: for an hour the same key brings the same post back (dossier 3).
        """
        call = Call("POST", self.address(*steps), token=self.token, json=json, parts=parts, permit=permit, key=key)
        value = self._value(await self._exchange(call, bucket), sending=True)
        if not isinstance(value, dict):
            raise malformed(False, self.soon())
        return value

    async def bytes_at(self, address: str, limit: int) -> bytes:
        """An attachment from the instance; no token is shown, because none is needed. Raises PlatformFailure."""
        return await self._door.fetch(address, self._media, limit)

    async def _exchange(self, call: Call, bucket: str) -> Answer:
        await self._meter.spend(bucket)
        answer = await self._door.ask(call)
        now = self._clock()
        plain = bucket.removesuffix(SPARE)
        told = _limit(answer.headers, now)
        if told is not None:
            await self._meter.observed(plain, *told)
        if not 200 <= answer.status < 300:
            failure = mastodon_failure(answer.status, _problem(answer), answer.headers, sending=not call.reads, now=now)
            if failure.failure.kind is FailureKind.RATE_LIMIT:
                await self._meter.exhausted(plain, failure.failure.retry_at or Millis(now + MINUTE))
            raise failure
        return answer

    def _value(self, answer: Answer, *, sending: bool = False) -> Json:
        try:
            return read_json(answer.body)
        except NotJson:
            raise malformed(not sending, self.soon()) from None


def _problem(answer: Answer) -> Record:
    try:
        return record_of(read_json(answer.body))
    except NotJson:
        return {}


def _limit(headers: Mapping[str, str], now: Millis) -> tuple[int, int, Millis] | None:
    """Limit, remaining and reset; None unless all three are there."""
    reset = reset_of(headers, now)
    try:
        limit, remaining = (int(headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining"))
    except (KeyError, ValueError):
        return None
    if reset is None or not 0 < limit < 10**6:
        return None
    return limit, max(0, min(limit, remaining)), reset
