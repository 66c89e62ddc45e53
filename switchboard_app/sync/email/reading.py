"""One sweep over a mailbox: the inbox first, then what was sent, each folder from where its stored rows end.

A cursor holds one line for each folder (`email.marks`) and since when the mailbox is read. When a folder's UIDVALIDITY
changes, its UIDs name other mails: it is read anew, and the store knows the mails by their Message-ID. Mails are read
in small portions, each stored with the mark that is true then; one that vanishes between listing and reading was
deleted by somebody and is left alone; one that the server cannot give goes to quarantine and blocks nothing.
Called by `email.connector`.
"""

from __future__ import annotations

import imaplib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from imap_tools.errors import ImapToolsError

from switchboard_app.log import logger
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, Millis, to_datetime
from switchboard_app.sync.connector import Clock
from switchboard_app.sync.email.header import BROKEN
from switchboard_app.sync.email.imap import MAIL_LIMIT, Fetched, ImapLine, Listed
from switchboard_app.sync.email.marks import Mark, mark_of
from switchboard_app.sync.email.mime import Mail, read_mail
from switchboard_app.sync.email.settings import MailboxSettings
from switchboard_app.sync.email.translate import Place, conversation_of, message_of

_PORTION: Final = 25
_PORTION_BYTES: Final = 8 * 1024 * 1024
_SIZES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Read:
    """One mail, read and told in our words; `thread` is None where it cannot be answered."""

    mail: Mail
    place: Place
    message: RemoteMessage
    thread: RemoteThread | None


def told(raw: bytes, place: Place, own: MailboxSettings) -> Read:
    """A mail's bytes in our words."""
    mail = read_mail(raw)
    message = message_of(mail, place, own.address, own.forms)
    thread = None if message.unreadable else conversation_of(message, mail, place, own.address, own.forms)
    return Read(mail, place, message, thread)


class MailSweep:
    """Made for one poll and thrown away. `read` is what the last batch was made of, for its files."""

    def __init__(self, line: ImapLine, own: MailboxSettings, cursor: Mapping[str, str], clock: Clock) -> None:
        self._line = line
        self._own = own
        self._clock = clock
        self._cursor = dict(cursor)
        self.read: list[Read] = []
        if not self._cursor.get("since", "").isdecimal():
            self._cursor["since"] = str(max(0, clock() - own.days * DAY))

    async def batches(self) -> AsyncIterator[Batch]:
        """All batches; the last one is complete. Raises what `ImapLine.BROKEN` names."""
        sent = self._own.sent_folder or await self._line.sent_folder()
        folders = [(one, False) for one in self._own.folders if one != sent]
        for folder, is_sent in [*folders, *([(sent, True)] if sent else [])]:
            async for batch in self._folder(folder, is_sent):
                yield batch
        self.read = []
        yield Batch((), (), dict(self._cursor), complete=True)

    async def _folder(self, folder: str, sent: bool) -> AsyncIterator[Batch]:
        key = f"folder:{folder}"
        mark = mark_of(self._cursor.get(key, ""))
        listed = await self._listed(folder, mark)
        if listed.validity != mark.validity:
            listed = await self._listed(folder, Mark()) if mark.validity else listed
            mark = Mark(listed.validity, min(listed.uids, default=max(listed.next_uid, 1)))
        left = mark.left(listed.uids)
        for many in _cut(left, _SIZES_AT_ONCE):
            sizes = await self._line.sizes(many)
            mark = mark.with_stored(uid for uid in many if uid not in sizes)  # deleted since they were listed
            for portion in _portions(sizes):
                self.read = []
                poison: list[RemoteMessage] = []
                for fetched in await self._fetched(portion, sizes, folder, mark.validity, poison):
                    at = fetched.at or self._clock()
                    place = Place(folder, mark.validity, fetched.uid, at, sent, fetched.cut)
                    try:
                        self.read.append(told(fetched.raw, place, self._own))
                    except BROKEN:  # a mail that no rule foresaw: it blocks nobody else's
                        logger("sync").info("a mail could not be read")
                        poison.append(self._poison(folder, mark.validity, fetched.uid))
                mark = mark.with_stored(portion)
                self._cursor[key] = mark.text
                yield self._batch(poison)
        self._cursor[key] = mark.settled().text

    async def _listed(self, folder: str, mark: Mark) -> Listed:
        since = None if mark.validity else to_datetime(Millis(int(self._cursor["since"]))) - timedelta(days=1)
        return await self._line.listed(folder, since, mark.floor)

    async def _fetched(
        self, portion: Sequence[int], sizes: Mapping[int, int], folder: str, validity: int, poison: list[RemoteMessage]
    ) -> list[Fetched]:
        """The mails of a portion; what the server refuses to give is asked for alone, and then set aside."""
        if len(portion) == 1 and sizes[portion[0]] > MAIL_LIMIT:
            return await self._line.mails(portion, beginning=True)
        try:
            return await self._line.mails(portion)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ImapToolsError):
            if len(portion) == 1:
                poison.append(self._poison(folder, validity, portion[0]))
                return []
        return [one for uid in portion for one in await self._fetched([uid], sizes, folder, validity, poison)]

    def _poison(self, folder: str, validity: int, uid: int) -> RemoteMessage:
        words = tr("This mail could not be read; open it in the mailbox.")
        nobody = RemotePerson(PlatformId(""))
        known_as = PlatformId(f"uid:{folder};{validity};{uid}")
        return RemoteMessage(known_as, PlatformId(""), nobody, False, "", self._clock(), unreadable=words)

    def _batch(self, poison: Sequence[RemoteMessage]) -> Batch:
        threads = {one.thread.platform_id: one.thread for one in self.read if one.thread is not None}
        messages = (*(one.message for one in self.read if not _to_nobody(one)), *poison)
        return Batch(tuple(threads.values()), messages, dict(self._cursor), complete=False)


def _to_nobody(one: Read) -> bool:
    """A mail of ours that was only sent to ourselves, or a note without a recipient: no citizen's matter."""
    return one.place.sent and one.thread is None


def _cut(uids: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(uids), most):
        yield uids[begin : begin + most]


def _portions(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Mails that are read and stored together, oldest first; a large one alone."""
    portion: list[int] = []
    heavy = 0
    for uid, size in sorted(sizes.items()):
        if portion and (len(portion) == _PORTION or heavy + size > _PORTION_BYTES):
            yield portion
            portion, heavy = [], 0
        portion.append(uid)
        heavy += size
    if portion:
        yield portion
