"""The phone note: a sheet over the work, built once, open at once, that loses nothing.

    sheet.open_for()                              F2: the note as it was left, or an empty one
    sheet.open_for("061 555 01 88", "Muster")     a call: a new note; what was half written waits as a draft

What is typed is in the workspace at every pause, at the latest after a second, and comes back after a crash. Filing
(Ctrl+Enter) clears the form only after the commit; when it is refused the text stays and the sheet says why. Esc keeps
the draft. Called by the main window and the call banner; it files through `verbs` and stores through `note_draft`.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import HOUR, MINUTE, SECOND, Millis, clock_time
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge, concerns
from switchboard_app.ui.caller_script import CallerScript
from switchboard_app.ui.note_draft import NoteDraft, fresh
from switchboard_app.ui.note_form import NoteForm
from switchboard_app.ui.note_keeping import NoteKeeping
from switchboard_app.ui.text.offices import warm_holidays
from switchboard_app.ui.verbs import Verbs

_TICK = 500
_ROOMY = 700
"""Width of the window at 100 % from which the foot holds the advice too."""


class PhoneNoteSheet(look.Sheet):
    """One for each window; keep it."""

    drafts_changed = Signal(int)
    """How many notes wait that are not filed, the one in the form included."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, tr("Phone note"))
        self._bridge = bridge
        self._verbs = verbs
        self._filing = False
        self._call_since: Millis | None = None
        self._discarded: NoteDraft | None = None
        self.form = NoteForm(bridge, fresh(bridge.clock()))
        self.keeping = NoteKeeping(bridge, self.form, self)
        self._build()
        self._connect(window)
        words.follow(self.retranslate)
        bridge.start("read the drafts of phone notes", self._load())

    def _build(self) -> None:
        self.trouble = look.Banner("", look.Kind.BAD)
        self.trouble.hide()
        self.waiting = look.Banner("", look.Kind.NOTICE)
        self.waiting.hide()
        self.script = CallerScript()
        for part in (self.trouble, self.waiting, self.script, self.form):
            self.body.addWidget(part)
        self._advice = look.Label("", look.Type.BODY, "muted", self.card, wrap=True)
        self.discard = look.KeyButton("", parent=self.card)
        self.file = look.KeyButton("", "Ctrl ⏎", self.card, primary=True)
        self.body.addWidget(self._advice)
        self.foot.addStretch(1)
        self.foot.addWidget(self.discard)
        self.foot.addWidget(self.file)
        order = [*self.form.tab_order(), self.discard, self.file]
        for first, second in itertools.pairwise(order):
            QWidget.setTabOrder(first, second)
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK)

    def _connect(self, window: QWidget) -> None:
        self._toast = look.Toast(window)
        self._toast.acted.connect(self._undo_discard)
        self._clock.timeout.connect(self._say_state)
        self.form.submitted.connect(self.file_note)
        self.file.clicked.connect(self.file_note)
        self.discard.clicked.connect(self.discard_note)
        self.waiting.acted.connect(self._take_up_next)
        self.keeping.changed.connect(self._kept)
        self._verbs.refused.connect(self._refused)
        self._bridge.changed.connect(self._hinted)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            self._key(keys, self.file_note)
        self._key("Alt+Z", self._to_office)

    def _key(self, keys: str, act: object) -> None:
        shortcut = QShortcut(QKeySequence(keys), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)

    async def _load(self) -> None:
        await self.keeping.load()
        await self.form.office.load()
        await asyncio.to_thread(warm_holidays, self._bridge.clock())

    # -- opening and closing ---------------------------------------------------------------------------------------

    def open_for(self, number: str = "", name: str = "", script: Sequence[str] = ()) -> None:
        """Open it; with a number or a name for a call that begins now, else as it was left."""
        if number or name or script:
            self._begin_call(number, name, script)
        elif not self.isVisible():
            self.keeping.freshen()
        self.open(self.form.concern if self.form.number.text() else self.form.number)
        self._say_state()

    def _begin_call(self, number: str, name: str, script: Sequence[str]) -> None:
        self._call_since = self._bridge.clock()
        self.keeping.begin(fresh(self._bridge.clock(), number=number, name=name, called=True))
        self.trouble.hide()
        self.script.begin(script)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_advice()

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_advice"):
            self._place_advice()

    def _place_advice(self) -> None:
        """Beside the buttons where there is room, else below the fields, where it is scrolled away."""
        beside = self.width() >= look.px(_ROOMY)
        if beside and self.body.indexOf(self._advice) >= 0:
            self.body.removeWidget(self._advice)
            self.foot.insertWidget(0, self._advice, 100)
        elif not beside and self.foot.indexOf(self._advice) >= 0:
            self.foot.removeWidget(self._advice)
            self.body.addWidget(self._advice)

    def open(self, focus: QWidget | None = None) -> None:
        """Show it above everything, also above another sheet."""
        super().open(focus)
        self._clock.start()

    def close(self) -> bool:
        """Put it away; what was typed is kept as a draft."""
        self._clock.stop()
        self.keeping.save_now()
        return super().close()

    async def flush(self) -> None:
        """Store what was typed in the last moment; for the end of the program."""
        await self.keeping.flush()

    def _to_office(self) -> None:
        self.form.office.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.form.office.line.selectAll()

    # -- filing and discarding -------------------------------------------------------------------------------------

    def file_note(self) -> None:
        """File the note; a second press while it is being filed does nothing."""
        if not self._filing:
            self._filing = True
            self.form.set_locked(True)
            self._bridge.start("file a phone note", self._file(self.form.content()))

    async def _file(self, draft: NoteDraft) -> None:
        self.keeping.hold()
        try:
            taken = await self._verbs.take_note(draft.as_note(self._bridge.clock()), draft.note_id)
        finally:
            self._filing = False
            self.form.set_locked(False)
            self.keeping.release()
        if taken is None:
            if not draft.concern.strip():
                self.form.concern.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        called_meanwhile = self.form.content().note_id != draft.note_id
        self.keeping.settled(draft)
        if not called_meanwhile:
            self._end_call()
            self.close()
        if taken.remark:
            self._verbs.stepped.emit(taken.remark, "", "note")

    def _refused(self, refusal: UserError) -> None:
        if self._filing:
            self._complain(refusal)

    def _complain(self, refusal: UserError) -> None:
        self.trouble.say(str(refusal), look.Kind.BAD)
        self.trouble.show()

    def discard_note(self) -> None:
        """Throw the note away and close; for a while it can be had back."""
        if self._filing:
            return
        draft = self.form.content()
        self._end_call()
        self.keeping.settled(draft)
        self.close()
        if not draft.blank:
            self._discarded = draft
            self._toast.say(tr("Note discarded."), action=tr("Undo"))

    def _undo_discard(self) -> None:
        if self._discarded is not None:
            draft, self._discarded = self._discarded, None
            self.keeping.begin(draft)
            self.open(self.form.concern)

    def _end_call(self) -> None:
        self._call_since = None
        self.script.end()
        self.trouble.hide()

    # -- what is kept ----------------------------------------------------------------------------------------------

    def _take_up_next(self) -> None:
        """Go on with the draft that waits longest; what is in the form waits in turn."""
        self.keeping.take_up_next()
        self.form.concern.setFocus(Qt.FocusReason.OtherFocusReason)

    def _kept(self) -> None:
        problem = self.keeping.problem
        if problem is not None:
            self._complain(problem)
        elif not self._filing and self.keeping.recovered():
            self.trouble.hide()
        self._say_waiting()
        self._say_state()
        self.drafts_changed.emit(self.keeping.count)

    def _say_waiting(self) -> None:
        others = self.keeping.others
        self.waiting.setVisible(bool(others))
        if not others:
            return
        first = tr("{time}, {caller}").format(time=clock_time(others[0].opened_at), caller=others[0].caller())
        sentence = ntr(
            "A note is not filed yet: {first}.", "{n} notes are not filed yet, the first: {first}.", len(others)
        )
        self.waiting.say(sentence.format(n=len(others), first=first), look.Kind.NOTICE, tr("Take over the draft"))

    def _say_state(self) -> None:
        parts = []
        if self._call_since is not None:
            parts.append(tr("Call running {time}").format(time=_stopwatch(self._bridge.clock() - self._call_since)))
        if self.keeping.state == "saved":
            parts.append(tr("Draft saved"))
        elif self.keeping.state == "late":
            parts.append(tr("Draft not saved yet"))
        self.aside.setText(" · ".join(parts))
        self.aside.set_tone("bad" if self.keeping.state == "late" else "muted")

    def _hinted(self, topics: frozenset[str]) -> None:
        if concerns(topics, "directory"):
            self._bridge.start("read the directory", self.form.office.load())

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Phone note"))
        self.setAccessibleName(tr("Phone note"))
        self.form.retranslate()
        self.script.retranslate()
        self.discard.set_words(tr("Discard"))
        self.file.set_words(tr("File note"))
        self._advice.setText(tr("Do not note sensitive personal details unless they are needed"))
        self._say_waiting()
        self._say_state()


def _stopwatch(millis: int) -> str:
    """00:42; from an hour on 1:02:03."""
    hours, rest = divmod(max(0, millis), HOUR)
    minutes, seconds = rest // MINUTE, rest % MINUTE // SECOND
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
