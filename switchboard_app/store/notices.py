"""Change hints of a shared workspace: PostgreSQL's LISTEN on a connection of its own.

A notice carries a topic, never data, and is only a wake-up: after every (re)connection everything is read again.
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
    first = True
    while not closing.is_set():
        try:
            with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                if not first:
                    tell(frozenset({"*"}))
                first = False
                while not closing.is_set():
                    notices = [n.payload.partition(" ") for n in connection.notifies(timeout=0.5)]
                    topics = frozenset(topic for sender, _, topic in notices if sender != station)
                    if topics:
                        tell(topics)
        except psycopg.Error as problem:
            logger("store").warning("the connection for change hints broke (%s)", type(problem).__name__)
            closing.wait(RECONNECT_SECONDS)
