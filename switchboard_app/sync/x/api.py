"""API v2 of X as it is spoken: buckets, headers, renewal on 401, problems as failures.

What it is for: `XApi` makes one call for one account and gives back the JSON object. It refuses to know events and
messages: `x.sweep` and `x.connector` do. Source of all platform facts: contract dossier, section 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from switchboard_app.model.budget import name_and_tier
from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.addresses import MediaHosts
from switchboard_app.sync.connector import Clock, Grant, Meter, PlatformFailure
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.http import RETRY_SOON, Answer, Call, HttpDoor, Part
from switchboard_app.sync.json_answer import NotJson, Record, read_json, record_of, rows_of
from switchboard_app.sync.permit import Permit
from switchboard_app.sync.ratelimit import windowed
from switchboard_app.sync.x.errors import x_failure
from switchboard_app.sync.x.tokens import Tokens

BASE: Final = "https://api.x.com"
MEDIA_DOMAINS: Final = ("x.com", "twimg.com")

READS: Final = "x-reads"
"""The three ways of reading direct messages share one bucket (dossier 1.4)."""
SENDS: Final = "x-sends"
ME: Final = "x-me"
UPLOADS: Final = "x-uploads"
MEDIA: Final = "x-media"


class XApi:
    """Calls for one account."""

    def __init__(self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock) -> None:
        self.base = grant.api_base or BASE
        self.me = grant.platform_user or ""
        self._tokens = Tokens(grant, self.base, door, clock)
        self._door = door
        self._meter = meter
        self._clock = clock
        self._media = MediaHosts(MEDIA_DOMAINS, self.base)

    def forewarning(self) -> str:
        """What will become of the sign-in unless somebody acts; empty when all is well."""
        return self._tokens.forewarning()

    def address(self, *steps: str) -> str:
        """The address of a path below ``/2``."""
        return "/".join((self.base, "2", *(quote(step, safe="") for step in steps)))

    def not_understood(self) -> PlatformFailure:
        """The failure for a read whose answer has another shape."""
        return malformed(True, Millis(self._clock() + RETRY_SOON))

    async def get(self, bucket: str, *steps: str, params: Mapping[str, str] | None = None) -> Record:
        """Read. Raises PlatformFailure."""
        return await self._exchange(Call("GET", self.address(*steps), params or {}), bucket)

    async def post(self, bucket: str, *steps: str, json: Mapping[str, Any] | None = None, parts: Sequence[Part] = (),
                   permit: Permit | None = None) -> Record:  # fmt: skip
        """Write. Raises PlatformFailure; what it says about certainty holds for this one call."""
        call = Call("POST", self.address(*steps), json=json, parts=parts, permit=permit)
        return await self._exchange(call, bucket)

    async def bytes_at(self, address: str, limit: int) -> bytes:
        """An attachment, from X's own address for them or from a media host. Raises PlatformFailure."""
        token = await self._tokens.fresh()
        await self._meter.spend(MEDIA)
        try:
            return await self._door.fetch(address, self._media, limit, token=token)
        except PlatformFailure as failure:
            if failure.failure.kind is not FailureKind.AUTH or not await self._tokens.renew(token):
                raise
        return await self._door.fetch(address, self._media, limit, token=self._tokens.access)

    async def _exchange(self, call: Call, bucket: str) -> Record:
        token = await self._tokens.fresh()
        answer = await self._one(replace(call, token=token), bucket)
        if answer.status == 401 and await self._tokens.renew(token):
            answer = await self._one(replace(call, token=self._tokens.access), bucket)
        if answer.status != 401:
            await self._tokens.accepted()
        return await self._read(call, bucket, answer)

    async def _one(self, call: Call, bucket: str) -> Answer:
        await self._meter.spend(bucket)
        answer = await self._door.ask(call)
        told = windowed(answer.headers, self._clock())
        if told is not None and not (answer.status == 429 and told.remaining):  # a cap's figures, not this bucket's
            await self._meter.observed(name_and_tier(bucket)[0], told.limit, told.remaining, told.reset_at)
        return answer

    async def _read(self, call: Call, bucket: str, answer: Answer) -> Record:
        now, sending = self._clock(), not call.reads
        try:
            value = read_json(answer.body) if answer.body.strip() else None
            broken = value is None and call.reads
        except NotJson:
            value, broken = None, True
        record = record_of(value)
        if not 200 <= answer.status < 300 or _only_errors(record, call):
            status = answer.status if answer.status >= 300 else _status_of(record)
            failure = x_failure(status, record, answer.headers, sending=sending, has_body=bool(record), now=now)
            if failure.failure.kind is FailureKind.RATE_LIMIT:
                await self._meter.exhausted(name_and_tier(bucket)[0], failure.failure.retry_at or Millis(now + MINUTE))
            raise failure
        if broken or not isinstance(value, dict | None):
            raise malformed(call.reads, Millis(now + RETRY_SOON))
        return record


def _only_errors(record: Record, call: Call) -> bool:
    """A read may be answered 200 with problems and nothing else; with ``data`` beside them they are partial."""
    return call.reads and bool(rows_of(record.get("errors"))) and "data" not in record and "meta" not in record


def _status_of(record: Record) -> int:
    first = record_of(next(iter(rows_of(record.get("errors"))), None))
    status = first.get("status")
    return status if isinstance(status, int) and 400 <= status < 600 else 404
