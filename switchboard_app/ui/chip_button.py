"""A chip that can be pressed: a link's host, «New message», «Show earlier messages», a suggestion.

Looks like `look.ChipLabel`, takes the focus from Tab and not from a click. Refuses to act by itself: whoever makes it
connects `clicked`. Used in the conversation and its side cards.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.ui import look
from switchboard_app.ui.look.buttons import Painted
from switchboard_app.ui.plain import plain_button_text, plain_text, plain_tooltip

_HEIGHT = 24
_EDGE = 8
_ICON = 13
_WIDEST = 420


class ChipButton(Painted):
    """`ChipButton("bs.ch", icon_name="external-link")`; `key` is a cap shown at its left, the view connects it."""

    def __init__(
        self,
        words: str,
        parent: QWidget | None = None,
        *,
        tone: str = "accent",
        ground: str = "accent_ground",
        icon_name: str = "",
        key: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(parent)
        self._tone, self._ground, self._icon, self._key = tone, ground, icon_name, key
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_words(words)
        if hint:
            plain_tooltip(self, hint)
        look.follow(self.retheme)

    def set_words(self, words: str) -> None:
        """Show other words."""
        self._words = plain_text(words)
        self.setText(plain_button_text(words))
        self.setAccessibleName(self._words)
        self.retheme()

    def words(self) -> str:
        """What it says."""
        return self._words

    def sizeHint(self) -> QSize:
        width = look.text_width(self._words, look.Type.SECONDARY_MEDIUM) + 2 * look.px(_EDGE)
        if self._icon:
            width += look.px(_ICON + look.S1)
        if self._key:
            width += look.key_cap_size(self._key).width() + look.px(look.S1)
        return QSize(min(width, look.px(_WIDEST)), look.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(look.px(60), self.sizeHint().width()), look.px(_HEIGHT))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        line = self._tone if self.isEnabled() and self.underMouse() else None
        look.box(painter, rect, self._ground, line, radius=6)
        inner = rect.adjusted(look.px(_EDGE), 0, -look.px(_EDGE), 0)
        ink = self._tone if self.isEnabled() else "muted"
        if self._key:
            cap = look.key_cap_size(self._key)
            spot = QRectF(inner.left() - look.px(3), (rect.height() - cap.height()) / 2, cap.width(), cap.height())
            look.paint_key_cap(painter, spot, self._key)
            inner.setLeft(spot.right() + look.px(look.S1))
        if self._icon:
            side = look.px(_ICON)
            top = round((rect.height() - side) / 2)
            look.paint_icon(painter, QRectF(inner.right() - side, top, side, side), self._icon, ink)
            inner.setRight(inner.right() - side - look.px(look.S1))
        look.text(painter, inner, self._words, look.Type.SECONDARY_MEDIUM, ink)
        if self.hasFocus():
            look.focus_ring(painter, rect, 6)
