"""Choices of a form: one of several (`Radio`), yes or no (`Check`). Painted from tokens, words exactly as given.

Used by the phone note and the settings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton, QSizePolicy, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.buttons import WIDEST
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.icons import paint_icon
from switchboard_app.ui.look.tokens import Type
from switchboard_app.ui.plain import plain_button_text, plain_text

_SIGN = 13
_GAP = 7


def _size(words: str) -> QSize:
    width = theme.px(_SIGN + _GAP + 4) + paint.text_width(words, Type.BODY)
    return QSize(min(width, theme.px(WIDEST)), theme.px(25))


def _sign_rect(button: QAbstractButton) -> QRectF:
    side = theme.px(_SIGN)
    return QRectF(theme.px(1), round((button.height() - side) / 2), side, side)


def _paint_words(button: QAbstractButton, painter: QPainter, words: str) -> None:
    left = theme.px(_SIGN + _GAP)
    rect = QRectF(left, 0, button.width() - left, button.height())
    paint.text(painter, rect, words, Type.BODY, "text" if button.isEnabled() else "muted")
    if button.hasFocus():
        paint.focus_ring(painter, QRectF(button.rect()), 5)


if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object


class _Choice(_Button):
    """What both kinds share: their words, their size, a surface that is all theirs to click.

    No object of Qt's by itself: one widget cannot be made of two of them.
    """

    _words = ""

    def _begin(self, text: str) -> None:
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_words(text)
        theme.follow(self.retheme)

    def set_words(self, text: str) -> None:
        """Show other words."""
        self._words = plain_text(text)
        self.setText(plain_button_text(text))
        self.setAccessibleName(self._words)
        self.retheme()

    def retheme(self) -> None:
        self.setFont(font(Type.BODY))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return _size(self._words)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), self.sizeHint().height())

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)


class Radio(_Choice, QRadioButton):
    """`Radio(tr("Put into the inbox"))`. Radios with one parent exclude each other; arrow keys move between them."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sign = _sign_rect(self).adjusted(0.75, 0.75, -0.75, -0.75)
        ink = theme.color("accent" if self.isChecked() else "muted")
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(theme.color("pane"))
        painter.drawEllipse(sign)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            dot = sign.width() * 0.28
            painter.drawEllipse(QPointF(sign.center()), dot, dot)
        _paint_words(self, painter, self._words)


class Check(_Choice, QCheckBox):
    """`Check(tr("Call back"))`."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._begin(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        sign = _sign_rect(self)
        if self.isChecked():
            paint.box(painter, sign, "accent", radius=3)
            paint_icon(painter, sign.adjusted(1, 1, -1, -1), "check", "on_accent")
        else:
            paint.box(painter, sign, "pane", "muted", radius=3)
        _paint_words(self, painter, self._words)
