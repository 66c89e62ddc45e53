"""The enquiry's tags, as words with blanks between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.verbs import Verbs


class TagsSheet(ActSheet):
    """`TagsSheet(window, bridge, verbs).open_for(enquiry, tags)`; `acted` when they were stored."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=460)
        self._enquiry = EnquiryId("")
        self.line = look.LineField("")
        self.field = look.Field("", self.line)
        self.button = look.KeyButton("", "⏎", primary=True)
        self.line.returnPressed.connect(self._go)
        self.button.clicked.connect(self._go)
        self.body.addWidget(self.field)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.foot.addWidget(self.button)

    def open_for(self, enquiry: EnquiryId, tags: Sequence[str]) -> None:
        """Ask."""
        self._enquiry = enquiry
        self.begin(tr("Tags"))
        self.line.setAccessibleName(tr("Tags"))
        self.field.set_label(tr("Tags"))
        self.line.setPlaceholderText(tr("One word each, with blanks between them"))
        self.line.setText(" ".join(tags))
        self.button.set_words(tr("Save"))
        self.open(self.line)

    def _go(self) -> None:
        self.act("tags", self._verbs.tag(self._enquiry, self.line.text().replace(",", " ").split()))
