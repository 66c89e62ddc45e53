"""Signing in by the system browser, as window and command line begin it: which app asks, where the browser comes back.

What it refuses to do: opening a browser. The window and the command line each do it in their own way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from switchboard_app.config import StationSettings
from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr
from switchboard_app.model.sign_in import SIGN_INS
from switchboard_app.sync.addresses import check_api_base
from switchboard_app.sync.engine import Engine
from switchboard_app.sync.oauth import OAuthClient

_CLIENT = ("client_id", "client_secret")


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """One attempt that can be begun: for which kind, with which app, at which address of the platform."""

    kind: Channel
    client: OAuthClient = field(repr=False)
    port: int
    api_base: str = ""

    async def ask(self, engine: Engine, show: Callable[[str], None]) -> dict[str, str]:
        """The secret, once a person allowed it. `show` is told the address, in the engine's loop. Raises UserError."""
        return await engine.ask_consent(self.kind, self.api_base, self.client, self.port, show)


def browser_sign_in(
    kind: Channel,
    settings: StationSettings,
    given: Mapping[str, str],
    known: Mapping[str, str] | None = None,
    *,
    api_base: str = "",
) -> BrowserSignIn:
    """What is needed to begin. The app is the one that is `given`, else the one the account was signed in with
    (`known`), else the one of the settings. Raises WrongUse when there is none, or no sign-in by browser.
    """
    if not SIGN_INS[kind].browser:
        raise WrongUse(
            tr("Accounts of the kind «{kind}» are not signed in by the browser.").format(kind=kind.value),
            tr("Give the secret as JSON on standard input."),
        )
    from_settings = {"client_id": settings.x_client_id} if kind is Channel.X else {}
    source = next((one for one in (given, known or {}, from_settings) if one.get("client_id", "").strip()), None)
    if source is None:
        raise WrongUse(
            tr("It is not known which app asks the platform: its client id is missing."),
            tr("Enter the client id, or set «x_client_id» in the settings file (docs/operations.md)."),
        )
    client_id, secret = (source.get(name, "").strip() for name in _CLIENT)
    return BrowserSignIn(
        kind, OAuthClient(client_id, secret), settings.sign_in_port, check_api_base(api_base) if api_base else ""
    )
