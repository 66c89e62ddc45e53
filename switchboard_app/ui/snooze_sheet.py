"""When the enquiry shall come back: four usual moments with a digit each, or any moment as one types it.

Before the sheet is left, what was typed is shown as it was understood. Opened with S.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from PySide6.QtWidgets import QWidget

from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.model.times import HOUR, ZONE, Millis, from_datetime, local
from switchboard_app.ui import look
from switchboard_app.ui.act_sheet import ActSheet
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.text.due import at
from switchboard_app.ui.text.typed_time import MORNING, typed_time
from switchboard_app.ui.verbs import Verbs

_AFTERNOON = time(14, 0)


def usual_moments(now: Millis) -> list[tuple[str, Millis]]:
    """In an hour, this afternoon, tomorrow and Monday morning, as far as they are still to come and differ."""
    today = local(now).date()
    afternoon = from_datetime(datetime.combine(today, _AFTERNOON, ZONE))
    tomorrow = from_datetime(datetime.combine(today + timedelta(days=1), MORNING, ZONE))
    monday = from_datetime(datetime.combine(today + timedelta(days=7 - today.weekday()), MORNING, ZONE))
    found = [(tr("In 1 hour"), Millis(now + HOUR))]
    if afternoon > now + HOUR:
        found.append((tr("This afternoon"), afternoon))
    found.append((tr("Tomorrow morning"), tomorrow))
    if monday != tomorrow:
        found.append((tr("Monday morning"), monday))
    return found


class SnoozeSheet(ActSheet):
    """`SnoozeSheet(window, bridge, verbs).open_for(enquiry)`; `acted` when it was put away."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window, bridge, verbs, width=420)
        self._enquiry = EnquiryId("")
        self.choices = ChoiceList()
        self.choices.chosen.connect(self._chosen)
        self.line = look.LineField("")
        self.field = look.Field("", self.line)
        self.line.textEdited.connect(self._typed)
        self.line.returnPressed.connect(self._take_typed)
        self.button = look.KeyButton("", "⏎", primary=True)
        self.button.clicked.connect(self._take_typed)
        self.body.addWidget(self.choices)
        self.body.addWidget(self.field)
        self.foot.addStretch(1)
        self.foot.addWidget(self.cancel_button)
        self.foot.addWidget(self.button)

    def open_for(self, enquiry: EnquiryId) -> None:
        """Ask."""
        self._enquiry = enquiry
        now = self._bridge.clock()
        self.begin(tr("Put away until …"))
        self.choices.offer([(words, at(moment, now), moment) for words, moment in usual_moments(now)])
        self.line.clear()
        self.line.setAccessibleName(tr("Another moment"))
        self.field.set_label(tr("Another moment"))
        self.line.setPlaceholderText(tr("14:30 · mo 9 · 23.11. 10:00 · in 2 AT"))
        self.button.set_words(tr("Put away"))
        self._typed()
        self.open(self.choices.rows[0])

    def _typed(self) -> None:
        """Show how the words are understood."""
        words = self.line.text().strip()
        now = self._bridge.clock()
        moment = typed_time(words, now) if words else None
        self.button.setEnabled(moment is not None)
        if not words:
            self.field.set_mark("")
        elif moment is None:
            self.field.set_mark(tr("This is no moment to come: try «14:30», «mo 9» or «23.11. 10:00»."))
        else:
            self.field.set_mark(tr("Comes back {time}").format(time=at(moment, now)), "good")

    def _take_typed(self) -> None:
        moment = typed_time(self.line.text(), self._bridge.clock())
        if moment is not None:
            self._chosen(moment)

    def _chosen(self, moment: object) -> None:
        assert isinstance(moment, int)
        self.act("snooze", self._verbs.snooze(self._enquiry, Millis(moment)))
