"""One calm line under what is being written: it holds a number that should not leave without a thought.

Says which (AHV number, card number, by their check digits); it blocks nothing and asks nothing (product.md, rule 8).
Refuses to show the number again. Used by the answer and the forward page.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.redaction import Sensitive, sensitive
from switchboard_app.ui import look, words
from switchboard_app.ui.look.notices import IconSpot


def caution_words(found: tuple[Sensitive, ...]) -> str:
    """The line; "" when nothing was found."""
    match found:
        case (Sensitive.AHV,):
            return tr("An AHV number is in this text. Send it only if it has to leave.")
        case (Sensitive.CARD,):
            return tr("A card number is in this text. Send it only if it has to leave.")
        case ():
            return ""
        case _:
            return tr("An AHV number and a card number are in this text. Send them only if they have to leave.")


class Caution(QWidget):
    """`caution.look_at(text)` whenever the text changes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[Sensitive, ...] = ()
        self._line = look.Label("", look.Type.SECONDARY, "late", self, wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(look.S2))
        row.addWidget(IconSpot("triangle-alert", "late", 14, self))
        row.addWidget(self._line, 1)
        self.hide()
        words.follow(self.retranslate)

    @property
    def said(self) -> str:
        """What it says now."""
        return self._line.text() if not self.isHidden() else ""

    def look_at(self, text: str) -> None:
        """Say what the text holds, or nothing."""
        self._found = sensitive(text)
        self.retranslate()
        self.setVisible(bool(self._found))

    def retranslate(self) -> None:
        """Say it in the language in use."""
        said = caution_words(self._found)
        self._line.setText(said)
        self.setAccessibleName(said)
