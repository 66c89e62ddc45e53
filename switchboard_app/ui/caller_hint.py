"""Who calls from this number, as the phone note says it: «This number called on 18.11.: «…», waiting for office.»

Looks the number up while it is typed, gives the name to the form, and offers to add the note to the enquiry that is
still open. Refuses to decide: it only says and offers.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.model.enquiry import EnquiryState, state_name
from switchboard_app.model.language import tr
from switchboard_app.model.people import Person
from switchboard_app.model.times import local
from switchboard_app.store import people
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge

_PAUSE = 200


class CallerHint(QWidget):
    """Hidden while nobody is known."""

    known = Signal(str)
    """The name under which this number is known; "" when it is not."""
    changed = Signal()
    """The note joins an enquiry, or no longer."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._number = ""
        self._person: Person | None = None
        self._odd = False
        self._open_number = 0
        self._card = look.Card(ground="note_ground", line="note_line")
        self._words = look.Paragraph("", role=look.Type.SMALL)
        self.join = look.Check("")
        self._card.add(self._words)
        self._card.add(self.join)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._look_up)
        self.join.toggled.connect(self.changed)
        self.retranslate()

    def set_number(self, number: str, *, at_once: bool = False) -> None:
        """The number in the form; it is looked up after a pause of typing."""
        if number.strip() == self._number:
            return
        self._number = number.strip()
        self._pause.stop()
        if not self._number:
            self._show(None)
        elif at_once:
            self._look_up()
        else:
            self._pause.start()

    @property
    def joins(self) -> int:
        """The number of the enquiry that the note shall join; 0 for none."""
        return self._open_number if self.join.isChecked() else 0

    def set_joins(self, number: int) -> None:
        """A draft's choice. The enquiry stays named even when the person is not found again."""
        if number:
            self._open_number = number
        self.join.setChecked(bool(number))
        self.retranslate()

    def _look_up(self) -> None:
        self._bridge.start("look the caller up", self._ask(self._number))

    async def _ask(self, number: str) -> None:
        person = await self._bridge.ask(people.by_number, number)
        if number == self._number:  # else it was typed on meanwhile
            self._odd = person is None and not people.normal_number(number)
            self._show(person)

    def _show(self, person: Person | None) -> None:
        self._person = person
        found = person.earlier if person is not None else ()
        still_open = [one.number for one in found if one.state is not EnquiryState.DONE]
        if not self.join.isChecked():
            self._open_number = still_open[0] if still_open else 0
        self.retranslate()
        self.known.emit(person.name if person is not None else "")

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        sentence = self._sentence()
        self._words.set_text(sentence)
        self._words.setVisible(bool(sentence))
        self.join.set_words(tr("Belongs to enquiry {number}").format(number=self._open_number))
        self.join.setVisible(bool(self._open_number))
        self.setVisible(bool(sentence or self._open_number))

    def _sentence(self) -> str:
        if self._person is None:
            odd = self._odd and bool(self._number)
            return tr("Not a complete phone number; it is kept as it is written.") if odd else ""
        if not self._person.earlier:
            return tr("This number is known: {name}.").format(name=self._person.name) if self._person.name else ""
        last = self._person.earlier[0]
        return tr("This number called on {date}: «{excerpt}», {state}.").format(
            date=local(last.at).strftime("%d.%m."), excerpt=last.excerpt, state=state_name(last.state)
        )
