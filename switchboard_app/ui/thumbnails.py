"""Small pictures of kept attachments, made by the decoder process and kept while they are likely to be seen.

What is refused or damaged is no picture: the row shows it as a file. Refuses to decode anything in the window. Used by
the timeline's rows.
"""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from switchboard_app.model.entry import Attachment, AttachmentState
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AttachmentId
from switchboard_app.store import attachments
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.decoding.decoder import the_decoder

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
FILMS = ("video/mp4", "video/webm", "video/quicktime")
KEPT = 80
"""Thumbnails that stay in memory; the oldest go first."""


def shown_as_picture(mime: str) -> bool:
    """Whether files of this type are shown, and not only listed."""
    return mime in PICTURES


def shown_as_film(mime: str) -> bool:
    """Whether files of this type are shown by their first picture."""
    return mime in FILMS


def looked_at(file: Attachment) -> bool:
    """Whether the viewer shows it."""
    return file.state is AttachmentState.KEPT and shown_as_picture(file.mime)


class Thumbnails(QObject):
    """`want` one, hear of it by `ready`, then take it from `image`."""

    ready = Signal(str)
    """The attachment's id; its picture (or that there is none) is known now."""

    def __init__(self, bridge: Bridge, within: QSize, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._within = within
        self._known: OrderedDict[AttachmentId, QImage | None] = OrderedDict()
        self._wanted: list[Attachment] = []
        self._working = False

    def image(self, wanted: AttachmentId) -> QImage | None:
        """The picture, or None while it is unknown or when there is none."""
        return self._known.get(wanted)

    def known(self, wanted: AttachmentId) -> bool:
        """Whether it was looked at already."""
        return wanted in self._known

    def want(self, wanted: Attachment) -> None:
        """Fetch and decode it; `ready` follows. One after the other, the one asked for last first."""
        if wanted.id in self._known or wanted in self._wanted:
            return
        self._wanted.append(wanted)
        if not self._working:
            self._working = True
            self._bridge.start("thumbnails", self._work())

    async def _work(self) -> None:
        try:
            while self._wanted:
                wanted = self._wanted.pop()
                self._known[wanted.id] = await self._made(wanted)
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
                self.ready.emit(wanted.id)
        finally:
            self._working = False

    async def _made(self, wanted: Attachment) -> QImage | None:
        try:
            content = await self._bridge.ask(attachments.content, wanted.id)
        except UserError:
            return None  # not kept any more: the row says what became of it
        ask = the_decoder().poster if shown_as_film(wanted.mime) else the_decoder().picture
        made = await ask(content, self._within)
        return None if made is None else made.image
