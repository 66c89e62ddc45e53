"""Running text with air between its lines: `TextBlock` lays out and paints, `Paragraph` is the widget that can
be marked and copied.

Qt's label sets its lines too tight for reading; these keep 1.4 times the type size. Plain text only, each line
of the text a paragraph with its own writing direction. Links are places the caller found (`ui.links`); a click
only emits `link_clicked`. Used for bubbles, notes and hints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui.look import theme
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.tokens import LINE_HEIGHT, READABLE, Type
from switchboard_app.ui.plain import plain_tooltip, visible


@dataclass(frozen=True, slots=True)
class Span:
    """A link: where it stands in the text as shown (Python's indices, end exclusive) and the address it leads to."""

    start: int
    end: int
    address: str


def utf16(text: str) -> int:
    """Length in Qt's units, in which an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut16(text: str, start: int, end: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end].decode("utf-16-le", "replace")


class TextBlock:
    """`text` laid out within `width` pixels. Make it once per width; painting it is cheap."""

    def __init__(
        self,
        text: str,
        role: Type = Type.BODY,
        width: float = READABLE,
        links: Sequence[Span] = (),
        *,
        centred: bool = False,
    ) -> None:
        self.text = text
        self.links = links
        self._lines: list[tuple[int, QTextLayout]] = []
        self.height = 0.0
        self.natural_width = 0.0
        least = _line_height(role)
        option = QTextOption()
        if centred:
            option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        start = 0
        for line in text.split("\n"):
            layout = QTextLayout(line, font(role))
            layout.setTextOption(option)
            layout.setCacheEnabled(True)
            self._place(layout, width, least)
            self._lines.append((start, layout))
            start += utf16(line) + 1
        self._length = max(0, start - 1)

    def _place(self, layout: QTextLayout, width: float, least: float) -> None:
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            tall = max(least, line.height())
            line.setPosition(QPointF(0, self.height + (tall - line.height()) / 2))
            self.height += tall
            self.natural_width = max(self.natural_width, line.naturalTextWidth())
        layout.endLayout()

    def paint(self, painter: QPainter, at: QPointF, tone: str = "text", marked: tuple[int, int] = (0, 0)) -> None:
        """Paint at `at`; `marked` is the selection in Qt's units."""
        painter.setPen(theme.color(tone))
        for start, layout in self._lines:
            formats = [*self._link_formats(start, layout), *_marked_format(start, layout, marked)]
            layout.draw(painter, at, formats)

    def _link_formats(self, start: int, layout: QTextLayout) -> list[QTextLayout.FormatRange]:
        found = []
        for link in self.links:
            first, last = utf16(self.text[: link.start]), utf16(self.text[: link.end])
            if first >= start and last <= start + utf16(layout.text()):
                found.append(_range(first - start, last - first, _underlined()))
        return found

    def place_at(self, point: QPointF) -> int:
        """The place in Qt's units nearest to `point`."""
        for start, layout in self._lines:
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                if point.y() < line.y() + line.height() + 2:
                    return start + int(line.xToCursor(point.x()))
        return self._length

    def link_at(self, point: QPointF) -> Span | None:
        """The link under `point`."""
        if not self.links or not QRectF(0, 0, self.natural_width, self.height).contains(point):
            return None
        place = self.place_at(point)
        for link in self.links:
            if utf16(self.text[: link.start]) <= place < utf16(self.text[: link.end]):
                return link
        return None

    def cut(self, start: int, end: int) -> str:
        """The text between two places in Qt's units."""
        return _cut16(self.text, min(start, end), max(start, end))

    def length(self) -> int:
        """Length in Qt's units."""
        return self._length


def _line_height(role: Type) -> float:
    return float(round(font(role).pixelSize() * LINE_HEIGHT))


def _underlined() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setFontUnderline(True)
    return made


def _range(start: int, length: int, shape: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, shape
    return made


def _marked_format(start: int, layout: QTextLayout, marked: tuple[int, int]) -> list[QTextLayout.FormatRange]:
    first = max(0, min(marked) - start)
    last = min(utf16(layout.text()), max(marked) - start)
    if last <= first:
        return []
    shape = QTextCharFormat()
    shape.setBackground(theme.color("accent"))
    shape.setForeground(theme.color("on_accent"))
    return [_range(first, last - first, shape)]


class Paragraph(QWidget):
    """`Paragraph(message)`; marked with the mouse, copied with Ctrl+C; grows in height as it gets narrower."""

    link_clicked = Signal(str)
    """The address of a link that was clicked; give it to `links.open_link`."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: Type = Type.BODY,
        tone: str = "text",
        links: Sequence[Span] = (),
        centred: bool = False,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._tone = tone
        self._links = links
        self._centred = centred
        self._source = ""
        self._shown = ""
        self._block: TextBlock | None = None
        self._block_width = -1
        self._marked = (0, 0)
        self._over: Span | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setMouseTracking(bool(links))
        self.set_text(text, links)
        theme.follow(self.retheme)

    def set_text(self, text: str, links: Sequence[Span] = ()) -> None:
        """Show `text`; `links` are places in `visible(text)`."""
        self._source = text
        self._shown = visible(text)
        self._links = links
        self._marked = (0, 0)
        self.setMouseTracking(bool(links))
        self.setAccessibleName(self._shown)
        self.retheme()

    def set_tone(self, tone: str) -> None:
        """Take the colour of another token."""
        self._tone = tone
        self.update()

    def source(self) -> str:
        """The text as it was given."""
        return self._source

    def text(self) -> str:
        """The text as it is shown."""
        return self._shown

    def retheme(self) -> None:
        """Lay out anew."""
        self._block = None
        self.updateGeometry()
        self.update()

    def _laid_out(self, width: int) -> TextBlock:
        if self._block is None or self._block_width != width:
            self._block = TextBlock(self._shown, self._role, width, self._links, centred=self._centred)
            self._block_width = width
        return self._block

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._laid_out(width).height)

    def sizeHint(self) -> QSize:
        block = TextBlock(self._shown, self._role, theme.px(READABLE))
        return QSize(int(block.natural_width) + 1, round(block.height))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(theme.px(60), self.sizeHint().width()), round(_line_height(self._role)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._laid_out(self.width()).paint(painter, QPointF(0, 0), self._tone, self._marked)

    def selected_text(self) -> str:
        """What is marked."""
        return self._laid_out(self.width()).cut(*self._marked)

    def select_all(self) -> None:
        """Mark everything."""
        self._marked = (0, self._laid_out(self.width()).length())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            place = self._place(event.position().toPoint())
            self._marked = (place, place)
            self.update()
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._marked = (self._marked[0], self._place(event.position().toPoint()))
            self.update()
            return
        over = self._laid_out(self.width()).link_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.IBeamCursor)
        if over is not self._over:
            self._over = over
            plain_tooltip(self, over.address if over else "")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._marked[0] == self._marked[1]:
            link = self._laid_out(self.width()).link_at(event.position())
            if link is not None:
                self.link_clicked.emit(link.address)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        block = self._laid_out(self.width())
        place = self._place(event.position().toPoint())
        start = end = place
        while start > 0 and not block.cut(start - 1, start).isspace():
            start -= 1
        while end < block.length() and not block.cut(end, end + 1).isspace():
            end += 1
        self._marked = (start, end)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._marked[0] != self._marked[1]:
            QGuiApplication.clipboard().setText(self.selected_text())
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._marked = (0, 0)
        self.update()

    def _place(self, point: QPoint) -> int:
        return self._laid_out(self.width()).place_at(QPointF(point))
