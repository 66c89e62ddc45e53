"""The only place where data meets a widget: labels, tool tips, message boxes, titles that show text and never
interpret it.

Qt's own labels, tool tips and boxes guess whether a text is markup, take `&` for a mnemonic and load pictures
that markup names. What is here does none of that. Refuses rich text altogether. Used by every view instead of
QLabel, QMessageBox, setToolTip and setWindowTitle (a check forbids those elsewhere). Knows nothing of `look`,
so that `look` can stand on it.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from switchboard_app.ui.spoof import isolated, marks, visible

if TYPE_CHECKING:  # each of Qt's classes costs time when it is first named, and the first page needs none of these
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QAbstractButton, QMenu, QMessageBox, QSystemTrayIcon

__all__ = [
    "PlainLabel",
    "add_plain_action",
    "isolated",
    "marks",
    "plain_button_text",
    "plain_message_box",
    "plain_text",
    "plain_title",
    "plain_tooltip",
    "plain_tray_words",
    "visible",
]

WIDEST, WIDEST_WORD = 120, 24
"""The room a label asks for at most, in letters: for its line, and for its longest word where it may break lines."""


def plain_text(text: str, line_break: str = " ") -> str:
    """`text` for one line: odd characters written out, line breaks as `line_break` (" " in lists, " ⏎ " where they
    matter).
    """
    return visible(text, line_break).replace("\t", " ")


class PlainLabel(QLabel):
    """A label that shows exactly its text.

    `wrap` breaks lines at the label's width; `elide` shortens one line with "…" instead of asking for room;
    `selectable` lets people mark and copy. Characters that are not seen are written out (see `spoof.visible`);
    `source()` gives the text as it came.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        wrap: bool = False,
        elide: Qt.TextElideMode | None = None,
        selectable: bool = False,
    ) -> None:
        super().__init__(parent)
        super().setTextFormat(Qt.TextFormat.PlainText)
        self._source = ""
        self._elide = elide
        self.setWordWrap(wrap)
        if elide is not None:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if selectable:
            flags = Qt.TextInteractionFlag
            self.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show `text`. An eliding label shows it on one line."""
        self._source = text
        super().setText(visible(text) if self._elide is None else plain_text(text))

    def source(self) -> str:
        """The text as it was given, before anything was written out."""
        return self._source

    def elides(self) -> bool:
        """Whether it may shorten its text with "…"."""
        return self._elide is not None

    def setTextFormat(self, format: Qt.TextFormat) -> None:  # noqa: A002 - Qt's name
        """Refuses everything but plain text. Raises ValueError."""
        if format is not Qt.TextFormat.PlainText:
            raise ValueError("a PlainLabel shows plain text only")
        super().setTextFormat(format)

    def sizeHint(self) -> QSize:
        return self._bounded(super().sizeHint(), WIDEST)

    def minimumSizeHint(self) -> QSize:
        if self._elide is not None:
            return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())
        return self._bounded(super().minimumSizeHint(), WIDEST_WORD if self.wordWrap() else WIDEST)

    def _bounded(self, hint: QSize, letters: int) -> QSize:
        """`hint`, but no wider than so many letters: a stranger's endless word does not widen the window."""
        return QSize(min(hint.width(), letters * self.fontMetrics().averageCharWidth()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._elide is None:
            super().paintEvent(event)
            return
        rect = self.contentsRect().adjusted(self.margin(), 0, -self.margin(), 0)
        shown = self.fontMetrics().elidedText(self.text(), self._elide, rect.width())
        painter = QPainter(self)
        align = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(rect, align | Qt.TextFlag.TextSingleLine, shown)


def plain_tooltip(widget: QWidget | QAction, text: str) -> None:
    """Give `widget` a tool tip that shows exactly `text`, and the same words to a screen reader."""
    shown = visible(text)
    widget.setToolTip(as_harmless_markup(shown))
    if isinstance(widget, QWidget):
        widget.setAccessibleDescription("" if shown == widget.accessibleName() else shown)


def plain_tray_words(icon: QSystemTrayIcon, text: str) -> None:
    """Let the system's tray say exactly `text` under the pointer; trays know no markup."""
    icon.setToolTip(plain_text(text))


def as_harmless_markup(text: str) -> str:
    """Markup that shows exactly `text`, for the few places of Qt that guess (tool tips, an item model's
    ToolTipRole).
    """
    return f'<p style="white-space:pre-wrap">{html.escape(visible(text))}</p>' if text else ""


def plain_button_text(text: str) -> str:
    """`text` for buttons, tabs, menus and actions, where a single `&` would become a mnemonic."""
    return plain_text(text).replace("&", "&&")


def plain_title(*parts: str) -> str:
    """A window title of `parts`, without Qt's placeholder [*] for "modified". Never put a citizen's words or name
    into one.
    """
    title = " · ".join(plain_text(part) for part in parts if part)
    return title.replace("[*]", "[\u200b*]")


def add_plain_action(menu: QMenu, text: str) -> QAction:
    """Add an entry to `menu` that reads exactly `text`."""
    return menu.addAction(plain_button_text(text))


def plain_message_box(
    parent: QWidget | None,
    title: str,
    text: str,
    *,
    detail: str = "",
    icon: QMessageBox.Icon | None = None,
    buttons: Iterable[tuple[str, QMessageBox.ButtonRole]] = (),
) -> tuple[QMessageBox, list[QAbstractButton]]:
    """A box with `text` and `detail` as plain text, and its buttons in the given order.

    The box is not shown yet: connect `finished`, compare `clickedButton()` with the buttons returned, and call
    `open()`. Never `exec()`.
    """
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(parent)
    if icon is not None:
        box.setIcon(icon)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(plain_title(title))
    box.setText(visible(text))
    if detail:
        box.setInformativeText(visible(detail))
    made: list[QAbstractButton] = [box.addButton(plain_button_text(label), role) for label, role in buttons]
    if not made:
        made = [box.addButton(QMessageBox.StandardButton.Ok)]
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box, made
