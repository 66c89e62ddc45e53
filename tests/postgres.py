"""A real PostgreSQL server for tests: started once a session, an empty database for each test, stopped at the end.

``postgres_server`` starts Debian's server (or whichever ``pg_config`` names) on a socket in a folder of its own; as
root it runs under another user, because the server refuses root. ``postgres_location`` is an empty migrated workspace:
a clone of a template that was migrated once, emptied for the next test, because that is ten times faster than cloning
again; a test that changes the schema makes a database of its own (`PostgresServer.create`). Where there is no server
the tests that ask for one are skipped and say why.

Use in the conftest of a folder: ``from tests.postgres import postgres_server as postgres_server`` and so on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from switchboard_app.store import migrate
from switchboard_app.store.location import Location, parse_location

PORT = 5432
"""Only the name of the socket file: the server does not listen on the network."""

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",  # nothing here outlives the session; durability of the server is not what is tested
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "timezone": "America/New_York",  # nobody may rely on the server's zone
}


def server_programs() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``: the newest of Debian's, else that of ``pg_config``; None for none."""
    if sys.platform == "win32":
        return None
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0)
    if shutil.which("pg_config"):
        named = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if (Path(named) / "initdb").exists():
            return Path(named)
    return None


def _as_somebody(folder: Path) -> dict[str, Any]:
    """How to run the server's programs: as root only under another user, who then owns the folder."""
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    if os.geteuid() != 0:
        return {"env": environment}
    import pwd  # not on Windows

    somebody = pwd.getpwnam("nobody")
    os.chown(folder, somebody.pw_uid, somebody.pw_gid)
    return {"env": environment, "user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}


@dataclass(slots=True)
class PostgresServer:
    """A server that runs. `folder` holds its socket and its log, `empty` names clones of the template to be used."""

    programs: Path
    folder: Path
    empty: list[str] = field(default_factory=list)

    def url(self, database: str) -> str:
        """The workspace address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self.folder}&port={PORT}"

    def location(self, database: str) -> Location:
        """The workspace in one of its databases."""
        return parse_location(self.url(database))

    def administer(self, statement: sql.SQL | sql.Composed, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement in the maintenance database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            cursor = connection.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def create(self, template: str = "template0") -> str:
        """A new database like `template`; returns its name."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        form = "CREATE DATABASE {} TEMPLATE {}"
        self.administer(sql.SQL(form).format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Throw a database away, also one that is in use."""
        self.administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def make_empty(self, database: str) -> None:
        """Delete every row of a workspace, whoever is still connected."""
        self.cut_off(database)
        with psycopg.connect(self.url(database)) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'"
            tables = [sql.Identifier(row[0]) for row in connection.execute(query)]
            connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in tables))

    def cut_off(self, database: str) -> int:
        """End every connection to a database, as a restart or a broken line would; returns how many there were."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND backend_type = %s"
        return len(self.administer(sql.SQL(query), database, "client backend"))


def start_server(programs: Path, folder: Path) -> PostgresServer:
    """Make a cluster in `folder` and start it; raises CalledProcessError with the server's own words."""
    how = _as_somebody(folder)
    cluster = folder / "data"
    initdb = [f"{programs}/initdb", "-D", str(cluster), "-A", "trust", "-U", "postgres", "-E", "UTF8"]
    subprocess.run([*initdb, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, **how)
    chosen = [f"{name} = '{value}'\n" for name, value in {**SETTINGS, "unix_socket_directories": str(folder)}.items()]
    with (cluster / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.writelines(chosen)
    start = [f"{programs}/pg_ctl", "-D", str(cluster), "-w", "-t", "30", "-l", f"{folder}/log", "start"]
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **how)
    return PostgresServer(programs, folder)


def stop_server(server: PostgresServer) -> None:
    """Stop it at once, whoever is connected."""
    stop = [f"{server.programs}/pg_ctl", "-D", f"{server.folder}/data", "-m", "immediate", "-w", "stop"]
    subprocess.run(stop, check=True, capture_output=True, **_as_somebody(server.folder))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The session's server; skips where the machine has none."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="switchboard-pg-"))
    try:
        try:
            server = start_server(programs, folder)
        except subprocess.CalledProcessError as problem:
            log = folder / "log"
            words = log.read_text("utf-8", "replace") if log.exists() else (problem.stderr or b"").decode()
            pytest.fail(f"PostgreSQL of this machine does not start: {words[-2000:]}", pytrace=False)
        yield server
        stop_server(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """A database that holds an empty workspace of this version; clone it, never connect to it."""
    name = postgres_server.create()
    migrate.upgrade(postgres_server.location(name))
    return name


@pytest.fixture
def postgres_location(postgres_server: PostgresServer, postgres_template: str) -> Iterator[Location]:
    """An empty shared workspace for this test alone."""
    name = postgres_server.empty.pop() if postgres_server.empty else postgres_server.create(postgres_template)
    yield postgres_server.location(name)
    postgres_server.make_empty(name)
    postgres_server.empty.append(name)
