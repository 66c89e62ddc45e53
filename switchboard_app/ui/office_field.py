"""The field in which an office is found while typing: arrow keys move in the hits below, Enter takes one.

Shows what fits the concern while nothing is typed. Changing the words lets go of the office that was chosen. Refuses to
guess: words without a choice are no office. Used by the phone note.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import tr
from switchboard_app.model.office import Office, OfficeMatch
from switchboard_app.store.finder import Finder
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.office_hits import OfficeHits
from switchboard_app.ui.plain import plain_text

_SUGGEST_PAUSE = 250


class OfficeField(QWidget):
    """`field` is the line, `hits` the list below. `office` is what was chosen."""

    changed = Signal()
    """The words or the choice are others now."""
    taken = Signal()
    """A person chose an office: the focus may go on."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._finder: Finder | None = None
        self._id: OfficeId | None = None
        self._office: Office | None = None
        self._concern = ""
        self.line = look.LineField("", self)
        self.field = look.Field("", self.line, self, key="Alt Z")
        self.hits = OfficeHits(bridge.clock, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(5))
        column.addWidget(self.field)
        column.addWidget(self.hits)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_SUGGEST_PAUSE)
        self._pause.timeout.connect(self._show)
        self.line.textEdited.connect(self._edited)
        self.hits.follow_keys(self.line)
        self.hits.moved.connect(self._speak)
        self.line.installEventFilter(self)
        self.hits.chosen.connect(self.take)
        self.setFocusProxy(self.line)

    # -- what it holds ---------------------------------------------------------------------------------------------

    @property
    def office(self) -> OfficeId | None:
        """The office that was chosen."""
        return self._id

    @property
    def words(self) -> str:
        """What stands in the field."""
        return self.line.text()

    def fill(self, words: str, office: OfficeId | None) -> None:
        """Show a draft's words and choice again."""
        self.line.setText(words)
        self._id = office
        self._office = self._known(office)
        self._show()

    def set_concern(self, text: str) -> None:
        """What the caller wants: suggestions are made from it while the field is empty."""
        if text != self._concern:
            self._concern = text
            if not self.words and self._id is None:
                self._pause.start()

    async def load(self) -> None:
        """Fetch the directory, and again whenever it changed. Keeps words and choice."""
        self._finder = await self._bridge.finder()
        self._office = self._known(self._id)
        self._show()

    def _known(self, office: OfficeId | None) -> Office | None:
        if office is None or self._finder is None:
            return None
        return next((one for one in self._finder.offices if one.id == office), None)

    # -- searching -------------------------------------------------------------------------------------------------

    def _edited(self) -> None:
        self._id = self._office = None
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        matches, words = self._found()
        self.hits.show_matches(matches, words)
        self._speak()

    def _found(self) -> tuple[tuple[OfficeMatch, ...], str]:
        if self._finder is None:
            return (), ""
        if self._office is not None:
            return (OfficeMatch(self._office, "", (), 100.0),), ""
        if not self._finder.offices:
            return (), tr("The directory is empty: import it to find offices here.")
        typed = self.words.strip()
        if typed:
            return self._finder.search(typed, 12), tr("No office found. The note can be filed all the same.")
        return self._finder.suggest(self._concern), tr("Offices that fit the concern are shown here.")

    def take(self, match: OfficeMatch) -> None:
        """Choose an office."""
        self._id, self._office = match.office.id, match.office
        self.line.setText(match.office.title)
        self._show()
        self.changed.emit()
        self.taken.emit()

    def _speak(self) -> None:
        """Tell a screen reader which hit Enter would take."""
        current = self.hits.current()
        if self._office is not None:
            words = tr("Chosen: {office}").format(office=self._office.title)
        elif current is not None:
            words = tr("Enter takes {office}").format(office=current.office.title)
        else:
            words = ""
        self.line.setAccessibleDescription(plain_text(words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.line or not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            current = self.hits.current()
            if self._office is None and current is not None:
                self.take(current)
            else:
                self.taken.emit()
            return True
        return False

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.line.setAccessibleName(tr("Responsible office"))
        self.field.set_label(tr("Responsible office"))
        self._show()
