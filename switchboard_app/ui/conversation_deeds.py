"""What can be done to the open enquiry from its head, by key and by command: at once through the verbs, or by a sheet.

Every method may be called at any time; it does nothing where the enquiry's state does not allow it, because the desk
would refuse it all the same. Used by the conversation and by the main window's keys.
"""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from switchboard_app.model.enquiry import Enquiry, EnquiryState
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.conversation_sheets import Sheets
from switchboard_app.ui.verbs import Verbs


class Deeds:
    """What the pane inherits: `claim()`, `ask_done()` … act on `enquiry()`."""

    _bridge: Bridge
    _verbs: Verbs
    sheets: Sheets

    def enquiry(self) -> Enquiry | None:
        """The open enquiry as it is shown."""
        raise NotImplementedError

    def _active(self) -> Enquiry | None:
        """The open enquiry unless it is closed."""
        enquiry = self.enquiry()
        return None if enquiry is None or enquiry.state is EnquiryState.DONE else enquiry

    def claim(self) -> None:
        """Take it over; one's own is left as it is, a colleague's asks for a reason."""
        enquiry = self._active()
        if enquiry is None or enquiry.owner == self._bridge.me:
            return
        if enquiry.owner is None:
            self._bridge.start("claim", self._verbs.claim(enquiry.id))
        else:
            self.sheets.reassign(enquiry)

    def release(self) -> None:
        """Put it back."""
        enquiry = self._active()
        if enquiry is not None and enquiry.owner == self._bridge.me:
            self._bridge.start("release", self._verbs.release(enquiry.id))

    def reopen(self) -> None:
        """Take a closed one up again."""
        enquiry = self.enquiry()
        if enquiry is not None and enquiry.state is EnquiryState.DONE:
            self._bridge.start("reopen", self._verbs.reopen(enquiry.id))

    def ask_done(self) -> None:
        """Close it: how did it end? A closed one is opened again."""
        enquiry = self._active()
        if enquiry is None:
            self.reopen()
        else:
            self.sheets.done(enquiry)

    def ask_snooze(self) -> None:
        """Put it away: until when?"""
        enquiry = self._active()
        if enquiry is not None:
            self.sheets.snooze(enquiry)

    def ask_reassign(self) -> None:
        """Give it to a colleague."""
        enquiry = self._active()
        if enquiry is not None:
            self.sheets.reassign(enquiry)

    def ask_merge(self) -> None:
        """It is about the same matter as another one."""
        enquiry = self._active()
        if enquiry is not None:
            self.sheets.merge(enquiry)

    def ask_tags(self) -> None:
        """Change its tags."""
        enquiry = self.enquiry()
        if enquiry is not None:
            self.sheets.tags(enquiry)

    def copy_number(self) -> None:
        """Put its number on the clipboard."""
        enquiry = self.enquiry()
        if enquiry is not None:
            QGuiApplication.clipboard().setText(str(enquiry.number))
