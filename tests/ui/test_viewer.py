"""The viewer by keyboard, and documents that open only after a question."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import RemoteAttachment
from switchboard_app.store import attachments
from switchboard_app.ui.attachment_view import FileLine, PictureTile
from switchboard_app.ui.file_names import openable
from switchboard_app.ui.opening import write_to_open
from switchboard_app.ui.picture_sheet import PictureSheet
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk, focus, picture
from tests.ui.workspace import Workspace, until

PDF = b"%PDF-1.7\n" + b"x" * 80


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def keep(desk: Desk, *files: tuple[str, bytes]) -> EnquiryId:
    named = [RemoteAttachment(PlatformId(f"a-{name}"), name, "", len(c), "https://x.example/") for name, c in files]
    enquiry, wanted = desk.receive_files("Anna", "Anbei", *named)
    for one, (_, content) in zip(wanted, files, strict=True):
        desk.workspace.store.write(attachments.keep, one.id, content, enquiry)
    return enquiry


async def viewer(desk: Desk, name: str) -> PictureSheet:
    """Open the tile of this name."""

    def tiles() -> list[PictureTile]:
        return [one for one in desk.pane.timeline.findChildren(PictureTile) if name in one.accessibleName()]

    await until(lambda: tiles() and tiles()[0].shows())
    tiles()[0].click()
    sheet = desk.pane.sheets.picture_sheet
    assert sheet is not None
    await until(lambda: sheet.canvas.picture is not None)
    return sheet


async def test_arrows_go_through_the_pictures_of_the_conversation(desk: Desk) -> None:
    await desk.open(keep(desk, ("a.png", picture()), ("plan.pdf", PDF), ("b.png", picture()), ("c.png", picture())))
    sheet = await viewer(desk, "b.png")
    assert sheet.aside.source() == "2/3"
    assert focus() is sheet.canvas
    press(sheet.canvas, Qt.Key.Key_Right)
    assert sheet.file.name == "c.png"
    press(sheet.canvas, Qt.Key.Key_Right)
    assert sheet.file.name == "c.png"
    assert not sheet.after_button.isEnabled()
    await until(lambda: sheet.canvas.picture is not None)
    for _ in range(2):
        press(sheet.canvas, Qt.Key.Key_Left)
    assert sheet.file.name == "a.png"
    assert sheet.aside.source() == "1/3"
    await until(lambda: sheet.canvas.picture is not None)
    assert "60 × 40" in sheet.title.source()
    asked: list[object] = []
    sheet.save_wanted.connect(asked.append)
    press(sheet.canvas, Qt.Key.Key_S)
    assert asked == [sheet.file]
    assert desk.pane.sheets.saving.dialog is not None
    desk.pane.sheets.saving.dialog.reject()
    press(sheet.canvas, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


async def test_the_real_size_is_looked_over_with_the_arrows(desk: Desk) -> None:
    await desk.open(keep(desk, ("gross.jpg", picture(3600, 2400, b"jpeg")), ("b.png", picture())))
    sheet = await viewer(desk, "gross.jpg")
    assert sheet.canvas.picture is not None
    assert not sheet.canvas.picture.complete
    press(sheet.canvas, Qt.Key.Key_1)
    await until(lambda: sheet.canvas.real_size)
    assert sheet.canvas.picture.image.size() == QSize(3600, 2400)
    press(sheet.canvas, Qt.Key.Key_Right)
    assert sheet.file.name == "gross.jpg"
    assert sheet.canvas._offset.x() < 0
    for _ in range(60):
        press(sheet.canvas, Qt.Key.Key_Right)
    assert sheet.canvas._offset.x() == -sheet.canvas.overhang().width() / 2
    press(sheet.canvas, Qt.Key.Key_1)
    assert not sheet.canvas.real_size
    assert sheet.canvas.overhang() == QSize(0, 0)
    sheet.canvas.move_by(QPointF(500, 0))
    assert sheet.canvas._offset == QPointF()
    press(sheet.canvas, Qt.Key.Key_PageDown)
    assert sheet.file.name == "b.png"


# -- documents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mime", "may"),
    [
        ("plan.pdf", "application/pdf", True),
        ("plan", "application/pdf", True),
        ("plan.pdf.exe", "application/pdf", False),
        ("plan.html", "application/pdf", False),
        ("plan.docx", "application/pdf", False),
        ("plan.pdf", "application/zip", False),
        ("plan.pdf", "", False),
    ],
)
def test_only_pdf_may_be_opened(name: str, mime: str, may: bool) -> None:
    assert openable(name, mime) is may


async def test_a_document_opens_after_a_second_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[QUrl] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    await desk.open(keep(desk, ("../Gesuch 7.pdf", PDF)))
    [line] = [one for one in desk.pane.timeline.findChildren(FileLine) if one.isVisible()]
    assert line.open_button is not None
    line.open_button.click()
    sheet = desk.pane.sheets.opening.sheet
    assert sheet is not None
    assert focus() is sheet.cancel_button
    assert not opened
    sheet.open_button.click()
    await until(lambda: opened)
    assert Path(opened[0].toLocalFile()).name == "Gesuch 7.pdf"


async def test_without_a_program_for_it_it_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    await desk.open(keep(desk, ("gesuch.pdf", PDF)))
    [line] = [one for one in desk.pane.timeline.findChildren(FileLine) if one.isVisible()]
    assert line.open_button is not None
    line.open_button.click()
    assert desk.pane.sheets.opening.sheet is not None
    desk.pane.sheets.opening.sheet.open_button.click()
    await until(lambda: desk.told)
    assert "no program" in str(desk.told[0])


def test_what_is_written_to_be_opened_is_named_pdf_and_told_apart(tmp_path: Path) -> None:
    one, other = write_to_open("rechnung", PDF), write_to_open("rechnung", PDF)
    assert one.read_bytes() == PDF
    if sys.platform != "win32":
        assert stat.S_IMODE(one.stat().st_mode) == 0o400
        assert stat.S_IMODE(one.parent.stat().st_mode) == stat.S_IMODE(one.parent.parent.stat().st_mode) == 0o700
    assert one.name == other.name == "rechnung.pdf"
    assert one != other
    assert os.path.commonpath([one, other]) == str(one.parent.parent)
