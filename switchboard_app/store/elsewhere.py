"""Replies of our account that did not leave from here: how many, and which no person can have typed.

People may answer in the platform's own inbox; then a reply stands in the timeline as made elsewhere. Another *tool*
that answers is a different matter: two machines answer one citizen. It is recognised by what the platform says of the
sender, and by replies that follow a message within seconds. Refuses to judge: `model.health` does. Read by the poller.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store.places import first_place
from switchboard_app.store.transaction import Transaction

QUICK = 15 * SECOND
"""Nobody reads and answers within this time."""
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Replies made elsewhere since a moment: all of them, those by another tool, and when the last of these was."""

    replies: int = 0
    by_tool: int = 0
    last_by_tool: Millis | None = None


def answered_elsewhere(tx: Transaction, account: AccountId, since: Millis) -> Elsewhere:
    """What was answered elsewhere on this account since a moment, the last 500 of them."""
    rows = tx.rows(
        "SELECT e.at, e.elsewhere, (SELECT MAX(i.at) FROM entry i WHERE i.enquiry_id = e.enquiry_id"
        " AND i.place < e.place AND i.direction = 'in') FROM entry e"
        " WHERE e.place >= ? AND e.account_id = ? AND e.elsewhere <> 0 AND e.direction = 'out'"
        " ORDER BY e.place DESC LIMIT ?",
        first_place(since),
        account,
        _LOOKED_AT,
    )
    tools = [Millis(at) for at, how, asked in rows if how == 2 or (asked is not None and 0 <= at - asked <= QUICK)]
    return Elsewhere(len(rows), len(tools), max(tools, default=None))
