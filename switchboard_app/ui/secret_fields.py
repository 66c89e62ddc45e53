"""The secret fields of an account of a kind: which there are, their words, which must be filled.

Password fields whose content is handed out once and wiped: no secret stays in a widget. Used by the account sheet.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.sign_in import SecretField
from switchboard_app.ui import look, words


class SecretFields(QWidget):
    """One column of fields, secret ones unreadable; `show_fields` chooses which."""

    submitted = Signal()
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: list[tuple[SecretField, look.LineField, look.Field]] = []
        look.follow(self.retheme)
        words.follow(self.retranslate)

    def retheme(self) -> None:
        self._column.setSpacing(look.px(look.S2 + 2))

    def show_fields(self, fields: Sequence[SecretField]) -> None:
        """These fields, empty."""
        self.wipe()
        for _, _, field in self._shown:
            self._column.removeWidget(field)
            field.hide()
            field.deleteLater()
        self._shown = [self._made(one) for one in fields]
        self.retranslate()
        for _, _, field in self._shown:
            self._column.addWidget(field)

    def _made(self, one: SecretField) -> tuple[SecretField, look.LineField, look.Field]:
        line = look.LineField("", self)
        if one.hidden:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        line.returnPressed.connect(self.submitted)
        line.textChanged.connect(self.edited)
        return one, line, look.Field("", line, self)

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        for one, line, field in self._shown:
            name = tr(one.words)
            line.setAccessibleName(name)
            line.setPlaceholderText(tr(one.hint) if one.hint else "")
            field.set_label(name if one.needed or one.asked else tr("{field} (optional)").format(field=name))

    def fields(self) -> list[look.LineField]:
        """The fields from top to bottom."""
        return [line for _, line, _ in self._shown]

    def missing(self) -> look.LineField | None:
        """Mark what must be filled and is not; returns the first."""
        first = None
        for one, line, field in self._shown:
            lacks = (one.needed or one.asked) and not line.text().strip()
            line.set_wrong(lacks)
            field.set_mark(tr("Without it the platform does not let us in.") if lacks else "")
            first = line if lacks and first is None else first
        return first

    def content(self) -> dict[str, str]:
        """What was typed, without empty fields."""
        return {one.key: text for one, line, _ in self._shown if (text := line.text().strip())}

    def wipe(self) -> None:
        """Forget everything, the undo history too."""
        for _, line, field in self._shown:
            line.setText("")
            line.set_wrong(False)
            field.set_mark("")

    def lock(self, locked: bool) -> None:
        """While the keyring and the platform are asked nothing can be changed."""
        for _, line, _ in self._shown:
            line.setReadOnly(locked)
