"""Files of strangers: cleaned names, decoding within limits, tiles and lines, the viewer, saving."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.errors import Unreachable
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import RemoteAttachment
from switchboard_app.store import attachments
from switchboard_app.ui import look, thumbnails
from switchboard_app.ui.attachment_view import FileLine, PictureTile
from switchboard_app.ui.decoding.decoder import Decoder
from switchboard_app.ui.file_names import MOST_BYTES, MOST_CHARACTERS, cleaned, ending, risky, size_words
from switchboard_app.ui.links import LinkSheet
from switchboard_app.ui.saving import write_file
from tests.ui.corpora import cases
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk, focus, picture
from tests.ui.workspace import Workspace, until


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


# -- names -------------------------------------------------------------------------------------------------------------

OWN_NAMES = [
    ("foto.jpg", "foto.jpg", False),
    ("../../etc/passwd", "passwd", False),
    ("C:\\fakepath\\plan.pdf", "plan.pdf", False),
    ("rechnung.pdf.exe", "rechnung.pdf.exe", True),
    ("rechnung.pdf       .exe", "rechnung.pdf.exe", True),
    ("foto_\u202egpj.exe", "foto_gpj.exe", True),
    ("x.txt:strom.exe", "x.txt_strom.exe", True),
    ("AUX.txt", "_AUX.txt", False),
    ("a.exe. .", "a.exe", True),
    (".exe", "exe", True),
    ("", "attachment", False),
    ("...", "attachment", False),
    ("a\x00\n.pdf", "a.pdf", False),
    ("autorun.inf", "autorun.inf", True),
    ("Ein Satz. Mit Punkt und sehr vielen Worten danach, " + "w" * 90, None, False),
]


@pytest.mark.parametrize(("name", "clean", "is_risky"), OWN_NAMES)
def test_names_are_cleaned(name: str, clean: str | None, is_risky: bool) -> None:
    assert clean is None or cleaned(name) == clean
    assert risky(name) is is_risky


def test_long_names_keep_their_ending() -> None:
    for name in ("a" * 300 + ".pdf", "ä" * 300 + ".docx", "👍" * 200 + ".png"):
        short = cleaned(name)
        assert len(short) <= MOST_CHARACTERS
        assert len(short.encode()) <= MOST_BYTES
        assert ending(short) == ending(name)


@pytest.mark.parametrize("case", cases("own", "attachment_names.json"))
def test_names_of_the_corpus(case: dict[str, object]) -> None:
    name = str(case["name"])
    clean = cleaned(name)
    assert risky(name) is case["risky"]
    assert clean
    assert clean.strip(" .") == clean
    assert not set(clean) & set('/\\:*?"<>|')
    assert clean.isprintable()
    assert len(clean) <= MOST_CHARACTERS
    assert len(clean.encode()) <= MOST_BYTES
    assert clean.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    assert ending(clean) == ending(name)
    assert risky(clean) is case["risky"]


def test_sizes_are_said_shortly() -> None:
    assert [size_words(n) for n in (0, 400, 1234, 1_800_000)] == ["", "0.4 kB", "1 kB", "1.8 MB"]


# -- in the timeline ---------------------------------------------------------------------------------------------------


def remote(name: str, mime: str = "image/png", *, unavailable: str = "") -> RemoteAttachment:
    return RemoteAttachment(PlatformId(f"a-{name}"), name, mime, 1_800_000, "https://x.example/", unavailable)


def keep(desk: Desk, name: str, content: bytes) -> EnquiryId:
    """A message with one file whose bytes are here."""
    enquiry, wanted = desk.receive_files("Anna", "Schauen Sie", remote(name))
    desk.workspace.store.write(attachments.keep, wanted[0].id, content, enquiry)
    return enquiry


def tile(desk: Desk) -> PictureTile | None:
    found = desk.pane.timeline.findChildren(PictureTile)
    return found[0] if found else None


def line(desk: Desk) -> FileLine | None:
    found = [one for one in desk.pane.timeline.findChildren(FileLine) if one.isVisible()]
    return found[0] if found else None


async def test_a_picture_is_a_tile_that_keeps_its_size_and_opens_the_viewer(desk: Desk) -> None:
    await desk.open(keep(desk, "IMG_2231.jpg", picture(1200, 800)))
    made = tile(desk)
    assert made is not None
    size = made.size()
    await until(made.shows)
    assert made.size() == size
    assert "IMG_2231.jpg" in made.accessibleName()
    made.setFocus()
    press(made, Qt.Key.Key_Return)
    sheet = desk.pane.sheets.picture_sheet
    assert sheet is not None
    assert sheet.isVisible()
    await until(lambda: sheet.canvas.picture is not None)
    assert not sheet.words.isVisible()
    assert focus() is sheet.canvas
    press(sheet.canvas, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert focus() is made
    assert desk.pane.current() is not None


async def test_without_its_decoder_the_window_shows_no_picture(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The window has nothing of its own that would decode: a whole picture becomes a line that can be saved."""
    ended = Decoder()
    ended.close()
    monkeypatch.setattr(thumbnails, "the_decoder", lambda: ended)
    await desk.open(keep(desk, "IMG_2231.jpg", picture(1200, 800, b"jpeg")))
    await until(lambda: line(desk), 8)
    assert not [one for one in desk.pane.timeline.findChildren(PictureTile) if one.isVisible()]


