"""Words on a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    """A line that cannot steer the terminal: control characters become visible signs."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text)
