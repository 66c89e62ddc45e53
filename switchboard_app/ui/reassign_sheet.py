"""Give the enquiry to a colleague, with a reason that the former owner reads.

The name is the colleague's login in this workspace; whoever worked on it lately is offered while it is typed. Somebody
else's enquiry is proposed to be taken over oneself.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import tr
from switchboard_app.store import colleagues
from switchboard_app.ui import look
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.verbs import Verbs

_MOST = 6


class ReassignSheet(ActSheet):
    """`ReassignSheet(window, bridge, verbs).open_for(enquiry, owner)`; `acted` when it was given away."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=480)
        self._enquiry = EnquiryId("")
        self.to = look.LineField("")
        self.reason = look.LineField("")
        self.to_field = look.Field("", self.to)
        self.reason_field = look.Field("", self.reason)
        self.button = look.KeyButton("", "⏎", primary=True)
        self.offered = ChoiceList(cap="↓")
        self._colleagues: list[Operator] = []
        for part in (self.to_field, self.offered, self.reason_field):
            self.body.addWidget(part)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.foot.addWidget(self.button)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.to, context=Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self.offered.focus_first)
        self.offered.chosen.connect(self._chosen)
        self.to.textEdited.connect(self._typed)
        self.reason.textEdited.connect(self._ready)
        self.to.returnPressed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self._go)
        self.button.clicked.connect(self._go)

    def open_for(self, enquiry: EnquiryId, owner: Operator | None = None) -> None:
        """Ask; somebody else's enquiry is proposed to be mine."""
        self._enquiry = enquiry
        me = self._bridge.me
        self.begin(tr("Reassign"))
        self.to.setAccessibleName(tr("To whom"))
        self.reason.setAccessibleName(tr("Why"))
        self.to_field.set_label(tr("To whom"))
        self.reason_field.set_label(tr("Why"))
        self.reason.setPlaceholderText(tr("The former owner reads it, for instance: absent until Monday"))
        self.button.set_words(tr("Reassign"))
        self.to.setText(me if owner is not None and owner != me else "")
        self.reason.clear()
        self._ready()
        self._offer([])
        self.open(self.reason if self.to.text() else self.to)
        self._bridge.start("read the colleagues", self._read())

    async def _read(self) -> None:
        self._colleagues = await self._bridge.ask(colleagues.seen)
        if not self.to.text():
            self._offer(self._colleagues)

    def _typed(self) -> None:
        typed = self.to.text().strip().casefold()
        self._offer([one for one in self._colleagues if typed in one.casefold() and typed != one.casefold()])
        self._ready()

    def _offer(self, names: list[Operator]) -> None:
        rows: list[tuple[str, str, object]] = [(str(name), "", name) for name in names if name != self._bridge.me]
        self.offered.offer(rows[:_MOST])
        self.offered.setVisible(bool(rows))

    def _chosen(self, name: object) -> None:
        self.to.setText(str(name))
        self._offer([])
        self._ready()
        self.reason.setFocus()

    def _ready(self) -> None:
        self.button.setEnabled(bool(self.to.text().strip() and self.reason.text().strip()))

    def _go(self) -> None:
        if self.button.isEnabled():
            to = Operator(self.to.text().strip())
            self.act("reassign", self._verbs.reassign(self._enquiry, to, self.reason.text().strip()))
