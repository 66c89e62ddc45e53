"""The decoder process: what it takes and refuses, its limits, its deaths; and what the window believes it."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QImageWriter

from switchboard_app.ui.decoding.decoder import PICTURE_SECONDS, Decoder, picture_of, sound_of
from switchboard_app.ui.decoding.frames import Broken, Head, read_frame, write_frame
from switchboard_app.ui.decoding.limits import MEMORY
from switchboard_app.ui.decoding.process import Answer, DecoderProcess, command
from tests import tiers
from tests.ui.corpora import SHARED

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limits of Linux, read from /proc")
SMALL: Head = {"do": "picture", "width": 500, "height": 300}
BOX = QSize(500, 300)


@pytest.fixture(scope="module")
def process() -> Iterator[DecoderProcess]:
    made = DecoderProcess("pictures")
    yield made
    made.close()


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    made = Decoder()
    yield made
    made.close()


def picture(width: int = 60, height: int = 40, form: bytes = b"png") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(120, 130, 140))
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(device, QByteArray(form)).write(image)
    return bytes(device.data().data())


def bomb(width: int, height: int) -> bytes:
    """A PNG of one colour: small as a file, huge in memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * (1 + 3 * width) * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [b"png", b"jpeg", b"webp"])
def test_pictures_are_scaled_and_say_how_large_they_are(process: DecoderProcess, form: bytes) -> None:
    found = picture_of(process.ask(SMALL, picture(1200, 600, form), 10), 500, 300)
    assert found is not None
    assert (found.image.size(), found.whole, found.complete) == (QSize(500, 250), QSize(1200, 600), False)
    shade = QColor(found.image.pixel(10, 10))
    assert abs(shade.red() - 120) < 4
    assert abs(shade.blue() - 140) < 4


def test_small_pictures_keep_their_size(process: DecoderProcess) -> None:
    found = picture_of(process.ask(SMALL, picture(), 10), 500, 300)
    assert found is not None
    assert found.complete


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing of the kind",
        b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='9' height='9'/></svg>",
        picture(form=b"bmp"),
        picture()[:60],
        bomb(60_000, 60_000),
        bomb(6_000, 6_000),
    ],
    ids=["empty", "text", "svg", "bmp", "cut", "bomb", "big"],
)
def test_what_is_no_picture_of_ours_is_refused(process: DecoderProcess, content: bytes) -> None:
    assert picture_of(process.ask(SMALL, content, PICTURE_SECONDS), 500, 300) is None


def test_damaged_pictures_cost_neither_time_nor_memory_nor_the_window(process: DecoderProcess) -> None:
    images = []
    for name in ("malformed_images.json", "malformed_images_more.json"):
        path = SHARED / "third_party" / name
        if path.is_file():
            images += [one for one in json.loads(path.read_text("utf-8"))["images"] if "b64" in one]
    if not images:
        pytest.skip("no ../shared/corpora/third_party/malformed_images.json beside this checkout")
    process.ask(SMALL, picture(), 10)  # it stands
    for one in images:
        began = time.monotonic()
        answer = process.ask(SMALL, base64.b64decode(one["b64"]), PICTURE_SECONDS)
        took, peak = time.monotonic() - began, answer.head.get("peak", 0)
        assert took <= PICTURE_SECONDS + 5, (one["name"], took)
        assert isinstance(peak, int)
        assert peak <= MEMORY, (one["name"], peak)
        assert answer.kind in ("picture", "none")


def test_random_damage_is_survived(process: DecoderProcess) -> None:
    import random

    chance = random.Random(tiers.seed("random_damage"))
    whole = [picture(200, 100, form) for form in (b"png", b"jpeg", b"webp")]
    for _ in range(tiers.count(60, 3000)):
        spoilt = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 8)):
            spoilt[chance.randrange(12, len(spoilt))] = chance.randrange(256)
        assert process.ask(SMALL, bytes(spoilt), PICTURE_SECONDS).kind in ("picture", "none")


def test_a_picture_is_made_small_enough(process: DecoderProcess) -> None:
    noise = os.urandom(600 * 400 * 4)
    device = QBuffer()
    device.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(device, QByteArray(b"png")).write(QImage(noise, 600, 400, QImage.Format.Format_RGB32))
    whole = bytes(device.data().data())
    answer = process.ask({"do": "shrink", "most": 100_000}, whole, 20)
    assert answer.kind == "file"
    assert answer.body.startswith(b"\xff\xd8\xff")
    assert 1_000 < len(answer.body) <= 100_000 < len(whole)
    assert process.ask({"do": "shrink", "most": 60_000}, b"kein Bild", 20).kind == "none"


# -- deaths ------------------------------------------------------------------------------------------------------------


