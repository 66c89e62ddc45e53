"""Switching the language needs no restart: after it, nothing on any view is left in the language before.

The citizens of these tests write Greek, so that what is said in Latin letters is the program's. Views made in English
are switched to an invented language in which every sentence stands in brackets: whatever stands outside them was
never looked up, or not again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.config import StationSettings
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import language_in_use, use_language
from switchboard_app.model.office_csv import read_directory
from switchboard_app.store import directory, enquiries, queue, timeline
from switchboard_app.store.desk import NoteAction, PhoneNote, forward, note, reply, take_note
from switchboard_app.ui.conversation_sheets import Sheets
from switchboard_app.ui.first_start import FirstStart
from switchboard_app.ui.health_page import HealthPage
from switchboard_app.ui.main_window import MainWindow
from switchboard_app.ui.no_entry import NoEntry
from tests.ui.reading import INVENTED, invented, outside_brackets, said
from tests.ui.workspace import ME, ROOT, Workspace, until

LOCALE = ROOT / "resources" / "locale"
SAME = re.compile(
    r"Switchboard|Facebook|Marco Lüthi|\bML\b|\b(?:Ctrl|Shift|Enter|Esc|Alt)\b|\b(?:Deutsch|English)\b|STARTTLS|TLS"
    r"|https?://\S*|\S+@\S+|mail\.example\.org|Rathaus Basel|Kanton Basel-Stadt|\b(?:PNG|JPEG|GIF|CSV)\b"
)
"""The same in every language: names of products, people, keys and languages, and what is given as an example."""
WORD = re.compile(r"[A-Za-zÄÖÜäöü]{3,}")

OFFICES = """\
id;department;office;topics;email;phone;opening_hours
tba;Α;Οδοί;Λακκούβα: Καλημέρα, δρόμος;tba@example.org;061 555 02 10;Mo-Fr 8-12
"""

Show = Callable[[QWidget], QWidget]


class Station:
    """Settings of a station that keeps nothing, and its keyring."""

    def __init__(self, folder: Path) -> None:
        self.state_file = folder / "window.json"
        self.workspace_name = "Κέρκυρα"

    @property
    def secrets(self) -> Station:
        return self

    def current(self) -> StationSettings:
        return StationSettings()

    def save(self, new: StationSettings) -> None:
        """Nothing is kept."""

    async def keep_mail_password(self, user: str, password: str) -> None:
        """Nothing is kept."""

    async def create_workspace(self) -> str:
        return "ΑΒΓΔ"

    async def open_workspace(self) -> None:
        """There is none."""

    async def restore_workspace(self, recovery_key: str) -> None:
        """There is none."""

    def start_training(self) -> None:
        """There is none."""


@pytest.fixture
def locale(tmp_path: Path) -> Iterator[Path]:
    """Where the invented language lies; afterwards the language is the one before."""
    before = language_in_use()
    yield invented(tmp_path / "locale")
    use_language(before, LOCALE)


@pytest.fixture
def shown(qtbot: QtBot) -> Show:
    """Shows a widget without waiting: the loop that runs the test must not be run inside it."""

    def show(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        widget.show()
        return widget

    return show


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Enquiries in several states, written by people who write Greek, and an office that has a Greek name."""
    page = workspace.connect(Channel.FACEBOOK, "Ρώμη")
    handle = workspace.connect(Channel.X, "Αθήνα")
    workspace.store.write(directory.replace, read_directory(OFFICES.encode()), ME)
    for person in ("Ελένη", "Νίκος", "Μαρία"):
        workspace.receive(page, person, "Καλημέρα, πού είναι το γραφείο;")
    workspace.receive(handle, "Γιώργος", "Ευχαριστώ")
    write = workspace.store.write
    one, two, *_ = (row.id for row in workspace.store.read(queue.page, queue.QueueFilter(View.INBOX, ME), 0, 9))
    write(reply, one, "Καλημέρα", ME, expected_version=None)
    write(note, one, "Σημείωση", ME)
    write(forward, two, OfficeId("tba"), "Λακκούβα", ME)
    write(take_note, PhoneNote("Αύριο στις 9", "061 555 01 88", "Άννα", urgent=True), ME)
    write(take_note, PhoneNote("Τέλος", action=NoteAction.ANSWERED), ME)
    return workspace


def unsaid(view: QWidget) -> list[str]:
    """What a view says in Latin letters without having asked the catalogue."""
    return [f"{where}: {text!r}" for where, text in said(view) if WORD.search(SAME.sub("", outside_brackets(text)))]


async def settle() -> None:
    """Let the loop do what the views asked for."""
    for _ in range(20):
        await asyncio.sleep(0.01)


async def test_the_window(filled: Workspace, locale: Path, tmp_path: Path, shown: Show) -> None:
    window = MainWindow(filled.bridge, filled.verbs, Station(tmp_path))
    window.resize(1440, 900)
    shown(window)
    await until(lambda: window.queue.model.rowCount() > 1)
    await settle()
    window.open_number(1)
    await settle()
    for sheet in (window.sheets.keys(), window.sheets.station(), window.sheets.directory(), window.sheets.account()):
        sheet.open()
        await settle()
    window.sheets.phone_note().open_for("061 555 01 88")
    window.search()
    await settle()
    use_language(INVENTED, locale)
    await settle()
    left = unsaid(window)
    assert not left, "\n".join(left)


@pytest.mark.parametrize("number", [1, 2, 4, 5, 6])
async def test_an_enquiry(number: int, filled: Workspace, locale: Path, tmp_path: Path, shown: Show) -> None:
    window = MainWindow(filled.bridge, filled.verbs, Station(tmp_path))
    window.resize(1440, 900)
    shown(window)
    await until(lambda: window.queue.model.rowCount() > 1)
    await settle()
    window.open_number(number)
    await until(lambda: window.conversation().current() is not None)
    await settle()
    use_language(INVENTED, locale)
    await settle()
    left = unsaid(window)
    assert not left, "\n".join(left)


async def test_the_page_of_the_accounts(filled: Workspace, locale: Path, shown: Show) -> None:
    page = HealthPage(filled.bridge)
    shown(page)
    await until(lambda: len(page.cards) == 2)
    use_language(INVENTED, locale)
    await settle()
    left = unsaid(page)
    assert not left, "\n".join(left)


async def test_the_pages_before_a_workspace(workspace: Workspace, locale: Path, tmp_path: Path, shown: Show) -> None:
    start = FirstStart(Station(tmp_path), ROOT / "resources")
    refused = NoEntry(Station(tmp_path), Unreachable("Όχι", "Ναι"))
    for page in (start, refused):
        shown(page)
    use_language(INVENTED, locale)
    await settle()
    left = [*unsaid(start), *unsaid(refused)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", ["snooze", "done", "reassign", "merge", "tags"])
async def test_a_sheet_that_is_opened_again(name: str, filled: Workspace, locale: Path, shown: Show) -> None:
    """Sheets of an enquiry say everything anew when they open."""
    window = QWidget()
    window.resize(1200, 800)
    shown(window)
    sheets = Sheets(window, filled.bridge, filled.verbs)
    enquiry = filled.store.read(timeline.conversation, filled.store.read(enquiries.find, 1), 9).enquiry
    getattr(sheets, name)(enquiry)
    await settle()
    use_language(INVENTED, locale)
    getattr(sheets, name)(enquiry)
    await settle()
    left = unsaid(window)
    assert not left, "\n".join(left)
