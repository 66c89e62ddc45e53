"""The files that go with an answer: chosen, dropped or pasted, each with its name, its size and a way out.

They lie in the store beside the draft from the moment they are shown, so that a crash costs none. What the channel does
not take is refused at once, in words and with its limit; a picture that is too big is offered smaller. Reads files off
the window's thread and no further than the channel's limit, and decodes nothing here. Used by the answer's page.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from switchboard_app.model.attaching import Candidate, limit_for, objection, types_of
from switchboard_app.model.channel import CAPABILITIES, Capabilities, Channel
from switchboard_app.model.errors import Refused, UserError
from switchboard_app.model.language import tr
from switchboard_app.store import attachments, drafts
from switchboard_app.store.desk import File
from switchboard_app.store.drafts import DraftFile
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.decoding.decoder import MOST_INPUT, the_decoder
from switchboard_app.ui.file_names import cleaned
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.picked_file import THUMB, PickedFile
from switchboard_app.ui.thumbnails import shown_as_picture

_ENDINGS = {
    "image/png": "*.png",
    "image/jpeg": "*.jpg *.jpeg",
    "image/gif": "*.gif",
    "image/webp": "*.webp",
    "application/pdf": "*.pdf",
    "video/mp4": "*.mp4",
    "audio/mpeg": "*.mp3",
}
_MOST_READ = MOST_INPUT
"""No file is read further: what is bigger goes nowhere and cannot be made smaller here."""


class PickedFiles(QWidget):
    """`hold(place, stored)` for a draft, `take_paths(paths)`, `take_content(...)`; `files()` is what goes out."""

    changed = Signal()
    refused = Signal(str)
    """Why a file was not taken, in words."""
    too_big = Signal(str, object)
    """The same for a picture of which a smaller copy would be taken, with the `File`."""

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._abilities: Capabilities = CAPABILITIES[Channel.PHONE]
        self._place = ""
        self._picked: list[PickedFile] = []
        self._under_way: Counter[str] = Counter()
        self._writes = 0
        self._turn = asyncio.Lock()
        self._flow = Flow(self, gap=look.px(6))
        self.hide()

    # -- the channel -----------------------------------------------------------------------------------------------

    def set_channel(self, channel: Channel) -> None:
        """What is taken depends on it."""
        self._abilities = CAPABILITIES[channel]

    def allowed(self) -> bool:
        """Whether the channel takes files at all."""
        return bool(types_of(self._abilities))

    def documents(self) -> bool:
        """Whether it takes more than pictures."""
        return bool(self._abilities.file_types)

    def name_filter(self) -> str:
        """For the file dialog."""
        patterns = " ".join(_ENDINGS[one] for one in types_of(self._abilities) if one in _ENDINGS)
        words = tr("Pictures and documents ({patterns})") if self.documents() else tr("Pictures ({patterns})")
        return words.format(patterns=patterns)

    # -- the draft they belong to ----------------------------------------------------------------------------------

    def hold(self, place: str, stored: Sequence[DraftFile]) -> None:
        """Show the files beside another draft."""
        self._place = place
        self._put(stored)

    def adopt(self, stored: Sequence[DraftFile]) -> None:
        """Show what the store holds when it is not what was shown: an answer was withdrawn, a step undone."""
        if [one.id for one in stored] != [one.id for one in self.files()]:
            self._put(stored)

    def sent(self, place: str) -> None:
        """The answer has them now."""
        self._writes += 1
        if place == self._place:
            self._put(())

    def place(self) -> str:
        """The draft's place in the store, "" while there is none."""
        return self._place

    def files(self) -> tuple[DraftFile, ...]:
        """What goes out, in the order in which it was chosen."""
        return tuple(one.file for one in self._picked)

    async def contents(self, files: Sequence[DraftFile]) -> tuple[File, ...]:
        """The same with their bytes. Raises Refused when one is not there any more."""
        found = []
        for one in files:
            content = await self._bridge.ask(drafts.file_content, one.id)
            if not content:
                words = tr("«{name}» is not beside this draft any more.").format(name=one.name)
                raise Refused(words, tr("Attach it again."))
            found.append(File(one.name, content))
        return tuple(found)

    def stamp(self) -> int | None:
        """Take it before reading the store and compare it after, as that of a draft's text."""
        return None if self._under_way[self._place] else self._writes

    async def idle(self, place: str) -> None:
        """Wait until nothing of this place is being written."""
        while self._under_way[place]:
            await asyncio.sleep(0)
            async with self._turn:
                pass

    # -- taking ----------------------------------------------------------------------------------------------------

    def take_paths(self, paths: Iterable[str]) -> None:
        """Read these files and add what the channel takes."""
        for path in paths:
            self._begin("attach", self._place, self._take_path(self._place, Path(path)))

    def take_content(self, name: str, content: bytes) -> None:
        """Add a picture that was pasted or dropped, as the bytes it came in."""
        self._begin("attach", self._place, self._take(self._place, File(name, content)))

    def take_smaller(self, file: File) -> None:
        """Add a smaller copy of a picture that was too big."""
        self._begin("shrink", self._place, self._take_smaller(self._place, file))

    def _begin(self, name: str, place: str, work: object) -> None:
        if not place or self._bridge.ended:
            work.close()  # type: ignore[attr-defined]  # a coroutine that will not run
            return
        self._under_way[place] += 1
        task = self._bridge.start(name, work)  # type: ignore[arg-type]  # the same coroutine
        if task is not None:
            task.add_done_callback(lambda _task: self._done(place))

    def _done(self, place: str) -> None:
        self._under_way[place] -= 1

    async def _take_path(self, place: str, path: Path) -> None:
        try:
            content, size = await asyncio.to_thread(_read_at_most, path, _MOST_READ)
        except OSError as problem:
            words = tr("«{name}» could not be read: {problem}.")
            self.refused.emit(words.format(name=path.name, problem=problem.strerror or problem))
            return
        await self._take(place, File(path.name, content), size)

    async def _take_smaller(self, place: str, file: File) -> None:
        most = limit_for(self._abilities, "image/jpeg")
        small = await the_decoder().shrunk(file.content, most) if "image/jpeg" in self._abilities.image_types else b""
        if not small:
            self.refused.emit(tr("«{name}» could not be made smaller here.").format(name=file.name))
            return
        stem = cleaned(file.name).rpartition(".")[0] or cleaned(file.name)
        await self._take(place, File(f"{stem}.jpg", small))

    async def _take(self, place: str, file: File, size: int = 0) -> None:
        """Add a file; `size` where it has more bytes than were read."""
        async with self._turn:
            if place != self._place:
                return  # another enquiry was opened before the file was read
            candidate = Candidate(file.name, attachments.kind_of(file.content), max(size, len(file.content)))
            why = objection(self._abilities, candidate, len(self._picked))
            if why is not None:
                told = f"{why.words} {why.next_step}"
                if why.smaller and size <= _MOST_READ and "image/jpeg" in self._abilities.image_types:
                    self.too_big.emit(told, file)
                else:
                    self.refused.emit(told)
                return
            self._writes += 1
            try:
                made = await self._bridge.run(drafts.add_file, self._bridge.me, place, file.name, file.content)
            except UserError as problem:
                self.refused.emit(f"{problem.message} {problem.next_step}".strip())
                return
            self._writes += 1
            if place == self._place:
                self._add(made)

    # -- showing ---------------------------------------------------------------------------------------------------

    def _put(self, stored: Sequence[DraftFile]) -> None:
        for one in self._picked:
            self._take_away(one)
        self._picked = []
        for file in stored:
            self._add(file)
        self._show()

    def _add(self, file: DraftFile) -> None:
        one = PickedFile(file, self)
        one.removed.connect(self._remove)
        self._picked.append(one)
        self._flow.addWidget(one)
        one.show()
        self._show()
        if shown_as_picture(file.mime):
            self._bridge.start("picture of a file", self._picture(one))

    async def _picture(self, one: PickedFile) -> None:
        side = look.px(THUMB) * 2
        content = await self._bridge.ask(drafts.file_content, one.file.id)
        picture = await the_decoder().picture(content, QSize(side, side)) if content else None
        if one in self._picked:
            one.show_image(None if picture is None else picture.image)

    def _remove(self, one: PickedFile) -> None:
        self._picked.remove(one)
        self._take_away(one)
        self._show()
        self._begin("detach", self._place, self._forget(one.file))

    async def _forget(self, file: DraftFile) -> None:
        async with self._turn:
            self._writes += 1
            await self._bridge.run(drafts.drop_file, file.id)
            self._writes += 1

    def _take_away(self, one: PickedFile) -> None:
        self._flow.removeWidget(one)
        one.hide()
        one.deleteLater()

    def _show(self) -> None:
        self.setVisible(bool(self._picked))
        self.updateGeometry()
        self.changed.emit()


def _read_at_most(path: Path, most: int) -> tuple[bytes, int]:
    """The first bytes of a file, and how many it has."""
    with path.open("rb") as file:
        return file.read(most), os.fstat(file.fileno()).st_size
