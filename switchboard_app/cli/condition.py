"""``account list`` and ``account check [--complete]``: how the accounts are, and whether anything is missing."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from switchboard_app.cli import shapes
from switchboard_app.cli.frame import Frame
from switchboard_app.cli.words import Line
from switchboard_app.model.account import Account
from switchboard_app.model.errors import ExitCode, Unreachable
from switchboard_app.model.health import WELL, Health
from switchboard_app.model.language import tr
from switchboard_app.model.proof import Proof
from switchboard_app.store import accounts, gaps, health, outbox, proof, quarantine
from switchboard_app.store.database import Store
from switchboard_app.store.transaction import Transaction

if TYPE_CHECKING:
    from switchboard_app.sync.engine import Engine  # only verbs that ask a platform load the network

WithEngine = Callable[[Frame, Store, Callable[["Engine"], Coroutine[Any, Any, Any]]], Any]
_LATELY = 20


def add_to(sub: Any, everywhere: Any, with_engine: WithEngine) -> None:
    """Add both verbs."""
    sub.add_parser("list", help="health and next step", parents=[everywhere]).set_defaults(run=_list)
    check = sub.add_parser("check", help="ask the platform who we are", parents=[everywhere])
    check.add_argument("name")
    check.add_argument("--complete", action="store_true", help="compare what the platform lists with what is stored")
    check.set_defaults(run=lambda frame: _check(frame, with_engine))


def line(account: Account) -> Line:
    """An account for people."""
    return (account.name, account.kind.value, account.health.value, f"{account.reason} {account.next_step}".rstrip())


def say(frame: Frame, account: Account, besides: dict[str, Any] | None = None) -> None:
    """One account as the answer; what is the matter goes to standard error."""
    frame.answer(shapes.account(account, besides), lambda: [line(account)])
    if account.health is not Health.OK:
        frame.tell(f"{account.reason} {account.next_step}")


def _list(frame: Frame) -> None:
    with frame.store() as store:
        found = [one.shown_at(store.now()) for one in store.read(accounts.listed)]
        besides = {one.id: store.read(_besides, one) for one in found}
    document = {"accounts": [shapes.account(one, besides[one.id]) for one in found]}
    frame.answer(document, lambda: [line(one) for one in found] or [tr("No account is connected.")])


def _besides(tx: Transaction, account: Account) -> dict[str, Any]:
    return {
        **outbox.summary(tx, account.id),
        "quarantined": quarantine.count(tx, account.id),
        "gaps": [shapes.gap(one) for one in gaps.listed(tx, account.id)],
        "history": [shapes.change(one) for one in health.history(tx, account.id, _LATELY)],
        "proof": shapes.proof(proof.of_account(tx, account.id)),
    }


def _check(frame: Frame, with_engine: WithEngine) -> int:
    with frame.store() as store:
        account = store.read(accounts.named, frame.arguments.name)
        checked: Account = with_engine(frame, store, lambda engine: engine.whoami(account))
        if not frame.arguments.complete:
            say(frame, checked)
            return ExitCode.DONE if checked.health is Health.OK else ExitCode.UNREACHABLE
        done: Proof | None = None
        if checked.health in WELL:
            done = with_engine(frame, store, lambda engine: _prove(engine, checked))
        say(frame, checked, {"proof": shapes.proof(done)})
    if done is not None:
        frame.tell(_words(done))
    return ExitCode.DONE if checked.health is Health.OK else ExitCode.UNREACHABLE


async def _prove(engine: Engine, account: Account) -> Proof:
    from switchboard_app.sync.connector import PlatformFailure

    try:
        return await engine.prove(account)
    except PlatformFailure as failure:
        raise Unreachable(failure.failure.text, tr("Nothing was changed; try again later.")) from failure


def _words(done: Proof) -> str:
    words = tr("Listed {listed}, stored {stored}, missing and fetched now {missing}.").format(
        listed=done.listed, stored=done.stored, missing=done.missing
    )
    if done.complete:
        return words
    return f"{words} {tr('The spare budget ended it; the next one begins at the newest message again.')}"
