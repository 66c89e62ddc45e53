"""The card of an office: how it is reached, whether it is open now, who stands in, what to know before forwarding."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.office import Office
from switchboard_app.model.times import Millis
from switchboard_app.ui import look
from switchboard_app.ui.links import open_link
from switchboard_app.ui.text.offices import opening


class OfficeCard(look.Card):
    """`show_office(office, deputy, now)`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.office: Office | None = None

    def show_office(self, office: Office, deputy: Office | None, now: Millis) -> None:
        """Say what is known of it."""
        self.office = office
        self.clear()
        self.set_title(office.title)
        if office.phone:
            call = look.IconButton("phone", tr("Call {phone}").format(phone=office.phone), self, size=20)
            call.clicked.connect(lambda: open_link(self, f"tel:{office.phone}", ours=True))
            number = look.Label(office.phone, look.Type.BODY_STRONG, selectable=True)
            self.add_row(tr("Phone"), number, call)
        self._add_hours(office, now)
        if office.email:
            self.add_row(tr("E-mail"), office.email)
        for text, tone in self._remarks(office, deputy):
            self.add(look.Label(text, look.Type.SECONDARY, tone, self, wrap=True))

    def _add_hours(self, office: Office, now: Millis) -> None:
        if not office.hours:
            return
        found = opening(office.hours, now)
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(3))
        if found.words:
            tone = look.Tone.GOOD if found.is_open else look.Tone.NEUTRAL
            column.addWidget(look.ChipLabel(found.words, tone, holder), 0, Qt.AlignmentFlag.AlignLeft)
        if found.again:
            column.addWidget(look.Label(found.again, look.Type.SECONDARY, "text", holder, wrap=True))
        column.addWidget(look.Label(office.hours, look.Type.SECONDARY, "muted", holder, wrap=True))
        self.add_row(tr("Hours"), holder)

    @staticmethod
    def _remarks(office: Office, deputy: Office | None) -> list[tuple[str, str]]:
        found = []
        if office.outside:
            kind = office.outside_kind or tr("another body")
            found.append((tr("Not the canton: {kind}.").format(kind=kind), "late"))
        if office.note:
            found.append((office.note, "muted"))
        if deputy is not None:
            reach = " · ".join(part for part in (deputy.title, deputy.phone) if part)
            found.append((tr("Deputy: {office}").format(office=reach), "muted"))
        if office.sample:
            found.append((tr("Sample data: this address is invented."), "muted"))
        return found
