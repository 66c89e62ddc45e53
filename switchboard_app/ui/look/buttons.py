"""Buttons: with their key shown at the right (`KeyButton`), icons with a name (`IconButton`), and segments (`Tabs`).

Painted from tokens. Buttons take the focus from Tab but not from a click, so that a click never takes the caret
out of a half-written text. Refuses an icon without words for a screen reader. Used by every view.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.ui.look import paint, theme
from switchboard_app.ui.look.fonts import font
from switchboard_app.ui.look.icons import paint_icon
from switchboard_app.ui.look.tokens import CHIP, CONTROL, S1, S2, S3, Type
from switchboard_app.ui.plain import plain_button_text, plain_text, plain_tooltip

KEY_PADDING = 6
WIDEST = 420
"""Words longer than this end in "…", so that data in a button cannot push others out of the window."""


def key_cap_size(key: str) -> QSize:
    """The room of a key cap such as "Ctrl ⏎"."""
    width = paint.text_width(key, Type.SMALL) + 2 * theme.px(KEY_PADDING)
    return QSize(max(width, theme.px(CHIP + 2)), theme.px(CHIP))


def paint_key_cap(painter: QPainter, rect: QRectF, key: str, *, on_accent: bool = False) -> None:
    """Paint a key cap that fills `rect`; `on_accent` for one that lies on a primary button."""
    align = Qt.AlignmentFlag.AlignCenter
    if on_accent:
        painter.save()
        painter.setOpacity(0.45)
        paint.box(painter, rect, None, "on_accent", radius=4)
        painter.restore()
        paint.text(painter, rect, key, Type.SMALL, "on_accent", align=align)
    else:
        paint.box(painter, rect, "window", "line", radius=4)
        paint.text(painter, rect, key, Type.SMALL, "muted", align=align)


class Painted(QAbstractButton):
    """What all painted buttons share: hover, focus by Tab, Return as well as Space, the theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def retheme(self) -> None:
        self.updateGeometry()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self.click()
            return
        super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()


class KeyButton(Painted):
    """`KeyButton("Take over", "A")`, `KeyButton("Send", "Ctrl ⏎", primary=True)`.

    `key` is only shown; the view connects the shortcut. `kind`: secondary (white with a line), primary
    (accent), quiet (no box), danger.
    """

    def __init__(
        self,
        text: str,
        key: str = "",
        parent: QWidget | None = None,
        *,
        primary: bool = False,
        quiet: bool = False,
        danger: bool = False,
        icon_name: str = "",
        menu: bool = False,
    ) -> None:
        super().__init__(parent)
        self._words = ""
        self._key = key
        self._primary = primary
        self._quiet = quiet
        self._danger = danger
        self._icon = icon_name
        self._menu = menu
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.set_words(text)
        theme.follow(self.retheme)

    def set_primary(self, primary: bool) -> None:
        """Whether it is what one does next here."""
        if primary is not self._primary:
            self._primary = primary
            self.update()

    def set_words(self, text: str) -> None:
        """Show other words, exactly as given. (`setText` would take `&` for a mnemonic.)"""
        self._words = plain_text(text)
        self.setText(plain_button_text(text))
        self.setAccessibleName(self._words)
        self.retheme()

    def words(self) -> str:
        """The words as shown."""
        return self._words

    def set_key(self, key: str) -> None:
        """Show another key."""
        self._key = key
        self.retheme()

    def retheme(self) -> None:
        self.setFont(font(Type.BODY_MEDIUM))
        super().retheme()

    def sizeHint(self) -> QSize:
        width = paint.text_width(self._words, Type.BODY_MEDIUM) + 2 * (theme.px(S3) + 1)
        if self._icon:
            width += theme.px(16) + (theme.px(S2) if self._words else 0)
        if self._key:
            width += theme.px(S2) + key_cap_size(self._key).width()
        if self._menu:
            width += theme.px(S1) + theme.px(12)
        return QSize(min(width, theme.px(WIDEST)), theme.px(CONTROL))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _box(self, painter: QPainter, rect: QRectF) -> str:
        """Paint the ground; the ink that goes on it."""
        active = self.isEnabled() and (self.underMouse() or self.isDown())
        if self._primary:
            if not self.isEnabled():
                paint.box(painter, rect, "neutral_ground", "line")
                return "muted"
            paint.box(painter, rect, "accent_hover" if active else "accent")
            return "on_accent"
        if self._quiet:
            if active or self.isChecked():
                paint.box(painter, rect, "hover")
        else:
            paint.box(painter, rect, "hover" if active else "pane", "control_line")
        if not self.isEnabled():
            return "muted"
        return "bad" if self._danger else "text"

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        ink = self._box(painter, rect)
        if self.hasFocus():
            paint.focus_ring(
                painter, rect.adjusted(2, 2, -2, -2), 6, "on_accent"
            ) if self._primary else paint.focus_ring(painter, rect)
        inner = rect.adjusted(theme.px(S3) + 1, 0, -theme.px(S3) - 1, 0)
        if self._icon:
            side = theme.px(16)
            paint_icon(painter, QRectF(inner.left(), round(inner.center().y() - side / 2), side, side), self._icon, ink)
            inner.setLeft(inner.left() + side + theme.px(S2))
        if self._key:
            cap = key_cap_size(self._key)
            top = (rect.height() - cap.height()) / 2
            spot = QRectF(inner.right() - cap.width(), top, cap.width(), cap.height())
            paint_key_cap(painter, spot, self._key, on_accent=ink == "on_accent")
            inner.setRight(spot.left() - theme.px(S2))
        if self._menu:
            side = theme.px(12)
            paint_icon(
                painter,
                QRectF(inner.right() - side, round(inner.center().y() - side / 2), side, side),
                "chevron-down",
                ink,
            )
            inner.setRight(inner.right() - side - theme.px(S1))
        paint.text(painter, inner, self._words, Type.BODY_MEDIUM, ink)


