"""A picture in full over the window, and the others of the conversation beside it, by keyboard alone.

Left and right go to the next picture, «1» shows its real size and back, the arrows (or the mouse) then move over it, S
saves, Esc closes. Decoded in the decoder process for the room there is; the real size only when it is asked for. Opened
from the timeline's tiles.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.model.entry import Attachment
from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.decoding.decoder import MOST_SIDE, Picture, the_decoder
from switchboard_app.ui.file_line import caption

_MOST = QSize(2560, 1600)
_STEP = 80
"""Pixels that an arrow key moves over a picture in its real size."""
_ARROWS = {
    Qt.Key.Key_Left: QPointF(1, 0),
    Qt.Key.Key_Right: QPointF(-1, 0),
    Qt.Key.Key_Up: QPointF(0, 1),
    Qt.Key.Key_Down: QPointF(0, -1),
}


class _Canvas(QWidget):
    """The picture: as big as fits, or in its real size, one pixel of it on one of the screen."""

    pressed = Signal(QKeyEvent)
    """A key; taken here, because the sheet's scrolling would eat the arrows on their way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: Picture | None = None
        self.real_size = False
        self._offset = QPointF()
        self._held: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_picture(self, picture: Picture | None, *, real_size: bool = False) -> None:
        """Show another one, or none."""
        self.picture = picture
        self.real_size = real_size and picture is not None
        self._offset = QPointF()
        self.update()

    def sizeHint(self) -> QSize:
        window = self.window().size()
        return QSize(look.px(600), max(look.px(200), window.height() - look.px(220)))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(120), look.px(120))

    def overhang(self) -> QSize:
        """By how much the picture in its real size is bigger than the room, in both directions."""
        if self.picture is None or not self.real_size:
            return QSize(0, 0)
        size = self.picture.image.size() / self.devicePixelRatioF()
        return QSize(max(0, size.width() - self.width()), max(0, size.height() - self.height()))

    def move_by(self, step: QPointF) -> None:
        """Move over the picture, no further than its edges."""
        over = self.overhang()
        wanted = self._offset + step
        self._offset = QPointF(
            min(over.width() / 2, max(-over.width() / 2, wanted.x())),
            min(over.height() / 2, max(-over.height() / 2, wanted.y())),
        )
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self.pressed.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self.move_by(event.position() - self._held)
            self._held = event.position()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "window", radius=look.RADIUS)
        if self.picture is not None:
            painter.setClipRect(rect)
            image = self.picture.image
            size = image.size() / self.devicePixelRatioF()
            if not self.real_size and (size.width() > self.width() or size.height() > self.height()):
                size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
            corner = QPointF(round(left), round(top)) + self._offset
            painter.drawImage(QRectF(corner.x(), corner.y(), size.width(), size.height()), image)
        if self.hasFocus():
            look.focus_ring(painter, rect, look.RADIUS)


