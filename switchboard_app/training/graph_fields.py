"""The `fields` parameter of the Graph API: ``messages.limit(20){id,from}`` read into a tree, and applied.

What it is for: a client may name any field, nested and with modifiers; the simulated platform must give exactly what
was asked for. What it refuses to do: it knows no field and no node; an unreadable parameter raises `FieldsUnreadable`.
Called by `training.facebook_nodes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[.,{}]|\([^()]*\)")


class FieldsUnreadable(ValueError):
    """The parameter does not follow the grammar."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field that was asked for, its modifiers (``limit``, ``after``) and, where given, what of its inside."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    inside: tuple[Asked, ...] | None = None

    @property
    def text(self) -> str:
        """The inside as a parameter again, for the address of the next page."""
        return ",".join(asked.whole for asked in self.inside or ())

    @property
    def whole(self) -> str:
        """The field as it was written."""
        modifiers = "".join(f".{name}({value})" for name, value in self.modifiers.items())
        return self.name + modifiers + (f"{{{self.text}}}" if self.inside is not None else "")


def read_fields(text: str) -> tuple[Asked, ...]:
    """The fields of a parameter; an empty text asks for none. Raises FieldsUnreadable."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+", "", text):
        raise FieldsUnreadable(text)
    if not tokens:
        return ()
    reader = _Reader(tokens)
    fields = reader.fields()
    if reader.left:
        raise FieldsUnreadable(text)
    return fields


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self.left = tokens

    def fields(self) -> tuple[Asked, ...]:
        fields = [self._field()]
        while self.left and self.left[0] == ",":
            self.left.pop(0)
            fields.append(self._field())
        return tuple(fields)

    def _field(self) -> Asked:
        name = self._word()
        modifiers: dict[str, str] = {}
        inside: tuple[Asked, ...] | None = None
        while self.left and self.left[0] in (".", "{"):
            if self.left.pop(0) == ".":
                modifier = self._word()
                if not self.left or not self.left[0].startswith("("):
                    raise FieldsUnreadable(modifier)
                modifiers[modifier] = self.left.pop(0)[1:-1]
            else:
                inside = self.fields()
                if not self.left or self.left.pop(0) != "}":
                    raise FieldsUnreadable(name)
        return Asked(name, modifiers, inside)

    def _word(self) -> str:
        if not self.left or not re.match(r"[A-Za-z_]", self.left[0]):
            raise FieldsUnreadable("a name is missing")
        return self.left.pop(0)


def picked(value: Any, inside: tuple[Asked, ...] | None) -> Any:
    """Of a finished value only what was asked for; of a list in `data`, of each entry."""
    if inside is None:
        return value
    if isinstance(value, list):
        return [picked(entry, inside) for entry in value]
    if isinstance(value, dict) and "data" in value:
        return {**value, "data": picked(value["data"], inside)}
    if isinstance(value, dict):
        return {asked.name: picked(value[asked.name], asked.inside) for asked in inside if asked.name in value}
    return value
