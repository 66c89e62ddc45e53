"""The files of a message in the timeline: pictures and films as tiles, voices with a player, others as a line.

Tiles keep their size while the picture is decoded, so that nothing jumps; what turns out to be none becomes a line.
Refuses to open a file. Used by the rows of the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.entry import Attachment, AttachmentState
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.file_line import FileLine, caption
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.look.buttons import Painted
from switchboard_app.ui.plain import plain_button_text
from switchboard_app.ui.player import Player, played_here
from switchboard_app.ui.sound_line import SoundLine
from switchboard_app.ui.thumbnails import Thumbnails, shown_as_film, shown_as_picture
from switchboard_app.ui.timeline_row import Wishes

__all__ = ["AttachmentList", "FileLine", "PictureTile", "caption", "tile_pixels"]

TILE = QSize(250, 118)
"""A picture in the timeline, at 100 %."""


def tile_pixels() -> QSize:
    """What thumbnails are decoded to: twice the tile at 100 %, enough for 200 % text and sharp screens."""
    return TILE * 2


class AttachmentList(QWidget):
    """The files of one message."""

    def __init__(
        self,
        files: Sequence[Attachment],
        thumbnails: Thumbnails,
        player: Player,
        wishes: Wishes,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._player = player
        self._wishes = wishes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(6))
        self._column = column
        self._tiles_holder = QWidget(self)
        self._flow = Flow(self._tiles_holder, gap=look.px(6))
        self.tiles: dict[str, PictureTile] = {}
        self.lines: list[FileLine | SoundLine] = []
        for file in files:
            self._add(file)
        if self.tiles:
            column.insertWidget(0, self._tiles_holder)
            thumbnails.ready.connect(self._ready)
        self._spread()

    def _add(self, file: Attachment) -> None:
        known_as_none = self._thumbnails.known(file.id) and self._thumbnails.image(file.id) is None
        seen = shown_as_picture(file.mime) or shown_as_film(file.mime)
        if file.state is not AttachmentState.KEPT or not seen or known_as_none:
            self._add_line(file)
            return
        tile = PictureTile(file, self._tiles_holder)
        wish = self._wishes.save if tile.film else self._wishes.picture
        tile.clicked.connect(lambda: wish.emit(file))
        self.tiles[file.id] = tile
        self._flow.addWidget(tile)
        tile.show_image(self._thumbnails.image(file.id))
        self._thumbnails.want(file)

    def _add_line(self, file: Attachment) -> FileLine | SoundLine:
        """A film without a picture is a voice: the same container holds both."""
        heard = played_here(file.mime) or shown_as_film(file.mime)
        line: FileLine | SoundLine
        if heard and file.state is AttachmentState.KEPT:
            line = SoundLine(file, self._player, self._wishes, self)
        else:
            line = FileLine(file, self._wishes, self)
        self.lines.append(line)
        self._column.addWidget(line)
        return line

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
        self._add_line(tile.file).show()
        self._tiles_holder.setVisible(bool(self.tiles))
        self._spread()

    def _spread(self) -> None:
        """Lines take the whole room of a message, one tile its own."""
        expands = bool(self.lines) or len(self.tiles) > 1
        self.setSizePolicy(
            QSizePolicy.Policy.Expanding if expands else QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum
        )


class PictureTile(Painted):
    """A picture that opens the viewer, or the first one of a film that is saved; name and size on a plate."""

    def __init__(self, file: Attachment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._image: QImage | None = None
        self.film = shown_as_film(file.mime)
        self._caption = f"{tr('Film')} · {caption(file)}" if self.film else caption(file)
        self.setText(plain_button_text(self._caption))
        words = tr("Film {name}, save as…") if self.film else tr("Picture {name}, open")
        self.setAccessibleName(words.format(name=caption(file)))
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
