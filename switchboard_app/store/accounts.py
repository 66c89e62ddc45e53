"""Connected accounts in the workspace: everything but their secrets, which lie in the OS keyring."""

from __future__ import annotations

import json
from collections.abc import Mapping

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import NotThere, Refused, WrongUse
from switchboard_app.model.health import Health
from switchboard_app.model.ids import AccountId, Operator, PlatformId
from switchboard_app.model.language import tr
from switchboard_app.store import journal, settings
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Account as AccountTable
from switchboard_app.store.transaction import Row, Transaction

_COLUMNS = (
    "id, kind, name, api_base, options, platform_user, health, health_detail, health_since, last_ok_at, next_poll_at,"
    " removed"
)


def _as_account(row: Row) -> Account:
    return Account(
        id=AccountId(row[0]),
        kind=Channel(row[1]),
        name=row[2],
        api_base=row[3],
        options=json.loads(row[4]),
        platform_user=row[5],
        health=Health(row[6]),
        health_detail=row[7],
        health_since=row[8],
        last_ok_at=row[9],
        next_poll_at=row[10],
        removed=bool(row[11]),
    )


def listed(tx: Transaction) -> list[Account]:
    """The connected accounts, by name."""
    return [_as_account(row) for row in tx.rows(f"SELECT {_COLUMNS} FROM account WHERE removed = 0 ORDER BY name")]


def one(tx: Transaction, account: AccountId) -> Account:
    """One account, also a removed one; raises NotThere."""
    row = tx.row(f"SELECT {_COLUMNS} FROM account WHERE id = ?", account)
    if row is None:
        raise NotThere(tr("There is no such account."), tr("See them with: switchboard account list."))
    return _as_account(row)


def named(tx: Transaction, name: str) -> Account:
    """The connected account of this name (or id); raises NotThere."""
    row = tx.row(f"SELECT {_COLUMNS} FROM account WHERE (name = ? OR id = ?) AND removed = 0", name, name)
    if row is None:
        raise NotThere(
            tr("There is no account «{name}».").format(name=name), tr("See them with: switchboard account list.")
        )
    return _as_account(row)


def add(
    tx: Transaction,
    kind: Channel,
    name: str,
    by: Operator,
    *,
    api_base: str = "",
    options: Mapping[str, str] | None = None,
    hidden: bool = False,
) -> Account:
    """Connect a page or handle; nobody sees a `hidden` one until `connected` finds it good. Raises WrongUse."""
    clean = name.strip()
    if not clean:
        raise WrongUse(tr("The account has no name."), tr("Give it one with --name."))
    if tx.value("SELECT 1 FROM account WHERE name = ? AND removed = 0", clean) is not None:
        raise WrongUse(
            tr("An account «{name}» exists already.").format(name=clean), tr("Choose another name, or remove that one.")
        )
    account = AccountId(new_id())
    tx.insert(
        AccountTable,
        id=account,
        kind=kind.value,
        name=clean,
        api_base=api_base,
        options=json.dumps(dict(options or {}), ensure_ascii=False),
        health=Health.CATCHING_UP.value,
        health_since=tx.now,
        created_at=tx.now,
        removed=int(hidden),
    )
    if not hidden:
        journal.write(tx, by, "account_added", object_id=account)
        tx.hint("accounts")
    return one(tx, account)


def connected(tx: Transaction, account: AccountId, by: Operator) -> Account:
    """Let a hidden account be seen, now that its secret is kept and the platform was asked who we are.

    A page or handle that was removed earlier is connected again under its former id, so that its history goes on and
    does not come in a second time. Raises Refused for one that is connected already.
    """
    new = one(tx, account)
    row = tx.row(
        f"SELECT {_COLUMNS} FROM account WHERE kind = ? AND platform_user = ? AND api_base = ? AND id <> ?"
        " AND platform_user <> '' ORDER BY removed, created_at LIMIT 1",
        new.kind.value,
        new.platform_user,
        new.api_base,
        account,
    )
    former = None if row is None else _as_account(row)
    if former is not None and not former.removed:
        raise Refused(
            tr("This is connected already, as «{name}».").format(name=former.name),
            tr("Replace its sign-in with: switchboard account sign-in NAME, or remove it first."),
        )
    kept = former.id if former is not None else account
    if former is not None:
        tx.change("DELETE FROM account WHERE id = ?", account)
    options = {**(former.options if former is not None else {}), **new.options}
    tx.change(
        "UPDATE account SET removed = 0, name = ?, options = ?, health = ?, health_detail = ?, health_since = ?,"
        " next_poll_at = NULL WHERE id = ?",
        new.name,
        json.dumps(options, ensure_ascii=False),
        new.health.value,
        new.health_detail,
        tx.now,
        kept,
    )
    journal.write(tx, by, "account_added", object_id=kept)
    tx.hint("accounts")
    return one(tx, kept)


def discard(tx: Transaction, account: AccountId) -> None:
    """Forget a hidden account that was never connected; it has no history."""
    tx.change("DELETE FROM account WHERE id = ? AND removed = 1", account)


def remove(tx: Transaction, account: AccountId, by: Operator) -> None:
    """Disconnect an account; its history stays."""
    tx.change("UPDATE account SET removed = 1 WHERE id = ?", account)
    journal.write(tx, by, "account_removed", object_id=account)
    tx.hint("accounts")


def set_platform_user(tx: Transaction, account: AccountId, user: PlatformId, options: Mapping[str, str]) -> None:
    """Remember who we are on the platform and what the connector learnt (refused fields, page id)."""
    tx.change(
        "UPDATE account SET platform_user = ?, options = ? WHERE id = ?",
        user,
        json.dumps(dict(options), ensure_ascii=False),
        account,
    )
    tx.hint("accounts")


def cursor(tx: Transaction, account: AccountId) -> dict[str, str]:
    """Where the stored rows end; empty before the first batch."""
    found: dict[str, str] = json.loads(tx.value("SELECT cursor FROM account WHERE id = ?", account) or "{}")
    return found


def first_sweep(tx: Transaction, account: AccountId) -> bool:
    """Whether no sweep of the account has come to its end yet, also where one was interrupted."""
    return not settings.get(tx, f"swept.{account}")


def swept(tx: Transaction, account: AccountId) -> None:
    """The first sweep came to its end: what arrives from now on is new."""
    settings.put(tx, f"swept.{account}", "1")


def quarantined(tx: Transaction, account: AccountId) -> int:
    """How many records of the platform could not be read."""
    return int(tx.value("SELECT COUNT(*) FROM quarantine WHERE account_id = ?", account))
