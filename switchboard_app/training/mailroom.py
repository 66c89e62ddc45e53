"""The simulated mailbox of training: what invented citizens write becomes real mails, with heads, quotes and files.

What it is for: `SimulatedMailbox` is a stage like the simulated platforms; `mails` gives its mails as bytes, as a
server would, and `take` receives ours. A text that begins with «Betreff: …» (or Objet, Oggetto, Subject) has that
subject; one whose subject begins with «Automatische Antwort» (or its like) is sent by a machine. An answer to a mail of
ours quotes it, each citizen in the way of another mail program. What it refuses to do: speaking IMAP or SMTP (that is
tried against a real server in tests/mail), opening a socket and simulating a line that breaks.

Called by the director (citizens write) and, through `sync.email.inside`, by the engine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp

from switchboard_app.model.times import Millis, clock_time, local, swiss_date, to_datetime
from switchboard_app.training.faults import Reply
from switchboard_app.training.journal import Journal
from switchboard_app.training.platform import Clock, SimulatedPlatform
from switchboard_app.training.truth import SimulatedMessage, SimulatedPerson

ADDRESS: Final = "telefonzentrale@training.invalid"
_SUBJECT: Final = re.compile(r"\A(?:Betreff|Objet|Oggetto|Subject): (.+)\n+")
_MACHINE: Final = ("Automatische Antwort", "Réponse automatique", "Risposta automatica", "Automatic reply")


class SimulatedMailbox(SimulatedPlatform):
    """«Telefonzentrale», a mailbox that exists only here."""

    kind = "email"

    def __init__(self, clock: Clock, *, journal: Journal | None = None) -> None:
        super().__init__(clock, own_id=ADDRESS, own_name="Telefonzentrale Basel-Stadt", own_handle="", journal=journal)
        self.token = self._person_id("mailbox")

    # -- what a platform says for itself ---------------------------------------------------------------------------

    def _routes(self) -> ASGIApp:
        return Starlette()

    def _person_id(self, key: str) -> str:
        return f"{key}@citizens.training.invalid"

    def _message_id(self, at: Millis, order: int) -> str:
        return f"{at}.{order}@citizens.training.invalid"

    def conversation_with(self, person: SimulatedPerson) -> str:
        """All mails with one person."""
        return person.id

    def refusal(self, name: str) -> Reply:
        """It speaks no HTTP and refuses nothing."""
        raise KeyError(name)

    # -- as a mailbox ----------------------------------------------------------------------------------------------

    def mails(self, after: int) -> Sequence[tuple[int, Millis, bytes, bool]]:
        """Number, time, bytes and whether it is ours, of what came after a number."""
        with self._lock:
            there = sorted(self.truth(), key=lambda one: one.order)
            return [(one.order, one.at, self._written(one, there), one.ours) for one in there if one.order > after]

    def take(self, raw: bytes, message_id: str, recipient: str, text: str) -> None:
        """A mail of ours arrives; only its text is kept, as for every simulated platform."""
        del raw
        with self._lock:
            person = self.person_by_id(recipient)
            self._put(person.key, text, None, (), ours=True, by_client=True, message_id=message_id)

    # -- how citizens write ----------------------------------------------------------------------------------------

    def _written(self, one: SimulatedMessage, there: Sequence[SimulatedMessage]) -> bytes:
        """The mail of a message, with what its writer's program adds."""
        before = [other for other in there if other.conversation == one.conversation and other.order < one.order]
        person = self.people[one.person]
        citizen, office = f"{person.name} <{person.id}>", f"{self.own_name} <{self.own_id}>"
        subject, text = _parted(one.text)
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"] = (office, citizen) if one.ours else (citizen, office)
        mail["Subject"] = subject or _followed(before)
        mail["Date"] = format_datetime(to_datetime(one.at))
        mail["Message-ID"] = f"<{one.id}>"
        if before:
            mail["In-Reply-To"] = f"<{before[-1].id}>"
            mail["References"] = " ".join(f"<{other.id}>" for other in before[-10:])
        if subject.startswith(_MACHINE):
            mail["Auto-Submitted"] = "auto-replied"
        elif before and before[-1].ours and not one.ours:
            text = f"{text}\n\n{_quoted(before[-1], len(person.key))}"
        mail.set_content(text)
        for file in one.files:
            kind, _, more = file.mime.partition("/")
            mail.add_attachment(file.content, maintype=kind, subtype=more, filename=file.name)
        return mail.as_bytes()


def _parted(text: str) -> tuple[str, str]:
    """The subject that a text begins with, and the rest of it."""
    found = _SUBJECT.match(text)
    return (found[1].strip(), text[found.end() :]) if found else ("", text)


def _followed(before: Sequence[SimulatedMessage]) -> str:
    """The subject of an answer: that of the mail which began it."""
    first = next((subject for subject in (_parted(one.text)[0] for one in before) if subject), "Anfrage")
    return f"AW: {first}" if before else first


def _quoted(ours: SimulatedMessage, style: int) -> str:
    """Our mail as another program quotes it: one of three ways, always the same for one citizen."""
    day, hour = swiss_date(local(ours.at).date()), clock_time(ours.at)
    if style % 3 == 0:
        head = f"Von: Telefonzentrale <{ADDRESS}>\nGesendet: {day} {hour}\nAn: mich\nBetreff: Ihre Anfrage"
        return f"________________________________\n{head}\n\n{ours.text}"
    lead = f"Am {day} um {hour} schrieb Telefonzentrale <{ADDRESS}>:"
    if style % 3 == 2:
        lead = f"Il giorno {day} alle ore {hour} Telefonzentrale <{ADDRESS}> ha scritto:"
    return lead + "\n" + "\n".join(f"> {line}" for line in ours.text.split("\n"))
