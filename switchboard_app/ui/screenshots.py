"""Pictures of every view for the documentation: `python -m switchboard_app.ui.screenshots [--out docs/pictures]`.

Off-screen, in German, with the bundled font, a clock that stands and invented enquiries, so that the same program gives
the same pictures. Each view in both themes at 1440×900 and 1024×700 as `<view>-<theme>-<width>x<height>.png`. Reaches
no network and no keyring, and leaves nothing behind but the pictures. Called by `dev.py screenshots`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.config import locale_folder, resource_folder
from switchboard_app.model.language import LANGUAGES, use_language
from switchboard_app.ui import look
from switchboard_app.ui.first_start import FirstStart
from switchboard_app.ui.page_window import PageWindow
from switchboard_app.ui.picture_file import save_small
from switchboard_app.ui.picture_stage import Prepared, Stage, prepare, settled
from switchboard_app.ui.picture_views import VIEWS, PictureView

SIZES = ((1440, 900), (1024, 700))
THEMES = (look.Theme.LIGHT, look.Theme.DARK)
FIRST_START = "first-start"
NAMES = (*(view.name for view in VIEWS), FIRST_START)


def wished(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="screenshots", description="Pictures of every view, without a display.")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"), help="where the pictures go")
    parser.add_argument("--views", nargs="*", choices=NAMES, default=list(NAMES), metavar="VIEW", help=", ".join(NAMES))
    parser.add_argument("--themes", nargs="*", choices=[theme.value for theme in look.Theme], default=list(THEMES))
    parser.add_argument("--sizes", nargs="*", type=_size, default=list(SIZES), help="for example 1440x900")
    parser.add_argument("--text", type=int, default=100, help="text size in per cent, 100 to 200")
    parser.add_argument("--language", choices=LANGUAGES, default="de")
    return parser.parse_args(arguments)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


class NothingBegins:
    """The first start as a picture: nothing is created."""

    async def create_workspace(self) -> str:
        """No key."""
        return ""

    async def open_workspace(self) -> None:
        """Nothing to open."""

    async def restore_workspace(self, recovery_key: str) -> None:
        """Nothing to restore."""

    def start_training(self) -> None:
        """Nothing starts."""


class Camera:
    """Takes the pictures that were wished for."""

    def __init__(self, wish: argparse.Namespace, app: QApplication) -> None:
        self.wish = wish
        self.app = app
        self.taken: list[Path] = []

    async def take_all(self) -> None:
        """Every wished view in every wished theme and size."""
        self.wish.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as name:
            prepared = await asyncio.to_thread(prepare, Path(name), resource_folder())
            for theme in self.wish.themes:
                look.apply(self.app, look.Theme(theme), self.wish.text / 100)
                for size in self.wish.sizes:
                    await self._series(prepared, Path(name), str(theme), size)

    async def _series(self, prepared: Prepared, folder: Path, theme: str, size: tuple[int, int]) -> None:
        """All views in one theme and size; those of one workspace share a stage."""
        for source in ("busy", "quiet", "training"):
            views = [view for view in VIEWS if view.source == source]
            if any(view.name in self.wish.views for view in views):
                place = Path(tempfile.mkdtemp(dir=folder))
                file = prepared.quiet if source == "quiet" else prepared.busy
                stage = Stage(prepared, file, place, ringing=source == "training")
                await self._stage(stage, views, theme, size)
        if FIRST_START in self.wish.views:
            page = PageWindow(FirstStart(NothingBegins(), prepared.resources))
            self._show(page, size)
            self._keep(await settled(page), FIRST_START, theme, size)
            page.replace()
            page.deleteLater()

    async def _stage(self, stage: Stage, views: list[PictureView], theme: str, size: tuple[int, int]) -> None:
        self._show(stage.window, size)
        last = max(place for place, view in enumerate(views) if view.name in self.wish.views)
        for view in views[: last + 1]:
            if view.name not in self.wish.views and view.name not in ("main", "training"):
                continue
            await view.arrange(stage)
            picture = await settled(stage.window)
            stage.check()
            if view.name in self.wish.views:
                self._keep(picture, view.name, theme, size)
            if view.tidy is not None:
                await view.tidy(stage)
        await stage.strike()

    @staticmethod
    def _show(widget: QWidget, size: tuple[int, int]) -> None:
        widget.resize(*size)
        widget.show()
        widget.activateWindow()

    def _keep(self, picture: QImage, view: str, theme: str, size: tuple[int, int]) -> None:
        scale = "" if self.wish.text == 100 else f"-{self.wish.text}"
        path = self.wish.out / f"{view}-{theme}-{size[0]}x{size[1]}{scale}.png"
        save_small(picture, path)
        self.taken.append(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; returns the exit code."""
    import qasync

    wish = wished(sys.argv[1:] if arguments is None else arguments)
    begun = time.monotonic()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)
    look.prefer_bundled()
    use_language(wish.language, locale_folder())
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    camera = Camera(wish, app)
    with loop:
        loop.run_until_complete(camera.take_all())
    seconds = round(time.monotonic() - begun)
    sys.stdout.write(f"{len(camera.taken)} pictures in {wish.out} ({seconds} s)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
