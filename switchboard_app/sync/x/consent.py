"""Where X asks for consent and gives tokens, and what this program asks for (dossier 1.5)."""

from __future__ import annotations

from typing import Final

from switchboard_app.sync.oauth import OAuthPlatform
from switchboard_app.sync.x.api import BASE
from switchboard_app.sync.x.errors import DM_SCOPES
from switchboard_app.sync.x.tokens import TOKEN_PATH

_AUTHORISE: Final = "https://x.com"
_AUTHORISE_PATH: Final = "/i/oauth2/authorize"
_MUST: Final = (*DM_SCOPES.split(), "offline.access")


def x_platform(api_base: str) -> OAuthPlatform:
    """X's own pages; with another address of the interface everything lies there."""
    base = api_base or BASE
    return OAuthPlatform(
        authorise=(api_base or _AUTHORISE) + _AUTHORISE_PATH,
        token=base + TOKEN_PATH,
        scopes=(*_MUST, "media.write"),
        must=_MUST,
    )
