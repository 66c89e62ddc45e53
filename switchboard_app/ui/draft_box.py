"""A box for text that must not be lost: saved at every pause, and given back exactly as it was stored.

What a text widget gives back is not always what was put into it (line separators, no-break marks), so the box keeps
the stored text and hands that out as long as nobody changed it. When the store holds something else than the box wrote
(an answer was withdrawn, a step undone), `adopt` brings it in without losing what is being typed. Used by the
composer's pages.
"""

from __future__ import annotations

import asyncio

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

    # -- what it holds ---------------------------------------------------------------------------------------------

    def hold(self, place: str, stored: str) -> None:
        """Take another draft's place, with its text as the store has it."""
        self._stop_clocks()
        self._place = place
        self._stored = stored
        self._proposal = ""
        self.setReadOnly(False)
        self._put(stored)

    def release(self) -> None:
        """Save what is unsaved and hold nothing."""
        if self.unsaved() and not self._bridge.ended:
            self._bridge.start("draft", self._write(self._place, self.draft()))
        self.hold("", "")

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
        return None if self._turn.locked() else self._writes

    async def idle(self) -> None:
        """Wait until nothing is being saved."""
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
        self._stop_clocks()
        if self.unsaved() and not self._bridge.ended:
            self._bridge.start("draft", self.save())

    async def save(self) -> None:
        """Save now. A refusal is told once until saving works again; the text stays in the box."""
        self._stop_clocks()
        if self.unsaved():
            await self._write(self._place, self.draft())

    async def _write(self, place: str, text: str) -> None:
        async with self._turn:
            self._writes += 1
            try:
                await self._bridge.run(drafts.save, self._bridge.me, place, text)
            except UserError as refusal:
                if not self._told:
                    self._told = True
                    self._bridge.failed.emit(refusal)
                self._limit.start()
                return
            self._told = False
            if place == self._place:
                self._stored = text

    async def settle(self) -> str:
        """Wait for saves under way and hold new ones back until `sent` or `kept`; the text to be sent."""
        self._stop_clocks()
        await self._turn.acquire()
        self._sending = self._place
        self.setReadOnly(True)
        return self.text()

    def sent(self) -> None:
        """The text was stored for good, and its draft forgotten in the same step: begin anew."""
        here = self._go_on()
        if here:
            self._stored = self._proposal = ""
            self._put("")

    def kept(self) -> None:
        """It was refused: everything stays as it is."""
        if self._go_on() and self.unsaved():
            self._changed()

    def _go_on(self) -> bool:
        """End what `settle` began; whether the box still holds the same draft."""
        self._writes += 1
        self.setReadOnly(False)
        self._turn.release()
        return self._sending == self._place
