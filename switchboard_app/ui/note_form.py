"""The fields of the phone note and how they stand: two columns, or one where the window is narrow for the text.

Holds what is typed and gives it as a `NoteDraft`; a field that looks wrong says so and blocks nothing. Refuses to
store or file anything: that is `phone_note`.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import tr
from switchboard_app.store.desk import NoteAction
from switchboard_app.ui import look
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.callback_time import reachable
from switchboard_app.ui.caller_hint import CallerHint
from switchboard_app.ui.note_draft import NoteDraft
from switchboard_app.ui.office_field import OfficeField

_ONE_COLUMN = 560
"""Below this width at 100 % the fields stand below each other."""


class NoteForm(QWidget):
    """`fill` a draft, read it back with `content`."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, bridge: Bridge, draft: NoteDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._draft = draft
        self._filled_name = ""
        self._filling = False
        self._wide: bool | None = None
        self.number = look.LineField("", self)
        self.name = look.LineField("", self)
        self.concern = look.TextField("", self, lines=4, most=8)
        self.office = OfficeField(bridge, self)
        self._number_field = look.Field("", self.number, self)
        self._name_field = look.Field("", self.name, self)
        self._concern_field = look.Field("", self.concern, self)
        self._ending = self._make_ending()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._connect()
        self._arrange(wide=True)
        look.follow(self.retheme)
        self.fill(draft)

    def _make_ending(self) -> QWidget:
        """What shall happen, whether it is urgent, and who the caller is."""
        side = QWidget(self)
        self._question = look.Label("", look.Type.SECONDARY_MEDIUM, "muted", side)
        self.urgent = look.Check("", side)
        self._head = QWidget(side)
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._question)
        head.addStretch(1)
        head.addWidget(self.urgent)
        self.hint = CallerHint(self._bridge, side)
        self._actions = QButtonGroup(side)
        self.radios = {action: look.Radio("", side) for action in NoteAction}
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        for radio in self.radios.values():
            self._actions.addButton(radio)
            column.addWidget(radio)
        column.addSpacing(look.px(look.S2))
        column.addWidget(self.hint)
        column.addStretch(1)
        return side

    def _connect(self) -> None:
        self.number.textChanged.connect(self._number_changed)
        self.number.returnPressed.connect(self.name.setFocus)
        self.name.returnPressed.connect(self.concern.setFocus)
        self.concern.textChanged.connect(self._concern_changed)
        self.concern.submitted.connect(self.submitted)
        self.office.changed.connect(self._say_changed)
        self.office.taken.connect(self._office_taken)
        self.hint.known.connect(self._caller_known)
        self.hint.changed.connect(self._say_changed)
        self.name.textEdited.connect(self._say_changed)
        self.urgent.toggled.connect(self._say_changed)
        self._actions.buttonToggled.connect(self._action_changed)

    # -- what it holds ---------------------------------------------------------------------------------------------

    def content(self) -> NoteDraft:
        """What is in the form now."""
        return replace(
            self._draft,
            number=self.number.text(),
            name=self.name.text(),
            concern=self.concern.toPlainText(),
            office=self.office.office or "",
            office_words=self.office.words,
            action=self.action().value,
            urgent=self.urgent.isChecked(),
            joins=self.hint.joins,
        )

    def fill(self, draft: NoteDraft) -> None:
        """Show a draft instead of what is there."""
        self._filling = True
        self._draft = draft
        self._filled_name = ""
        self.number.setText(draft.number)
        self.name.setText(draft.name)
        self.concern.setPlainText(draft.concern)
        self.concern.moveCursor(QTextCursor.MoveOperation.End)
        self.office.fill(draft.office_words, OfficeId(draft.office) if draft.office else None)
        self.radios[NoteAction(draft.action)].setChecked(True)
        self.urgent.setChecked(draft.urgent)
        self.hint.set_joins(draft.joins)
        self.hint.set_number(draft.number, at_once=True)
        self._filling = False
        self._concern_changed()

    def action(self) -> NoteAction:
        """What shall happen."""
        return next(action for action, radio in self.radios.items() if radio.isChecked())

    def set_locked(self, locked: bool) -> None:
        """While the note is being filed nothing can be typed that would not be part of it."""
        for line in (self.number, self.name, self.office.line):
            line.setReadOnly(locked)
        self.concern.setReadOnly(locked)

    # -- what changes ----------------------------------------------------------------------------------------------

    def _say_changed(self) -> None:
        if not self._filling:
            self.changed.emit()

    def _number_changed(self, text: str) -> None:
        if not self._filling:
            self.hint.set_number(text)
            self.changed.emit()

    def _caller_known(self, name: str) -> None:
        """Fill the name in, unless a person typed one; take it away again with another number."""
        if self.name.text() in ("", self._filled_name) and self.name.text() != name:
            self.name.setText(name)
            self._filled_name = name
            self._say_changed()

    def _concern_changed(self) -> None:
        text = self.concern.toPlainText()
        self.office.set_concern(text)
        self._say_callback(text)
        self._say_changed()

    def _say_callback(self, text: str) -> None:
        named = reachable(text, self._bridge.clock())
        words = tr("Callback by the office")
        if named is not None:
            words = tr("{callback}, {time}").format(callback=words, time=named.words(self._bridge.clock()))
        self.radios[NoteAction.OFFICE_CALLBACK].set_words(words)

    def _action_changed(self, _button: object, on: bool) -> None:
        if on:
            self._say_changed()

    def _office_taken(self) -> None:
        self.radios[self.action()].setFocus(Qt.FocusReason.TabFocusReason)

    # -- how it stands ---------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(wide=self.width() >= look.px(_ONE_COLUMN))

    def _arrange(self, *, wide: bool) -> None:
        if wide == self._wide:
            return
        self._wide = wide
        parts = (self._number_field, self._name_field, self._concern_field, self.office, self._ending)
        places = ((0, 0, 1), (0, 1, 1), (1, 0, 2), (2, 0, 1), (2, 1, 1)) if wide else [(row, 0, 2) for row in range(5)]
        for part, (row, column, columns) in zip(parts, places, strict=True):
            self._grid.addWidget(part, row, column, 1, columns)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
            self._grid.setColumnMinimumWidth(column, look.px(200) if wide else 0)

    def retheme(self) -> None:
        self._head.setFixedHeight(look.px(look.CHIP))  # in line with the label beside it
        self._grid.setHorizontalSpacing(look.px(look.S3))
        self._grid.setVerticalSpacing(look.px(9))
        self._arrange(wide=self.width() >= look.px(_ONE_COLUMN))

    def tab_order(self) -> list[QWidget]:
        """The widgets in reading order."""
        fields = [self.number, self.name, self.concern, self.office.line]
        return [*fields, *self.radios.values(), self.urgent, self.hint.join]

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self._number_field.set_label(tr("Number"))
        self._name_field.set_label(tr("Name"))
        self._concern_field.set_label(tr("Concern"))
        self.number.setAccessibleName(tr("Number"))
        self.name.setAccessibleName(tr("Name"))
        self.concern.setAccessibleName(tr("Concern"))
        self._question.setText(tr("What shall happen?"))
        self.urgent.set_words(tr("Urgent"))
        self.radios[NoteAction.CONNECTED].set_words(tr("Put through, only to be recorded"))
        self.radios[NoteAction.ANSWERED].set_words(tr("Information given, done"))
        self.radios[NoteAction.INBOX].set_words(tr("Into the inbox"))
        self._say_callback(self.concern.toPlainText())
        self.office.retranslate()
        self.hint.retranslate()
