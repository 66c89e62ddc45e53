"""Somebody who attaches one file after the other to an answer in the composer; run as a program, ends by being killed.

    python -m tests.durability.attacher WORKSPACE ENQUIRY FOLDER

Says ``shown NAME`` when a file stands beside the draft on the screen. Called by `test_kept_files`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import Operator
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.picked_files import PickedFiles
from tests.ui.workspace import ROOT, Noted

ME = Operator("ml")


async def attach(store: Store, enquiry: str, folder: Path) -> None:
    """Attach file after file; say which are shown."""
    bridge = Bridge(store, ME, Noted(store), resources=ROOT / "resources")
    files = PickedFiles(bridge)
    files.set_channel(Channel.FACEBOOK)
    files.hold(f"reply:{enquiry}", ())
    for path in sorted(folder.iterdir()):  # noqa: ASYNC240 - a handful of names, before anything is awaited
        files.take_paths([str(path)])
        while path.name not in {one.name for one in files.files()}:  # noqa: ASYNC110 - widgets know no asyncio.Event
            await asyncio.sleep(0.001)
        os.write(1, f"shown {path.name}\n".encode())
    await asyncio.sleep(3600)


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    loop = QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(attach(Store(embedded(Path(sys.argv[1]))), sys.argv[2], Path(sys.argv[3])))
