"""What was just done, with its undo; and what was refused, with its next step. Neither takes the focus or blocks.

`UndoBar` shows each step of `Verbs` for as long as an answer is held back, and undoes the last one on Z. `NoticeBar`
lies below the window's head and stays until it is read away, or until a later step went well.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.language import tr
from switchboard_app.ui import look
from switchboard_app.ui.bridge import UNDO_MILLIS, Bridge
from switchboard_app.ui.verbs import Verbs

_NOTICE = 720
_ITS_OWN_END = ("undo",)


class _CornerToast(look.Toast):
    """Stands in the lower left corner, where it covers neither an answer nor the button that sends it."""

    def place(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.move(look.px(look.S4), window.height() - self.height() - look.px(look.STATUS_BAR + look.S4))


class UndoBar(QObject):
    """The dark bar at the window's foot."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._verbs = verbs
        self._last: EnquiryId | None = None
        self.toast = _CornerToast(window)
        self.toast.acted.connect(self.undo)
        verbs.stepped.connect(self._stepped)

    def _stepped(self, sentence: str, enquiry: str, action: str) -> None:
        if action in _ITS_OWN_END:
            self._last = None
        elif enquiry:
            self._last = EnquiryId(enquiry)
        if enquiry:
            self.toast.say(sentence, action=tr("Undo"), key="Z", seconds=UNDO_MILLIS / 1000)
        else:
            self.toast.say(sentence, seconds=4)

    def can_undo(self) -> bool:
        """Whether there is a step of this session to take back."""
        return self._last is not None

    def undo(self) -> None:
        """Take back the last step; the store says no when something else happened since."""
        if self._last is not None:
            enquiry, self._last = self._last, None
            self._bridge.start("undo", self._verbs.undo(enquiry))


class NoticeBar(QObject):
    """What went wrong, in words, over the upper edge of the panes."""

    def __init__(self, window: QWidget, bridge: Bridge, verbs: Verbs) -> None:
        super().__init__(window)
        self._window = window
        self.banner = look.Banner("", look.Kind.LATE, window, dismissable=True)
        self.banner.hide()
        window.installEventFilter(self)
        bridge.failed.connect(self.show_failure)
        verbs.refused.connect(self.show_refusal)
        verbs.stepped.connect(self.hide)

    def show_refusal(self, refusal: UserError) -> None:
        """A rule said no: what happened and the next step."""
        self._say(refusal, look.Kind.LATE)

    def show_failure(self, failure: UserError) -> None:
        """Something did not work."""
        self._say(failure, look.Kind.BAD)

    def _say(self, error: UserError, kind: look.Kind) -> None:
        self.banner.say(str(error), kind)
        self.banner.show()
        self._place()
        self.banner.raise_()

    def shown(self) -> bool:
        """Whether something is being said."""
        return self.banner.isVisibleTo(self._window)

    def hide(self) -> None:
        """It was read, or is over."""
        self.banner.hide()

    def _place(self) -> None:
        width = min(look.px(_NOTICE), self._window.width() - 2 * look.px(look.S4))
        self.banner.setFixedWidth(max(1, width))
        height = self.banner.heightForWidth(width) if self.banner.hasHeightForWidth() else -1
        self.banner.setFixedHeight(max(height, self.banner.minimumSizeHint().height()))
        self.banner.move((self._window.width() - width) // 2, look.px(look.TOP_BAR + look.S2))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.Resize and self.shown():
            self._place()
        return super().eventFilter(watched, event)
