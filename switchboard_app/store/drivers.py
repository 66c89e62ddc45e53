"""The drivers of the two databases, each loaded where it is used.

peewee loads psycopg wherever it is installed, which costs more than the window (150 ms, 20 MiB); an embedded workspace
never needs it. So peewee is loaded here without it, and given it when a PostgreSQL workspace is opened. Imported first
of all by the package, because whoever imports peewee first decides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playhouse.migrations import Runner


@contextmanager
def _without_psycopg() -> Iterator[None]:
    """What is imported meanwhile finds no psycopg, unless it is loaded already."""
    if "psycopg" in sys.modules:
        yield
        return
    sys.modules["psycopg"] = None  # type: ignore[assignment]  # "not there", in the words of the import system
    try:
        yield
    finally:
        del sys.modules["psycopg"]


with _without_psycopg():
    import peewee


def load_psycopg() -> None:
    """Give peewee the driver that it was loaded without."""
    module = vars(peewee)
    if module["psycopg"] is not None:
        return
    import psycopg
    from psycopg.pq import TransactionStatus
    from psycopg.types.json import Json, Jsonb

    module.update(psycopg=psycopg, TransactionStatus=TransactionStatus, Json_pg3=Json, Jsonb_pg3=Jsonb)
    adapter = module["Psycopg3Adapter"]
    adapter.txn_idle = TransactionStatus.IDLE
    adapter.txn_inerror = TransactionStatus.INERROR
    adapter.txn_unknown = TransactionStatus.UNKNOWN


def load_runner() -> type[Runner]:
    """The library's runner of migrations; it brings drivers along too."""
    with _without_psycopg():
        from playhouse.migrations import Runner
    runner: type[Runner] = Runner
    return runner
