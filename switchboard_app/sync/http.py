"""The one door to the network for everything that speaks HTTP: limits, deadlines and the proof of what left.

What it is for: every exchange with a platform goes through an `HttpDoor`, built once by the engine in its own thread.
It keeps the rules of the house: no redirects, no environment, no cookies, the token only in the ``Authorization``
header, a deadline for the whole exchange, caps on what is read (wire and unpacked), media only from listed hosts at
addresses that were checked. A failure leaves as `PlatformFailure` and says by *positive proof* whether nothing was
sent: no connection was made, or a file was not written to its end. Everything after that may have arrived.

It refuses to know any platform, to try again, and to put an address, a token or a body into an error. Called by the
connectors. httpx is imported here, in `sync.wire` below and in `sync.addresses`, the policy that this door enforces.
"""

from __future__ import annotations

import asyncio
import base64
import json as json_text
import logging
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpx

from switchboard_app.model import sending
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.sync.addresses import Forbidden, MediaHosts, checked_addresses
from switchboard_app.sync.connector import Clock, OutgoingFile, PlatformFailure
from switchboard_app.sync.failures import signed_out
from switchboard_app.sync.permit import Permit, TooLate
from switchboard_app.sync.wire import (
    Progress,
    Resolve,
    Unreadable,
    lines_of,
    network,
    read_body,
    resolve_name,
    system_trust,
)

JSON_LIMIT: Final = 10 * 1024 * 1024
MEDIA_LIMIT: Final = 25 * 1024 * 1024
DEADLINE_S: Final = sending.TEXT.deadline / 1000
"""For a whole exchange."""
MEDIA_DEADLINE_S: Final = sending.FILES.deadline / 1000
"""For one that carries files."""
RETRY_SOON: Final = 10 * SECOND
"""How long nobody asks again after the network failed; the sender's own back-off is on top."""

PER_HOST: Final = 6
"""Exchanges with one host at the same moment; the others wait, within their deadline."""
_BIG: Final = 256 * 1024
"""Bytes of files from which on a body leaves in many pieces."""
_CONNECT_S: Final = 10.0
_REDIRECTS: Final = 3
_NEVER_CONNECTED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