async def test_a_damaged_picture_becomes_a_line(desk: Desk) -> None:
    await desk.open(keep(desk, "kaputt.png", picture()[:50] + b"\0" * 50))
    await until(lambda: line(desk))
    assert tile(desk) is None or not tile(desk).isVisible()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        (AttachmentState.PENDING, "", "is being fetched"),
        (AttachmentState.PENDING, "Kein Netz.", "the last try: Kein Netz."),
        (AttachmentState.TOO_BIG, "", "too big"),
        (AttachmentState.UNAVAILABLE, "Facebook does not give it in Europe.", "Facebook does not give it in Europe."),
        (AttachmentState.UNAVAILABLE, "", "not available through the platform"),
        (AttachmentState.REFUSED, "", "not fetched"),
    ],
)
async def test_what_is_not_here_says_why_and_leads_to_the_inbox(
    desk: Desk, state: AttachmentState, reason: str, words: str
) -> None:
    enquiry, wanted = desk.receive_files("Anna", "Foto", remote("IMG_1.jpg"))
    desk.workspace.store.write(attachments.refuse, wanted[0].id, state, reason, enquiry)
    await desk.open(enquiry)
    shown = line(desk)
    assert shown is not None
    assert words in shown.why
    if state is AttachmentState.PENDING:
        assert shown.button is None
        return
    assert shown.button is not None
    shown.button.click()
    sheet = desk.window.findChild(LinkSheet)
    assert isinstance(sheet, LinkSheet)
    assert sheet.judged.address == "https://www.facebook.com/page/inbox/1/"


async def test_a_sentence_in_the_place_of_a_name_is_not_shown_as_one(desk: Desk) -> None:
    sentence = "Media not available due to new privacy rules in Europe. See developer documentation for more info"
    file = RemoteAttachment(PlatformId("a-eu"), sentence, unavailable="Facebook gibt es nicht.")
    enquiry, _ = desk.receive_files("Anna", "Foto", file)
    await desk.open(enquiry)
    shown = line(desk)
    assert shown is not None
    assert shown.name.source() == "Attachment"
    assert shown.why == "Facebook gibt es nicht."


async def test_a_file_that_arrives_later_takes_the_place_of_its_line(desk: Desk) -> None:
    enquiry, wanted = desk.receive_files("Anna", "Foto", remote("IMG_1.png"))
    await desk.open(enquiry)
    assert line(desk) is not None
    desk.workspace.store.write(attachments.keep, wanted[0].id, picture(), enquiry)
    await until(lambda: (made := tile(desk)) is not None and made.shows())


async def test_lines_keep_their_words_in_a_narrow_column(desk: Desk) -> None:
    files = [remote("Gutachten Buche.pdf", "application/pdf"), remote("rechnung.pdf.exe", ""), remote("foto.jpg")]
    enquiry, wanted = desk.receive_files("Anna", "Anbei", *files)
    desk.workspace.store.write(attachments.keep, wanted[0].id, b"%PDF-1.7 Inhalt", enquiry)
    desk.workspace.store.write(attachments.keep, wanted[1].id, b"MZ" + b"\0" * 200, enquiry)
    reason = "The platform does not give this file; open the conversation in its inbox, please, as told above."
    desk.workspace.store.write(attachments.refuse, wanted[2].id, AttachmentState.UNAVAILABLE, reason, enquiry)
    await desk.open(enquiry)
    for width in (900, 420, 340, 700):
        desk.window.resize(width, 800)
        await desk.settled()
        lines = [one for one in desk.pane.timeline.findChildren(FileLine) if one.isVisible()]
        assert len(lines) == 3
        for one in lines:
            for label in one.findChildren(look.Label):
                wanted_height = label.heightForWidth(label.width())
                assert label.height() >= wanted_height, (width, label.source(), label.height(), wanted_height)
            for button in one.findChildren(look.KeyButton):
                assert button.geometry().bottom() < one.height(), (width, button.words())


# -- saving ------------------------------------------------------------------------------------------------------------


async def test_a_file_is_saved_under_its_cleaned_name(desk: Desk, tmp_path: Path) -> None:
    await desk.open(keep(desk, "..\\..\\Plan 1.pdf", b"%PDF-1.7 Inhalt"))
    shown = line(desk)
    assert shown is not None
    assert shown.name.source().startswith("Plan 1.pdf")
    assert shown.button is not None
    shown.button.click()
    saving = desk.pane.sheets.saving
    assert isinstance(saving.dialog, QFileDialog)
    assert Path(saving.dialog.selectedFiles()[0]).name == "Plan 1.pdf"
    saving.dialog.reject()
    target = tmp_path / "Plan 1.pdf"
    await saving.save(shown.file, target)
    assert target.read_bytes() == b"%PDF-1.7 Inhalt"


async def test_a_risky_file_warns_before_it_is_saved(desk: Desk) -> None:
    await desk.open(keep(desk, "rechnung.pdf.exe", b"MZ" + b"\0" * 200))
    shown = line(desk)
    assert shown is not None
    assert "harm" in shown.why
    assert shown.button is not None
    shown.button.click()
    saving = desk.pane.sheets.saving
    first = saving.warning
    assert first is not None
    assert focus() is first.cancel_button
    assert not desk.window.findChildren(QFileDialog)
    press(first.cancel_button, Qt.Key.Key_Escape)
    shown.button.click()
    second = saving.warning
    assert second is not None
    second.save_button.click()
    [dialog] = desk.window.findChildren(QFileDialog)
    dialog.reject()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="could not be saved"):
        write_file(tmp_path / "gibt" / "es" / "nicht.pdf", b"x")
