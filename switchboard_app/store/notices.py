"""Change hints of a shared workspace: PostgreSQL's LISTEN on a connection of its own.

A notice carries topics, never data, and is only a wake-up: after every (re)connection everything is read again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

from switchboard_app.log import logger

RECONNECT_SECONDS = 2.0


def watch_notices(
    dsn: str, channel: str, station: str, tell: Callable[[frozenset[str]], None], closing: threading.Event
) -> None:
    """Tell the topics that other stations announce, until `closing`; reconnects by itself."""
    while not closing.is_set():
        try:
            with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                tell(frozenset({"*"}))
                while not closing.is_set():
                    # without stop_after a notice would wait for the end of the time-out
                    notices = [n.payload.split() for n in connection.notifies(timeout=0.5, stop_after=1)]
                    tell(frozenset(topic for sender, *topics in notices if sender != station for topic in topics))
        except psycopg.Error as problem:
            logger("store").warning("the connection for change hints broke (%s)", type(problem).__name__)
            closing.wait(RECONNECT_SECONDS)