class PictureSheet(look.Sheet):
    """`PictureSheet(window, bridge).open_for(attachment, among)`."""

    save_wanted = Signal(object)
    """The Attachment."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window, tr("Picture"), width=1180)
        self._bridge = bridge
        self._among: tuple[Attachment, ...] = ()
        self._at = 0
        self.canvas = _Canvas(self)
        self.canvas.pressed.connect(self._key)
        self.body.addWidget(self.canvas, 1)
        self.words = look.Label("", look.Type.BODY, "muted", wrap=True)
        self.body.addWidget(self.words)
        self.before_button = look.IconButton("chevron-left", tr("Previous picture: ←"), size=34)
        self.after_button = look.IconButton("chevron-right", tr("Next picture: →"), size=34)
        self.size_button = look.KeyButton("", "1")
        self.save_button = look.KeyButton("", "S")
        self.close_button = look.KeyButton("", "Esc")
        for button, deed in (
            (self.before_button, lambda: self._go(-1)),
            (self.after_button, lambda: self._go(1)),
            (self.size_button, self._change_size),
            (self.save_button, self._save),
            (self.close_button, self.close),
        ):
            button.clicked.connect(deed)
            self.foot.addWidget(button)
        self.foot.insertStretch(2, 1)

    def open_for(self, file: Attachment, among: Sequence[Attachment] = ()) -> None:
        """Show it; `among` are the pictures that the arrows go through."""
        ids = [one.id for one in among]
        self._among = tuple(among) if file.id in ids else (file,)
        self._at = ids.index(file.id) if file.id in ids else 0
        self.before_button.set_words(tr("Previous picture: ←"))
        self.after_button.set_words(tr("Next picture: →"))
        self.save_button.set_words(tr("Save as…"))
        self.close_button.set_words(tr("Close"))
        for button in (self.before_button, self.after_button):
            button.setVisible(len(self._among) > 1)
        self.open(self.canvas)
        self._begin()

    @property
    def file(self) -> Attachment:
        """The picture that is shown."""
        return self._among[self._at]

    def _begin(self) -> None:
        """Show the picture at this place as it fits."""
        file, many = self.file, len(self._among)
        self.canvas.show_picture(None)
        self.title.setText(caption(file))
        self.aside.setText(f"{self._at + 1}/{many}" if many > 1 else "")
        self.before_button.setEnabled(self._at > 0)
        self.after_button.setEnabled(self._at < many - 1)
        self._say(tr("The picture is being read …"))
        self._bridge.start("picture", self._load(file, _MOST, real_size=False))

    async def _load(self, file: Attachment, within: QSize, *, real_size: bool) -> None:
        try:
            content = await self._bridge.ask(attachments.content, file.id)
        except UserError as problem:
            if file is self.file:
                self._say(str(problem))
            return
        picture = await the_decoder().picture(content, within)
        if file is not self.file or not self.isVisible():
            return
        if picture is not None:
            self.canvas.show_picture(picture, real_size=real_size)
            self._say("")
        elif real_size:
            self._say(tr("This picture is too big to be shown in its real size. It can be saved."))
        else:
            self._say(tr("This picture is damaged or too big to be shown. It can be saved."))

    def _say(self, words: str) -> None:
        """Words below the picture, and what follows from what is shown."""
        self.words.setText(words)
        self.words.setVisible(bool(words))
        picture, real = self.canvas.picture, self.canvas.real_size
        self.size_button.set_words(tr("Fit") if real else tr("Real size"))
        self.size_button.setEnabled(picture is not None)
        name = caption(self.file)
        if picture is not None and not picture.whole.isEmpty():
            name = f"{name} · {picture.whole.width()} × {picture.whole.height()}"
            self.title.setText(name)
        self.canvas.setAccessibleName(tr("Picture {name}").format(name=name))

    # -- what a person does ----------------------------------------------------------------------------------------

    def _go(self, step: int) -> None:
        place = self._at + step
        if 0 <= place < len(self._among):
            self._at = place
            self._begin()
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def _change_size(self) -> None:
        picture = self.canvas.picture
        if picture is None:
            return
        if self.canvas.real_size or picture.complete:
            self.canvas.show_picture(picture, real_size=not self.canvas.real_size)
            self._say("")
            return
        self._say(tr("The picture is being read …"))
        self._bridge.start("picture", self._load(self.file, QSize(MOST_SIDE, MOST_SIDE), real_size=True))

    def _save(self) -> None:
        self.save_wanted.emit(self.file)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
        self._key(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> None:
        """What a key does, from the picture or from a button; others are left to those behind."""
        key = Qt.Key(event.key())
        over = self.canvas.overhang()
        event.accept()
        if key in _ARROWS and (over.width() or over.height()):
            self.canvas.move_by(_ARROWS[key] * look.px(_STEP))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_PageUp):
            self._go(-1)
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_PageDown):
            self._go(1)
        elif key == Qt.Key.Key_1:
            self._change_size()
        elif key == Qt.Key.Key_S:
            self._save()
        else:
            event.ignore()
