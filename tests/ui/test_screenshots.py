"""The pictures of the documentation: complete, small, the same every time, of a workspace that verbs filled."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from switchboard_app.model.enquiry import View
from switchboard_app.store import enquiries, queue, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.migrate import upgrade
from switchboard_app.ui.picture_file import palette, save_small
from switchboard_app.ui.sample_cases import NOW, in_order, moment, read_cases
from switchboard_app.ui.sample_workspace import ME, Filled, SetClock, fill
from switchboard_app.ui.screenshots import NAMES, SIZES, THEMES, wished

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 350_000


def take(folder: Path, *arguments: str) -> dict[str, bytes]:
    """The pictures that the command takes, by file name."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "switchboard_app.ui.screenshots", "--out", str(folder), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_pictures_are_taken_without_a_display_and_the_same_twice(tmp_path: Path) -> None:
    some = ("--views", "main", "phone-note", "first-start", "--themes", "dark", "--sizes", "1024x700")
    first = take(tmp_path / "first", *some)
    assert list(first) == [f"{name}-dark-1024x700.png" for name in ("first-start", "main", "phone-note")]
    assert first == take(tmp_path / "second", *some)
    for content in first.values():
        image = QImage.fromData(content)
        assert (image.width(), image.height()) == (1024, 700)
        assert len(content) < LARGEST


def test_the_pictures_of_the_documentation_are_complete() -> None:
    folder = ROOT / "docs" / "pictures"
    wanted = {f"{name}-{theme}-{width}x{height}.png" for name in NAMES for theme in THEMES for width, height in SIZES}
    there = {path.name: path.stat().st_size for path in folder.glob("*.png")}
    assert set(there) == wanted
    assert [name for name, size in there.items() if size > LARGEST] == []


def test_the_usual_wish_is_every_view_in_german() -> None:
    wish = wished([])
    assert (tuple(wish.views), wish.language, wish.text) == (NAMES, "de", 100)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Filled]]:
    """The sample workspace."""
    location = embedded(tmp_path_factory.mktemp("sample") / "workspace.db")
    upgrade(location)
    clock = SetClock()
    store = Store(location, clock=clock)
    yield store, fill(store, clock, ROOT / "resources")
    store.close()


def test_the_sample_has_something_in_every_view(filled: tuple[Store, Filled]) -> None:
    store, _ = filled
    counts = store.read(queue.counts, ME).views
    expected = {View.INBOX: 12, View.MINE: 5, View.WAITING_OFFICE: 8, View.WAITING_CITIZEN: 3, View.SNOOZED: 2}
    assert {view: counts[view] for view in expected} == expected


def test_the_enquiry_that_a_note_names_has_that_number(filled: tuple[Store, Filled]) -> None:
    store, found = filled
    assert store.read(enquiries.find, 2041) == found.enquiries["Frau Meier"]


def test_the_selected_enquiry_tells_its_whole_story(filled: tuple[Store, Filled]) -> None:
    store, found = filled
    assert found.selected is not None
    conversation = store.read(timeline.conversation, found.selected)
    assert [entry.attachments[0].name for entry in conversation.entries if entry.attachments] == ["IMG_2231.png"]
    assert len(conversation.forwardings) == 1
    assert conversation.enquiry.person_name == "Sandra Brodbeck"


def test_one_answer_is_unclear(filled: tuple[Store, Filled]) -> None:
    store, found = filled
    unclear = store.read(queue.page, queue.QueueFilter(View.WAITING_CITIZEN, ME), 0, 9)
    assert [row.id for row in unclear if row.delivery == "uncertain"] == [found.unclear]


def test_sample_cases_happen_before_the_pictures_are_taken() -> None:
    steps = [step for _, step in in_order(read_cases(ROOT / "resources"))]
    assert max(step.at for step in steps) < NOW
    assert moment("19.11. 16:36") < moment("09:41") < NOW


def test_frequent_colours_are_kept_exactly(qapp: QApplication, tmp_path: Path) -> None:
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    for x in range(300):
        for y in range(300):
            image.setPixelColor(x, y, QColor(x % 256, y % 256, 0) if x < 40 else QColor(x // 3, 200, 30))
    path = tmp_path / "small.png"
    save_small(image, path)
    read = QImage(str(path))
    assert {read.pixelColor(x, 5).name() for x in range(60, 300)} == {
        image.pixelColor(x, 5).name() for x in range(60, 300)
    }
    assert read.colorCount() <= 256


def test_a_palette_never_has_too_many_colours() -> None:
    many = Counter({0xFF000000 | red << 16 | green << 8: red + 1 for red in range(64) for green in range(64)})
    kept = palette(many)
    assert len(kept) <= 256
    assert len(set(kept)) == len(kept)
