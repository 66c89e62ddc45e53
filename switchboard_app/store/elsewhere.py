"""Replies of our account that did not leave from here and that no person can have typed.

People may answer in the platform's own inbox; then a reply stands in the timeline as made elsewhere. Another *tool*
that answers is a different matter: two machines answer one citizen. It is recognised by what the platform says of the
sender, and by replies that follow a message within seconds. Refuses to judge: `model.health` does. Read by the poller.
"""

from __future__ import annotations

from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store.places import first_place
from switchboard_app.store.transaction import Transaction

QUICK = 15 * SECOND
"""Nobody reads and answers within this time."""
_LOOKED_AT = 500


def answered_by_tools(tx: Transaction, account: AccountId, since: Millis) -> int:
    """How many replies another tool made on this account since a moment, among the last 500 made elsewhere."""
    rows = tx.rows(
        "SELECT e.at, e.elsewhere, (SELECT MAX(i.at) FROM entry i WHERE i.enquiry_id = e.enquiry_id"
        " AND i.place < e.place AND i.direction = 'in') FROM entry e"
        " WHERE e.place >= ? AND e.account_id = ? AND e.elsewhere <> 0 AND e.direction = 'out'"
        " ORDER BY e.place DESC LIMIT ?",
        first_place(since),
        account,
        _LOOKED_AT,
    )
    return sum(how == 2 or (asked is not None and 0 <= at - asked <= QUICK) for at, how, asked in rows)
