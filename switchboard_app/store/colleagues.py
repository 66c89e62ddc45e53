"""Who works on this workspace, as far as it has seen them: for choosing to whom an enquiry is given.

Roles and leavers are the database's or the directory service's to know; this is a memory, not a list of accounts.
Called by the window.
"""

from __future__ import annotations

from switchboard_app.model.ids import Operator
from switchboard_app.store.transaction import Transaction

_STEPS = 5_000
"""So many of the last steps are looked at: some working days of a whole team."""
_NOBODY = ("switchboard", "training")
"""What the program did by itself."""


def seen(tx: Transaction) -> list[Operator]:
    """Who did something lately or holds an open enquiry, by name."""
    found = tx.rows(
        "SELECT owner FROM enquiry WHERE owner IS NOT NULL AND state <> 'done'"
        " UNION SELECT who FROM (SELECT who FROM journal ORDER BY id DESC LIMIT ?) AS lately",
        _STEPS,
    )
    return sorted((Operator(name) for (name,) in found if name not in _NOBODY), key=str.casefold)
