"""A box for text that must not be lost: saved at every pause, and given back exactly as it was stored.

What a text widget gives back is not always what was put into it (line separators, no-break marks), so the box keeps
the stored text and hands that out as long as nobody changed it. When the store holds something else than the box wrote
(an answer was withdrawn, a step undone), `adopt` brings it in without losing what is being typed. Used by the
composer's pages.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QFocusEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.store import drafts
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge

PAUSE = 400
"""Milliseconds without a key after which the text is saved."""
LONGEST_WAIT = 900
"""Milliseconds after which it is saved although somebody types without a pause (product.md, rule 4)."""


def storable(text: str) -> str:
    """Typed or pasted text as every database can hold it: no NUL, no half characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", "\ufffd")


class DraftBox(look.TextField):
    """`box.hold("reply:<enquiry>", text)` fills it; `text()` reads it; `saved_under()` is its place."""

    edited = Signal()
    """The text is another now, by a person's hand or because a draft came back."""

    def __init__(
        self,
        bridge: Bridge,
        name: str,
        parent: QWidget | None = None,
        *,
        placeholder: str = "",
        lines: int = 3,
        most: int = 10,
    ) -> None:
        self._ready = False
        super().__init__(name, parent, placeholder=placeholder, lines=lines, most=most)
        self._bridge = bridge
        self._place = ""
        self._exact = ""
        """The text as stored or given, while the widget still shows just that."""
        self._shown = ""
        """What the widget made of it."""
        self._stored = ""
        """What the store holds of it, as far as we know."""
        self._proposal = ""
        """A text that is no draft as long as nobody changed it."""
        self._left: dict[str, str] = {}
        """Drafts that were left before the store had them, by their places; kept until it has."""
        self._under_way: Counter[str] = Counter()
        """How many writes of a place have begun or are about to."""
        self._turn = asyncio.Lock()
        self._sending = ""
        self._writes = 0
        self._told = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.save_soon)
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(LONGEST_WAIT)
        self._limit.timeout.connect(self.save_soon)
        self._ready = True
        self.textChanged.connect(self._text_changed)

    def set_least(self, lines: int) -> None:
        """How many lines it shows at least; fewer where height is scarce."""
        if lines != self._lines:
            self._lines = lines
            self._grow()

    # -- what it holds ---------------------------------------------------------------------------------------------

    def hold(self, place: str, stored: str) -> None:
        """Take another draft's place, with its text as the store has it, or as it was left if that is newer."""
        self._stop_clocks()
        self._place = place
        self._stored = stored
        self._proposal = ""
        self.setReadOnly(False)
        self._put(self._left.pop(place, stored))
        if self.unsaved():
            self._changed()

    def release(self) -> None:
        """Save what is unsaved and hold nothing."""
        if self.unsaved():
            self._left[self._place] = self.draft()
        self.hold("", "")
        self.save_soon()

    def place(self) -> str:
        """The draft's place in the store, "" while it holds none."""
        return self._place

    def text(self) -> str:
        """What would be sent: exactly what was stored, or what a person made of it."""
        now = self.toPlainText()
        return self._exact if now == self._shown else storable(now)

    def set_text(self, text: str) -> None:
        """Put another text, as if it had been typed: it is saved at the next pause."""
        self._put(text)
        self._changed()

    def propose(self, text: str) -> None:
        """Put a text that is no draft before somebody changes it; not over what somebody wrote."""
        if not self.text() or self.text() == self._proposal:
            self._proposal = text
            self._put(text)

    def filled(self) -> bool:
        """Whether there is anything but blanks."""
        return bool(self.text().strip())

    def unsaved(self) -> bool:
        """Whether the store does not hold it yet."""
        return bool(self._place) and self.draft() != self._stored

    def draft(self) -> str:
        """What the store should hold: nothing for an untouched proposal."""
        text = self.text()
        return "" if text == self._proposal else text

    def _put(self, text: str) -> None:
        self._ready = False
        self._exact = text
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)
        self._shown = self.toPlainText()
        self._ready = True
        self.edited.emit()

    # -- what others did to the draft --------------------------------------------------------------------------------

    def stamp(self) -> int | None:
        """Take it before reading the store and compare it after: None or another one, and the read is older than we
        are.
        """
        return None if self._under_way[self._place] else self._writes

    async def idle(self, place: str) -> None:
        """Wait until nothing of this place is being saved."""
        while self._under_way[place]:
            await asyncio.sleep(0)
            async with self._turn:
                pass

    def adopt(self, stored: str) -> bool:
        """Take over what the store holds when it is not what we wrote; True when a text came in.

        What is being typed stays: a text that came back stands above it.
        """
        if stored == self._stored:
            return False
        mine, clean = self.draft(), not self.unsaved()
        self._stored = stored
        if clean or mine == stored:
            self._put(stored)
            return bool(stored)
        if stored:
            self.set_text(f"{stored}\n\n{mine}")
            return True
        self._changed()
        return False

    # -- saving ----------------------------------------------------------------------------------------------------

    def _text_changed(self) -> None:
        if self._ready:
            self._changed()
            self.edited.emit()

    def _changed(self) -> None:
        if not self._place:
            return
        self._pause.start(PAUSE)
        if not self._limit.isActive():
            self._limit.start()

    def _stop_clocks(self) -> None:
        self._pause.stop()
        self._limit.stop()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.unsaved():
            self.save_soon()

    def save_soon(self) -> None:
        """Save in the background."""
        if not self._bridge.ended:
            for place, text in self._to_save():
                self._bridge.start("draft", self._write(place, text))

    async def save(self) -> None:
        """Save now. A refusal is told once until saving works again; the text stays in the box."""
        for place, text in self._to_save():
            await self._write(place, text)
        await self.idle(self._place)

    def _to_save(self) -> list[tuple[str, str]]:
        """What the store does not have yet, each announced as under way."""
        self._stop_clocks()
        found = list(self._left.items())
        if self.unsaved():
            found.append((self._place, self.draft()))
        for place, _ in found:
            self._under_way[place] += 1
        return found

    async def _write(self, place: str, text: str) -> None:
        """Store one draft; announced before by `_to_save`."""
        try:
            async with self._turn:
                if place != self._place and place not in self._left:
                    return  # it was sent meanwhile
                self._writes += 1
                await self._bridge.run(drafts.save, self._bridge.me, place, text)
        except UserError as refusal:
            self._refused(refusal)
            return
        finally:
            self._under_way[place] -= 1
        self._told = False
        if self._left.get(place) == text:
            del self._left[place]
        if place == self._place:
            self._stored = text

    def _refused(self, refusal: UserError) -> None:
        """Tell it once, and try again soon."""
        if not self._told:
            self._told = True
            self._bridge.failed.emit(refusal)
        self._limit.start()

    def hand_over(self) -> str:
        """The text to be sent, as it is at this key press; followed by `turn`, and that by `sent` or `kept`."""
        self._stop_clocks()
        self.setReadOnly(True)
        self._sending = self._place
        self._under_way[self._sending] += 1
        return self.text()

    async def turn(self) -> None:
        """Wait for saves under way, and hold new ones back."""
        await self._turn.acquire()

    def sent(self) -> None:
        """The text was stored for good, and its draft forgotten in the same step: begin anew."""
        self._left.pop(self._sending, None)
        if self._go_on():
            self._stored = self._proposal = ""
            self._put("")

    def kept(self) -> None:
        """It was refused: everything stays as it is."""
        if self._go_on() and self.unsaved():
            self._changed()

    def _go_on(self) -> bool:
        """End what `hand_over` began; whether the box still holds the same draft."""
        self._writes += 1
        self._under_way[self._sending] -= 1
        self.setReadOnly(False)
        self._turn.release()
        return self._sending == self._place
