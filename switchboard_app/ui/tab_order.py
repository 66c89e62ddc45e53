"""The way of the Tab key through a window whose parts are made late and change: reading order, at each press.

Qt puts every new widget at the end of its chain, so that rows that come later would be reached after the status bar.
Here the order is worked out when Tab is pressed: part by part, in each from the top down and from left to right. What
lies in a scrolled area stands where the area stands, also what is scrolled out of sight; it is brought into sight when
it is reached. Called by the main window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

LINE = 12
"""Widgets whose tops are no further apart than this many pixels stand in one line."""


def in_reading_order(parts: Sequence[QWidget]) -> list[QWidget]:
    """What Tab reaches in these parts, in the order in which one reads."""
    found: list[QWidget] = []
    for part in parts:
        if part.isVisible():
            found += [one for one in _unfolded(part) if one not in found]
    return found


def _unfolded(part: QWidget) -> list[QWidget]:
    """The part if Tab reaches it, then everything in it."""
    own = [part] if _reached(part) else []
    scrolled = part.widget() if isinstance(part, QScrollArea) else None
    inside = _unfolded(scrolled) if scrolled is not None else []
    for unit in _sorted(_units(part)):
        inside += _unfolded(unit) if isinstance(unit, QScrollArea) else [unit]
    return own + inside


def _units(part: QWidget) -> list[QWidget]:
    """What Tab reaches below a part, and scrolled areas as one piece each."""
    viewport = part.viewport() if isinstance(part, QScrollArea) else None
    found: list[QWidget] = []
    for child in part.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if child is viewport or not child.isVisible():
            continue
        if isinstance(child, QScrollArea):
            found.append(child)
        else:
            found += [child] if _reached(child) else []
            found += _units(child)
    return found


def _reached(widget: QWidget) -> bool:
    tabs = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tabs and widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None


def _sorted(widgets: list[QWidget]) -> list[QWidget]:
    """By lines, and by place within a line."""
    placed = sorted(((one.mapTo(one.window(), QPoint(0, 0)), one) for one in widgets), key=lambda each: each[0].y())
    lines: list[list[tuple[QPoint, QWidget]]] = []
    for at, one in placed:
        if lines and at.y() - lines[-1][0][0].y() <= LINE:
            lines[-1].append((at, one))
        else:
            lines.append([(at, one)])
    return [one for line in lines for _, one in sorted(line, key=lambda each: each[0].x())]


def step_focus(parts: Sequence[QWidget], *, forward: bool) -> bool:
    """Give the keyboard to the next or the one before; False when there is none."""
    order = in_reading_order(parts)
    if not order:
        return False
    now = QApplication.focusWidget()
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    before = -1 if forward else 0
    at = order.index(now) if now in order else before
    wanted = order[(at + (1 if forward else -1)) % len(order)]
    wanted.setFocus(reason)
    _bring_into_sight(wanted)
    return True


def _bring_into_sight(widget: QWidget) -> None:
    """Scroll the areas round it."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
