"""The sheet on F1: every key of the table, in its groups. Made from `keys.TABLE`, so it cannot lie."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.keys import TABLE, Group, Key

_COLUMNS = ((Group.EVERYWHERE, Group.QUEUE, Group.WINDOW), (Group.ENQUIRY,))


class KeySheet(look.Sheet):
    """`KeySheet(window).open()`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "", width=760)
        self._titles: dict[Group, look.SectionTitle] = {}
        self._words: list[tuple[Key, look.Label]] = []
        self._hint = look.Label("", look.Type.SECONDARY, "muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(look.px(look.S5))
        for groups in _COLUMNS:
            column = QVBoxLayout()
            for group in groups:
                self._add_group(column, group)
            column.addStretch(1)
            row.addLayout(column, 1)
        self.body.addLayout(row)
        self.body.addWidget(self._hint)
        self._close = look.KeyButton("", "Esc")
        self._close.clicked.connect(self.close)
        self.foot.addStretch(1)
        self.foot.addWidget(self._close)
        words.follow(self.retranslate)

    def _add_group(self, column: QVBoxLayout, group: Group) -> None:
        title = look.SectionTitle("")
        self._titles[group] = title
        column.addWidget(title)
        grid = QGridLayout()
        grid.setContentsMargins(look.px(10), 0, look.px(10), 0)
        grid.setHorizontalSpacing(look.px(look.S3))
        grid.setVerticalSpacing(look.px(5))
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, look.px(52))
        for number, key in enumerate(one for one in TABLE if one.group is group and one.cap):
            label = look.Label("", look.Type.BODY, wrap=True)
            self._words.append((key, label))
            grid.addWidget(look.KeyCap(key.cap), number, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(label, number, 1)
        column.addLayout(grid)

    def retranslate(self) -> None:
        self.title.setText(tr("Keys"))
        self.setAccessibleName(tr("Keys"))
        self._close.set_words(tr("Close"))
        self._hint.setText(
            tr("Single letters act only where no text is being typed. Esc leaves a text; what was typed stays.")
        )
        for group, title in self._titles.items():
            title.setText(tr(group.value))
        for key, label in self._words:
            label.setText(key.words)

    def open(self, focus: QWidget | None = None) -> None:
        """Show it; the button to close it has the focus."""
        super().open(focus or self._close)
