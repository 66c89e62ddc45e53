"""Everything that a view says, read from its widgets; and a language that shows what goes past the catalogue.

`invented` writes a catalogue in which every sentence stands in brackets: what a view says without brackets was never
looked up, or not again after the switch. Used by `test_language`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QLineEdit, QTextEdit, QWidget

from switchboard_app.model.language import DOMAIN
from tests.house.catalogue import entries, forms, sentences

INVENTED = "qps"
"""The code of the invented language."""

_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
_PROPERTIES = ("windowTitle", "accessibleName", "accessibleDescription", "toolTip", "placeholderText", "text")
_TAGS = re.compile(r"</?p[^>]*>")
_ROWS = 40


@cache
def _invented() -> Catalog:
    made = Catalog(locale="en", domain=DOMAIN, fuzzy=False, creation_date=datetime(2000, 1, 1, tzinfo=UTC))
    for entry in entries(sentences()):
        said = tuple(f"⟦{one}⟧" for one in forms(entry.id))
        made.add(entry.id, said if len(said) > 1 else said[0])
    return made


def invented(folder: Path) -> Path:
    """The folder of catalogues with the invented language in it."""
    path = folder / INVENTED / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, _invented())
    return folder


def outside_brackets(text: str) -> str:
    """What of a text did not come from the catalogue."""
    before = ""
    while before != text:
        before, text = text, _BRACKETS.sub("", text)
    return text


def said(top: QWidget) -> Iterator[tuple[str, str]]:
    """Where and what: every text of a view that people see or hear. What they typed themselves is left out."""
    for widget in [top, *top.findChildren(QWidget)]:
        name = f"{type(top).__name__}/{type(widget).__name__}"
        typed = isinstance(widget, QLineEdit | QTextEdit)
        for what in _PROPERTIES:
            found = getattr(widget, what, None)
            if callable(found) and not (typed and what == "text"):
                text = found()
                if isinstance(text, str) and text:
                    # a tool tip that would be taken for markup is wrapped up as plain text
                    yield f"{name}.{what}", html.unescape(_TAGS.sub("", text)) if what == "toolTip" else text
        if isinstance(widget, QComboBox):
            yield from ((f"{name}[{row}]", widget.itemText(row)) for row in range(widget.count()))
        elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from _rows(name, widget)


def _rows(name: str, view: QAbstractItemView) -> Iterator[tuple[str, str]]:
    model = view.model()
    for row in range(min(_ROWS, model.rowCount())):
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            text = model.index(row, 0).data(role)
            if isinstance(text, str) and text:
                yield f"{name}[{row}]", text
