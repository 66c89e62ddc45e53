"""The striped line over the window in training: that nothing is real, which trouble is being played, and the way to it.

Refuses to appear outside training. Made by the main window.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from switchboard_app.model.language import tr
from switchboard_app.model.trouble import Trouble, trouble_words
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge


class TrainingBar(look.TrainingStrip):
    """`trouble_wanted` when the way to the sheet of troubles was clicked; the palette leads there as well."""

    trouble_wanted = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget) -> None:
        super().__init__("", parent)
        self._rehearsal = bridge.rehearsal
        self._way = ""
        self.setVisible(bridge.training)
        if self._rehearsal is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        words.follow(self.retranslate)

    def retranslate(self) -> None:
        """Say everything in the language in use, and what is being played."""
        said = [tr("Training: invented citizens, and nothing leaves this program")]
        if self._rehearsal is not None:
            self._way = tr("Practise trouble …")
            for account in self._rehearsal.accounts():
                trouble = self._rehearsal.now(account)
                if trouble is not Trouble.NONE:
                    said.append(f"{account}: {trouble_words(trouble)[0]}")
        self.set_words(" · ".join(said))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if (
            self._way
            and event.button() == Qt.MouseButton.LeftButton
            and self.rect().contains(event.position().toPoint())
        ):
            self.trouble_wanted.emit()

    def aside(self) -> int:
        return look.text_width(self._way, look.Type.SECONDARY_MEDIUM) + 2 * look.px(look.S3) if self._way else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._way:
            return
        painter, width = QPainter(self), self.aside()
        plate = QRectF(self.width() - width, 0, width, self.height())
        painter.fillRect(plate, look.color("late_ground"))
        look.text(painter, plate, self._way, look.Type.SECONDARY_MEDIUM, "late", align=Qt.AlignmentFlag.AlignCenter)
