"""Where a workspace lies: an embedded file or a PostgreSQL database, named by one URL.

``sqlite:///path/file.db`` or ``postgresql://login@host:port/db?…``. Refuses passwords in the URL: they would show in
process lists and logs; PostgreSQL logins use the OS keyring, a pass file or single sign-on.
"""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr


@dataclass(frozen=True, slots=True)
class Location:
    """A workspace's place. `path` is set for embedded ones, `dsn` for PostgreSQL."""

    path: Path | None = None
    dsn: str = ""

    @property
    def embedded(self) -> bool:
        """Whether it is one encrypted file on this station."""
        return self.path is not None

    @property
    def login(self) -> str:
        """The login of a PostgreSQL database, as libpq chooses it; "" for an embedded workspace."""
        if self.path is not None:
            return ""
        parts = urlsplit(self.dsn)
        option = dict(parse_qsl(parts.query)).get("user", "")
        return unquote(parts.username or "") or option or os.environ.get("PGUSER", "") or getpass.getuser()

    def __str__(self) -> str:
        return address_of(self.path) if self.path else self.dsn


def address_of(path: Path) -> str:
    """The URL of an embedded workspace; what would mean something else in a URL is written as %xx."""
    return f"sqlite:///{quote(path.as_posix().lstrip('/'), safe='/:')}"


def embedded(path: Path) -> Location:
    """The location of an embedded workspace file."""
    return Location(path=path.absolute())


def parse_location(url: str) -> Location:
    """Read a workspace URL; raises WrongUse with what it should look like."""
    form = tr("Write it as sqlite:///path/file.db or postgresql://login@host:port/database.")
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError as problem:
        raise WrongUse(
            tr("The workspace address cannot be read: {problem}.").format(problem=problem), form
        ) from problem
    if parts.scheme == "sqlite":
        rest = unquote(url.split(":", 1)[1].split("?", 1)[0])
        if not rest.startswith("///") or rest == "///":
            raise WrongUse(tr("The workspace address names no file."), form)
        name = rest.lstrip("/")
        return embedded(Path(name if name[1:2] == ":" else f"/{name}"))
    if parts.scheme in ("postgresql", "postgres"):
        options = {key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}
        if password is not None or options & {"password", "sslpassword"}:
            raise WrongUse(
                tr("The workspace address holds a password, which would show in process lists."),
                tr("Leave it out; put it into a PostgreSQL pass file or use single sign-on."),
            )
        return Location(dsn=url)
    raise WrongUse(tr("The workspace address is of an unknown kind."), form)