async def test_a_hundred_killings_cost_nothing(decoder: Decoder) -> None:
    for number in range(100):
        if number % 4 and decoder.pictures.pid:
            os.kill(decoder.pictures.pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # a warm one, between two files
        asking = asyncio.ensure_future(decoder.picture(picture(), BOX))
        if number % 4 == 0 and decoder.pictures.pid:
            await asyncio.sleep(0)
            decoder.pictures.kill()  # in the middle
            await asyncio.wait_for(asking, 30)
            continue
        assert (await asyncio.wait_for(asking, 30)) is not None


@pytest.mark.skipif(sys.platform == "win32", reason="no signal makes a process stand still there")
def test_one_that_hangs_is_killed_and_the_next_file_is_decoded(process: DecoderProcess) -> None:
    process.ask(SMALL, picture(), 10)
    hanging = process.pid
    os.kill(hanging, signal.SIGSTOP)
    began = time.monotonic()
    answer = process.ask(SMALL, picture(), 0.3)
    assert time.monotonic() - began < 15
    assert process.pid != hanging
    assert answer.kind in ("picture", "none")  # the second, fresh one may have been quick enough
    assert process.ask(SMALL, picture(), 10).kind == "picture"


@LINUX
def test_it_ends_with_the_window() -> None:
    """Whoever started it may be killed: the decoder reads the end of its input and goes."""
    starts = (
        "import sys, time; from switchboard_app.ui.decoding.process import DecoderProcess as D; d = D('pictures');"
        " d.ask({'do': 'picture', 'width': 9, 'height': 9}, b'x', 20); print(d.pid, flush=True); time.sleep(600)"
    )
    window = subprocess.Popen([sys.executable, "-c", starts], stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    decoder = int(window.stdout.readline())
    window.kill()
    window.wait()
    window.stdout.close()
    ends = time.monotonic() + 20
    while _runs(decoder):
        assert time.monotonic() < ends, "it outlived the window"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether a process is there and is more than a name that nobody has asked for."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_after_its_end_it_starts_nothing() -> None:
    made = DecoderProcess("pictures")
    made.close()
    assert made.ask(SMALL, picture(), 1).kind == "none"
    assert made.pid == 0


# -- limits ------------------------------------------------------------------------------------------------------------


@LINUX
@pytest.mark.parametrize("what", ["pictures", "sounds"])
def test_it_may_use_little_and_knows_nothing(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:geheim@proxy.example")
    made = DecoderProcess(what)
    try:
        made.ask({"do": "poster" if what == "sounds" else "picture", "width": 9, "height": 9}, b"x", 10)
        here = Path("/proc") / str(made.pid)
        limits = {line[:26].strip(): line[26:].split() for line in (here / "limits").read_text().splitlines()}
        assert limits["Max address space"][:2] == [str(MEMORY)] * 2
        assert limits["Max file size"][:2] == ["0", "0"]
        assert limits["Max core file size"][:2] == ["0", "0"]
        assert b"geheim" not in (here / "environ").read_bytes()
        loaded = (here / "maps").read_text()
        assert not [name for name in ("libQt6Widgets", "libQt6Network", "sqlcipher", "_ssl") if name in loaded]
        assert ("libQt6Gui" in loaded) is (what == "pictures")
        assert "NoNewPrivs:\t1" in (here / "status").read_text()
    finally:
        made.close()


@LINUX
def test_it_has_no_network_where_the_system_allows_to_give_it_up(process: DecoderProcess) -> None:
    allowed = subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        pytest.skip("this system does not let a program give up its network")
    process.ask(SMALL, picture(), 10)
    devices = (Path("/proc") / str(process.pid) / "net" / "dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] in ([], ["lo"])


def test_it_starts_from_anywhere_and_asks_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "switchboard_app").mkdir()
    (tmp_path / "switchboard_app" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (tmp_path / "PySide6.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made = DecoderProcess("pictures")
    try:
        assert made.ask(SMALL, picture(), 10).kind == "picture"
    finally:
        made.close()


def test_a_bundle_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command("sounds") == [sys.executable, "decoder", "sounds"]


def test_it_is_a_hidden_verb_of_the_program() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "switchboard_app", "decoder", "pictures"], input=b"", capture_output=True, check=True
    )
    assert read_frame(io.BytesIO(told.stdout)) == ({"is": "ready"}, b"")


# -- what the window believes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\0",
        struct.pack(">II", 5000, 0),
        struct.pack(">II", 2, 1 << 31) + b"{}",
        struct.pack(">II", 2, 10) + b"{}",
        struct.pack(">II", 4, 0) + b"null",
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 3, 0) + b"{]}",
        struct.pack(">II", 10, 0) + b'{"a":null}',
        struct.pack(">II", 4096, 0) + b"[" * 4096,
        struct.pack(">II", 4, 0) + b"\xff\xfe\xfd\xfc",
    ],
)
def test_what_is_no_frame_is_not_read(said: bytes) -> None:
    with pytest.raises(Broken):
        read_frame(io.BytesIO(said))


def test_frames_come_back_as_they_were_written() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, {"is": "sound", "rate": 3, "ä": "ö\n"}, memoryview(b"abc"))
    pipe.seek(0)
    assert read_frame(pipe) == ({"is": "sound", "rate": 3, "ä": "ö\n"}, b"abc")


@pytest.mark.parametrize(
    "change",
    [
        {"width": 600},
        {"width": 0},
        {"width": -4},
        {"width": "4"},
        {"width": 4.0},
        {"width": True},
        {"height": 3},
        {"whole_width": -1},
        {"whole_height": 1 << 40},
        {"is": "sound"},
    ],
)
def test_lies_about_pixels_are_no_picture(change: Head) -> None:
    honest: Head = {"is": "picture", "width": 4, "height": 2, "whole_width": 8, "whole_height": 4}
    assert picture_of(Answer("picture", honest, bytes(32)), 500, 300) is not None
    told = {**honest, **change}
    assert picture_of(Answer(str(told["is"]), told, bytes(32)), 500, 300) is None


@pytest.mark.parametrize("change", [{"rate": 0}, {"rate": 1 << 20}, {"millis": -1}, {"millis": 1 << 40}, {"cut": 2}])
def test_lies_about_samples_are_no_sound(change: Head) -> None:
    honest: Head = {"rate": 24_000, "millis": 1000, "cut": 0}
    assert sound_of(Answer("sound", honest, bytes(48_000)), 1.0) is not None
    assert sound_of(Answer("sound", {**honest, **change}, bytes(48_000)), 1.0) is None
    assert sound_of(Answer("sound", honest, bytes(47)), 1.0) is None
    assert sound_of(Answer("sound", honest, b""), 1.0) is None
