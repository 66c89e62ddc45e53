"""What stands under a bubble besides its files: reactions, and what the message said before it was changed.

The former wording is folded away behind a chip, because the newest is what counts; it is plain text and can be marked.
Refuses to say what changed: the small line below does. Made by `timeline_plan`.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from switchboard_app.model.entry import Change, Entry, Reaction, Version
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import clock_time
from switchboard_app.ui import look
from switchboard_app.ui.chip_button import ChipButton
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.message_text import paragraph
from switchboard_app.ui.plain import plain_text

_SHOWN = 12
"""So many reactions are shown; a message has one or two."""


class Reactions(QWidget):
    """The emoji that people put to a message, the same ones together."""

    def __init__(self, reactions: Sequence[Reaction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        counted: dict[str, int] = {}
        for one in reactions:
            counted[one.emoji] = counted.get(one.emoji, 0) + 1
        flow = Flow(self, gap=look.px(4), line_gap=look.px(4))
        shown = [emoji if n == 1 else f"{emoji} {n}" for emoji, n in list(counted.items())[:_SHOWN]]
        for words in shown:
            flow.addWidget(look.ChipLabel(plain_text(words), look.Tone.NEUTRAL, self))
        self.setAccessibleName(tr("Reactions: {emoji}").format(emoji=plain_text(", ".join(shown))))


class EarlierWording(QWidget):
    """A chip that unfolds what a message said before."""

    def __init__(self, versions: Sequence[Version], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._versions = tuple(versions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(6))
        self.chip = ChipButton(self._words(False), self)
        self.chip.clicked.connect(self.toggle)
        column.addWidget(self.chip)
        self.former: _Former | None = None

    def _words(self, unfolded: bool) -> str:
        if unfolded:
            return tr("Hide the earlier wording")
        n = len(self._versions)
        return ntr("Show the earlier wording", "Show {n} earlier wordings", n).format(n=n)

    def toggle(self) -> None:
        """Unfold or fold away."""
        if self.former is None:
            self.former = _Former(self._versions, self)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(self.former)
            self.former.show()
        else:
            self.former.setVisible(self.former.isHidden())
        self.chip.set_words(self._words(not self.former.isHidden()))
        self.updateGeometry()


class _Former(QWidget):
    """The former wordings, the oldest first."""

    def __init__(self, versions: Sequence[Version], parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        side = look.px(10)
        column.setContentsMargins(side, side, side, side)
        column.setSpacing(look.px(3))
        for one in versions:
            moment = clock_time(one.seen_at if one.at is None else one.at)
            column.addWidget(
                look.Label(tr("until {time}").format(time=moment), look.Type.SMALL, "muted", self, wrap=True)
            )
            column.addWidget(paragraph(one.text, self, "text"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look.box(QPainter(self), self.rect().toRectF(), "window", "line")


def extras(entry: Entry, parent: QWidget) -> list[QWidget]:
    """What stands under the bubble of a message."""
    found: list[QWidget] = []
    if entry.reactions:
        found.append(Reactions(entry.reactions, parent))
    former = [one for one in entry.versions if one.change is Change.EDITED and one.text != entry.text]
    if former:
        found.append(EarlierWording(former, parent))
    return found
