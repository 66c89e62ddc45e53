"""``account add | list | check | sign-in | quarantine | remove`` and ``sync --once``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from switchboard_app.cli import browser, condition, quarantine, shapes
from switchboard_app.cli.frame import Frame
from switchboard_app.model.account import Account
from switchboard_app.model.errors import ExitCode, WrongUse
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.store import accounts
from switchboard_app.store.database import Store

if TYPE_CHECKING:
    from switchboard_app.sync.engine import Engine  # only verbs that ask a platform load the network

T = TypeVar("T")
EXAMPLE = '{"access_token": "…"}'


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verbs."""
    top = verbs.add_parser("account", help="connect pages and handles", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    add = sub.add_parser("add", help="connect one; its secret as JSON on standard input", parents=[everywhere])
    add.add_argument("kind")
    add.add_argument("--name", required=True)
    add.add_argument("--api-base", default="", metavar="URL")
    add.add_argument("--option", action="append", default=[], metavar="KEY=VALUE")
    browser.add_to(add)
    add.set_defaults(run=_add)
    condition.add_to(sub, everywhere, _with_engine)
    for name, verb, words in (
        ("sign-in", _sign_in, "replace the secret: in the browser, or JSON on standard input"),
        ("remove", _remove, "forget the secret, keep the history"),
    ):
        one = sub.add_parser(name, help=words, parents=[everywhere])
        one.add_argument("name")
        one.set_defaults(run=verb)
        if verb is _sign_in:
            one.add_argument("--option", action="append", default=[], metavar="client_id=ID")
            browser.add_to(one)
    quarantine.add_to(sub, everywhere, _read_again)
    sync = verbs.add_parser("sync", help="poll and send until nothing is due", parents=[everywhere])
    sync.add_argument("--once", action="store_true", required=True)
    sync.add_argument("--account", default="", metavar="NAME")
    sync.set_defaults(run=_sync)


def _with_engine(frame: Frame, store: Store, work: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
    from switchboard_app.app.outside import surroundings
    from switchboard_app.sync.engine import Engine

    async def run() -> T:
        engine = Engine(store, surroundings(frame.station))
        try:
            return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def _options(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if not all(key and equals for key, equals, _ in pairs):
        raise WrongUse(tr("An option is written KEY=VALUE."), tr("For example --option version=v26.0."))
    options = {key: value for key, _, value in pairs}
    if secret := next((key for key in options if "secret" in key or "token" in key), ""):
        raise WrongUse(
            tr("A secret such as «{field}» is never given on the command line.").format(field=secret),
            tr("Others could read it there: give it as JSON on standard input."),
        )
    return options


def _add(frame: Frame) -> None:
    from switchboard_app.app.outside import account_kind, check_secret, connect_account

    kind = account_kind(frame.arguments.kind)
    options = _options(frame.arguments.option)
    secret = None if browser.wanted(frame, kind) else check_secret(kind, frame.stdin_object(EXAMPLE))
    begun = None if secret is not None else browser.begun(frame, kind, options, {}, frame.arguments.api_base)
    options.pop("client_id", None)
    with frame.store() as store:

        async def connect(engine: Engine) -> Account:
            given = secret or (await browser.ask(engine, begun) if begun is not None else {})
            return await connect_account(
                store,
                frame.station.credentials,
                engine.whoami,
                kind,
                frame.arguments.name,
                given,
                frame.me,
                api_base=frame.arguments.api_base,
                options=options,
            )

        account = _with_engine(frame, store, connect)
    condition.say(frame, account)


def _sign_in(frame: Frame) -> int:
    from switchboard_app.app.outside import check_secret

    options = _options(frame.arguments.option)
    with frame.store() as store:
        account = store.read(accounts.named, frame.arguments.name)
        if browser.wanted(frame, account.kind):
            former = frame.station.credentials.account_secret(account.id) or {}
            begun = browser.begun(frame, account.kind, options, former, account.api_base)

            async def sign_in(engine: Engine) -> Account:
                return await engine.sign_in(account, await browser.ask(engine, begun))

            checked = _with_engine(frame, store, sign_in)
        else:
            clean = check_secret(account.kind, frame.stdin_object(EXAMPLE))
            checked = _with_engine(frame, store, lambda engine: engine.sign_in(account, clean))
    condition.say(frame, checked)
    return ExitCode.DONE if checked.health is Health.OK else ExitCode.UNREACHABLE


def _read_again(frame: Frame, store: Store, account: Account) -> int:
    return _with_engine(frame, store, lambda engine: engine.read_again(account))


def _remove(frame: Frame) -> None:
    with frame.store() as store:
        account = store.read(accounts.named, frame.arguments.name)
        frame.station.credentials.forget_account(account.id)
        store.write(accounts.remove, account.id, frame.me)
    frame.answer(
        {"id": account.id, "name": account.name}, lambda: [tr("Disconnected: {name}").format(name=account.name)]
    )


def _sync(frame: Frame) -> int:
    with frame.store() as store:
        only = store.read(accounts.named, frame.arguments.account).id if frame.arguments.account else None
        reports = _with_engine(frame, store, lambda engine: engine.once(only))
    document = {"accounts": [shapes.report(one) for one in reports]}
    frame.answer(
        document,
        lambda: [
            (
                one.name,
                one.health.value,
                tr("fetched {fetched}, new {new}, sent {sent}, unclear {uncertain}, failed {failed}").format(
                    fetched=one.fetched, new=one.new, sent=one.sent, uncertain=one.uncertain, failed=one.failed
                ),
            )
            for one in reports
        ],
    )
    for one in reports:
        if one.health is not Health.OK:
            frame.tell(f"{one.name}: {one.reason} {one.next_step}")
    return ExitCode.UNREACHABLE if reports and not any(one.reached for one in reports) else ExitCode.DONE
