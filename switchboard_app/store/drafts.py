"""What somebody is typing, saved at every pause and there after a crash. One draft per person and place.

Places are ``reply:<enquiry>``, ``note:<enquiry>``, ``forward:<enquiry>`` and ``phone-note``.
"""

from __future__ import annotations

from switchboard_app.model.ids import Operator
from switchboard_app.store.transaction import Transaction


def save(tx: Transaction, who: Operator, place: str, text: str) -> None:
    """Keep the text; an empty one forgets the draft."""
    if not text:
        tx.change("DELETE FROM draft WHERE operator = ? AND place = ?", who, place)
        return
    sql = "UPDATE draft SET text = ?, saved_at = ? WHERE operator = ? AND place = ?"
    if not tx.change(sql, text, tx.now, who, place):
        tx.change("INSERT INTO draft (operator, place, text, saved_at) VALUES (?, ?, ?, ?)", who, place, text, tx.now)


def load(tx: Transaction, who: Operator, place: str) -> str:
    """The kept text, or ""."""
    text = tx.value("SELECT text FROM draft WHERE operator = ? AND place = ?", who, place)
    return "" if text is None else str(text)
