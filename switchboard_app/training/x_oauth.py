"""The sign-in of the simulated X account: OAuth 2.0 with PKCE, refresh tokens that work once (dossier 1.5).

What it is for: `Tokens` knows which access token is good for how long and which refresh token is the next one. What it
refuses to do: asking anybody: whoever opens the authorise address is let in at once, as the account itself.
Called by `training.x`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from switchboard_app.model.times import SECOND, Millis
from switchboard_app.training.platform import Clock, number_of

SCOPES: Final = ("dm.read", "dm.write", "tweet.read", "users.read", "media.write", "offline.access")
TOKEN_LIVES: Final = 7_200 * SECOND
CODE_LIVES: Final = 30 * SECOND
_KNOWN_SCOPES: Final = (*SCOPES, "tweet.write", "follows.read", "offline.access")
_LONGEST_STATE: Final = 500


class OAuthRefused(Exception):
    """The token endpoint says no; `status` and `body` are its answer."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True)
class _Code:
    challenge: str
    redirect: str
    scope: str
    at: Millis


class Tokens:
    """What was given out. `scopes` is what the user allowed; tests may take one away."""

    def __init__(self, clock: Clock, user_id: str, token: str, client_id: str, client_secret: str) -> None:
        self.clock = clock
        self.client_id = client_id
        self.client_secret = client_secret
        self.scopes: tuple[str, ...] = SCOPES
        self.access = token or f"access-{number_of(f'{user_id} access', 40)}"
        self.refresh = f"refresh-{number_of(f'{user_id} refresh', 40)}"
        self.app_only = f"app-{number_of(f'{user_id} app', 40)}"
        self.redirects: tuple[str, ...] = ()
        """The callback addresses registered with the app, compared letter by letter; empty takes any on loopback."""
        self.revoke_on_reuse = False
        """Whether using a refresh token twice takes the whole permission back, as OAuth's best practice wants."""
        self.refreshed = 0
        """How often a refresh token was redeemed."""
        self._user_id = user_id
        self._expires: dict[str, Millis | None] = {self.access: None}
        self._codes: dict[str, _Code] = {}
        self._used: set[str] = set()

    def good(self, token: str) -> bool:
        """Whether this access token opens the account now."""
        if token not in self._expires:
            return False
        expires = self._expires[token]
        return expires is None or self.clock() < expires

    def expire(self) -> None:
        """Every access token given out so far has run out."""
        self._expires = dict.fromkeys(self._expires, Millis(0))

    def revoke_all(self) -> None:
        """The user took the permission back: neither access nor refresh token works."""
        self._expires.clear()
        self.refresh = ""

    def authorise(self, parameters: Mapping[str, str]) -> str:
        """The address to send the browser to after consent. Raises OAuthRefused."""
        if parameters.get("client_id") != self.client_id or parameters.get("response_type") != "code":
            raise OAuthRefused(400, "invalid_request", "Value passed for the client id was invalid.")
        if parameters.get("code_challenge_method") != "S256" or not parameters.get("code_challenge"):
            raise OAuthRefused(400, "invalid_request", "Missing required parameter [code_challenge].")
        redirect, scope = parameters.get("redirect_uri", ""), parameters.get("scope", "")
        registered = redirect in self.redirects if self.redirects else redirect.startswith("http://127.0.0.1:")
        if not registered:
            raise OAuthRefused(400, "invalid_request", "Value passed for the redirect uri did not match.")
        if not 0 < len(parameters.get("state", "")) <= _LONGEST_STATE:
            raise OAuthRefused(400, "invalid_request", "Value passed for the state was invalid.")
        if not set(scope.split()) <= set(_KNOWN_SCOPES) or not scope:
            raise OAuthRefused(400, "invalid_scope", "Value passed for the scope was invalid.")
        code = f"code-{number_of(f'{self._user_id} code {len(self._codes)}', 30)}"
        self._codes[code] = _Code(parameters["code_challenge"], redirect, scope, self.clock())
        return f"{redirect}?{urlencode({'state': parameters.get('state', ''), 'code': code})}"

    def grant(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """``POST /2/oauth2/token``. Raises OAuthRefused."""
        self._check_client(form, authorization)
        match form.get("grant_type"):
            case "authorization_code":
                code = self._codes.pop(form.get("code", ""), None)
                digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
                verifier = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                late = code is not None and self.clock() - code.at > CODE_LIVES
                if code is None or late or code.challenge != verifier or code.redirect != form.get("redirect_uri"):
                    problem = "Value passed for the authorization code was invalid."
                    raise OAuthRefused(400, "invalid_request", problem)
                self.scopes = tuple(code.scope.split()) or self.scopes
            case "refresh_token":
                if not self.refresh or form.get("refresh_token") != self.refresh:
                    if self.revoke_on_reuse and form.get("refresh_token") in self._used:
                        self.revoke_all()
                    raise OAuthRefused(400, "invalid_request", "Value passed for the token was invalid.")
            case _:
                raise OAuthRefused(400, "unsupported_grant_type", "Missing required parameter [grant_type].")
        return self._give()

    def revoke(self, form: Mapping[str, str], authorization: str) -> dict[str, Any]:
        """``POST /2/oauth2/revoke``. Raises OAuthRefused."""
        self._check_client(form, authorization)
        token = form.get("token", "")
        self._expires.pop(token, None)
        if token == self.refresh:
            self.refresh = ""
        return {"revoked": True}

    def _give(self) -> dict[str, Any]:
        self.refreshed += 1
        self._used.add(self.refresh)
        self.access = f"access-{number_of(f'{self._user_id} access {self.refreshed}', 40)}"
        self._expires[self.access] = Millis(self.clock() + TOKEN_LIVES)
        answer = {
            "token_type": "bearer",
            "expires_in": TOKEN_LIVES // SECOND,
            "access_token": self.access,
            "scope": " ".join(self.scopes),
        }
        if "offline.access" not in self.scopes:
            self.refresh = ""
            return answer
        self.refresh = f"refresh-{number_of(f'{self._user_id} refresh {self.refreshed}', 40)}"
        return {**answer, "refresh_token": self.refresh}

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        """A confidential client shows its secret, a public one its id in the body."""
        if self.client_secret:
            right = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
            if authorization != f"Basic {right}":
                raise OAuthRefused(401, "unauthorized_client", "Missing valid authorization header")
        elif form.get("client_id") != self.client_id:
            raise OAuthRefused(400, "invalid_request", "Value passed for the client id was invalid.")
