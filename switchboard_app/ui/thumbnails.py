"""Pictures of strangers, decoded off the window's thread and within limits.

Only PNG, JPEG, GIF (its first frame) and WebP, told by their bytes and never by their name; no memory beyond
`MOST_MEGABYTES` at once, nothing above `MOST_PIXELS`; scaled while decoding. What is refused or damaged is no picture:
the caller shows it as a file. Refuses every other plug-in of Qt (SVG, TIFF, ICO ...). Called through `Thumbnails` and
by the viewer.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AttachmentId
from switchboard_app.store import attachments
from switchboard_app.ui.bridge import Bridge

FORMATS = {"image/png": b"png", "image/jpeg": b"jpeg", "image/gif": b"gif", "image/webp": b"webp"}
MOST_MEGABYTES = 64
MOST_PIXELS = 100_000_000
KEPT = 80
"""Thumbnails that stay in memory; the oldest go first."""


def shown_as_picture(mime: str) -> bool:
    """Whether files of this type are shown, and not only listed."""
    return mime in FORMATS


def decoded(content: bytes, within: QSize) -> QImage | None:
    """The picture, scaled down to fit `within`; None when it is none we show, too big, or damaged.

    Slow: call it on another thread than the window's.
    """
    form = FORMATS.get(attachments.kind_of(content))
    if form is None:
        return None
    QImageReader.setAllocationLimit(MOST_MEGABYTES)
    device = QBuffer()
    device.setData(QByteArray(content))
    device.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(device, QByteArray(form))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return None
    box = QSize(max(within.width(), within.height()), max(within.width(), within.height()))  # it may be turned
    if size.width() > box.width() or size.height() > box.height():
        reader.setScaledSize(size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return None
    if image.width() > within.width() or image.height() > within.height():
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(within, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    return image


class Thumbnails(QObject):
    """Small pictures of kept attachments: `want` one, hear of it by `ready`, then take it from `image`."""

    ready = Signal(str)
    """The attachment's id; its picture (or that there is none) is known now."""

    def __init__(self, bridge: Bridge, within: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._within = within
        self._known: OrderedDict[AttachmentId, QImage | None] = OrderedDict()
        self._wanted: list[AttachmentId] = []
        self._working = False

    def image(self, wanted: AttachmentId) -> QImage | None:
        """The picture, or None while it is unknown or when there is none."""
        return self._known.get(wanted)

    def known(self, wanted: AttachmentId) -> bool:
        """Whether it was looked at already."""
        return wanted in self._known

    def want(self, wanted: AttachmentId) -> None:
        """Fetch and decode it; `ready` follows. One after the other, the one asked for last first."""
        if wanted in self._known or wanted in self._wanted:
            return
        self._wanted.append(wanted)
        if not self._working:
            self._working = True
            self._bridge.start("thumbnails", self._work())

    async def _work(self) -> None:
        try:
            while self._wanted:
                wanted = self._wanted.pop()
                self._known[wanted] = await self._made(wanted)
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
                self.ready.emit(wanted)
        finally:
            self._working = False

    async def _made(self, wanted: AttachmentId) -> QImage | None:
        try:
            content = await self._bridge.ask(attachments.content, wanted)
        except UserError:
            return None  # not kept any more: the row says what became of it
        return await asyncio.to_thread(decoded, content, self._within)
