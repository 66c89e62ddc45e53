"""``account quarantine NAME [--retry]``: what a platform served and this version could not read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switchboard_app.cli.frame import Frame
from switchboard_app.model.account import Account
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.times import iso
from switchboard_app.store import accounts, quarantine
from switchboard_app.store.database import Store

Retry = Callable[[Frame, Store, Account], int]
"""Tries the account's quarantine once more; how many records could be read."""


def add_to(sub: Any, everywhere: Any, retry: Retry) -> None:
    """Add the verb."""
    one = sub.add_parser("quarantine", help="records that could not be read", parents=[everywhere])
    one.add_argument("name")
    one.add_argument("--retry", action="store_true", help="try them once more with this version")
    one.set_defaults(run=lambda frame: _quarantine(frame, retry))


def _quarantine(frame: Frame, retry: Retry) -> None:
    with frame.store() as store:
        account = store.read(accounts.named, frame.arguments.name)
        read = retry(frame, store, account) if frame.arguments.retry else 0
        total = store.read(quarantine.count, account.id)
        found = store.read(quarantine.listed, account.id)
    if frame.arguments.retry:
        frame.tell(ntr("{n} record could be read.", "{n} records could be read.", read).format(n=read))
    document = {
        "account": account.name,
        "read": read,
        "quarantined": total,
        "records": [
            {
                "platform_id": one.platform_id,
                "reason": one.reason,
                "at": iso(one.at),
                "bytes": one.size,
                "tries": one.tries,
                "version": one.version,
            }
            for one in found
        ],
    }
    lines = [(iso(one.at) or "", one.platform_id, str(one.size), one.reason) for one in found]
    frame.answer(document, lambda: lines or [tr("Everything could be read.")])
