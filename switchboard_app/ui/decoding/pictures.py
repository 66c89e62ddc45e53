"""In the decoder: bytes become pixels, by Qt's image reader and nothing else of Qt.

Only PNG, JPEG, GIF (its first frame) and WebP, told by their bytes and never by their name; no memory beyond
`MOST_MEGABYTES` for one picture, nothing above `MOST_PIXELS`; scaled while decoding. What is refused or damaged is no
picture. Refuses every other plug-in of Qt (SVG, TIFF, ICO ...). Called by `serve` alone.
"""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QImageWriter

MOST_MEGABYTES = 64
MOST_PIXELS = 100_000_000
_STARTS = ((b"\x89PNG\r\n\x1a\n", b"png"), (b"\xff\xd8\xff", b"jpeg"), (b"GIF87a", b"gif"), (b"GIF89a", b"gif"))
_QUALITY = 85
_SIDES = (3072, 2560, 2048, 1600, 1280, 1024, 800, 640, 480, 320)


def form_of(content: bytes) -> bytes:
    """Qt's name of the format that the first bytes show; b"" for what is not shown."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return b"webp"
    return next((form for start, form in _STARTS if content.startswith(start)), b"")


class _Reading:
    """A reader and its device, which must not part: a reader that outlives its buffer takes the process with it."""

    def __init__(self, content: bytes) -> None:
        QImageReader.setAllocationLimit(MOST_MEGABYTES)
        self._bytes = QByteArray(content)
        self._device = QBuffer(self._bytes)
        self._device.open(QIODevice.OpenModeFlag.ReadOnly)
        self._reader = QImageReader(self._device, QByteArray(form_of(content)))
        self._reader.setAutoDetectImageFormat(False)
        self._reader.setAutoTransform(True)
        self.size = self._reader.size()

    def within(self, width: int, height: int) -> QImage:
        """The picture, scaled down to fit; a null image when it is damaged or too big."""
        side = max(width, height)  # it may be turned
        if self.size.width() > side or self.size.height() > side:
            box = QSize(side, side)
            small = self.size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
            self._reader.setScaledSize(small.expandedTo(QSize(1, 1)))
        image = self._reader.read()
        if image.width() > width or image.height() > height:
            smooth = Qt.TransformationMode.SmoothTransformation
            image = image.scaled(QSize(width, height), Qt.AspectRatioMode.KeepAspectRatio, smooth)
        return image


def _reading(content: bytes) -> _Reading | None:
    if not form_of(content):
        return None
    reading = _Reading(content)
    size = reading.size
    if not size.isValid() or size.isEmpty() or size.width() * size.height() > MOST_PIXELS:
        return None
    return reading


def decoded(content: bytes, width: int, height: int) -> tuple[QImage, QSize] | None:
    """The picture as premultiplied ARGB within `width` x `height`, and its own size; None when there is none."""
    reading = _reading(content)
    if reading is None:
        return None
    image = reading.within(width, height)
    if image.isNull():
        return None
    size, turned = reading.size, (image.width() >= image.height()) != (reading.size.width() >= reading.size.height())
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied), size.transposed() if turned else size


def shrunk(content: bytes, most: int) -> bytes:
    """A JPEG of the picture that has at most `most` bytes, as large as that allows; b"" when there is none.

    What the file holds beside the picture (place, camera) stays behind.
    """
    image = QImage()
    for side in _SIDES:
        if image.isNull():  # at the largest size that the memory allows; then that one is made smaller
            reading = _reading(content)
            image = QImage() if reading is None else reading.within(side, side)
        elif max(image.width(), image.height()) > side:
            smooth = Qt.TransformationMode.SmoothTransformation
            image = image.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, smooth)
        else:
            continue
        written = _jpeg(_flat(image)) if not image.isNull() else b""
        if 0 < len(written) <= most:
            return written
    return b""


def _flat(image: QImage) -> QImage:
    """The picture on white: a JPEG knows no transparency."""
    if not image.hasAlphaChannel():
        return image
    flat = QImage(image.size(), QImage.Format.Format_RGB32)
    flat.fill(0xFFFFFF)
    _paint_over(flat, image)
    return flat


def _paint_over(ground: QImage, image: QImage) -> None:
    from PySide6.QtGui import QPainter

    painter = QPainter(ground)
    painter.drawImage(0, 0, image)
    painter.end()


def _jpeg(image: QImage) -> bytes:
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(device, QByteArray(b"jpeg"))
    writer.setQuality(_QUALITY)
    return bytes(device.data().data()) if writer.write(image) else b""
