"""The directory of offices in the window: browsed, searched, imported whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from switchboard_app.store import directory
from switchboard_app.ui import look
from switchboard_app.ui.directory_sheet import DirectorySheet
from switchboard_app.ui.office_hits import HitModel
from tests.ui.hands import press, type_in
from tests.ui.workspace import ROOT, Workspace, until

HEADER = "id;department;office;unit;topics;phone;email;opening_hours"


@pytest.fixture
def window(qtbot: QtBot) -> look.Ground:
    made = look.Ground("window")
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    made.activateWindow()
    return made


async def opened(workspace: Workspace, window: look.Ground) -> DirectorySheet:
    sheet = DirectorySheet(window, workspace.bridge, ROOT / "resources")
    sheet.open()
    await until(lambda: sheet._finder is not None)
    return sheet


async def test_the_sample_is_imported_marked_and_searched(workspace: Workspace, window: look.Ground) -> None:
    sheet = await opened(workspace, window)
    assert sheet.aside.source() == ""
    assert not sheet.sample_chip.isVisible()
    sheet.sample.click()
    await until(sheet.sample_chip.isVisible)
    count = len(workspace.store.read(directory.listed))
    assert sheet.aside.source() == f"{count} offices"
    assert sheet.hits.model.rowCount() == count
    type_in(sheet.search, "schlagloch")
    current = sheet.hits.current()
    assert current is not None
    assert "Tiefbauamt" in current.office.title
    press(sheet.search, Qt.Key.Key_Down)
    assert sheet.hits.current() is not current


async def test_a_file_with_mistakes_names_them_and_changes_nothing(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    workspace.import_directory()
    before = workspace.store.read(directory.listed)
    sheet = await opened(workspace, window)
    file = tmp_path / "bad.csv"
    file.write_text(
        f"{HEADER}\na-1;D;Amt;;Thema;061;kein-at;Mo–Fr 8–12\na-2;D;;;Thema;061;a@example.org;immer\n", "utf-8"
    )
    sheet.import_file(str(file))
    await until(lambda: "not imported" in sheet.notice.accessibleName())
    said = sheet.notice.accessibleName()
    assert "line 2, column email" in said
    assert "line 3, column office" in said
    assert workspace.store.read(directory.listed) == before
    assert sheet.choose.isEnabled()


async def test_a_file_that_is_gone_is_said(workspace: Workspace, window: look.Ground, tmp_path: Path) -> None:
    sheet = await opened(workspace, window)
    sheet.import_file(str(tmp_path / "gone.csv"))
    await until(lambda: "cannot be read" in sheet.notice.accessibleName())


async def test_a_new_file_takes_the_place_of_the_old_one(
    workspace: Workspace, window: look.Ground, tmp_path: Path
) -> None:
    workspace.import_directory()
    sheet = await opened(workspace, window)
    told: list[int] = []
    sheet.imported.connect(told.append)
    file = tmp_path / "good.csv"
    file.write_text(
        f"{HEADER}\na-1;Departement;Tiefbauamt;;Schlagloch;061 555 00 00;t@example.org;Mo–Fr 8–12\n", "utf-8"
    )
    sheet.import_file(str(file))
    await until(lambda: told == [1])
    await until(lambda: sheet.aside.source() == "1 office")
    assert "no longer listed" in sheet.notice.accessibleName()
    assert not sheet.sample_chip.isVisible()


async def test_the_hits_are_a_sound_model(workspace: Workspace, window: look.Ground) -> None:
    workspace.import_directory()
    finder = await workspace.bridge.finder()
    model = HitModel(workspace.clock)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for query in ("schlagloch", "", "notar", "xyzxyz"):
        model.show(finder.search(query))
        for row in range(model.rowCount()):
            assert model.data(model.index(row))
    assert tester.model() is model