def wall_clock() -> Millis:
    """Now, by the clock of this machine."""
    return Millis(time.time_ns() // 1_000_000)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart body; a plain field has neither file name nor type."""

    name: str
    content: bytes
    filename: str = ""
    mime: str = ""

    @classmethod
    def json(cls, name: str, value: object) -> Part:
        """A plain field that holds JSON text."""
        return cls(name, json_text.dumps(value, separators=(",", ":")).encode("ascii"))

    @classmethod
    def of(cls, name: str, file: OutgoingFile) -> Part:
        """A file under the name of its field, with its real type."""
        return cls(name, file.content, file.name, file.mime)


@dataclass(frozen=True, slots=True)
class Call:
    """One request. At most one of `json`, `form` and `parts` is its body.

    `permit` is asked right before its first byte is written: a program that slept in between must not send what others
    may have sent meanwhile (decision 0013).
    """

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default="", repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    parts: Sequence[Part] = field(default=(), repr=False)
    permit: Permit | None = field(default=None, repr=False)
    key: str = ""
    """Goes out as ``Idempotency-Key``, where a platform knows it."""

    @property
    def reads(self) -> bool:
        """Whether the request changes nothing, so that its failure is always certain."""
        return self.method == "GET"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, unpacked. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoStream(PlatformFailure):
    """What was to be a stream of lines is another answer, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(Failure(FailureKind.SERVER, True, tr("The platform offers no stream of events.")))
        self.status = status


class HttpDoor:
    """All exchanges of one engine. Build it in the engine's loop, close it there.

    `transport` replaces the network (training's simulated platforms): then nothing can leave the process, and names
    are not resolved unless `resolve` is given. `proxy` is the only proxy ever used; with one, the proxy resolves the
    names of media hosts and the list of domains alone decides.
    """

    def __init__(
        self,
        clock: Clock = wall_clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        deadline: float = DEADLINE_S,
        traced: bool = False,
    ) -> None:
        """`traced` says of a `transport` that it tells its steps as the real one does."""
        for noisy in ("httpx", "httpcore"):
            logging.getLogger(noisy).setLevel(logging.WARNING)  # at INFO they log whole addresses
        self._clock = clock
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
        self._deadline = deadline
        self._traced = transport is None or traced
        self._resolve = resolve if transport is not None or proxy is not None else (resolve or resolve_name)
        self._connect_s = min(_CONNECT_S, deadline / 2)
        if transport is None:
            context = tls or system_trust()
            self._reading = self._client(network(context, proxy, idle=3.0))
            # A message is never written into a kept connection that the other side may be closing at this very moment:
            # that would turn a plain failure into "it may have arrived".
            self._writing = self._client(network(context, proxy, idle=None))
        else:
            self._reading = self._writing = self._client(transport)

    async def aclose(self) -> None:
        """Let go of all connections."""
        await self._reading.aclose()
        if self._writing is not self._reading:
            await self._writing.aclose()

    async def ask(self, call: Call, *, limit: int = JSON_LIMIT) -> Answer:
        """Make one exchange. Raises PlatformFailure when there is no complete answer; any status is an answer."""
        client = self._reading if call.reads else self._writing
        big = sum(len(part.content) for part in call.parts) > _BIG
        progress = Progress(call.permit, traced=self._traced, big=big, resets=not call.reads)
        try:
            request = self._request(client, call, progress)
            deadline = max(MEDIA_DEADLINE_S, self._deadline) if big else self._deadline
            return await self._exchange(client, request, progress, limit, deadline)
        except Exception as error:
            meaning = self._failure(error, certain=call.reads or progress.nothing_left)
            if meaning is None:
                raise
            failure = meaning
        raise failure  # outside of the clause above, so that no address or body hangs on it as its context

    async def lines(self, call: Call, *, idle: float) -> AsyncGenerator[bytes, None]:
        """The lines of an answer that has no end, without their breaks; a first, empty one says that it has begun.

        Raises PlatformFailure: `NoStream` when the answer is another one, a timeout when nothing comes for `idle`
        seconds, what any exchange raises otherwise. An end in good order ends it.
        """
        progress = Progress(None, traced=self._traced)
        response: httpx.Response | None = None
        try:
            request = self._request(self._reading, call, progress)
            request.headers["accept"] = "text/event-stream"
            request.headers["accept-encoding"] = "identity"
            async with asyncio.timeout(self._deadline):
                response = await self._reading.send(request, stream=True)
            if response.status_code != 200:
                raise NoStream(response.status_code)
            yield b""
            async for line in lines_of(response, idle):
                yield line
        except Exception as error:
            meaning = self._failure(error, certain=True)
            if meaning is None:
                raise
            failure = meaning
        else:
            return
        finally:
            if response is not None:
                await response.aclose()
        raise failure

    async def fetch(self, address: str, hosts: MediaHosts, limit: int, *, token: str = "") -> bytes:
        """The bytes of an attachment. Raises PlatformFailure: CONTENT when refused, gone or bigger than `limit`, AUTH
        when the token is dead.

        `token` is shown to the API's own origin only, never to a media host.
        """
        progress = Progress(None, traced=self._traced)
        try:
            async with asyncio.timeout(max(MEDIA_DEADLINE_S, self._deadline)):
                answer = await self._follow(address, hosts, min(limit, MEDIA_LIMIT), token, progress)
        except Forbidden:
            failure = _content(tr("The file lies at an address that this program never opens."))
        except Unreadable:
            failure = _content(tr("The file is too big."))
        except Exception as error:
            meaning = self._failure(error, certain=True)
            if meaning is None:
                raise
            failure = meaning
        else:
            if answer.status == 200:
                return answer.body
            failure = self._refused_file(answer.status)
        raise failure

    # --- one exchange ---------------------------------------------------------------------------------------------

    def _client(self, transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
        no_cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
        timeout = httpx.Timeout(None, connect=self._connect_s, pool=self._connect_s)
        return httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            timeout=timeout,
            cookies=no_cookies,
            headers={"user-agent": "Switchboard", "accept": "application/json", "accept-encoding": "gzip"},
        )

    @staticmethod
    def _request(client: httpx.AsyncClient, call: Call, progress: Progress) -> httpx.Request:
        headers: dict[str, str] = {}
        if call.token:
            if not (call.token.isascii() and call.token.isprintable() and " " not in call.token):
                raise signed_out(tr("The stored sign-in holds characters that no token has."))
            headers["authorization"] = f"Bearer {call.token}"
        elif call.basic is not None:
            pair = base64.b64encode(":".join(call.basic).encode()).decode("ascii")
            headers["authorization"] = f"Basic {pair}"
        if call.key:
            headers["idempotency-key"] = call.key
        body: dict[str, Any] = {}
        if call.json is not None:
            body["content"] = json_text.dumps(call.json, separators=(",", ":")).encode("ascii")
            headers["content-type"] = "application/json"
        elif call.form is not None:
            body["data"] = dict(call.form)
        elif call.parts:
            body["files"] = [
                (part.name, (part.filename or None, part.content, part.mime or None)) for part in call.parts
            ]
        return client.build_request(
            call.method,
            call.url,
            params=dict(call.params) or None,
            headers=headers,
            extensions={"trace": progress},
            **body,
        )

    async def _exchange(
        self, client: httpx.AsyncClient, request: httpx.Request, progress: Progress, limit: int, deadline: float
    ) -> Answer:
        progress.check_time()
        async with asyncio.timeout(deadline), self._turns[request.headers["host"]]:
            response = await client.send(request, stream=True)
            try:
                body = await read_body(response, limit)
                progress.answered()
            finally:
                await response.aclose()
        return Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)

    # --- attachments ----------------------------------------------------------------------------------------------

    async def _follow(self, address: str, hosts: MediaHosts, limit: int, token: str, progress: Progress) -> Answer:
        for _ in range(_REDIRECTS + 1):
            url = hosts.check(address)
            answer = await self._media(url, hosts.is_own(url), limit, token, progress)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            address = str(url.join(answer.headers.get("location", "")))
        raise Forbidden("too many redirects")

    async def _media(self, url: httpx.URL, own: bool, limit: int, token: str, progress: Progress) -> Answer:
        places: Sequence[str | None] = (None,)
        if not own and self._resolve is not None:
            places = checked_addresses(await self._resolve(url.host))[:3]
        for number, place in enumerate(places, start=1):
            headers = {"accept": "*/*", "accept-encoding": "identity"}
            extensions: dict[str, Any] = {"trace": progress}
            if own and token:
                headers["authorization"] = f"Bearer {token}"
            target = url
            if place is not None:  # pinned: connected to the very address that was checked, under the name's own TLS
                target = url.copy_with(host=place)
                headers["host"] = url.raw_host.decode("ascii")
                extensions["sni_hostname"] = url.raw_host.decode("ascii")
            request = self._writing.build_request("GET", target, headers=headers, extensions=extensions)
            try:
                return await self._exchange(self._writing, request, progress, limit, MEDIA_DEADLINE_S)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(places):
                    raise
        raise AssertionError("a name has at least one address")

    def _refused_file(self, status: int) -> PlatformFailure:
        if status == 429 or status >= 500:
            words = tr("The platform did not give the file for now.")
            return PlatformFailure(Failure(FailureKind.SERVER, True, words, Millis(self._clock() + RETRY_SOON)))
        words = tr("The platform no longer gives the file.")
        return PlatformFailure(Failure(FailureKind.AUTH, True, words)) if status == 401 else _content(words)

    # --- failures -------------------------------------------------------------------------------------------------

    def _failure(self, error: Exception, *, certain: bool) -> PlatformFailure | None:
        """What an exception of the exchange means; None when it is a bug of ours."""
        again = Millis(self._clock() + RETRY_SOON)
        match error:
            case PlatformFailure():
                return error
            case TooLate():
                words = tr("The program was held up too long before sending; nothing left.")
                return PlatformFailure(Failure(FailureKind.TIMEOUT, True, words, again))
            case Unreadable():
                words = tr("The platform's answer is too big or packed in an unknown way.")
                return PlatformFailure(Failure(FailureKind.MALFORMED, certain, words, again), Health.MALFORMED)
            case httpx.InvalidURL() | httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
                words = tr("The address of the account cannot be used.")
                return PlatformFailure(Failure(FailureKind.NETWORK, True, words, again), Health.UNREACHABLE)
            case httpx.TimeoutException() | TimeoutError():
                certain = certain or isinstance(error, _NEVER_CONNECTED)
                words = tr("The platform did not answer in time.")
                return PlatformFailure(Failure(FailureKind.TIMEOUT, certain, words, again), Health.UNREACHABLE)
            case httpx.TransportError() | OSError():
                certain = certain or isinstance(error, _NEVER_CONNECTED)
                words, detail = network_words(error, certain)
                return PlatformFailure(Failure(FailureKind.NETWORK, certain, words, again), Health.UNREACHABLE, detail)
            case _:
                return None


def _content(words: str) -> PlatformFailure:
    return PlatformFailure(Failure(FailureKind.CONTENT, True, words))


def network_words(error: Exception, certain: bool) -> tuple[str, str]:
    """What happened, and what is added to the account's health."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            detail = tr("Its certificate is not trusted, or the encryption failed.")
            return tr("No protected connection to the platform."), detail
        cause = cause.__cause__ or cause.__context__
    if certain:
        return tr("No connection to the platform."), ""
    return tr("The connection broke before the platform answered."), ""
