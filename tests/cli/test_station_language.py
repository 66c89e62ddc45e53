"""What the command line says is in the language of the station, also where a verb refuses before it did anything."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Station

REFUSED = [
    (2, ("report",), "kommt mit einer späteren Version"),
    (2, ("account", "add", "myspace", "--name", "Alt"), "gibt es in dieser Version nicht"),
    (2, ("office", "import", "/nowhere/offices.csv"), "kann nicht gelesen werden"),
    (4, ("enquiry", "list"), "Es gibt noch keinen Arbeitsbereich"),
]


@pytest.mark.parametrize(("code", "arguments", "words"), REFUSED, ids=[line[1][0] for line in REFUSED])
def test_german_throughout(bare: Station, code: int, arguments: tuple[str, ...], words: str) -> None:
    bare.settings(language="de")
    assert words in bare.refused(code, *arguments)


def test_german_is_the_first_language(bare: Station) -> None:
    (bare.home / "settings.toml").unlink()
    assert "späteren Version" in bare.refused(2, "report")
