"""A picture in full over the window; Esc closes it.

Decoded anew for the size of the window, off the window's thread and within the limits of `image_decoding`. Opened from
the timeline's tiles.
"""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from switchboard_app.model.entry import Attachment
from switchboard_app.model.errors import UserError
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.ui import look
from switchboard_app.ui.attachment_view import caption
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.image_decoding import decoded

_MOST = QSize(2560, 1600)


class _Picture(QWidget):
    """The picture, as big as fits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        window = self.window().size()
        return QSize(look.px(600), max(look.px(200), window.height() - look.px(220)))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(120), look.px(120))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        look.box(painter, QRectF(self.rect()), "window", radius=look.RADIUS)
        if self.image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.image.size()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - size.width()) // 2, (self.height() - size.height()) // 2
        painter.drawImage(QRectF(left, top, size.width(), size.height()), self.image)


class PictureSheet(look.Sheet):
    """`PictureSheet(window, bridge).open_for(attachment)`."""

    save_wanted = Signal(object)
    """The Attachment."""

    def __init__(self, window: QWidget, bridge: Bridge) -> None:
        super().__init__(window, tr("Picture"), width=1100)
        self._bridge = bridge
        self._file: Attachment | None = None
        self.picture = _Picture(self)
        self.body.addWidget(self.picture, 1)
        self.words = look.Label("", look.Type.BODY, "muted", wrap=True)
        self.body.addWidget(self.words)
        self.save_button = look.KeyButton("")
        self.close_button = look.KeyButton("", "Esc")
        self.save_button.clicked.connect(self._save)
        self.close_button.clicked.connect(self.close)
        self.foot.addStretch(1)
        self.foot.addWidget(self.save_button)
        self.foot.addWidget(self.close_button)

    def open_for(self, file: Attachment) -> None:
        """Show it."""
        self._file = file
        self.picture.image = None
        self.title.setText(caption(file))
        self.save_button.set_words(tr("Save as…"))
        self.close_button.set_words(tr("Close"))
        self.words.setText(tr("The picture is being read …"))
        self.words.show()
        self.open(self.close_button)
        self._bridge.start("picture", self._load(file))

    async def _load(self, file: Attachment) -> None:
        try:
            content = await self._bridge.ask(attachments.content, file.id)
        except UserError as problem:
            self._show(file, None, str(problem))
            return
        image = await asyncio.to_thread(decoded, content, _MOST)
        self._show(file, image, tr("This picture is damaged or too big to be shown. It can be saved."))

    def _show(self, file: Attachment, image: QImage | None, otherwise: str) -> None:
        if file is not self._file:
            return
        self.picture.image = image
        self.picture.setAccessibleName(caption(file))
        self.words.setText("" if image is not None else otherwise)
        self.words.setVisible(image is None)
        self.picture.update()

    def _save(self) -> None:
        if self._file is not None:
            self.save_wanted.emit(self._file)
