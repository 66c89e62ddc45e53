"""A mailbox on the real server, dressed as the contract suite wants a platform, and the connector that speaks to it.

What citizens write is laid into the inbox by IMAP's APPEND, which dates it; what we send goes by SMTP and lies in the
citizen's own mailbox, where it is read with the standard library.
"""

from __future__ import annotations

import asyncio
import imaplib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, TypeVar

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import OutboxId, PlatformId
from switchboard_app.model.remote import Batch
from switchboard_app.model.times import Millis
from switchboard_app.sync.connector import Connector, Grant, Outgoing, OutgoingFile, PlatformFailure
from switchboard_app.sync.email import EmailConnector
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import Shelf, swept
from tests.mailboxes import PASSWORD, MailHouse
from tests.platforms import FakeClock

T = TypeVar("T")
OURS = "0199c0de-aaaa-7bbb-8ccc-1234567890"


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with a mailbox of their own."""

    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """A mail as one of the two sides has it."""

    id: str
    person: str
    text: str
    ours: bool = False
    files: tuple[SimulatedFile, ...] = ()


@dataclass(slots=True)
class Mailbox:
    """The mailbox and those who write to it."""

    house: MailHouse
    clock: FakeClock
    own_id: str
    own_name: str = "Telefonzentrale"
    own_handle: str = ""
    kind: str = "email"
    people: dict[str, Citizen] = field(default_factory=dict)
    told: list[Said] = field(default_factory=list)
    last: dict[str, str] = field(default_factory=dict)
    line: imaplib.IMAP4 | None = None
    """By which mails are laid into it."""

    def person(self, key: str) -> Citizen:
        """The citizen of this name, made at the first mail."""
        if key not in self.people:
            self.people[key] = Citizen(self.house.address(key), key)
        return self.people[key]

    def say(
        self, key: str, text: str, at: Millis | None = None, attachments: Sequence[SimulatedFile] = (), **head: Any
    ) -> Said:
        """A citizen's mail arrives."""
        message = self.mail(self.person(key).id, self.own_id, text, attachments, **head)
        self.append(message, at)
        self.told.append(Said(str(message["Message-ID"]).strip("<>"), key, text))
        self.last[key] = self.told[-1].id
        return self.told[-1]

    def say_as_page(self, key: str, text: str) -> Said:
        """Somebody of the office answers with another program."""
        before = self.last[key]
        message = self.mail(self.own_id, self.person(key).id, text, References=f"<{before}>")
        self.append(message, None, "Gesendet")
        self.told.append(Said(str(message["Message-ID"]).strip("<>"), key, text, ours=True))
        return self.told[-1]

    def mail(
        self, sender: str, to: str, text: str, attachments: Sequence[SimulatedFile] = (), **head: str
    ) -> EmailMessage:
        """A mail as a usual program writes it."""
        message = EmailMessage(policy=policy.SMTP)
        lines = {"From": sender, "To": to, "Subject": f"Frage {len(self.told)}"}
        lines["Message-ID"] = f"<m{len(self.told)}.{sender.partition('@')[0]}@example.net>"
        for name, line in (lines | {name.replace("_", "-"): line for name, line in head.items()}).items():
            message[name] = line
        message.set_content(text, cte="base64")
        for file in attachments:
            kind, _, more = file.mime.partition("/")
            message.add_attachment(file.content, maintype=kind, subtype=more, filename=file.name)
        return message

    def append(self, message: EmailMessage | bytes, at: Millis | None = None, folder: str = "INBOX") -> None:
        """Lay a mail into a folder, as if it had been taken at this moment."""
        moment = datetime.fromtimestamp((self.clock() if at is None else at) / 1000, UTC)
        raw = message if isinstance(message, bytes) else message.as_bytes()
        if self.line is None:
            self.line = self.house.line(self.own_id)
        kind, told = self.line.append(folder, "", imaplib.Time2Internaldate(moment), raw)
        assert kind == "OK", told

    def truth(self) -> list[Said]:
        """Everything that was said, both ways."""
        return list(self.told)

    def sent_by_us(self) -> list[Said]:
        """What lies in the citizens' mailboxes."""
        self.house.until(lambda: not list((self.house.folder / "spool" / "input").glob("*")))
        found = []
        for key, one in self.people.items():
            for raw in self.house.mails(one.id):
                message = message_from_bytes(raw, policy=policy.SMTP)
                assert isinstance(message, EmailMessage)
                body = message.get_body()
                text = str(body.get_content()).replace("\r\n", "\n").removesuffix("\n") if body is not None else ""
                files = tuple(
                    SimulatedFile(str(part.get_filename()), part.get_content_type(), part.get_content())
                    for part in message.iter_attachments()
                )
                found.append(Said(str(message["Message-ID"]).strip("<>"), key, text, True, files))
        return found

    def conversation_with(self, person: Citizen) -> str:
        """The conversation with one citizen: it begins with the last mail, which names no other."""
        return f"{self.last[person.key]}|{person.id}"


