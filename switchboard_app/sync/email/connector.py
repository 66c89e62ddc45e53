"""The connector for one mailbox: IMAP in, SMTP out. See `sync.connector.Connector` for what each method promises.

A connection is made for each exchange and closed after it; only the one that waits for news stays open. On the server
nothing is changed, except that a sent mail is laid into the folder of sent ones where the option ``keep_sent`` says
``yes``. It refuses to answer a machine by itself and to send twice. Made by `sync.engine`.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from typing import Final

from switchboard_app.log import logger
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.quoting import split
from switchboard_app.model.remote import Batch, Cursor, RemoteAttachment, RemoteMessage
from switchboard_app.model.times import DAY, SECOND, Millis, to_datetime
from switchboard_app.sync.connector import Clock, Grant, Known, Meter, Outgoing, PlatformFailure, Receipt, Self
from switchboard_app.sync.email.compose import compose_reply
from switchboard_app.sync.email.failures import reading_failed, sending_failed
from switchboard_app.sync.email.imap import ImapLine
from switchboard_app.sync.email.mime import MailFile
from switchboard_app.sync.email.reading import MailSweep, Read, told
from switchboard_app.sync.email.settings import MailboxSettings, settings_of
from switchboard_app.sync.email.threading import is_ours, root_of
from switchboard_app.sync.email.translate import Place, place_in
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.mail import SmtpPost
from switchboard_app.sync.wire import system_trust

_MOST_READ_BACK: Final = 40


class EmailConnector:
    """One mailbox."""

    def __init__(
        self, grant: Grant, door: HttpDoor, meter: Meter, clock: Clock, *, tls: ssl.SSLContext | None = None
    ) -> None:
        del door, meter  # neither speaks HTTP nor counts requests
        self._grant = grant
        self._clock = clock
        self._tls = tls
        self._files: dict[str, MailFile] = {}

    # -- connections -----------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def _line(self) -> AsyncIterator[ImapLine]:
        """A signed-in connection; what breaks it becomes a failure in words."""
        own = self._settings
        line = ImapLine(own.imap, self._trust() if own.imap.security != "none" else None)
        try:
            await line.open(self._password("password"))
            yield line
        except ImapLine.BROKEN as problem:
            raise reading_failed(problem, self._clock()) from None
        finally:
            await line.close()

    @property
    def _settings(self) -> MailboxSettings:
        return settings_of(self._grant.options, self._grant.secret)

    def _trust(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = system_trust()
        return self._tls

    def _password(self, name: str) -> str:
        return self._grant.secret.get(name, "") or self._grant.secret.get("password", "")

    def _post(self, own: MailboxSettings) -> SmtpPost:
        async def password() -> str | None:
            return self._password("smtp_password") or None

        return SmtpPost(own.smtp, password, self._trust() if own.smtp.security != "none" else None)

    # -- the port --------------------------------------------------------------------------------------------------

    async def whoami(self) -> Self:
        """Ask both servers: the one that is read, and the one that sends."""
        own = self._settings
        async with self._line() as line:
            for folder in own.folders:
                await line.listed(folder, None, 2**32 - 1)
        try:
            await self._post(own).check()
        except PlatformFailure as failure:
            words = tr("Sending: {reason}").format(reason=failure.failure.text)
            auth = failure.failure.kind is FailureKind.AUTH
            health = Health.NEEDS_SIGN_IN if auth else Health.UNREACHABLE
            raise PlatformFailure(replace(failure.failure, text=words), health, words) from None
        return Self(PlatformId(own.address), self._grant.options.get("sender_name", "") or own.address)

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything that is new; see `email.reading`. What is known is known by its UID."""
        del known
        own = self._settings
        async with self._line() as line:
            sweep = MailSweep(line, own, cursor, self._clock)
            async for batch in sweep.batches():
                self._keep_files(sweep.read)
                yield batch

    async def send(self, outgoing: Outgoing) -> Receipt:
        """One mail. What fails before the end of its text was handed over is certain (`sync.mail`)."""
        own = self._settings
        message = compose_reply(outgoing, own, self._clock())
        try:
            await self._post(own).send(message, outgoing.permit)
        except PlatformFailure as failure:
            raise sending_failed(failure, self._clock()) from None
        if own.lay_aside:
            await self._lay_aside(own, message)
        return Receipt((PlatformId(str(message["Message-ID"]).strip("<>")),), outgoing.thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """The mails of a conversation since a moment, ours from the folder of sent ones."""
        own, root = self._settings, root_of(thread)
        found: dict[PlatformId, RemoteMessage] = {}
        async with self._line() as line:
            sent = own.sent_folder or await line.sent_folder()
            day = f"SINCE {_day(Millis(max(0, since - DAY)))} "
            for folder in dict.fromkeys((*own.folders, *([sent] if sent else []))):
                validity, uids = await line.search(folder, day + _wanted(root, person if folder == sent else ""))
                for one in await line.mails(uids[-_MOST_READ_BACK:]) if uids else []:
                    place = Place(folder, validity, one.uid, one.at or self._clock(), folder == sent)
                    read = told(one.raw, place, own)
                    self._keep_files([read], more=True)
                    if one.at >= since - SECOND and (not person or _is_with(read, person)):
                        found[read.message.platform_id] = replace(_as_typed(read.message, own), thread=thread)
        return tuple(sorted(found.values(), key=lambda message: message.at))

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """A file of a mail: of the portion just read, else the mail is read again."""
        where = place_in(attachment.url)
        if where is None:
            raise _refused(tr("This address is not one that files are fetched from."))
        file = self._files.pop(attachment.url, None)
        if file is None:
            file = await self._file_again(where)
        if len(file.content) > limit:
            raise _refused(tr("The file is larger than what is kept here."))
        return file.content

    async def wake(self) -> bool:
        """Wait for news in the first folder (IDLE); False where the server does not offer it."""
        async with self._line() as line:
            if not await line.idles():
                return False
            await line.news(self._settings.folders[0])
            return True

    async def aclose(self) -> None:
        """Nothing stays open between exchanges."""
        self._files.clear()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _keep_files(self, read: list[Read], *, more: bool = False) -> None:
        """The files of what was just read, until the poller has fetched them."""
        if not more:
            self._files.clear()
        for one in read:
            for file, shown in zip(one.mail.files, one.message.attachments, strict=True):
                if shown.url:
                    self._files[shown.url] = file

    async def _file_again(self, where: tuple[str, int, int, int]) -> MailFile:
        folder, validity, uid, number = where
        async with self._line() as line:
            now_valid, uids = await line.search(folder, f"UID {uid}")
            mails = await line.mails([uid]) if now_valid == validity and uid in uids else []
        if not mails:
            raise _refused(tr("The mail is no longer in the mailbox."))
        own = self._settings
        read = told(mails[0].raw, Place(folder, validity, uid, mails[0].at), own)
        for file in read.mail.files:
            if file.place == number:
                return file
        raise _refused(tr("The mail is no longer in the mailbox."))

    async def _lay_aside(self, own: MailboxSettings, message: EmailMessage) -> None:
        """The mail is sent; a copy that cannot be laid aside changes nothing about that."""
        try:
            async with self._line() as line:
                folder = own.sent_folder or await line.sent_folder()
                if folder:
                    await line.lay_aside(folder, message.as_bytes(policy=policy.SMTP))
        except PlatformFailure as failure:
            logger("sync").info("a sent mail was not laid aside: %s", failure.failure.kind)


def _refused(words: str) -> PlatformFailure:
    return PlatformFailure(Failure(FailureKind.CONTENT, True, words))


def _day(moment: Millis) -> str:
    day = to_datetime(moment)
    return f"{day.day}-{'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()[day.month - 1]}-{day.year}"


def _wanted(root: str, person: str) -> str:
    """What belongs to a conversation, as a search; ids that cannot be written into one are not searched."""
    if not root or not root.isascii() or not root.isprintable() or set(root) & set('"\\'):
        root = "?"
    thread = f'OR HEADER Message-ID "{root}" HEADER References "{root}"'
    if person and person.isascii() and not set(person) & set('"\\'):
        return f'OR TO "{person}" {thread}'
    return thread


def _is_with(read: Read, person: str) -> bool:
    return read.thread is not None and read.thread.person.platform_id == person


def _as_typed(message: RemoteMessage, own: MailboxSettings) -> RemoteMessage:
    """Our own mail without the quoted original that was put below: so it is compared with what was typed."""
    if not (own.quote and message.ours and is_ours(message.platform_id, own.address)):
        return message
    return replace(message, text=message.text[: split(message.text).at])
