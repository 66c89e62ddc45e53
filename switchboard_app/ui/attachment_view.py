"""The files of a message in the timeline: pictures as tiles, others as a line with name, size and what can be done.

What is not here says why, and leads to the platform's own inbox. Tiles keep their size while the picture is decoded,
so that nothing jumps. Refuses to open a file: it is looked at (pictures) or saved. Used by the rows of the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.entry import Attachment, AttachmentState
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.file_names import cleaned, risky, size_words
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.image_decoding import Thumbnails, shown_as_picture
from switchboard_app.ui.look.buttons import Painted
from switchboard_app.ui.plain import plain_button_text, plain_text
from switchboard_app.ui.text.message import attachment_words
from switchboard_app.ui.timeline_row import Wishes

TILE = QSize(250, 118)
"""A picture in the timeline, at 100 %."""


def tile_pixels() -> QSize:
    """What thumbnails are decoded to: twice the tile at 100 %, enough for 200 % text and sharp screens."""
    return TILE * 2


def caption(file: Attachment) -> str:
    """«IMG_2231.jpg · 1.8 MB»."""
    return " · ".join(part for part in (plain_text(cleaned(file.name)), size_words(file.size)) if part)


class AttachmentList(QWidget):
    """The files of one message."""

    def __init__(
        self, files: Sequence[Attachment], thumbnails: Thumbnails, wishes: Wishes, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._wishes = wishes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(6))
        self._column = column
        self._tiles_holder = QWidget(self)
        self._flow = Flow(self._tiles_holder, gap=look.px(6))
        self.tiles: dict[str, PictureTile] = {}
        self.lines: list[FileLine] = []
        for file in files:
            self._add(file)
        if self.tiles:
            column.insertWidget(0, self._tiles_holder)
            thumbnails.ready.connect(self._ready)
        expands = bool(self.lines) or len(self.tiles) > 1
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if expands else QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
        )

    def _add(self, file: Attachment) -> None:
        known_as_none = self._thumbnails.known(file.id) and self._thumbnails.image(file.id) is None
        if file.state is AttachmentState.KEPT and shown_as_picture(file.mime) and not known_as_none:
            tile = PictureTile(file, self._tiles_holder)
            tile.clicked.connect(lambda: self._wishes.picture.emit(file))
            self.tiles[file.id] = tile
            self._flow.addWidget(tile)
            tile.show_image(self._thumbnails.image(file.id))
            self._thumbnails.want(file.id)
            return
        line = FileLine(file, self._wishes, self)
        self.lines.append(line)
        self._column.addWidget(line)

    def _ready(self, attachment: str) -> None:
        """A picture was decoded; what is none after all becomes a line."""
        tile = self.tiles.get(attachment)
        if tile is None:
            return
        image = self._thumbnails.image(tile.file.id)
        if image is not None:
            tile.show_image(image)
            return
        del self.tiles[attachment]
        self._flow.removeWidget(tile)
        tile.hide()
        tile.deleteLater()
        line = FileLine(tile.file, self._wishes, self)
        self.lines.append(line)
        self._column.addWidget(line)
        line.show()
        self._tiles_holder.setVisible(bool(self.tiles))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)


class PictureTile(Painted):
    """A picture that opens the viewer; its name and size on a plate in its corner."""

    def __init__(self, file: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._image: QImage | None = None
        self._caption = caption(file)
        self.setText(plain_button_text(self._caption))
        self.setAccessibleName(tr("Picture {name}, open").format(name=self._caption))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look.follow(self.retheme)

    def show_image(self, image: QImage | None) -> None:
        """Show it; None shows the empty ground."""
        self._image = image
        self.update()

    def shows(self) -> bool:
        """Whether the picture is there."""
        return self._image is not None

    def sizeHint(self) -> QSize:
        return QSize(look.px(TILE.width()), look.px(TILE.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "neutral_ground", "line", radius=14)
        if self._image is not None:
            painter.save()
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            path = QPainterPath()
            path.addRoundedRect(rect, look.px(14), look.px(14))
            painter.setClipPath(path)
            painter.drawImage(rect, self._image, QRectF(self._part(self._image.size())))
            painter.restore()
        self._paint_plate(painter, rect)
        if self.hasFocus() or self.underMouse():
            look.focus_ring(painter, rect, 14)

    def _part(self, size: QSize) -> QRect:
        """The middle of the picture, in the tile's own shape."""
        shape = self.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        return QRect(QPoint((size.width() - shape.width()) // 2, (size.height() - shape.height()) // 2), shape)

    def _paint_plate(self, painter: QPainter, rect: QRectF) -> None:
        pad, tall = look.px(7), look.px(21)
        room = rect.width() - 2 * look.px(8)
        wide = min(look.text_width(self._caption, look.Type.SMALL_MEDIUM) + 2 * pad + 2, room)
        plate = QRectF(rect.left() + look.px(8), rect.bottom() - tall - look.px(8), wide, tall)
        look.box(painter, plate, "pane", radius=5)
        look.text(painter, plate.adjusted(pad, 0, -pad, 0), self._caption, look.Type.SMALL_MEDIUM, "text")


class FileLine(QWidget):
    """A file that is only saved, or one that is not here, with the reason."""

    def __init__(self, file: Attachment, wishes: Wishes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        kept = file.state is AttachmentState.KEPT
        row = QHBoxLayout(self)
        row.addWidget(
            look.IconSpot("file" if kept else "circle-alert", "muted", 16, self), 0, Qt.AlignmentFlag.AlignTop
        )
        column = QVBoxLayout()
        column.setSpacing(look.px(1))
        self.name = look.elided(caption(file), look.Type.BODY_MEDIUM, "text", self)
        column.addWidget(self.name)
        self.words = attachment_words(file.state, file.reason)
        if kept and risky(file.name):
            self.words = tr("This kind of file can harm the computer when it is opened.")
        if self.words:
            column.addWidget(look.Label(self.words, look.Type.SECONDARY, "late" if kept else "muted", self, wrap=True))
        row.addLayout(column, 1)
        self.button: look.KeyButton | None = None
        if kept:
            self.button = look.KeyButton(tr("Save as…"), parent=self, icon_name="download")
            self.button.clicked.connect(lambda: wishes.save.emit(file))
        elif file.state is not AttachmentState.PENDING:
            self.button = look.KeyButton(tr("Open in the platform's inbox"), parent=self, icon_name="external-link")
            self.button.clicked.connect(wishes.inbox)
        if self.button is not None:
            row.addWidget(self.button)
        self._row = row
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(plain_text(f"{caption(file)} {self.words}"))
        look.follow(self.retheme)

    def retheme(self) -> None:
        edge = look.px(10)
        self._row.setContentsMargins(edge, look.px(8), edge, look.px(8))
        self._row.setSpacing(look.px(look.S2))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line")
