"""Workspace addresses: read, written, and refused with what they should look like."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.errors import WrongUse
from switchboard_app.store.location import Location, address_of, embedded, parse_location


def test_a_file() -> None:
    place = parse_location("sqlite:///data/amt/workspace.db")
    assert (place.path, place.embedded) == (Path("/data/amt/workspace.db"), True)
    assert str(place) == "sqlite:///data/amt/workspace.db"


def test_a_windows_file() -> None:
    place = parse_location("sqlite:///C:/Amt/workspace.db")
    assert place.path is not None
    assert place.path.as_posix().endswith("C:/Amt/workspace.db")


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")
@given(st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=40))
def test_any_name_comes_back(name: str) -> None:
    path = Path("/folder") / f"x{name}"
    assert parse_location(address_of(path)) == embedded(path)


def test_a_server() -> None:
    address = "postgresql://ml@db.bs.test:5433/switchboard?sslmode=verify-full"
    place = parse_location(address)
    assert (place.dsn, place.path, place.embedded, str(place)) == (address, None, False, address)
    assert parse_location("postgres://db/switchboard") == Location(dsn="postgres://db/switchboard")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("", "unknown kind"),
        ("workspace.db", "unknown kind"),
        ("mysql://x/y", "unknown kind"),
        ("http://x/y", "unknown kind"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
        ("sqlite://relative.db", "names no file"),
        ("sqlite:relative.db", "names no file"),
        ("postgresql://ml:geheim@db/x", "holds a password"),
        ("postgresql://ml:@db/x", "holds a password"),
        ("postgresql://ml@db/x?password=geheim", "holds a password"),
        ("postgresql://ml@db/x?sslpassword=", "holds a password"),
        ("postgresql://[::1/x", "cannot be read"),
    ],
)
def test_refused(address: str, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as caught:
        parse_location(address)
    assert caught.value.next_step
    assert "geheim" not in str(caught.value)
