"""Signing in by the system browser from a terminal: when it is the way, with which app, and the browser itself."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from switchboard_app.cli.frame import Frame
from switchboard_app.model.channel import Channel
from switchboard_app.model.language import tr
from switchboard_app.model.sign_in import SIGN_INS

if TYPE_CHECKING:
    from switchboard_app.app.browser import BrowserSignIn
    from switchboard_app.sync.engine import Engine  # only verbs that ask a platform load the network

_CLIENT = '{"client_id": "…"}'


def add_to(verb: Any) -> None:
    """Add the option."""
    verb.add_argument("--browser", action="store_true", help="sign in by the system browser, where the platform can")


def wanted(frame: Frame, kind: Channel) -> bool:
    """Whether the browser is asked: on wish, and at a terminal where the platform can. A script gives JSON."""
    return bool(frame.arguments.browser) or (SIGN_INS[kind].browser and _at_terminal())


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def begun(
    frame: Frame, kind: Channel, options: Mapping[str, str], former: Mapping[str, str], api_base: str
) -> BrowserSignIn:
    """What is needed to begin. The app is told by the option ``client_id``, else by JSON on standard input, else by the
    former sign-in or the settings. Raises WrongUse."""
    from switchboard_app.app.browser import browser_sign_in

    given: Mapping[str, Any] = options
    if "client_id" not in options and not _at_terminal():
        given = frame.stdin_object(_CLIENT, needed=False)
    client = {key: str(given[key]) for key in ("client_id", "client_secret") if key in given}
    return browser_sign_in(kind, frame.station.settings, client, former, api_base=api_base)


async def ask(engine: Engine, begun: BrowserSignIn) -> dict[str, str]:
    """Open the browser and wait for consent; returns the secret. Raises UserError."""

    def show(address: str) -> None:
        Frame.tell(tr("Sign in in the browser. If none opens, copy this address:"))
        Frame.tell(address)
        # on a thread that may be left behind: in a console the browser is a program that lasts
        threading.Thread(target=_open, args=(address,), name="browser", daemon=True).start()

    return await begun.ask(engine, show)


def _open(address: str) -> None:
    if not webbrowser.open(address):
        Frame.tell(tr("No browser could be opened here."))
