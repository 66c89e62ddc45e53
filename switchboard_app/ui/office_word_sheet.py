"""What the office said about a forwarding, entered by hand: taken, answered with its text, or not responsible.

A declined one comes back to the front of the queue and teaches the directory. The office's text becomes an entry of the
timeline; nothing is sent to the citizen from here.
"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from switchboard_app.model.forwarding import Forwarding, ForwardingState
from switchboard_app.model.language import tr
from switchboard_app.store import drafts
from switchboard_app.ui import look
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.verbs import Verbs

WORDS = (ForwardingState.ACKNOWLEDGED, ForwardingState.ANSWERED, ForwardingState.DECLINED)


class OfficeWordSheet(ActSheet):
    """`OfficeWordSheet(window, bridge, verbs).open_for(forwarding, word)`; `acted` when it was stored."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=560)
        self._forwarding: Forwarding | None = None
        self.office = look.Label("", look.Type.BODY_STRONG, wrap=True)
        self.tabs = look.Tabs([tr("Has taken it"), tr("Has answered"), tr("Not responsible")])
        self.tabs.changed.connect(self._word_changed)
        self.box = DraftBox(bridge, "", lines=4, most=10)
        self.hint = look.Label("", look.Type.SECONDARY, "muted", wrap=True)
        self.button = look.KeyButton("", "Ctrl ⏎", primary=True)
        self.box.submitted.connect(self._go)
        self.button.clicked.connect(self._go)
        for part in (self.office, self.tabs, self.box, self.hint):
            self.body.addWidget(part)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.foot.addWidget(self.button)

    def open_for(self, forwarding: Forwarding, word: ForwardingState) -> None:
        """Ask; `word` is preset."""
        self._forwarding = forwarding
        self._bridge.start("draft of the office's word", self._load(forwarding))
        self.begin(tr("Word of the office"))
        self.office.setText(forwarding.office_name)
        for tab, words in zip(
            self.tabs.tabs, (tr("Has taken it"), tr("Has answered"), tr("Not responsible")), strict=True
        ):
            tab.set_words(words)
        self.button.set_words(tr("Save"))
        self.tabs.choose(WORDS.index(word))
        self._word_changed()
        self.open(self.box)

    async def _load(self, forwarding: Forwarding) -> None:
        place = f"office-word:{forwarding.id}"
        if self.box.place() == place:
            return
        self.box.release()
        draft = await self._bridge.ask(drafts.load, self._bridge.me, place)
        if forwarding is self._forwarding:
            self.box.hold(place, draft)

    def word(self) -> ForwardingState:
        """What the office said."""
        return WORDS[self.tabs.chosen()]

    def _word_changed(self) -> None:
        hints = {
            ForwardingState.ACKNOWLEDGED: (
                tr("Remark of the office (may be empty)"),
                tr("The enquiry stays with the office until it has answered."),
            ),
            ForwardingState.ANSWERED: (
                tr("Answer of the office, as it came"),
                tr("The enquiry comes back to the front of the queue; write to the citizen from there."),
            ),
            ForwardingState.DECLINED: (
                tr("Reason, and who would be responsible"),
                tr("The enquiry comes back to the front of the queue, and the directory learns from it."),
            ),
        }
        name, hint = hints[self.word()]
        self.box.setAccessibleName(name)
        self.box.setPlaceholderText(f"{name} …")
        self.hint.setText(hint)

    def _go(self) -> None:
        if self._forwarding is not None:
            text = self.box.text()
            if self.word() is ForwardingState.ANSWERED and not text.strip():
                self.complain(tr("What did the office answer? Its words are needed to answer the citizen."))
                return
            self.act("office word", self._save(self._forwarding, text))

    async def _save(self, forwarding: Forwarding, text: str) -> bool:
        saved = await self._verbs.office_word(forwarding.id, self.word(), text)
        if saved:
            self.box.set_text("")
            self.box.release()
        return saved
