"""Leases: which station polls and which sends for an account. Times by the database's clock.

Who may take one is said by `model.tenure`; here it is written, in a conditional UPDATE whose row count must be 1. The
epoch fences whoever held it before.
"""

from __future__ import annotations

import os
import sys

from switchboard_app.model import tenure
from switchboard_app.model.tenure import Lease
from switchboard_app.model.times import Millis
from switchboard_app.store.transaction import Transaction

__all__ = ["Lease", "holder", "lapse", "process_ended", "release", "take"]


def take(tx: Transaction, name: str, holder: str, millis: int) -> Lease | None:
    """Take or renew the lease; None while somebody else holds it."""
    before = _load(tx, name)
    if before is None:
        sql = "INSERT INTO lease (name, holder, epoch, until) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING"
        tx.change(sql, name)
        before = Lease(name)
    after = tenure.taken(before, holder, millis, tx.now)
    return after if after is not None and _write(tx, before, after) else None


def _load(tx: Transaction, name: str) -> Lease | None:
    row = tx.row(f"SELECT holder, epoch, until FROM lease WHERE name = ?{tx.for_update}", name)
    return None if row is None else Lease(name, row[0], int(row[1]), Millis(row[2]))


def _write(tx: Transaction, before: Lease, after: Lease) -> bool:
    sql = "UPDATE lease SET holder = ?, epoch = ?, until = ? WHERE name = ? AND holder = ? AND epoch = ?"
    return tx.change(sql, after.holder, after.epoch, after.until, before.name, before.holder, before.epoch) == 1


def holder(tx: Transaction, name: str) -> str:
    """Who holds the lease now; "" for nobody."""
    return str(tx.value("SELECT holder FROM lease WHERE name = ? AND until > ?", name, tx.now) or "")


def lapse(tx: Transaction, name: str, holder: str) -> None:
    """End the lease of a holder that is surely gone."""
    tx.change("UPDATE lease SET until = 0, holder = '' WHERE name = ? AND holder = ?", name, holder)


def process_ended(station: str) -> bool:
    """Whether the process that calls itself `station` is surely gone; to be asked for stations of this machine only.

    A number that another process got meanwhile counts as alive: then the lease lapses in its own time.
    """
    number = station.partition("-")[0]
    if sys.platform == "win32" or not number.isdigit():
        return False  # on Windows, asking would end the process that is asked about
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def release(tx: Transaction, lease: Lease) -> None:
    """Give the lease back, if it is still ours."""
    _write(tx, lease, tenure.released(lease))
