"""What one conversation allows: its channel's capabilities with what the account's own instance says.

Refuses to decide; the desk and the window do. Called by `store.desk.replies` and `store.timeline`.
"""

from __future__ import annotations

import json
from dataclasses import replace

from switchboard_app.model.channel import CAPABILITIES, Capabilities, Channel, text_limit_of
from switchboard_app.store.transaction import Transaction


def abilities_of(tx: Transaction, channel: Channel, account: str | None, thread: str | None) -> Capabilities:
    """The capabilities for an answer in this conversation."""
    abilities = CAPABILITIES[channel]
    if not abilities.names_first or account is None or thread is None:
        return abilities
    options = json.loads(tx.value("SELECT options FROM account WHERE id = ?", account) or "{}")
    return replace(abilities, text_limit=text_limit_of(abilities, options, _handles(tx, channel, account, thread)))


def addressees(tx: Transaction, channel: Channel, account: str, thread: str) -> tuple[str, ...]:
    """The handles of everybody who gets an answer in this conversation, without ``@``; empty where none are known."""
    return tuple(one.removeprefix("@") for one in _handles(tx, channel, account, thread).split() if one.startswith("@"))


def _handles(tx: Transaction, channel: Channel, account: str, thread: str) -> str:
    """How the people of a conversation are called there: ``@one``, or ``@one @other`` for several."""
    sql = (
        "SELECT i.label FROM thread t JOIN identity i ON i.person_id = t.person_id AND i.value = t.recipient"
        " WHERE t.id = ? AND i.kind = ? AND i.scope = ?"
    )
    return str(tx.value(sql, thread, channel.value, account) or "")
