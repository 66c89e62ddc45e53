"""Leases: which station polls and which sends for an account. Times by the database's clock, taken by a conditional
UPDATE whose row count must be 1; the epoch fences whoever held it before."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from switchboard_app.model.times import Millis
from switchboard_app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Lease:
    """A right to act for a while; `until` by the database's clock."""

    name: str
    holder: str
    epoch: int
    until: Millis


def take(tx: Transaction, name: str, holder: str, millis: int) -> Lease | None:
    """Take or renew the lease; None while somebody else holds it."""
    until = Millis(tx.now + millis)
    if tx.postgres:
        tx.change("INSERT INTO lease (name, holder, epoch, until) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING", name)
    else:
        tx.change("INSERT OR IGNORE INTO lease (name, holder, epoch, until) VALUES (?, '', 0, 0)", name)
    sql = (
        "UPDATE lease SET epoch = CASE WHEN holder = ? AND until > ? THEN epoch ELSE epoch + 1 END,"
        " holder = ?, until = ? WHERE name = ? AND (holder = ? OR until <= ?)"
    )
    if tx.change(sql, holder, tx.now, holder, until, name, holder, tx.now) != 1:
        return None
    return Lease(name, holder, int(tx.value("SELECT epoch FROM lease WHERE name = ?", name)), until)


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
    tx.change(
        "UPDATE lease SET until = 0, holder = '' WHERE name = ? AND holder = ? AND epoch = ?",
        lease.name,
        lease.holder,
        lease.epoch,
    )
