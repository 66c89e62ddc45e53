"""A voice message as a line: play and pause, where it is, how long it is, how fast, save as.

Everything by keyboard: Space plays, the arrows on the bar go five seconds. Says in words why something cannot be heard.
Refuses to decode and to play; `player` does. Used by `attachment_view`.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QWidget

from switchboard_app.model.entry import Attachment
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.attachment_line import AttachmentLine
from switchboard_app.ui.file_line import caption
from switchboard_app.ui.file_names import risky
from switchboard_app.ui.plain import plain_text, plain_tooltip
from switchboard_app.ui.player import FASTER, NORMAL, Player, Voice
from switchboard_app.ui.timeline_row import Wishes

_STEP, _LEAP = 5_000, 15_000
"""Milliseconds of an arrow key, and of a page key."""


def clock(millis: int) -> str:
    """«0:07», «12:40»."""
    seconds = millis // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"


class SeekBar(QSlider):
    """Where a voice is, and a way to go elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setTracking(False)
        self.setSingleStep(_STEP)
        self.setPageStep(_LEAP)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.follow(self.updateGeometry)

    def sizeHint(self) -> QSize:
        return QSize(look.px(90), look.px(18))

    def minimumSizeHint(self) -> QSize:
        return QSize(look.px(40), look.px(18))

    def show_place(self, at: int, length: int) -> None:
        """Show it without going there; a hand that drags it is left alone."""
        if self.isSliderDown():
            return
        self.blockSignals(True)
        self.setMaximum(max(1, length))
        self.setValue(at)
        self.blockSignals(False)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(True)
        self._point(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._point(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._point(event)
        self.setSliderDown(False)

    def _point(self, event: QMouseEvent) -> None:
        share = event.position().x() / max(1, self.width())
        self.setSliderPosition(round(min(1.0, max(0.0, share)) * self.maximum()))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.hasFocus():
            look.focus_ring(painter, rect, 6)
        thick, knob = look.px(4), look.px(10)
        groove = QRectF(rect.left() + knob / 2, rect.center().y() - thick / 2, rect.width() - knob, thick)
        look.box(painter, groove, "line", radius=2)
        share = self.sliderPosition() / max(1, self.maximum())
        done = QRectF(groove.left(), groove.top(), groove.width() * share, thick)
        look.box(painter, done, "accent", radius=2)
        middle = rect.center().y()
        look.box(painter, QRectF(done.right() - knob / 2, middle - knob / 2, knob, knob), "accent", radius=5)


class SoundLine(AttachmentLine):
    """One voice message."""

    def __init__(self, file: Attachment, player: Player, wishes: Wishes, parent: QWidget | None = None) -> None:
        self.play = look.IconButton("play", tr("Play"), tone="accent", size=32)
        super().__init__(self.play, parent)
        self.file = file
        self._player = player
        self.name = look.elided(caption(file), look.Type.BODY_MEDIUM, "text", self)
        self.bar = SeekBar(self)
        self.times = look.Label("", look.Type.SECONDARY, "muted", self)
        self.speed = look.KeyButton("1×", parent=self, quiet=True)
        self.button = look.KeyButton(tr("Save as…"), parent=self, icon_name="download")
        self.trouble = look.Label("", look.Type.SECONDARY, "late", self, wrap=True)
        self.play.clicked.connect(lambda: player.toggle(file))
        self.bar.valueChanged.connect(lambda at: player.seek(file, at))
        self.speed.clicked.connect(lambda: player.set_tempo(FASTER if player.tempo == NORMAL else NORMAL))
        self.button.clicked.connect(lambda: wishes.save.emit(file))
        self._lay_out()
        player.moved.connect(self._moved)
        self._show()
        player.prepare(file)
        look.follow(self.retheme)

    def _lay_out(self) -> None:
        self.words.addWidget(self.name)
        below = QHBoxLayout()
        below.setSpacing(look.px(look.S2))
        below.addWidget(self.bar, 1)
        below.addWidget(self.times)
        below.addWidget(self.speed)
        self.words.addLayout(below)
        self.words.addWidget(self.trouble)
        self.buttons.addWidget(self.button)

    def _moved(self, attachment: str) -> None:
        if attachment == self.file.id:
            self._show()

    def _show(self) -> None:
        standing = self._player.standing(self.file)
        busy = standing.doing in (Voice.PLAYING, Voice.LOADING)
        name = caption(self.file)
        self.play.set_icon("pause" if busy else "play")
        words = tr("Pause {name}") if busy else tr("Play {name}")
        self.play.set_words(words.format(name=name))
        self.bar.show_place(standing.at, standing.length)
        self.bar.setEnabled(standing.length > 0)
        length = clock(standing.length) if standing.length else "–:––"
        self.times.setText(f"{clock(standing.at)} / {length}")
        self.bar.setAccessibleName(tr("Position {at} of {length}").format(at=clock(standing.at), length=length))
        fast = self._player.tempo != NORMAL
        self.speed.set_words("1.5×" if fast else "1×")
        self.speed.setAccessibleName(tr("Speed one and a half") if fast else tr("Speed normal"))
        plain_tooltip(self.speed, tr("Play faster or at the usual speed"))
        warning = tr("This kind of file can harm the computer when it is opened.") if risky(self.file.name) else ""
        self.trouble.setText(standing.words or warning)
        self.trouble.setVisible(bool(standing.words or warning))
        self.setAccessibleName(plain_text(tr("Voice message {name}").format(name=name)))
