"""The sign-in for one X account: the access token in use, and its renewal.

Refresh tokens are single use (dossier 1.5): the answer carries the next one, which is kept in the keyring before the
new access token is used, and two renewals never run at once. It refuses to sign anybody in and to renew without being
told that a token is dead. Called by `x.api`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.errors import UserError
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.connector import Clock, Grant, PlatformFailure
from switchboard_app.sync.failures import signed_out, surely
from switchboard_app.sync.http import Call, HttpDoor
from switchboard_app.sync.json_answer import NotJson, read_json, record_of, text_of
from switchboard_app.sync.ratelimit import retry_after

_TOKEN_PATH: Final = "/2/oauth2/token"  # noqa: S105 - a path


class Tokens:
    """What the account is signed in with."""

    def __init__(self, grant: Grant, base: str, door: HttpDoor, clock: Clock) -> None:
        self._secret = dict(grant.secret)
        self._keep = grant.keep_secret
        self._address = base + _TOKEN_PATH
        self._door = door
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._not_kept: dict[str, str] | None = None

    @property
    def access(self) -> str:
        """The token to show. Raises PlatformFailure when there is none."""
        token = self._secret.get("access_token", "")
        if not token:
            raise signed_out(tr("There is no sign-in for this account."))
        return token

    async def renew(self, dead: str) -> bool:
        """Get a new token in place of `dead`; False when the account has no means to.

        Raises PlatformFailure, always certain: a message that met a dead token was not sent.
        """
        async with self._renewing:
            if self._secret.get("access_token") != dead:
                return True  # somebody else renewed it while we waited
            if not (self._secret.get("refresh_token") and self._secret.get("client_id")):
                return False
            if self._not_kept is None:
                self._not_kept = await self._ask()
            await self._keep_safe(self._not_kept)
            self._secret, self._not_kept = self._not_kept, None
            return True

    async def _ask(self) -> dict[str, str]:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._secret["refresh_token"],
            "client_id": self._secret["client_id"],
        }
        app_secret = self._secret.get("client_secret")  # a confidential client shows itself by HTTP Basic
        basic = (self._secret["client_id"], app_secret) if app_secret else None
        try:
            answer = await self._door.ask(Call("POST", self._address, form=form, basic=basic))
        except PlatformFailure as failure:
            raise surely(failure) from None
        if answer.status >= 500 or answer.status == 429:
            words = tr("The platform did not renew the sign-in for now.")
            again = retry_after(answer.headers, self._clock()) or Millis(self._clock() + MINUTE)
            raise PlatformFailure(Failure(FailureKind.SERVER, True, words, again), Health.UNREACHABLE)
        try:
            told = record_of(read_json(answer.body))
        except NotJson:
            told = {}
        access = text_of(told.get("access_token"))
        if answer.status != 200 or not access:
            raise signed_out(tr("The platform did not renew the sign-in."))
        fresh = {"access_token": access, "refresh_token": text_of(told.get("refresh_token"))}
        return {**self._secret, **{name: value for name, value in fresh.items() if value}}

    async def _keep_safe(self, secret: Mapping[str, str]) -> None:
        if self._keep is None:
            return
        try:
            await self._keep(secret)
        except UserError as error:  # the keyring is locked or gone; the new token stays at hand for the next attempt
            failure = Failure(FailureKind.AUTH, True, error.message)
            raise PlatformFailure(failure, Health.NEEDS_SIGN_IN, error.next_step) from error
