"""`TextField`: several lines of plain text that grow with what is written.

A QTextEdit because only that can set its lines as airily as they are read elsewhere; everything of it that
could take or give markup is shut: it takes plain text from keyboard, clipboard and drag, and gives plain text
back. Used by the composer and the phone note.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fields import clear_base, paint_field
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.halo import Halo
from switchboard_app.ui.look.tokens import LINE_HEIGHT, S2, S3, Type
from switchboard_app.ui.plain import plain_text

_ABOVE = 9


class TextField(QTextEdit):
    """`TextField(tr("Concern"), lines=4, most=10)`: from `lines` to `most` lines high, then it scrolls.

    Tab moves to the next field. Ctrl+Enter emits `submitted`. Read it with `toPlainText()`, which keeps every
    character.
    """

    submitted = Signal()

    def __init__(
        self, name: str, parent: QWidget | None = None, *, placeholder: str = "", lines: int = 3, most: int = 10
    ) -> None:
        super().__init__(parent)
        self._lines = lines
        self._most = most
        self._ground = "pane"
        self._line = 18
        self.setAcceptRichText(False)
        self.setAccessibleName(plain_text(name))
        self.setPlaceholderText(placeholder)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._halo = Halo(self)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        theme.follow(self.retheme)

    def set_ground(self, token: str) -> None:
        """Another ground, for instance the note's, so that a note cannot be mistaken for an answer."""
        self._ground = token
        self.update()

    def setPlainText(self, text: str) -> None:
        """Replace everything; not undoable, as in Qt."""
        super().setPlainText(text)
        self._set_lines()

    def clear(self) -> None:
        """Empty it; not undoable, as in Qt."""
        self.setPlainText("")

    def setText(self, text: str) -> None:
        """As `setPlainText`: Qt's own would guess whether it is markup."""
        self.setPlainText(text)

    def append(self, text: str) -> None:
        """Add `text` as a new paragraph, as plain text: Qt's own would guess whether it is markup."""
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(f"\n{text}")

    def toPlainText(self) -> str:
        """What was written; unlike Qt's own it keeps no-break spaces."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def retheme(self) -> None:
        self.setFont(font(Type.BODY))
        clear_base(self)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self._line = round(self.font().pixelSize() * LINE_HEIGHT)
        self.setViewportMargins(theme.px(S3), theme.px(_ABOVE), theme.px(S2), theme.px(_ABOVE))
        self._set_lines()
        self._grow()

    def _set_lines(self) -> None:
        """Give every line its height, outside what Ctrl+Z takes back and without `textChanged`. Later lines
        inherit it.
        """
        document = self.document()
        block, even = document.begin(), True
        while block.isValid() and even:
            even = block.blockFormat().lineHeight() == self._line
            block = block.next()
        if even:
            return
        shape = QTextBlockFormat()
        shape.setLineHeight(self._line, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        was_blocked = self.blockSignals(True)
        document.setUndoRedoEnabled(False)
        cursor = QTextCursor(document)
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(shape)
        document.setUndoRedoEnabled(True)
        self.blockSignals(was_blocked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def _grow(self) -> None:
        """Take the height of the text, between the least and the most lines."""
        wanted = int(self.document().size().height())
        shown = min(max(wanted, self._lines * self._line), self._most * self._line)
        height = shown + 2 * theme.px(_ABOVE) + 2
        if self.minimumHeight() != height or self.maximumHeight() != height:
            self.setFixedHeight(height)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasText():
            self.insertPlainText(source.text())
            self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        made = QMimeData()
        made.setText(self.textCursor().selectedText().replace("\u2029", "\n").replace("\u2028", "\n"))
        return made

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.submitted.emit()
            elif not self.isReadOnly():
                # Qt's own Return takes an empty line's format away instead of making a new line.
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """The box is painted on the frame, below the viewport."""
        if event.type() is QEvent.Type.Paint:
            paint_field(self, QPainter(self), focus=self.hasFocus(), ground=self._ground)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
