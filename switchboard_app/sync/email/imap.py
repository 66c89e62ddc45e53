"""Reading a mailbox by IMAP: one connection, its commands, and a thread of its own, because the library blocks.

What it is for: sign in, list folders, list and read mails by their UID, wait for news (IDLE), lay a sent mail aside.
Mails are read with BODY.PEEK from a folder opened read-only (EXAMINE): on the server nothing is marked, moved or
deleted. Every answer has a bound in bytes and in time; whoever waits too long or is cancelled shuts the socket, so that
no thread stays behind. It refuses an unprotected connection except to this machine, and to know what a mail means.
Called by `email.connector`.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxLoginError

from switchboard_app.model.times import Millis

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 20.0
"""For one answer of the server."""
EXCHANGE_SECONDS: Final = 60.0
"""For one step that may have several answers."""
IDLE_SECONDS: Final = 25 * 60
"""A waiting connection is renewed before servers (30 minutes, RFC 2177) and firewalls end it."""
MAIL_LIMIT: Final = 32 * 1024 * 1024
"""Larger mails are not read whole."""
BEGINNING: Final = 256 * 1024
_ANSWER_LIMIT: Final = MAIL_LIMIT + 1024 * 1024
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_SENT_NAMES: Final = frozenset(
    "sent|sent items|sent messages|gesendet|gesendete elemente|gesendete objekte|gesendete nachrichten"
    "|envoyés|éléments envoyés|messages envoyés|posta inviata|inviati|elementi inviati".split("|")
)
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_TAKEN: Final = re.compile(rb'\bINTERNALDATE "([^"]{10,40})"')


class TooMuch(ValueError):
    """The server sends more than any answer may hold."""


class NotProtected(Exception):
    """The settings ask for a connection without encryption to another machine."""


@dataclass(frozen=True, slots=True)
class MailBoxServer:
    """Where a mailbox is. `security` is tls, starttls, or none (this machine only)."""

    host: str
    port: int
    security: str
    user: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder as it is now."""

    validity: int
    uids: tuple[int, ...]
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server gives it."""

    uid: int
    at: Millis
    raw: bytes
    cut: bool = False


class _Bounded:
    """A connection that takes no literal beyond the limit, whatever size the server announces."""

    def read(self, size: int) -> bytes:
        """As imaplib's."""
        if size > _ANSWER_LIMIT:
            raise TooMuch(f"a literal of {size} bytes")
        return super().read(size)  # type: ignore[misc, no-any-return]


class _Plain(_Bounded, imaplib.IMAP4):
    pass


class _Protected(_Bounded, imaplib.IMAP4_SSL):
    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        bare = imaplib.IMAP4._create_socket(self, timeout)  # type: ignore[attr-defined]
        try:
            return cast(ssl.SSLSocket, self.ssl_context.wrap_socket(bare, server_hostname=self.host))
        except BaseException:
            bare.close()  # the standard library forgets it
            raise


class _Box(BaseMailBox):
    """imap-tools' mailbox over a bounded connection."""

    def __init__(self, server: MailBoxServer, tls: ssl.SSLContext | None) -> None:
        self._server = server
        self._tls = tls
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        where = self._server
        if where.security == "tls":
            return _Protected(where.host, where.port, ssl_context=self._tls, timeout=TIMEOUT_SECONDS)
        if where.security == "none" and where.host not in _LOOPBACK:
            raise NotProtected
        client = _Plain(where.host, where.port, timeout=TIMEOUT_SECONDS)
        if where.security != "none":
            try:
                client.starttls(self._tls)
            except BaseException:
                client.shutdown()
                raise
        return client


