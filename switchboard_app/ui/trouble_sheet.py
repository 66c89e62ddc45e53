"""Trouble in training: for each simulated account what is wrong with its platform, and what to watch then.

What is chosen holds until something else is; the arrow keys choose. Closing the sheet changes nothing, so that the
trouble can be watched in the window. Opened from training's strip and from the palette.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.trouble import Trouble, trouble_words
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Rehearsal


class _Case(QWidget):
    """One kind of trouble: its name to choose, and below it what happens then."""

    def __init__(self, trouble: Trouble, group: QButtonGroup) -> None:
        super().__init__()
        self.trouble = trouble
        self.radio = look.Radio("", self)
        self.watch = look.Paragraph("", self, role=look.Type.SECONDARY, tone="muted")
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        self._column.addWidget(self.radio)
        self._watch_row = QVBoxLayout()
        self._watch_row.addWidget(self.watch)
        self._column.addLayout(self._watch_row)
        group.addButton(self.radio)
        look.follow(self.retheme)

    def retheme(self) -> None:
        self._column.setContentsMargins(0, 0, 0, look.px(look.S1))
        self._watch_row.setContentsMargins(look.px(look.S5), 0, 0, 0)

    def retranslate(self) -> None:
        """Say it in the language in use."""
        name, watch = trouble_words(self.trouble)
        self.radio.set_words(name)
        self.radio.setAccessibleDescription(watch)
        self.watch.set_text(watch)


class TroubleSheet(look.Sheet):
    """`TroubleSheet(window, rehearsal).open()`."""

    played = Signal()
    """Another trouble is played now."""

    def __init__(self, window: QWidget, rehearsal: Rehearsal) -> None:
        super().__init__(window, "", width=560)
        self._rehearsal = rehearsal
        self._accounts = tuple(rehearsal.accounts())
        self.which = look.ComboField("")
        self.which.addItems(list(self._accounts))
        self._which_field = look.Field("", self.which)
        self._group = QButtonGroup(self)
        self.cases = {trouble: _Case(trouble, self._group) for trouble in Trouble}
        self.body.addWidget(self._which_field)
        for case in self.cases.values():
            self.body.addWidget(case)
            case.radio.clicked.connect(self._chosen)
        self.mend = look.KeyButton("", parent=self.card)
        self.done = look.KeyButton("", "Esc", self.card)
        self.foot.addWidget(self.mend)
        self.foot.addStretch(1)
        self.foot.addWidget(self.done)
        self.which.currentIndexChanged.connect(lambda _place: self._show())
        self.mend.clicked.connect(self.mend_everything)
        self.done.clicked.connect(self.close)
        words.follow(self.retranslate)
        self._show()

    @property
    def account(self) -> str:
        """The account that is shown."""
        return self._accounts[self.which.currentIndex()]

    def _show(self) -> None:
        offered = set(self._rehearsal.offers(self.account))
        for trouble, case in self.cases.items():
            case.setVisible(trouble in offered)
        self.cases[self._rehearsal.now(self.account)].radio.setChecked(True)

    def _chosen(self) -> None:
        trouble = next(one for one, case in self.cases.items() if case.radio.isChecked())
        self._rehearsal.play(self.account, trouble)
        self.played.emit()

    def mend_everything(self) -> None:
        """Every platform works again."""
        for account in self._accounts:
            self._rehearsal.play(account, Trouble.NONE)
        self._show()
        self.played.emit()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Practise trouble"))
        self.setAccessibleName(tr("Practise trouble"))
        self._which_field.set_label(tr("Account"))
        self.which.setAccessibleName(tr("Account"))
        for case in self.cases.values():
            case.retranslate()
        self.mend.set_words(tr("Everything works again"))
        self.done.set_words(tr("Close"))
