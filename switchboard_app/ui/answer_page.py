"""The composer's first page: the answer to the citizen, its files, its length, and how it leaves.

Counts as the channel counts, takes files by dialog, drop and paste, offers the outcomes for «Send, close». It holds
what is written; sending is the composer's business.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QImageWriter, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from switchboard_app.model.channel import CAPABILITIES, Capabilities, Channel, length_of
from switchboard_app.model.enquiry import Enquiry, Outcome
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis
from switchboard_app.store.desk import File
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.caution import Caution
from switchboard_app.ui.choice_list import ChoiceList
from switchboard_app.ui.draft_box import DraftBox
from switchboard_app.ui.ends import Ends
from switchboard_app.ui.outcomes import outcome_choices
from switchboard_app.ui.picked_files import PickedFiles
from switchboard_app.ui.plain import plain_tooltip
from switchboard_app.ui.text.due import window_chip

NEAR = 0.9
"""From this share of the limit on, the counter warns."""


_PICTURES = ("image/png", "image/jpeg", "image/gif")


def as_png(image: QImage) -> bytes:
    """Pixels of the clipboard as a file."""
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(device, QByteArray(b"png")).write(image)
    return bytes(device.data().data())


def _picture_in(source: QMimeData) -> str:
    """Under which type a picture can be taken as bytes: what others made is not decoded here."""
    return next((one for one in _PICTURES if source.hasFormat(one)), "")


class AnswerBox(DraftBox):
    """The text of an answer; pictures that are pasted or dropped into it go out with it."""

    submitted_closing = Signal()
    """Ctrl+Shift+Enter."""
    image_given = Signal(bytes)
    """A picture as the bytes it was copied as; what came without is written as PNG."""
    paths_given = Signal(list)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasImage() or source.hasUrls() or bool(_picture_in(source))

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()] if source.hasUrls() else []
        if paths:
            self.paths_given.emit(paths)
        elif (given := _picture_in(source)) and not source.hasText():
            self.image_given.emit(bytes(source.data(given).data()))
        elif source.hasImage() and not source.hasText():
            image = source.imageData()
            if isinstance(image, QImage):
                self.image_given.emit(as_png(image))
        else:
            super().insertFromMimeData(source)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & both == both:
            self.submitted_closing.emit()
            return
        super().keyPressEvent(event)


class AnswerPage(QWidget):
    """`send` goes out with the outcome, or None to leave the enquiry open."""

    send = Signal(object)
    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._abilities: Capabilities = CAPABILITIES[Channel.PHONE]
        self._window_open = True
        self.box = AnswerBox(bridge, "", self, lines=3, most=10)
        self.news = look.Banner("", look.Kind.LATE, self)
        self.trouble = look.Banner("", look.Kind.BAD, self, dismissable=True)
        self.caution = Caution(self)
        self.files = PickedFiles(bridge, self)
        self.outcomes = ChoiceList((), self, columns=2, leaves=True)
        self._too_big: File | None = None
        self.attach = look.IconButton("paperclip", tr("Attach a picture"), self)
        self.counter = look.Label("", look.Type.BODY, "muted", self)
        self.clock = look.Label("", look.Type.BODY, "muted", self, elide=Qt.TextElideMode.ElideRight)
        self.close_button = look.KeyButton("", parent=self)
        self.send_button = look.KeyButton("", "Ctrl ⏎", self, primary=True)
        self.dialog: QFileDialog | None = None
        self._lay_out()
        self._connect()
        self.setAcceptDrops(True)
        for hidden in (self.news, self.trouble, self.outcomes):
            hidden.hide()
        look.follow(self.retheme)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        for part in (self.news, self.trouble, self.box, self.caution, self.files, self.outcomes):
            self._column.addWidget(part)
        foot = Ends(self)
        foot.left.addWidget(self.attach)
        foot.left.addWidget(self.counter)
        foot.left.addWidget(self.clock, 1)
        foot.right.addWidget(self.close_button)
        foot.right.addWidget(self.send_button)
        self._column.addWidget(foot)
        self.setFocusProxy(self.box)

    def _connect(self) -> None:
        self.box.edited.connect(self._count)
        self.box.submitted.connect(lambda: self.send.emit(None))
        self.box.submitted_closing.connect(self.ask_outcome)
        self.box.image_given.connect(lambda content: self.files.take_content(tr("picture.png"), content))
        self.box.paths_given.connect(self.files.take_paths)
        self.files.changed.connect(self._count)
        self.files.refused.connect(self.complain)
        self.files.too_big.connect(self._offer_smaller)
        self.trouble.acted.connect(self._make_smaller)
        self.attach.clicked.connect(self._choose_files)
        self.send_button.clicked.connect(lambda: self.send.emit(None))
        self.close_button.clicked.connect(self.ask_outcome)
        self.outcomes.chosen.connect(self._outcome_chosen)
        self.outcomes.left.connect(self.leave_outcomes)

    def retheme(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(look.S2))

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.box.setAccessibleName(tr("Answer"))
        self.box.setPlaceholderText(tr("Write an answer …"))
        self._name_attach()
        self.close_button.set_words(tr("Send, close"))
        plain_tooltip(self.close_button, tr("Send, close: Ctrl+Shift+Enter"))
        self.send_button.set_words(tr("Send"))
        self.outcomes.offer(outcome_choices())
        self._count()

    # -- the enquiry -----------------------------------------------------------------------------------------------

    def set_enquiry(self, enquiry: Enquiry, now: Millis) -> None:
        """Limits, window and what may be attached."""
        self._abilities = CAPABILITIES[enquiry.channel]
        if enquiry.text_limit is not None:
            self._abilities = replace(self._abilities, text_limit=enquiry.text_limit)
        self.files.set_channel(enquiry.channel)
        self.attach.setVisible(self.files.allowed())
        self._name_attach()
        chip = window_chip(enquiry, now)
        closed = enquiry.extended_until is not None and now > enquiry.extended_until
        urgent = chip is not None and chip.tone is not look.Tone.NEUTRAL
        self.clock.setText(chip.text if chip is not None and urgent else "")
        self.clock.set_tone("bad" if closed else "late")
        self._window_open = not closed
        self._count()

    def _name_attach(self) -> None:
        documents = self.files.documents()
        self.attach.set_words(tr("Attach a picture or a document") if documents else tr("Attach a picture"))

    def _count(self) -> None:
        limit = self._abilities.text_limit
        n = length_of(self.box.text(), self._abilities)
        self.caution.look_at(self.box.text())
        over = bool(limit) and n > limit
        words = f"{n}/{limit}" if limit else str(n)
        if over:
            words = f"{words} · {tr('{n} too many').format(n=n - limit)}"
        self.counter.setText(words)
        near = bool(limit) and n > NEAR * limit
        self.counter.set_tone("bad" if over else "late" if near else "muted")
        ready = self._window_open and not over and (self.box.filled() or bool(self.files.files()))
        self.send_button.setEnabled(ready)
        self.close_button.setEnabled(ready)
        self.changed.emit()

    def ready(self) -> bool:
        """Whether it could be sent as it is."""
        return self.send_button.isEnabled()

    def why_not(self) -> str:
        """Why it cannot be sent; "" when nothing was written yet."""
        limit = self._abilities.text_limit
        if not self._window_open:
            return tr("The reply window is closed: reach the person by another channel, or wait until they write.")
        if limit and length_of(self.box.text(), self._abilities) > limit:
            return tr("This channel takes {limit} characters. Shorten the answer or send it in two parts.").format(
                limit=limit
            )
        return ""

    # -- outcomes, trouble, files --------------------------------------------------------------------------------------

    def ask_outcome(self) -> None:
        """Show how the enquiry ends; Enter takes «Answered directly»."""
        if not self.ready():
            self.complain(self.why_not())
            return
        self.outcomes.show()
        self.outcomes.focus_first()

    def leave_outcomes(self) -> None:
        """Back to the text."""
        self.outcomes.hide()
        self.box.setFocus()

    def _outcome_chosen(self, outcome: object) -> None:
        assert isinstance(outcome, Outcome)
        self.leave_outcomes()
        self.send.emit(outcome)

    def complain(self, words: str) -> None:
        """Say in place what was wrong; "" takes it away."""
        self._too_big = None
        self.trouble.say(words, look.Kind.BAD)
        self.trouble.setVisible(bool(words))

    def _offer_smaller(self, words: str, file: File) -> None:
        """A picture is too big: a smaller copy would do."""
        self._too_big = file
        self.trouble.say(words, look.Kind.BAD, tr("Make it smaller"))
        self.trouble.show()

    def _make_smaller(self) -> None:
        file = self._too_big
        self.complain("")
        if file is not None:
            self.files.take_smaller(file)

    def announce(self, words: str) -> None:
        """Say above the draft what came in meanwhile; "" takes it away."""
        self.news.say(words, look.Kind.LATE)
        self.news.setVisible(bool(words))

    def _choose_files(self) -> None:
        self.dialog = QFileDialog(self.window(), tr("Attach"))
        self.dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self.dialog.setNameFilter(self.files.name_filter())
        self.dialog.filesSelected.connect(self.files.take_paths)
        self.dialog.finished.connect(self.dialog.deleteLater)
        self.dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        mime = event.mimeData()
        if self.files.allowed() and (mime.hasImage() or any(url.isLocalFile() for url in mime.urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.box.insertFromMimeData(event.mimeData())
        event.acceptProposedAction()
