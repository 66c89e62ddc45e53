"""What a sabotage is; see the package."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One piece of text replaced in one module, and the test that must fail then."""

    name: str
    module: str
    old: str
    new: str
    test: str
    push: bool = False
    """Whether it runs on every push."""
