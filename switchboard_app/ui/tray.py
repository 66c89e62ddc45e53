"""The icon among the system's own: how many enquiries wait, and a word when one comes in while nobody looks.

A notification never says who or what: only how many. Where the system has no tray, nothing happens. Called by the main
window with the counts it has read anyway.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from switchboard_app.model.enquiry import View
from switchboard_app.model.language import ntr, tr
from switchboard_app.store.queue import Counts
from switchboard_app.ui import look, words
from switchboard_app.ui.plain import plain_button_text, plain_tray_words

SIDES = (16, 22, 32, 48)
MOST_SHOWN = 99


def tray_available() -> bool:
    """Whether the system shows such icons."""
    return QSystemTrayIcon.isSystemTrayAvailable()


class Tray(QObject):
    """`tray.show_counts(counts)`; emits `raised` when the operator wants the window, `quit_wanted` to end."""

    raised = Signal()
    quit_wanted = Signal()

    def __init__(self, window: QWidget, *, notifications: bool) -> None:
        super().__init__(window)
        self._window = window
        self._notifications = notifications
        self._waiting: int | None = None
        self._menu = QMenu(window)
        self._open = self._entry(self.raised)
        self._quit = self._entry(self.quit_wanted)
        self._icon = QSystemTrayIcon(tray_picture(0), self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.raised)
        words.follow(self.retranslate)
        look.follow(self.retheme)
        self._icon.show()

    def _entry(self, signal: object) -> QAction:
        made = self._menu.addAction("")
        made.triggered.connect(signal)
        return made

    def retranslate(self) -> None:
        self._open.setText(plain_button_text(tr("Open Switchboard")))
        self._quit.setText(plain_button_text(tr("Quit")))
        self._say()

    def retheme(self) -> None:
        self._icon.setIcon(tray_picture(self._waiting or 0))

    def notify(self, wanted: bool) -> None:
        """Whether it says when something comes in."""
        self._notifications = wanted

    def show_counts(self, counts: Counts) -> None:
        """Show how many wait; tell when there are more than before and the window is not in use."""
        waiting = counts.views.get(View.INBOX, 0)
        before, self._waiting = self._waiting, waiting
        if waiting == before:
            return
        self.retheme()
        self._say()
        more = waiting - before if before is not None else 0
        if more > 0 and self._notifications and not self._window.isActiveWindow():
            self._icon.showMessage("Switchboard", news_sentence(more), tray_picture(0))

    def _say(self) -> None:
        waiting = self._waiting or 0
        plain_tray_words(self._icon, waiting_sentence(waiting))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.raised.emit()


def news_sentence(more: int) -> str:
    """What the notification says: a number, no name and no words of anybody."""
    return ntr("{n} new enquiry", "{n} new enquiries", more).format(n=more)


def waiting_sentence(waiting: int) -> str:
    """What the icon says under the pointer."""
    if not waiting:
        return tr("Switchboard: nothing waits")
    return ntr("Switchboard: {n} enquiry waits", "Switchboard: {n} enquiries wait", waiting).format(n=waiting)


def tray_picture(waiting: int) -> QIcon:
    """The program's sign, with the number that waits."""
    icon = QIcon()
    for side in SIDES:
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, 0, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("accent"))
        painter.drawRoundedRect(whole, side * 0.22, side * 0.22)
        if waiting:
            font = look.font(look.Type.BODY_STRONG, figures=True)
            font.setPixelSize(max(7, round(side * (0.62 if waiting < 10 else 0.52))))
            painter.setFont(font)
            painter.setPen(look.color("on_accent"))
            shown = str(waiting) if waiting <= MOST_SHOWN else f"{MOST_SHOWN}+"
            painter.drawText(whole, int(Qt.AlignmentFlag.AlignCenter), shown)
        else:
            inner = side * 0.2
            look.paint_icon(painter, whole.adjusted(inner, inner, -inner, -inner), "inbox", "on_accent")
        painter.end()
        icon.addPixmap(picture)
    return icon
