"""One file that will go out with an answer, as a chip: a small picture or a sign, its name, its size, a way out.

Used by `picked_files` alone.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.model.language import tr
from switchboard_app.store.drafts import DraftFile
from switchboard_app.ui import look
from switchboard_app.ui.file_names import size_words
from switchboard_app.ui.plain import plain_text
from switchboard_app.ui.thumbnails import shown_as_picture

THUMB = 36


class _Thumb(QWidget):
    """A small picture, or the sign of a file."""

    def __init__(self, sign: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self._sign = sign
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(look.px(THUMB), look.px(THUMB))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "neutral_ground", radius=4)
        if self.image is None:
            side = look.px(18)
            spot = QRectF((rect.width() - side) / 2, (rect.height() - side) / 2, side, side)
            look.paint_icon(painter, spot, self._sign, "muted")
            return
        scaled = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - scaled.width()) / 2, (self.height() - scaled.height()) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, scaled.width(), scaled.height()), self.image)


class PickedFile(QWidget):
    """One file that will go out."""

    removed = Signal(object)
    """Itself."""

    def __init__(self, file: DraftFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._thumb = _Thumb("image" if shown_as_picture(file.mime) else "file", self)
        fonts = look.metrics(look.Type.SECONDARY)
        shown = fonts.elidedText(plain_text(file.name), Qt.TextElideMode.ElideMiddle, look.px(200))
        words = f"{shown} · {size_words(file.size)}"
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(3), look.px(3), look.px(3), look.px(3))
        row.setSpacing(look.px(6))
        row.addWidget(self._thumb)
        row.addWidget(look.Label(words, look.Type.SECONDARY, "text", self))
        self.remove = look.IconButton("x", tr("Remove {name}").format(name=file.name), self, size=22)
        self.remove.clicked.connect(lambda: self.removed.emit(self))
        row.addWidget(self.remove)
        self.setAccessibleName(words)

    def show_image(self, image: QImage | None) -> None:
        """Show its picture."""
        self._thumb.image = image
        self._thumb.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line", radius=6)