class ImapLine:
    """One connection. Every method may raise what `BROKEN` names; after that only `close` makes sense."""

    BROKEN = (imaplib.IMAP4.error, ImapToolsError, OSError, NotProtected, ValueError)
    """OSError holds time-outs and TLS; ValueError is what imaplib makes of answers that are none."""

    def __init__(self, server: MailBoxServer, tls: ssl.SSLContext | None) -> None:
        self._server = server
        self._tls = tls
        self._box: _Box | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")

    # -- the thread ------------------------------------------------------------------------------------------------

    async def _do(self, work: Callable[[], T], seconds: float = EXCHANGE_SECONDS) -> T:
        """Run `work` in the thread; on a time-out or when cancelled the socket is shut, which ends it."""
        future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(future)
        except BaseException:
            self._cut()
            raise

    def _cut(self) -> None:
        box = self._box
        if box is not None:
            with contextlib.suppress(OSError):
                box.client.sock.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Say good-bye where that still goes, and let go of everything."""
        box = self._box
        if box is not None:
            with contextlib.suppress(*self.BROKEN):
                await self._do(box.client.logout, 2.0)
            with contextlib.suppress(OSError):
                box.client.shutdown()
        self._box = None
        self._thread.shutdown(wait=False)

    @property
    def _open(self) -> _Box:
        if self._box is None:
            raise OSError("not connected")
        return self._box

    # -- commands --------------------------------------------------------------------------------------------------

    async def open(self, password: str) -> None:
        """Connect and sign in; raises MailboxLoginError when the sign-in is refused."""

        def work() -> None:
            self._box = _Box(self._server, self._tls)
            if self._server.user.isascii() and password.isascii():
                self._box.login(self._server.user, password, None)
            else:
                try:
                    self._box.login_utf8(self._server.user, password, None)
                except imaplib.IMAP4.abort:
                    raise
                except imaplib.IMAP4.error as refusal:
                    raise MailboxLoginError(("NO", [b"login"]), "OK") from refusal

        await self._do(work)

    async def sent_folder(self) -> str:
        """The folder that the server marks as that of sent mails (RFC 6154), else one of the usual names; or ""."""

        def work() -> str:
            folders = list(self._open.folder.list())
            for one in folders:
                if "\\sent" in (flag.lower() for flag in one.flags):
                    return str(one.name)
            for one in folders:
                last = one.name.rpartition(one.delim)[2] if one.delim else one.name
                if last.lower() in _SENT_NAMES:
                    return str(one.name)
            return ""

        return await self._do(work)

    async def listed(self, folder: str, since: datetime | None, floor: int) -> Listed:
        """The UIDs of a folder from `floor` on, or those that the server took since a day."""

        def work() -> Listed:
            box = self._open
            box.folder.set(folder, readonly=True)
            validity = _number(box.client.response("UIDVALIDITY")[1])
            following = _number(box.client.response("UIDNEXT")[1])
            asked = f"SINCE {since:%d-}{_MONTHS[since.month - 1]}{since:-%Y}" if since else f"UID {max(floor, 1)}:*"
            uids = sorted({int(one) for one in box.uids(asked, charset=None) if int(one) >= floor})
            return Listed(validity, tuple(uids), following)

        return await self._do(work)

    async def search(self, folder: str, criteria: str) -> tuple[int, tuple[int, ...]]:
        """Validity and UIDs of what the server finds."""

        def work() -> tuple[int, tuple[int, ...]]:
            box = self._open
            box.folder.set(folder, readonly=True)
            validity = _number(box.client.response("UIDVALIDITY")[1])
            return validity, tuple(sorted(int(one) for one in box.uids(criteria, charset=None)))

        return await self._do(work)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """How large these mails of the open folder are; one that is gone is missing."""

        def work() -> dict[int, int]:
            answers = self._fetch(uids, "(UID RFC822.SIZE)")
            found = [(_UID.search(meta), _SIZE.search(meta)) for meta, _ in answers]
            return {int(uid[1]): int(size[1]) for uid, size in found if uid and size}

        return await self._do(work)

    async def mails(self, uids: Sequence[int], *, beginning: bool = False) -> list[Fetched]:
        """These mails of the open folder, without marking them; with `beginning` only the first part of each."""
        part = f"BODY.PEEK[]<0.{BEGINNING}>" if beginning else "BODY.PEEK[]"

        def work() -> list[Fetched]:
            found = []
            for meta, raw in self._fetch(uids, f"(UID INTERNALDATE {part})"):
                uid, taken = _UID.search(meta), _TAKEN.search(meta)
                if uid and raw is not None:
                    found.append(Fetched(int(uid[1]), _moment(taken[1] if taken else b""), raw, beginning))
            return found

        return await self._do(work)

    def _fetch(self, uids: Sequence[int], parts: str) -> list[tuple[bytes, bytes | None]]:
        """The answers to a FETCH: what stands around the literal, and the literal."""
        kind, answers = self._open.client.uid("FETCH", ",".join(map(str, uids)), parts)
        if kind != "OK":
            raise imaplib.IMAP4.error("FETCH refused")
        return list(_paired(answers))

    async def lay_aside(self, folder: str, raw: bytes) -> None:
        """Put a mail that was sent into a folder, marked as read."""

        def work() -> None:
            self._open.append(raw, folder, datetime.now(UTC), ["\\Seen"])

        await self._do(work)

    async def idles(self) -> bool:
        """Whether the server can tell of news by itself."""
        return "IDLE" in self._open.client.capabilities or await self._do(self._asks_idle)

    def _asks_idle(self) -> bool:
        return b"IDLE" in (self._open.client.capability()[1][0] or b"").upper().split()

    async def news(self, folder: str) -> None:
        """Wait until something is new in the folder; the waiting is renewed in time."""

        def work() -> bool:
            box = self._open
            box.folder.set(folder, readonly=True)
            box.client.sock.settimeout(TIMEOUT_SECONDS)
            box.idle.start()  # type: ignore[no-untyped-call]
            said = box.idle.poll(timeout=IDLE_SECONDS)
            box.idle.stop()  # type: ignore[no-untyped-call]
            return any(b" EXISTS" in one or b" RECENT" in one for one in said)

        while not await self._do(work, IDLE_SECONDS + EXCHANGE_SECONDS):
            pass


_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _number(answer: Sequence[Any]) -> int:
    first = answer[-1] if answer else None
    return int(first) if isinstance(first, bytes) and first.isdigit() else 0


def _paired(answers: Sequence[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """What belongs together: imaplib gives a literal in a tuple with what came before it, then the rest of the line."""
    meta, raw = b"", None
    for one in answers:
        if isinstance(one, tuple):
            if meta:
                yield meta, raw
            meta, raw = bytes(one[0]), bytes(one[1])
        elif isinstance(one, bytes):
            if raw is not None:
                yield meta + b" " + one, raw
                meta, raw = b"", None
            else:
                if meta:
                    yield meta, None
                meta = one
    if meta:
        yield meta, raw


def _moment(taken: bytes) -> Millis:
    """INTERNALDATE; the epoch where the server gives none."""
    try:
        moment = datetime.strptime(taken.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return Millis(0)
    return Millis(round(moment.timestamp() * 1000))
