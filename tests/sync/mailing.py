"""What the tests of mails have in common: an office, a forwarding to it, a post that speaks to the test's server."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage

from switchboard_app.model.delivery import Delivery
from switchboard_app.model.forwarding import Forwarding
from switchboard_app.model.ids import OfficeId
from switchboard_app.model.office import Office
from switchboard_app.store import desk, directory, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.desk import PhoneNote
from switchboard_app.sync.mail import MailServer as Where
from switchboard_app.sync.mail import SmtpPost
from tests.sync.conftest import ME, Desk, enquiry
from tests.sync.smtp import MailServer

Desks = Callable[[SmtpPost | None], Desk]
SENDER = "Telefonzentrale <tz@example.org>"
OFFICE = OfficeId("tiefbau")
SUMMARY = "Loch in der Strasse vor Nr. 12 – «gefährlich» 🙂\n\n.\n..\nFrom hier\n  eingerückt"


def office(email: str = "tiefbau@example.org") -> Office:
    return Office(OFFICE, "Bau- und Verkehrsdepartement", "Tiefbauamt", email=email)


def word(password: str | None = "geheim") -> Callable[[], Awaitable[str | None]]:
    async def ask() -> str | None:
        return password

    return ask


def post(server: MailServer, security: str = "none", tls: ssl.SSLContext | None = None, **more: object) -> SmtpPost:
    user = server.login[0] if server.login else ""
    where = Where("127.0.0.1", server.port, security, SENDER, user)
    return SmtpPost(where, more.pop("password", word()), tls, **more)  # type: ignore[arg-type]


def forwarded(store: Store, summary: str = SUMMARY, email: str = "tiefbau@example.org", number: int = 1) -> Forwarding:
    store.write(directory.replace, (office(email),), ME)
    store.write(desk.take_note, PhoneNote(concern="Loch in der Strasse"), ME)
    return store.write(desk.forward, enquiry(store, number), OFFICE, summary, ME)


def delivery(store: Store, number: int = 1) -> Delivery:
    found = store.read(timeline.forwardings, enquiry(store, number))[-1].delivery
    assert found is not None
    return found


def text_of(message: EmailMessage) -> str:
    """The text; a mail ends its lines with CR LF, whatever was typed."""
    text: str = message.get_content()
    return text.replace("\r\n", "\n")
