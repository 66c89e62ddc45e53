"""Signing in by the system browser: OAuth 2.0 with PKCE (S256) and a way back on 127.0.0.1 (RFC 7636, RFC 8252).

What it is for: `ask_consent` makes one attempt and returns the secret as the keyring keeps it. Nothing secret is ever
in an address, in the log or in the list of processes: the verifier stays in memory, tokens and client secret travel in
bodies and headers through the one HTTP door. It refuses to open a browser (whoever calls does, `show` is told the
address) and to know a platform: `OAuthPlatform` says where it lives. Called by `sync.engine`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from switchboard_app.model.errors import Refused, Unreachable, UserError
from switchboard_app.model.language import tr
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.sync.callback import Callback
from switchboard_app.sync.connector import Clock, PlatformFailure
from switchboard_app.sync.http import Answer, Call, HttpDoor
from switchboard_app.sync.json_answer import NotJson, Record, read_json, record_of, text_of, whole_of

WAIT_SECONDS: Final = 300.0
"""How long somebody has in the browser."""
EXPIRES_AT: Final = "expires_at"
"""Beside the tokens in the keyring: when the access token runs out, milliseconds since the epoch."""


@dataclass(frozen=True, slots=True)
class OAuthPlatform:
    """A platform's side: where consent is asked, where codes become tokens, what is asked for.

    `must` are the scopes without which nothing works; `scopes` are all that are asked for.
    """

    authorise: str
    token: str
    scopes: tuple[str, ...]
    must: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The app as the platform knows it; only a confidential one has a secret."""

    id: str
    secret: str = field(default="", repr=False)


async def ask_consent(
    platform: OAuthPlatform,
    client: OAuthClient,
    port: int,
    door: HttpDoor,
    clock: Clock,
    show: Callable[[str], None],
    *,
    wait_seconds: float = WAIT_SECONDS,
) -> dict[str, str]:
    """Ask a person in the browser and return the secret. `show` is told the address to open there.

    Cancelling it closes the way back. Raises UserError: port taken, nobody came back, not allowed, not accepted.
    """
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    async with Callback(state, port) as back:
        show(_address(platform, client, back.address, state, verifier))
        try:
            async with asyncio.timeout(wait_seconds):
                brought = await back.answer()
        except TimeoutError:
            raise Unreachable(
                tr("Nobody came back from the browser within {n} minutes.").format(n=round(wait_seconds / 60)),
                tr("Begin the sign-in again, and allow the access in the browser."),
            ) from None
    if "code" not in brought:
        raise _not_allowed(brought.get("error", ""))
    form = {
        "grant_type": "authorization_code",
        "code": brought["code"],
        "redirect_uri": back.address,
        "code_verifier": verifier,
        "client_id": client.id,
    }
    basic = (client.id, client.secret) if client.secret else None
    try:
        answer = await door.ask(Call("POST", platform.token, form=form, basic=basic))
    except PlatformFailure as failure:
        raise Unreachable(failure.failure.text, _begin_again()) from None
    return _secret(platform, client, answer, clock())


def _address(platform: OAuthPlatform, client: OAuthClient, back: str, state: str, verifier: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": client.id,
        "redirect_uri": back,
        "scope": " ".join(platform.scopes),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{platform.authorise}?{urlencode(asked)}"


def _secret(platform: OAuthPlatform, client: OAuthClient, answer: Answer, now: Millis) -> dict[str, str]:
    told = told_by(answer)
    fresh = tokens_of(told, now)
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(tr("The platform did not give a sign-in for now."), _begin_again())
    if answer.status != 200 or not fresh:
        why = why_refused(answer.status, told)
        raise Refused(
            why or tr("The platform did not accept what the browser brought; its code lives 30 seconds."),
            tr("Check the app's settings at the platform.") if why else _begin_again(),
        )
    given = text_of(told.get("scope")).split()
    lacking = [scope for scope in platform.must if given and scope not in given]
    if lacking:
        raise Refused(
            tr("The platform allowed less than this program needs: {scopes} is missing.").format(
                scopes=" ".join(lacking)
            ),
            tr("Give the app the permission for direct messages at the platform, then sign in again."),
        )
    known = {"client_id": client.id, "client_secret": client.secret}
    return {**fresh, **{name: value for name, value in known.items() if value}}


def _not_allowed(error: str) -> UserError:
    if error == "access_denied":
        return Refused(tr("The permission was not given in the browser."), _begin_again())
    named = "".join(letter for letter in error if letter.isascii() and (letter.isalnum() or letter == "_"))[:40]
    return Refused(
        tr("The platform refused to ask for the permission ({error}).").format(error=named or "?"),
        tr("Check that the app's settings at the platform name exactly the callback address that is set here."),
    )


def _begin_again() -> str:
    return tr("Begin the sign-in again.")


# -- the token endpoint's answers, also for renewing -------------------------------------------------------------------


def told_by(answer: Answer) -> Record:
    """The JSON object of an answer; empty when there is none."""
    try:
        return record_of(read_json(answer.body))
    except NotJson:
        return {}


def tokens_of(told: Record, now: Millis) -> dict[str, str]:
    """What a token endpoint gave, as the keyring keeps it; empty without an access token."""
    access = text_of(told.get("access_token"))
    if not access:
        return {}
    lives = whole_of(told.get("expires_in"))
    fresh = {
        "access_token": access,
        "refresh_token": text_of(told.get("refresh_token")),
        EXPIRES_AT: str(now + lives * SECOND) if lives > 0 else "",
    }
    return {name: value for name, value in fresh.items() if value}


def why_refused(status: int, told: Record) -> str:
    """Why a token endpoint refused where it is the app's fault; empty when it is the token's or the code's."""
    if status == 401 or text_of(told.get("error")) in ("invalid_client", "unauthorized_client"):
        return tr("The platform does not accept the app: its client id or client secret is wrong, or it was blocked.")
    return ""
