"""Following the language in use: a view gives a method that sets its sentences, and it is called at every switch.

    words.follow(self.retranslate)      called now and after each switch of language

Refuses to hold sentences: they stand in the views. Give a bound method of a QObject: Qt drops the connection with the
object, so that a view that is gone is not called. Called by every view whose sentences are made once.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from switchboard_app.model.language import on_language_change


class _Changes(QObject):
    """Carries the one signal `changed`, emitted after the catalogue was switched."""

    changed = Signal()


_changes: list[_Changes] = []


def changes() -> _Changes:
    """The object whose signal `changed` tells that the language is another now."""
    if not _changes:
        made = _Changes()
        on_language_change(made.changed.emit)
        _changes.append(made)
    return _changes[0]


def follow(retranslate: Callable[[], None]) -> None:
    """Call `retranslate` now and after every switch of language."""
    changes().changed.connect(retranslate)
    retranslate()
