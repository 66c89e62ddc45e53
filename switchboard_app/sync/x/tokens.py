"""The sign-in for one X account: the access token in use, and the question by which it is renewed.

An access token lives two hours (dossier 1.5); it is renewed a little before, so that a renewal which does not work is
told while the old token still does. How nothing is lost meanwhile is `sync.renewal`. It refuses to sign anybody in.
Called by `x.api`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.language import tr
from switchboard_app.model.times import MINUTE, Millis, when
from switchboard_app.sync.connector import Clock, Grant, PlatformFailure, RenewalRefused
from switchboard_app.sync.failures import signed_out, surely
from switchboard_app.sync.http import Call, HttpDoor
from switchboard_app.sync.oauth import EXPIRES_AT, tokens_of, told_by, why_refused
from switchboard_app.sync.ratelimit import retry_after

TOKEN_PATH: Final = "/2/oauth2/token"  # noqa: S105 - a path
_EARLY: Final = 10 * MINUTE
_TRY_AGAIN: Final = 2 * MINUTE


class Tokens:
    """What the account is signed in with."""

    def __init__(self, grant: Grant, base: str, door: HttpDoor, clock: Clock) -> None:
        self._secret = dict(grant.secret)
        self._renewing = grant.renewing
        self._address = base + TOKEN_PATH
        self._door = door
        self._clock = clock
        self._unproved = False
        self._early_again = Millis(0)
        self._trouble = ""

    @property
    def access(self) -> str:
        """The token to show. Raises PlatformFailure when there is none."""
        token = self._secret.get("access_token", "")
        if not token:
            raise signed_out(tr("There is no sign-in for this account."))
        return token

    async def fresh(self) -> str:
        """The token to show, renewed when it is about to run out. Raises PlatformFailure when there is none."""
        token, ends, now = self.access, self._ends, self._clock()
        if ends is None or not now > ends - _EARLY or now < self._early_again:
            return token
        try:
            await self.renew(token)
        except PlatformFailure as failure:
            if self._clock() >= ends:
                raise
            self._early_again = Millis(now + _TRY_AGAIN)
            self._trouble = failure.failure.text
        return self.access

    async def renew(self, dead: str) -> bool:
        """Get a new token in place of `dead`; False when the account has no means to.

        Raises PlatformFailure, always certain: a message that met a dead token was not sent.
        """
        if self._secret.get("access_token") != dead:
            return True  # somebody else renewed it while we waited
        if self._renewing is None or not (self._secret.get("refresh_token") and self._secret.get("client_id")):
            return False
        self._secret = dict(await self._renewing.renew(dead, self._ask))
        self._unproved, self._trouble = True, ""
        return True

    async def accepted(self) -> None:
        """The platform took the token in use: a renewed one has proved itself."""
        if self._unproved and self._renewing is not None:
            self._unproved = False
            await self._renewing.proved()

    def forewarning(self) -> str:
        """What will go wrong unless somebody acts; empty when nothing will."""
        if not self._trouble or self._ends is None:
            return ""
        ends = when(self._ends, self._clock())
        return tr("The sign-in ends {time}. {reason}").format(time=ends, reason=self._trouble)

    @property
    def _ends(self) -> Millis | None:
        told = self._secret.get(EXPIRES_AT, "")
        return Millis(int(told)) if told.isdecimal() else None

    async def _ask(self, secret: Mapping[str, str]) -> Mapping[str, str]:
        """One renewal with the refresh token of `secret`. Raises PlatformFailure; RenewalRefused for good."""
        refresh, client, app_secret = (secret.get(name, "") for name in ("refresh_token", "client_id", "client_secret"))
        if not (refresh and client):
            raise RenewalRefused(tr("There is nothing to renew the sign-in with."))
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client}
        basic = (client, app_secret) if app_secret else None  # a confidential client shows itself by HTTP Basic
        try:
            answer = await self._door.ask(Call("POST", self._address, form=form, basic=basic))
        except PlatformFailure as failure:
            raise surely(failure) from None
        now = self._clock()
        if answer.status >= 500 or answer.status == 429:
            words = tr("The platform did not renew the sign-in for now.")
            again = retry_after(answer.headers, now) or Millis(now + MINUTE)
            raise PlatformFailure(Failure(FailureKind.SERVER, True, words, again), Health.UNREACHABLE)
        told = told_by(answer)
        fresh = tokens_of(told, now)
        if answer.status != 200 or not fresh:
            taken_back = tr(
                "The platform did not renew the sign-in: the permission was taken back, or another program used its"
                " refresh token."
            )
            raise RenewalRefused(why_refused(answer.status, told) or taken_back)
        return {**{name: value for name, value in secret.items() if name != EXPIRES_AT}, **fresh}
