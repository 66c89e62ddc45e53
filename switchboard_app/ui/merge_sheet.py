"""Close this enquiry because another one is about the same matter: by its number, or found by words.

Both keep their history and point at each other. Enquiries that are done are not offered.
"""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.store import search
from switchboard_app.ui import look
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.text.rows import row_name
from switchboard_app.ui.verbs import Verbs

_MOST = 6
_PAUSE = 120


class MergeSheet(ActSheet):
    """`MergeSheet(window, bridge, verbs).open_for(enquiry)`; `acted` when it was merged."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=560)
        self._enquiry = EnquiryId("")
        self._asked = 0
        self.line = look.LineField("")
        self.field = look.Field("", self.line)
        self.hits = ChoiceList(cap="↓")
        self.hits.chosen.connect(self._chosen)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._search)
        self.line.textEdited.connect(self._typed)
        self.line.returnPressed.connect(self._take_first)
        self.body.addWidget(self.field)
        self.body.addWidget(self.hits)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)

    def open_for(self, enquiry: EnquiryId) -> None:
        """Ask."""
        self._enquiry = enquiry
        self.begin(tr("Merge with …"))
        self.line.setAccessibleName(tr("Number or words of the other enquiry"))
        self.field.set_label(tr("Number or words of the other enquiry"))
        self.line.setPlaceholderText(tr("2041 or «Schlagloch»"))
        self.line.clear()
        self._offer([])
        self.open(self.line)

    def _typed(self) -> None:
        self._pause.start()

    def _search(self) -> None:
        self._asked += 1
        if self._bridge.ended:
            return
        self._bridge.start("search to merge", self._find(self._asked, self.line.text()))

    async def _find(self, asked: int, words: str) -> None:
        found = await self._bridge.ask(search.enquiries, words, _MOST + 4) if words.strip() else []
        if asked != self._asked:
            return
        rows = [hit.row for hit in found if hit.row.id != self._enquiry and hit.row.state is not EnquiryState.DONE]
        self._offer([(f"{row.number} · {row_name(row)} · {row.excerpt}", "", row.number) for row in rows[:_MOST]])
        nothing = bool(words.strip()) and not rows
        self.field.set_mark(tr("No open enquiry found.") if nothing else "", "muted")

    def _offer(self, choices: list[tuple[str, str, object]]) -> None:
        self.hits.offer(choices)
        self.hits.setVisible(bool(choices))

    def _take_first(self) -> None:
        if self.hits.rows:
            self.hits.rows[0].click()
        elif self.line.text().strip().lstrip("#").isdecimal():
            self._chosen(int(self.line.text().strip().lstrip("#")))

    def _chosen(self, number: object) -> None:
        assert isinstance(number, int)
        self.act("merge", self._verbs.merge(self._enquiry, number))
