"""Keeps the phone note's drafts in the workspace: the one in the form and those that wait, saved as one step.

Saves at every pause of 400 ms and at the latest 800 ms after the first change, so that nothing typed is older than a
second when the power goes. What could not be saved stays in memory and is tried again. Refuses to drop a draft: a new
note puts what is in the form aside. Called by `phone_note` only.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from switchboard_app.model.errors import UserError
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.note_draft import ACTIVE, NoteDraft, fresh, from_text, keep, stored
from switchboard_app.ui.note_form import NoteForm

PAUSE = 400
AT_LATEST = 800
_LATE = 1000
_AGAIN = 3000


class NoteKeeping(QObject):
    """`changed` when something was saved, could not be saved, or another draft is in the form."""

    changed = Signal()

    def __init__(self, bridge: Bridge, form: NoteForm, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._form = form
        self._loaded = False
        self._held = False
        self._saving = False
        self._again = False
        self._saved = ""
        self._aside: list[tuple[str, NoteDraft]] = []
        """(place, draft) of the notes that wait; the place is "" until it is stored."""
        self._gone: list[str] = []
        self._had_problem = False
        self.problem: UserError | None = None
        self._dirty_since = QElapsedTimer()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self.save_now)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE)
        self._late.timeout.connect(self.changed)
        form.changed.connect(self._typed)

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def others(self) -> list[NoteDraft]:
        """The notes that wait, the one that waits longest first."""
        return [draft for _, draft in self._aside]

    @property
    def count(self) -> int:
        """All that is not filed, with what is in the form."""
        return len(self._aside) + (0 if self._form.content().blank else 1)

    @property
    def state(self) -> str:
        """How the form is: "" while it is empty, "saved", "saving" (for less than a second), or "late"."""
        if self._form.content().blank and not self._dirty():
            return ""
        if not self._dirty():
            return "saved"
        late = self.problem is not None or (self._dirty_since.isValid() and self._dirty_since.elapsed() >= _LATE)
        return "late" if late else "saved" if self._saved else "saving"

    def rests(self) -> bool:
        """Whether everything typed is stored."""
        return self._loaded and not self._saving and not self._dirty()

    def recovered(self) -> bool:
        """Whether a problem is over; says so once."""
        had, self._had_problem = self._had_problem, False
        return had

    def _text(self) -> str:
        content = self._form.content()
        return "" if content.blank else content.as_text()

    def _dirty(self) -> bool:
        return self._text() != self._saved or bool(self._gone) or any(not place for place, _ in self._aside)

    # -- drafts come and go ----------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Bring back what was not filed when the program ended. What was typed meanwhile is kept as well."""
        now = self._bridge.clock()
        texts = await self._bridge.ask(stored, self._bridge.me)
        found = {place: draft for place, text in texts.items() if (draft := from_text(text, now)) is not None}
        active = found.pop(ACTIVE, None)
        self._aside += sorted(found.items(), key=lambda one: one[1].opened_at)
        self._loaded = True
        if active is not None and self._form.content().blank:
            self._form.fill(replace(active, called=False))
            self._saved = self._text()
        elif active is not None and active.note_id != self._form.content().note_id:
            self._aside.append(("", active))
        self.save_now()
        self.changed.emit()

    def begin(self, draft: NoteDraft) -> None:
        """Put `draft` into the form; what is there waits. The same caller again goes on with the same note."""
        here = self._form.content()
        same_call = here.bare and (here.number, here.name) == (draft.number, draft.name)
        if not here.blank and not same_call:
            self._aside.append(("", here))
        self._form.fill(draft)
        self.save_now()
        self.changed.emit()

    def take_up_next(self) -> None:
        """Put the draft that waits longest into the form; what is there waits, or gives it the caller's number."""
        if not self._aside:
            return
        place, draft = self._aside.pop(0)
        here = self._form.content()
        if place:
            self._gone.append(place)
        if here.bare and here.called and not (draft.number.strip() or draft.name.strip()):
            draft = replace(draft, number=here.number, name=here.name)
        elif not here.blank and not (here.bare and here.number == draft.number):
            self._aside.append(("", here))
        self._form.fill(draft)
        self.save_now()
        self.changed.emit()

    def settled(self, note: NoteDraft) -> None:
        """The note was filed or discarded: it is no draft any more, wherever it is by now."""
        self.problem = None
        if self._form.content().note_id == note.note_id:
            self._form.fill(fresh(self._bridge.clock()))
        self._gone += [place for place, one in self._aside if one.note_id == note.note_id and place]
        self._aside = [(place, one) for place, one in self._aside if one.note_id != note.note_id]
        self.save_now()
        self.changed.emit()

    def freshen(self) -> None:
        """An empty form is opened: the call, if there is one, begins now."""
        if self._form.content().blank:
            self._form.fill(fresh(self._bridge.clock()))

    # -- saving ----------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Save nothing until `release`: the note is being filed, which clears its draft in the same transaction."""
        self._held = True
        self._pause.stop()

    def release(self) -> None:
        """Go on saving."""
        self._held = False
        if self._dirty():
            self._pause.start(PAUSE)

    def _typed(self) -> None:
        if not self._dirty_since.isValid():
            self._dirty_since.start()
            self._late.start()
        left = AT_LATEST - self._dirty_since.elapsed()
        self._pause.start(int(min(PAUSE, max(0, left))))

    def save_now(self) -> None:
        """Save without waiting for a pause."""
        self._pause.stop()
        if self._held or not self._loaded or not self._dirty():
            return
        if self._saving:
            self._again = True
            return
        self._saving = self._bridge.start("save the phone note's draft", self._save()) is not None

    async def flush(self) -> None:
        """Save, and come back when it is saved or refused."""
        self._pause.stop()
        while self._saving:  # noqa: ASYNC110 - it ends in a moment, and nobody else waits for it
            await asyncio.sleep(0.01)
        if self._loaded and not self._held and self._dirty():
            self._saving = True
            await self._save()

    async def _save(self) -> None:
        text = self._text()
        waiting = [draft for place, draft in self._aside if not place]
        gone = tuple(self._gone)
        try:
            places = await self._bridge.run(keep, self._bridge.me, text, [draft.as_text() for draft in waiting], gone)
        except UserError as refusal:
            self.problem = refusal
            self._had_problem = True
            self._pause.start(_AGAIN)
        else:
            self._stored(text, waiting, places, gone)
        finally:
            self._saving = False
        self.changed.emit()
        if self._again:
            self._again = False
            self.save_now()

    def _stored(self, text: str, waiting: list[NoteDraft], places: list[str], gone: tuple[str, ...]) -> None:
        self.problem = None
        self._saved = text
        self._gone = [place for place in self._gone if place not in gone]
        for draft, place in zip(waiting, places, strict=True):
            self._aside = [(place, one) if one is draft else (was, one) for was, one in self._aside]
            if not any(one is draft for _, one in self._aside):
                self._gone.append(place)  # taken up again while it was being stored
        if self._dirty():
            self._dirty_since.restart()
            self._pause.start(PAUSE)
        else:
            self._dirty_since.invalidate()
            self._late.stop()
