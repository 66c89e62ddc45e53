"""The pictures that go with an answer: chosen, dropped or pasted, each with its name, its size and a way out.

What the channel does not take is refused at once, in words. Reads files off the window's thread and no further than the
channel's limit. Refuses everything but pictures. Used by the answer's page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageWriter, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from switchboard_app.model.channel import CAPABILITIES, Capabilities, Channel
from switchboard_app.model.language import tr
from switchboard_app.store import attachments
from switchboard_app.store.desk import File
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.file_names import size_words
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.image_decoding import decoded
from switchboard_app.ui.plain import plain_text

_THUMB = 36


class _Thumb(QWidget):
    """A small picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(look.px(_THUMB), look.px(_THUMB))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        look.box(painter, rect, "neutral_ground", radius=4)
        if self.image is not None:
            scaled = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (self.width() - scaled.width()) / 2, (self.height() - scaled.height()) / 2
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, scaled.width(), scaled.height()), self.image)


class PickedFile(QWidget):
    """One picture that will go out."""

    removed = Signal(object)
    """Itself."""

    def __init__(self, file: File, image: QImage | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        thumb = _Thumb(self)
        thumb.image = image
        fonts = look.metrics(look.Type.SECONDARY)
        shown = fonts.elidedText(plain_text(file.name), Qt.TextElideMode.ElideMiddle, look.px(200))
        words = f"{shown} · {size_words(len(file.content))}"
        row = QHBoxLayout(self)
        row.setContentsMargins(look.px(3), look.px(3), look.px(3), look.px(3))
        row.setSpacing(look.px(6))
        row.addWidget(thumb)
        row.addWidget(look.Label(words, look.Type.SECONDARY, "text", self))
        self.remove = look.IconButton("x", tr("Remove {name}").format(name=file.name), self, size=22)
        self.remove.clicked.connect(lambda: self.removed.emit(self))
        row.addWidget(self.remove)
        self.setAccessibleName(words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), QRectF(self.rect()), "pane", "line", radius=6)


class PickedFiles(QWidget):
    """`picked.take_paths(paths)`, `picked.take_image(image)`; `files()` is what goes out."""

    changed = Signal()
    refused = Signal(str)
    """Why a file was not taken, in words."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._abilities: Capabilities = CAPABILITIES[Channel.PHONE]
        self._picked: list[PickedFile] = []
        self._epoch = 0
        self._turn = asyncio.Lock()
        self._flow = Flow(self, gap=look.px(6))
        self.hide()

    def set_channel(self, channel: Channel) -> None:
        """What is taken depends on it."""
        self._abilities = CAPABILITIES[channel]

    def allowed(self) -> bool:
        """Whether the channel takes pictures at all."""
        return bool(self._abilities.image_types)

    def name_filter(self) -> str:
        """For the file dialog."""
        return tr("Pictures ({patterns})").format(patterns="*.png *.jpg *.jpeg *.gif")

    def files(self) -> tuple[File, ...]:
        """What goes out, in the order in which it was chosen."""
        return tuple(one.file for one in self._picked)

    def put(self, files: Iterable[File]) -> None:
        """Show these in the place of the others."""
        self._epoch += 1
        for one in self._picked:
            self._flow.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._picked = []
        for file in files:
            self._bridge.start("picture of a file", self._add(file))
        self._show()

    def take_paths(self, paths: Iterable[str]) -> None:
        """Read these files and add what the channel takes."""
        for path in paths:
            self._bridge.start("attach", self._take_path(Path(path)))

    def take_image(self, image: QImage) -> None:
        """Add a pasted or dropped picture."""
        self._bridge.start("attach", self._take_image(image))

    async def _take_path(self, path: Path) -> None:
        limit = self._abilities.image_limit
        try:
            content = await asyncio.to_thread(_read_at_most, path, limit + 1)
        except OSError as problem:
            words = tr("«{name}» could not be read: {problem}.")
            self.refused.emit(words.format(name=path.name, problem=problem.strerror or problem))
            return
        await self._take(File(path.name, content))

    async def _take_image(self, image: QImage) -> None:
        content = await asyncio.to_thread(_as_png, image)
        await self._take(File(tr("picture.png"), content))

    async def _take(self, file: File) -> None:
        async with self._turn:
            why = self.why_not(file)
            if why:
                self.refused.emit(why)
            else:
                await self._add(file)

    def why_not(self, file: File) -> str:
        """Why the channel does not take a file; "" when it does."""
        abilities = self._abilities
        if attachments.kind_of(file.content) not in abilities.image_types:
            return tr("«{name}» is not a picture this channel takes. Send a PNG, JPEG or GIF.").format(name=file.name)
        if len(file.content) > abilities.image_limit:
            words = tr("«{name}» is bigger than the {limit} MB that this channel takes. Make the picture smaller.")
            return words.format(name=file.name, limit=abilities.image_limit // 1_048_576)
        if self._picked and abilities.text_with_image:
            return tr("This channel takes one picture a message. Send the others one by one.")
        return ""

    async def _add(self, file: File) -> None:
        epoch = self._epoch
        side = look.px(_THUMB) * 2
        image = await asyncio.to_thread(decoded, file.content, QSize(side, side))
        if epoch != self._epoch:
            return  # another enquiry was opened meanwhile
        one = PickedFile(file, image, self)
        one.removed.connect(self._remove)
        self._picked.append(one)
        self._flow.addWidget(one)
        one.show()
        self._show()

    def _remove(self, one: PickedFile) -> None:
        self._picked.remove(one)
        self._flow.removeWidget(one)
        one.hide()
        one.deleteLater()
        self._show()

    def _show(self) -> None:
        self.setVisible(bool(self._picked))
        self.updateGeometry()
        self.changed.emit()


def _read_at_most(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _as_png(image: QImage) -> bytes:
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(device, QByteArray(b"png")).write(image)
    return bytes(device.data().data())
