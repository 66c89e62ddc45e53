"""Words on a terminal: nothing that a citizen wrote can steer it, forge a line or move a column."""

from __future__ import annotations

Line = str | tuple[str, ...]
"""What is printed for people: a sentence, or the columns of a row."""


def plain(text: str) -> str:
    """A sentence that cannot steer the terminal: control characters become visible signs."""
    return "".join(sign if sign.isprintable() or sign == "\n" else _shown(sign) for sign in text)


def _shown(sign: str) -> str:
    """Blanks of every width are blanks; the rest (controls, directions, halves of a character) is marked."""
    return " " if sign.isspace() and sign not in "\t\r\x1c\x1d\x1e\x1f\x85\u2028\u2029" else "\ufffd"


def row(columns: tuple[str, ...]) -> str:
    """One line of columns with tabs between them; line breaks and tabs inside a column become blanks."""
    return "\t".join(plain(one.replace("\n", " ").replace("\t", " ").replace("\r", " ")) for one in columns)


def line(one: Line) -> str:
    """A line as it is printed."""
    return plain(one) if isinstance(one, str) else row(one)
