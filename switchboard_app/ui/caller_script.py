"""What an invented caller says in training, sentence by sentence beside the phone note, as on a real telephone.

Only the last two sentences can be seen; «Say it again» begins anew. Used by the phone note.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.language import tr
from switchboard_app.ui import look

_PAUSE = 5000
_IN_SIGHT = 2
_TALL = 72
"""Room for two short sentences, so that nothing moves while the caller goes on."""


class CallerScript(QWidget):
    """Hidden until `begin`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[str, ...] = ()
        self._said = 0
        self._bubble = look.Bubble(self)
        self._who = look.Label("", look.Type.SMALL, "muted", self._bubble)
        self._words = look.Paragraph("", self._bubble)
        self.go_on = look.KeyButton("")
        said = QVBoxLayout()
        said.setSpacing(0)
        said.addWidget(self._who)
        said.addWidget(self._words)
        said.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(look.px(look.S3))
        row.addLayout(said, 1)
        row.addWidget(self.go_on)
        self._bubble.column.addLayout(row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._bubble)
        self._clock = QTimer(self)
        self._clock.setInterval(_PAUSE)
        self._clock.timeout.connect(self._say_next)
        self.go_on.clicked.connect(self._pressed)
        look.follow(self.retheme)
        self.hide()

    def retheme(self) -> None:
        self._bubble.setMinimumHeight(look.px(_TALL))

    def begin(self, lines: Sequence[str]) -> None:
        """The caller starts to speak; with no lines nothing is shown."""
        self._lines = tuple(lines)
        self._said = 0
        self.setVisible(bool(self._lines))
        self._clock.stop()
        if self._lines:
            self._say_next()
            self._clock.start()

    def end(self) -> None:
        """The call is over."""
        self.begin(())

    def said(self) -> str:
        """What can be seen now."""
        return "\n".join(self._lines[max(0, self._said - _IN_SIGHT) : self._said])

    def _say_next(self) -> None:
        self._said = min(self._said + 1, len(self._lines))
        if self._said >= len(self._lines):
            self._clock.stop()
        self._words.set_text(self.said())
        self.retranslate()

    def _pressed(self) -> None:
        if self._said >= len(self._lines):
            self.begin(self._lines)
        else:
            self._clock.start()
            self._say_next()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        over = self._said >= len(self._lines)
        self.go_on.set_words(tr("Say it again") if over else tr("Go on"))
        self._who.setText(tr("The caller is speaking (training)") if not over else tr("The caller waits (training)"))
