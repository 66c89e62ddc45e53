"""How the enquiry ended: one key each, because every closed enquiry counts for the evaluation. Opened with E."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from switchboard_app.model.enquiry import Outcome
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.outcomes import outcome_choices
from switchboard_app.ui.verbs import Verbs


class DoneSheet(ActSheet):
    """`DoneSheet(window, bridge, verbs).open_for(enquiry)`; `acted` when it was closed."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=420)
        self._enquiry = EnquiryId("")
        self.choices = ChoiceList()
        self.choices.chosen.connect(self._chosen)
        self.body.addWidget(self.choices)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)

    def open_for(self, enquiry: EnquiryId) -> None:
        """Ask; Enter takes «Answered directly»."""
        self._enquiry = enquiry
        self.begin(tr("How did it end?"))
        self.choices.offer(outcome_choices())
        self.open(self.choices.rows[0])

    def _chosen(self, outcome: object) -> None:
        assert isinstance(outcome, Outcome)
        self.act("done", self._verbs.done(self._enquiry, outcome))
