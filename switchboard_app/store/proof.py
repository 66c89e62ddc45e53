"""The proofs of completeness in the workspace: compared in the transaction that stores what was missing.

Refuses to move the account's cursor: a proof looks at what polls have fetched already. Called by `sync.proving`; read
by whatever shows an account.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from switchboard_app.model.account import Account
from switchboard_app.model.ids import AccountId, PlatformId
from switchboard_app.model.proof import Proof
from switchboard_app.model.remote import Batch
from switchboard_app.model.times import Millis
from switchboard_app.store import accounts, intake
from switchboard_app.store.intake import Stored
from switchboard_app.store.transaction import Transaction


def of_account(tx: Transaction, account: AccountId) -> Proof | None:
    """The account's last proof; None before the first."""
    text = tx.value("SELECT proof FROM account WHERE id = ?", account)
    if not text:
        return None
    told = json.loads(text)
    since = None if told["since"] is None else Millis(told["since"])
    return Proof(Millis(told["at"]), told["listed"], told["missing"], since, told["complete"])


def keep(tx: Transaction, account: AccountId, proof: Proof) -> None:
    """Store a proof in place of the last one."""
    told = {
        "at": proof.at,
        "listed": proof.listed,
        "missing": proof.missing,
        "since": proof.since,
        "complete": proof.complete,
    }
    tx.change("UPDATE account SET proof = ? WHERE id = ?", json.dumps(told), account)
    tx.hint("accounts")


def compare(tx: Transaction, account: Account, batch: Batch) -> tuple[frozenset[PlatformId], Stored]:
    """Which messages of a batch were not stored; they are now. The cursor of the polls stays where it is."""
    ids = [one.platform_id for one in batch.messages]
    missing = frozenset(ids) - intake.known(tx, account.id, ids)
    only_rows = replace(batch, cursor=accounts.cursor(tx, account.id), gap=None, thread_gaps=())
    return missing, intake.ingest(tx, account, only_rows)


def counted(proof: Proof, listed: Collection[PlatformId], missing: int, since: Millis | None) -> Proof:
    """The proof after one more page."""
    earliest = min((one for one in (proof.since, since) if one is not None), default=None)
    return replace(proof, listed=proof.listed + len(listed), missing=proof.missing + missing, since=earliest)
