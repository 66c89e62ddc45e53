"""Icons and fonts that the window names are there, unchanged in what the window relies on, and licensed."""

from __future__ import annotations

import ast
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ICONS = ROOT / "resources" / "icons"
FONTS = ROOT / "resources" / "fonts"
LUCIDE = sorted(path for path in ICONS.glob("*.svg") if path.stem != "switchboard")


def named_icons() -> Iterator[tuple[Path, int, str]]:
    """File, line and name of every icon that the program names in a call of `icon` or `paint_icon`."""
    places = {"icon": 0, "paint_icon": 2}
    for path in sorted((ROOT / "switchboard_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in places:
                place = places[node.func.id]
                argument = node.args[place] if len(node.args) > place else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield path.relative_to(ROOT), node.lineno, argument.value


def test_every_icon_the_program_names_is_there() -> None:
    missing = [f"{path}:{line} {name}" for path, line, name in named_icons() if not (ICONS / f"{name}.svg").is_file()]
    assert not missing


@pytest.mark.parametrize("path", LUCIDE, ids=lambda path: path.stem)
def test_icons_take_the_colour_of_the_text(path: Path) -> None:
    root = ET.parse(path).getroot()
    assert root.get("viewBox") == "0 0 24 24"
    assert root.get("stroke") == "currentColor"
    assert "#" not in path.read_text(encoding="utf-8"), "an icon has no colour of its own"


def test_the_mark_of_the_program_keeps_its_colours() -> None:
    text = (ICONS / "switchboard.svg").read_text(encoding="utf-8")
    assert ET.fromstring(text).get("viewBox") == "0 0 64 64"
    assert "#0b6e7f" in text
    assert "currentColor" not in text


@pytest.mark.parametrize("name", ["Regular", "Medium", "SemiBold", "Bold"])
def test_fonts_are_whole_and_have_tabular_figures(name: str) -> None:
    content = (FONTS / f"Inter-{name}.ttf").read_bytes()
    count = struct.unpack(">H", content[4:6])[0]
    tables = {
        content[at : at + 4]: struct.unpack(">II", content[at + 8 : at + 16]) for at in range(12, 12 + 16 * count, 16)
    }
    assert all(start + length <= len(content) for start, length in tables.values())
    start, length = tables[b"GSUB"]
    assert b"tnum" in content[start : start + length]


def test_licences_lie_beside_them_and_the_fonts_stay_small() -> None:
    assert "ISC License" in (ICONS / "LICENSE.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 2_500_000
