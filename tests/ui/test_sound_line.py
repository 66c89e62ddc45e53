"""A voice message in the timeline: heard by keyboard, its place and length, its speed, and what cannot be heard.

Played through the sound library's silent device, which takes samples in real time as a real one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import EnquiryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import attachments, intake
from switchboard_app.ui.attachment_view import PictureTile
from switchboard_app.ui.keys import Action
from switchboard_app.ui.player import Voice
from switchboard_app.ui.sound_line import SoundLine, clock
from switchboard_app.ui.speaker import Speaker
from tests.ui.hands import press
from tests.ui.open_enquiry import Desk
from tests.ui.sounds import film, voice
from tests.ui.window import Station
from tests.ui.window import opened as opened_window
from tests.ui.workspace import Workspace, until

SILENT = ("NULL",)
NOWHERE = ("JACK",)


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(workspace, qtbot)
    made.pane.player._speaker = Speaker(SILENT)
    yield made
    made.pane.player._speaker.stop()


def keep(desk: Desk, name: str, mime: str, content: bytes) -> EnquiryId:
    file = RemoteAttachment(PlatformId(f"a-{name}"), name, mime, len(content), "https://x.example/")
    enquiry, wanted = desk.receive_files("Anna", "Hören Sie", file)
    desk.workspace.store.write(attachments.keep, wanted[0].id, content, enquiry)
    return enquiry


def shown(desk: Desk, kind: type[QWidget]) -> list[QWidget]:
    return [one for one in desk.pane.timeline.findChildren(kind) if one.isVisible()]


async def opened(desk: Desk, name: str, mime: str, content: bytes) -> SoundLine:
    await desk.open(keep(desk, name, mime, content))
    await until(lambda: shown(desk, SoundLine))
    line = shown(desk, SoundLine)[0]
    assert isinstance(line, SoundLine)
    return line


async def test_a_voice_says_its_length_and_is_played_by_keyboard(desk: Desk) -> None:
    line = await opened(desk, "audioclip-1.mp4", "audio/mp4", voice(seconds=2.0))
    await until(lambda: line.times.source() == "0:00 / 0:02")
    assert "audioclip-1.mp4" in line.play.accessibleName()
    line.play.setFocus()
    press(line.play, Qt.Key.Key_Space)
    standing = desk.pane.player.standing(line.file)
    await until(lambda: standing.doing is Voice.PLAYING and standing.at > 200)
    assert line.play.accessibleName().startswith("Pause")
    press(line.play, Qt.Key.Key_Space)
    assert standing.doing is Voice.RESTING
    stood = standing.at
    assert 0 < stood < 2000
    press(line.play, Qt.Key.Key_Space)
    await until(lambda: standing.doing is Voice.PLAYING and standing.at > stood)
    await until(lambda: standing.doing is Voice.RESTING)
    assert standing.at == 0


async def test_going_elsewhere_and_faster(desk: Desk) -> None:
    line = await opened(desk, "a.mp3", "audio/mpeg", voice("mp3", "libmp3lame", 12.0))
    player, standing = desk.pane.player, desk.pane.player.standing(line.file)
    await until(lambda: standing.length > 11_000)
    line.bar.setFocus()
    press(line.bar, Qt.Key.Key_Right)
    assert standing.at == 5000
    assert line.times.source() == "0:05 / 0:12"
    assert "0:05" in line.bar.accessibleName()
    line.speed.click()
    assert player.tempo == 1.5
    assert line.speed.accessibleName() == "Speed one and a half"
    line.play.click()
    await until(lambda: standing.doing is Voice.PLAYING and standing.at > 5100)
    press(line.bar, Qt.Key.Key_Right)
    await until(lambda: standing.doing is Voice.PLAYING and standing.at > 10_000)
    line.speed.click()
    await until(lambda: standing.doing is Voice.PLAYING)
    assert standing.at > 9_900
    desk.pane.close()
    assert standing.doing is Voice.RESTING


async def test_one_voice_at_a_time(desk: Desk) -> None:
    content = voice(seconds=2.0)
    files = [RemoteAttachment(PlatformId(f"a{n}"), f"{n}.m4a", "audio/mp4", 9, "https://x.example/") for n in (1, 2)]
    enquiry, wanted = desk.receive_files("Anna", "Zwei", *files)
    for one in wanted:
        desk.workspace.store.write(attachments.keep, one.id, content, enquiry)
    await desk.open(enquiry)
    await until(lambda: len(shown(desk, SoundLine)) == 2)
    first, second = (line for line in shown(desk, SoundLine) if isinstance(line, SoundLine))
    first.play.click()
    second.play.click()
    await until(lambda: desk.pane.player.standing(second.file).doing is Voice.PLAYING)
    assert desk.pane.player.standing(first.file).doing is Voice.RESTING


async def test_without_a_sound_device_it_says_so(desk: Desk) -> None:
    desk.pane.player._speaker = Speaker(NOWHERE)
    line = await opened(desk, "a.m4a", "audio/mp4", voice())
    line.play.click()
    await until(line.trouble.isVisible)
    assert "no sound device" in line.trouble.source()
    assert desk.pane.player.standing(line.file).doing is Voice.FAILED
    assert line.button.isEnabled()


async def test_a_damaged_voice_can_only_be_saved(desk: Desk) -> None:
    line = await opened(desk, "a.ogg", "audio/ogg", b"OggS" + b"\0" * 300)
    await until(line.trouble.isVisible)
    assert "damaged" in line.trouble.source()


async def test_a_voice_in_a_films_container_is_a_voice(desk: Desk) -> None:
    line = await opened(desk, "audioclip.mp4", "video/mp4", voice())
    await until(lambda: line.times.source() == "0:00 / 0:02")


async def test_a_film_is_seen_by_its_first_picture_and_saved(desk: Desk) -> None:
    await desk.open(keep(desk, "loch.mp4", "video/mp4", film()))
    await until(lambda: shown(desk, PictureTile))
    tile = shown(desk, PictureTile)[0]
    assert isinstance(tile, PictureTile)
    await until(tile.shows)
    assert tile.accessibleName().startswith("Film loch.mp4")
    asked: list[object] = []
    desk.pane.wishes.save.connect(asked.append)
    tile.click()
    dialog = desk.pane.sheets.saving.dialog
    assert asked == [tile.file]
    assert dialog is not None
    dialog.reject()


async def test_a_phone_note_silences_it(workspace: Workspace, tmp_path: Path) -> None:
    file = RemoteAttachment(PlatformId("a"), "a.mp3", "audio/mpeg", 9, "https://x.example/")
    sender = RemotePerson(PlatformId("p"), "Anna")
    thread = RemoteThread(PlatformId("t"), sender)
    message = RemoteMessage(PlatformId("m"), thread.platform_id, sender, False, "Hallo", workspace.clock.now, (file,))
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    batch = Batch((thread,), (message,), {"at": "x"}, complete=True)
    [wanted] = workspace.store.write(intake.ingest, account, batch).to_fetch
    workspace.store.write(attachments.keep, wanted.id, voice("mp3", "libmp3lame", 12.0), wanted.enquiry)
    async with opened_window(workspace, Station(tmp_path / "window.json")) as window:
        pane = window.conversation()
        pane.player._speaker = Speaker(SILENT)
        window.go_to(wanted.enquiry)
        await until(lambda: pane.timeline.findChildren(SoundLine))
        line = pane.timeline.findChildren(SoundLine)[0]
        line.play.click()
        standing = pane.player.standing(line.file)
        await until(lambda: standing.doing is Voice.PLAYING)
        window.act(Action.PHONE_NOTE)
        assert standing.doing is Voice.RESTING


def test_times_are_said_shortly() -> None:
    assert [clock(n) for n in (0, 7_400, 760_000)] == ["0:00", "0:07", "12:40"]