class IconButton(Painted):
    """`IconButton("paperclip", tr("Attach a file"))`: the words are its tool tip and what a screen reader says.
    Mandatory.
    """

    def __init__(
        self, icon_name: str, words: str, parent: QWidget | None = None, *, tone: str = "muted", size: int = 28
    ) -> None:
        super().__init__(parent)
        if not words.strip():
            raise ValueError("an icon needs words for those who do not see it")
        self._icon = icon_name
        self._tone = tone
        self._size = size
        self.set_words(words)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.follow(self.retheme)

    def set_words(self, words: str) -> None:
        """Other words for tool tip and screen reader."""
        self.setAccessibleName(plain_text(words))
        plain_tooltip(self, words)

    def set_icon(self, icon_name: str) -> None:
        """Show another icon."""
        self._icon = icon_name
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._size), theme.px(self._size))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.isChecked():
            paint.box(painter, rect, "accent_ground", radius=6)
        elif self.isEnabled() and self.underMouse():
            paint.box(painter, rect, "neutral_ground", radius=6)
        if self.hasFocus():
            paint.focus_ring(painter, rect, 6)
        side = theme.px(16)
        spot = QRectF(round((rect.width() - side) / 2), round((rect.height() - side) / 2), side, side)
        paint_icon(painter, spot, self._icon, "accent" if self.isChecked() else self._tone)


class Tab(Painted):
    """One segment of `Tabs`: accent words on accent ground while it is chosen."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_words(text)
        theme.follow(self.retheme)

    def set_words(self, text: str) -> None:
        """Show other words."""
        self._words = plain_text(text)
        self.setText(plain_button_text(text))
        self.setAccessibleName(self._words)
        self.retheme()

    def sizeHint(self) -> QSize:
        width = paint.text_width(self._words, Type.BODY_STRONG) + 2 * theme.px(10)
        return QSize(min(width, theme.px(WIDEST)), theme.px(26))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        chosen = self.isChecked()
        if chosen:
            paint.box(painter, rect, "accent_ground", radius=6)
        elif self.underMouse():
            paint.box(painter, rect, "hover", radius=6)
        if self.hasFocus():
            paint.focus_ring(painter, rect, 6)
        role = Type.BODY_STRONG if chosen else Type.BODY_MEDIUM
        paint.text(
            painter, rect, self._words, role, "accent" if chosen else "muted", align=Qt.AlignmentFlag.AlignCenter
        )


class Tabs(QWidget):
    """Segments of which one is chosen: `Tabs([tr("Answer"), tr("Internal note"), tr("To office")])`. Arrow keys
    move within.
    """

    changed = Signal(int)
    """The place of the segment that a person or `choose` chose."""

    def __init__(self, words: Sequence[str], parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(plain_text(name))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        self.tabs = [Tab(text, self) for text in words]
        for place, tab in enumerate(self.tabs):
            self._group.addButton(tab, place)
            row.addWidget(tab)
        row.addStretch(1)
        if self.tabs:
            self.tabs[0].setChecked(True)
        self._group.idToggled.connect(self._toggled)

    def chosen(self) -> int:
        """The place of the chosen segment, -1 when there is none."""
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Choose a segment by its place."""
        self.tabs[place].setChecked(True)

    def _toggled(self, place: int, on: bool) -> None:
        if on:
            self.changed.emit(place)