@dataclass(slots=True)
class MailBench:
    """As `tests.connectors.bench.Bench`, for a mailbox."""

    platform: Mailbox
    clock: FakeClock
    security: str = "tls"
    options: dict[str, str] = field(default_factory=dict)
    password: str = PASSWORD
    base: str = ""
    deadline: float = 5.0
    shelf: Shelf = field(default_factory=Shelf)
    kind: str = "email"
    sends: int = 0

    def grant(self) -> Grant:
        """What the connector is made from."""
        options = self.platform.house.options(self.platform.own_id, self.security, sender_name="Telefonzentrale")
        if self.base:  # nobody listens there
            options |= {"imap_port": "9", "smtp_port": "9"}
        options |= {"keep_sent": "yes", **self.options}
        return Grant(Channel.EMAIL, "", options, None, {"password": self.password, "access_token": self.password})

    def connector(self) -> EmailConnector:
        """The connector alone."""
        nothing: Any = None
        return EmailConnector(self.grant(), nothing, nothing, self.clock, tls=self.platform.house.tls)

    def run(self, work: Callable[[Connector], Coroutine[Any, Any, T]]) -> T:
        """Make the connector, do the work, let go of everything."""

        async def whole() -> T:
            connector = self.connector()
            try:
                return await work(connector)
            finally:
                await connector.aclose()
                await asyncio.sleep(0.1)  # transports close their sockets in the loop's next turns

        return asyncio.run(whole())

    def poll(self) -> list[Batch]:
        """One poll of a poller that stores each batch with its cursor."""
        return self.run(lambda connector: swept(connector, self.shelf))

    def poll_failing(self) -> PlatformFailure:
        """One poll that must fail."""
        try:
            self.poll()
        except PlatformFailure as failure:
            return failure
        raise AssertionError("the poll did not fail")

    def send(self, person: str, text: str = "", **more: Any) -> Any:
        """One reply to somebody."""
        return self.run(lambda connector: connector.send(self.outgoing(person, text, **more)))

    def send_failing(self, person: str, text: str = "Danke", **more: Any) -> PlatformFailure:
        """One reply that must fail."""
        try:
            self.send(person, text, **more)
        except PlatformFailure as failure:
            return failure
        raise AssertionError("the reply did not fail")

    def outgoing(
        self, person: str, text: str, *, files: tuple[OutgoingFile, ...] = (), last: Millis | None = None
    ) -> Outgoing:
        """A reply to the last mail of somebody."""
        someone = self.platform.person(person)
        self.sends += 1
        return Outgoing(
            OutboxId(f"{OURS}{self.sends:02d}"),
            PlatformId(self.platform.conversation_with(someone)),
            PlatformId(someone.id),
            text,
            files,
            self.clock() if last is None else last,
            answered_raw=f'{{"message_id": "{self.platform.last[person]}", "subject": "Frage"}}',
        )


def now() -> Millis:
    """The wall clock's time: what the server dates with."""
    return Millis(round(time.time() * 1000))
