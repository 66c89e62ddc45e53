"""The key of an embedded workspace, and how people write it down.

A random raw key of 32 bytes and a salt of 16. The salt stands in plain at the head of the file (SQLCipher puts it
there), so a file tells which key it wants. The recovery key is the raw key in letters and figures with a check at its
end.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr

SALT_BYTES = 16
KEY_BYTES = 32
_CHECK = 4
_GROUP = 4
PLAIN_HEAD = b"SQLite format 3\0"


@dataclass(frozen=True, slots=True)
class WorkspaceKey:
    """Key and salt; never shown in a repr."""

    key: bytes
    salt: bytes

    def __repr__(self) -> str:
        return "WorkspaceKey(•••)"

    @property
    def raw(self) -> str:
        """As the database wants it: 96 hex digits."""
        return self.key.hex() + self.salt.hex()

    @property
    def recovery(self) -> str:
        """As people write it down: 14 groups of four letters and figures."""
        text = base64.b32encode(self.key).decode().rstrip("=") + _check(self.key)
        return "-".join(text[i : i + _GROUP] for i in range(0, len(text), _GROUP))


def _check(key: bytes) -> str:
    return base64.b32encode(hashlib.sha256(key).digest()).decode()[:_CHECK]


def new_key() -> WorkspaceKey:
    """A fresh key for a new workspace."""
    return WorkspaceKey(secrets.token_bytes(KEY_BYTES), secrets.token_bytes(SALT_BYTES))


def key_from_recovery(text: str) -> bytes:
    """The raw key that a person typed; blanks, dashes and case do not matter. Raises WrongUse for a slip."""
    letters = "".join(sign for sign in text.upper() if sign.isalnum()).replace("0", "O").replace("1", "I")
    body, check = letters[:-_CHECK], letters[-_CHECK:]
    try:
        key = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES or _check(key) != check:
        raise WrongUse(
            tr("This is not a recovery key: it has a slip or is incomplete."),
            tr("Type all 14 groups of four as they stand on the sheet."),
        )
    return key
