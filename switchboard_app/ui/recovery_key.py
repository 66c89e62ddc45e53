"""The recovery key of a new workspace: shown once, to be printed or copied, and confirmed before one goes on.

The key stands on the screen only here and is wiped from the widgets afterwards; the clipboard is cleared after a
minute. Used by the first start.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look

CLIPBOARD_SECONDS = 60
_GROUPS_A_LINE = 7


def in_lines(key: str) -> str:
    """The key in lines of seven groups, as it is read aloud and typed."""
    groups = key.split("-")
    lines = [groups[start : start + _GROUPS_A_LINE] for start in range(0, len(groups), _GROUPS_A_LINE)]
    return "\n".join("  ".join(line) for line in lines)


def forget_in_clipboard(text: str, seconds: int = CLIPBOARD_SECONDS) -> None:
    """Clear the clipboard after a while, if it still holds `text`."""

    def clear() -> None:
        board = QGuiApplication.clipboard()
        if board.text() == text:
            board.clear()

    QTimer.singleShot(seconds * 1000, clear)


def paper(key: str) -> QTextDocument:
    """What is printed: plain text."""
    document = QTextDocument()
    lines = (
        tr("Recovery key of the Switchboard workspace"),
        "",
        in_lines(key),
        "",
        tr("Whoever has this key and the workspace file can read everything. Keep it locked away from this computer."),
    )
    document.setPlainText("\n".join(lines))
    return document


class RecoveryKey(QWidget):
    """`show_key` once; `confirmed` when a person says that it is kept."""

    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._card = look.Card(ground="note_ground", line="note_line")
        self._why = look.Paragraph("")
        self._shown = look.Label("", look.Type.TITLE, selectable=True)
        self.copy = look.KeyButton("", icon_name="copy")
        self.print = look.KeyButton("", icon_name="file")
        self.kept = look.Check("")
        self.go_on = look.KeyButton("", primary=True)
        self._card.add(self._why)
        self._card.add(self._shown)
        row = QHBoxLayout()
        row.setSpacing(look.px(look.S2))
        row.addWidget(self.copy)
        row.addWidget(self.print)
        row.addStretch(1)
        self._card.add_layout(row)
        self._card.add(self.kept)
        self.kept.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card)
        column.addWidget(self.go_on, 0, Qt.AlignmentFlag.AlignLeft)
        self.go_on.setEnabled(False)
        self.kept.toggled.connect(self.go_on.setEnabled)
        self.copy.clicked.connect(self._copy)
        self.print.clicked.connect(self._print)
        self.go_on.clicked.connect(self._confirm)
        self.retranslate()

    def show_key(self, key: str) -> None:
        """Show it; the check is empty again."""
        self._key = key
        self._shown.setText(in_lines(key))
        self.kept.setChecked(False)

    def wipe(self) -> None:
        """Forget the key."""
        self._key = ""
        self._shown.setText("")

    def _confirm(self) -> None:
        self.wipe()
        self.confirmed.emit()

    def _copy(self) -> None:
        board = QGuiApplication.clipboard()
        if self._key:
            board.setText(self._key)
            forget_in_clipboard(self._key)
            self.copy.set_words(tr("Copied, for one minute"))

    def _print(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # loads the system's printing, only when wanted

        printer = QPrinter()
        dialog = QPrintDialog(printer, self.window())
        document = paper(self._key)
        dialog.accepted.connect(lambda: document.print_(printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)  # QPrintDialog's own open wants a receiver

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._why.set_text(
            tr(
                "This is the recovery key of the workspace. It is shown only now. Without it, a workspace whose keyring"
                " is lost cannot be opened by anybody."
            )
        )
        self._shown.setAccessibleName(tr("Recovery key"))
        self.copy.set_words(tr("Copy"))
        self.print.set_words(tr("Print …"))
        self.kept.set_words(tr("The key is kept in a safe place"))
        self.go_on.set_words(tr("Go on"))
