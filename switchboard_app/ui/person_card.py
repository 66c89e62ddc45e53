"""The card of a person: name, channels, language, and their other enquiries, which a click opens."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from switchboard_app.model.enquiry import state_name
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.people import Earlier, IdentityKind, Person
from switchboard_app.model.times import Millis, when
from switchboard_app.ui import look
from switchboard_app.ui.card_row import CardRow
from switchboard_app.ui.plain import marks
from switchboard_app.ui.text.message import language_name

MOST = 4


def channel_words(kind: IdentityKind) -> str:
    """By what a person is known, in words."""
    names = {
        IdentityKind.PHONE: tr("Phone"),
        IdentityKind.FACEBOOK: "Facebook",
        IdentityKind.X: "X",
        IdentityKind.INSTAGRAM: "Instagram",
        IdentityKind.MASTODON: "Mastodon",
        IdentityKind.EMAIL: tr("E-mail"),
    }
    return names[kind]


class PersonCard(look.Card):
    """`show_person(person, earlier, now)`; `wanted` with the number of an enquiry that was pressed."""

    wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.rows: list[CardRow] = []

    def show_person(self, person: Person, earlier: tuple[Earlier, ...], language: str, now: Millis) -> None:
        """Say what is known of them; `language` is what this enquiry is written in."""
        self.clear()
        self.rows = []
        self.set_title(tr("Person"))
        odd = look.ChipLabel(tr("Look twice"), look.Tone.LATE) if marks(person.name) else None
        if odd is None:
            self.add_row(tr("Name"), person.name or tr("Anonymous"), strong=True)
        else:
            self.add_row(tr("Name"), look.Label(person.name, look.Type.BODY_STRONG, wrap=True, selectable=True))
            self.add_row("", odd)
        kinds = dict.fromkeys(channel_words(one.kind) for one in person.identities)
        if kinds:
            self.add_row(tr("Channels"), ", ".join(kinds))
        for one in person.identities:
            if one.kind in (IdentityKind.PHONE, IdentityKind.EMAIL):
                self.add_row(channel_words(one.kind), one.label)
        spoken = language_name(person.language or language)
        if spoken:
            self.add_row(tr("Language"), spoken)
        if person.note:
            self.add_row(tr("Remark"), person.note)
        if earlier:
            count = ntr("{n} enquiry, on {date}", "{n} enquiries, last {date}", len(earlier))
            self.add_row(tr("Earlier"), count.format(n=len(earlier), date=when(earlier[0].at, now)))
        for entry in earlier[:MOST]:
            title = tr("Enquiry {number} · {date}").format(number=entry.number, date=when(entry.at, now))
            below = " · ".join(part for part in (state_name(entry.state), entry.excerpt) if part)
            row = CardRow(title, below, self)
            row.clicked.connect(lambda _checked=False, number=entry.number: self.wanted.emit(number))
            self.rows.append(row)
            self.add(row)
