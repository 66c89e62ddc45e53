"""The sheet on F1: every key of the table, in its groups. Made from `keys.TABLE`, so it cannot lie."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look, words
from switchboard_app.ui.keys import TABLE, Group, Key

_COLUMNS = ((Group.EVERYWHERE, Group.QUEUE, Group.WINDOW), (Group.ENQUIRY,))
_TWO_COLUMNS, _WORDS = 852, 262


class KeySheet(look.Sheet):
    """`KeySheet(window).open()`."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "", width=820)
        self._titles: dict[Group, look.SectionTitle] = {}
        self._words: list[tuple[Key, look.Label]] = []
        self._grids: list[QGridLayout] = []
        self._hint = look.Label("", look.Type.SECONDARY, "muted", wrap=True)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for groups in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(look.S1)
            for group in groups:
                self._add_group(column, group)
            column.addStretch(1)
            self._row.addLayout(column, 1)
        self.body.addLayout(self._row)
        self._close = look.KeyButton("", "Esc")
        self._close.clicked.connect(self.close)
        self.foot.addWidget(self._hint, 1)
        self.foot.addWidget(self._close)
        words.follow(self.retranslate)

    def _add_group(self, column: QVBoxLayout, group: Group) -> None:
        title = look.SectionTitle("")
        self._titles[group] = title
        column.addWidget(title)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        self._grids.append(grid)
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

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_row"):
            self._fit()

    def _fit(self) -> None:
        """Two columns where they fit at the text size in use, else one below the other."""
        window = self.parentWidget()
        wide = window is not None and window.width() >= look.px(_TWO_COLUMNS)
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        self._row.setSpacing(look.px(look.S4))
        for grid in self._grids:
            grid.setContentsMargins(look.px(10), 0, look.px(10), 0)
            grid.setHorizontalSpacing(look.px(look.S3))
            grid.setVerticalSpacing(look.px(5))
            grid.setColumnMinimumWidth(0, look.px(52))
        for _, label in self._words:
            label.setMinimumWidth(look.px(_WORDS))

    def open(self, focus: QWidget | None = None) -> None:
        """Show it; the button to close it has the focus."""
        self._fit()
        super().open(focus or self._close)
