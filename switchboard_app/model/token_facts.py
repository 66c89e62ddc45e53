"""What a platform says about the token of a sign-in: whose it is, what it may, when it ends; and that in words.

Pure. It refuses to ask: `sync.meta.token` does. What is known is kept among the account's options, because it is no
secret and every station shall see the end coming. Called by the connectors of Meta's platforms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from switchboard_app.model.language import mark, tr
from switchboard_app.model.times import DAY, Millis, local, swiss_date

WARN_BEFORE: Final = 14 * DAY
"""How long before its end a token is spoken of."""
_KIND: Final = "token_kind"
_ENDS: Final = "token_ends"
_ACCESS_ENDS: Final = "token_access_ends"
_LACKING: Final = "token_lacking"
_CHECKED: Final = "token_checked"
_OPTIONS: Final = (_KIND, _ENDS, _ACCESS_ENDS, _LACKING, _CHECKED)


class TokenKind(StrEnum):
    """Whose token it is."""

    PAGE = "page"
    USER = "user"
    SYSTEM_USER = "system_user"
    OTHER = "other"


_ENDINGS: Final[Mapping[int, str]] = {
    458: mark("The app was removed from the account that gave the token."),
    459: mark("Facebook wants the person who gave the token to log in at facebook.com and confirm the account."),
    460: mark("The password of the person who gave the token was changed."),
    463: mark("The token has expired."),
    464: mark("The account of the person who gave the token is not confirmed."),
    467: mark("The token was made invalid, for example by logging out."),
    492: mark("The person who gave the token no longer has a role on the page."),
    2069032: mark("The platform wants the page's own token here, not a person's."),
}
"""By subcode of error 190 (dossier 2.6; 492 and 2069032 from Meta's error pages)."""


def ending_words(subcode: int) -> str:
    """Why a token is dead, in words; empty for a subcode that is not known."""
    return tr(_ENDINGS[subcode]) if subcode in _ENDINGS else ""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """`ends` and `access_ends` are None for never or unknown. `lacking` are permissions it does not have."""

    kind: TokenKind
    ends: Millis | None = None
    access_ends: Millis | None = None
    lacking: tuple[str, ...] = ()
    checked: Millis = Millis(0)

    def as_options(self) -> dict[str, str]:
        """As kept among the account's options."""
        return {
            _KIND: self.kind.value,
            _ENDS: str(self.ends or ""),
            _ACCESS_ENDS: str(self.access_ends or ""),
            _LACKING: " ".join(self.lacking),
            _CHECKED: str(self.checked),
        }

    def warning(self, now: Millis) -> str:
        """What ends within two weeks, or is lacking, in words with what to do; empty when all is well."""
        told = []
        if self.ends is not None and self.ends - now < WARN_BEFORE:
            words = tr("The token ends on {date}; sign in again before.")
            told.append(words.format(date=_date(self.ends)))
        if self.access_ends is not None and self.access_ends - now < WARN_BEFORE:
            words = tr("Access to the page's data ends on {date}; the person who gave the token must allow it again.")
            told.append(words.format(date=_date(self.access_ends)))
        if self.lacking:
            words = tr("The permission {names} is missing; not everything will work.")
            told.append(words.format(names=", ".join(self.lacking)))
        return " ".join(told)


def known_facts(options: Mapping[str, str]) -> TokenFacts | None:
    """What is kept among an account's options; None when nothing is."""
    if options.get(_KIND, "") not in tuple(TokenKind):
        return None
    return TokenFacts(
        TokenKind(options[_KIND]),
        _moment(options.get(_ENDS, "")),
        _moment(options.get(_ACCESS_ENDS, "")),
        tuple(options.get(_LACKING, "").split()),
        _moment(options.get(_CHECKED, "")) or Millis(0),
    )


def without_facts(options: Mapping[str, str]) -> dict[str, str]:
    """The options that a person or a connector set, without what is known of the token."""
    return {name: value for name, value in options.items() if name not in _OPTIONS}


def _moment(text: str) -> Millis | None:
    return Millis(int(text)) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _date(moment: Millis) -> str:
    return swiss_date(local(moment).date())
