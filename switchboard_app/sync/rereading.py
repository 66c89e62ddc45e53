"""Records in quarantine, tried once more: by a newer version of the program at its first poll, or when a person asks.

The raw record goes through the connector's own translation again; what it can read now is stored as if it had just
come, the rest stays with the reason of this version. Refuses to fetch anything: a record is what was kept of it. Called
by the poller and by the engine.
"""

from __future__ import annotations

from dataclasses import replace

from switchboard_app.model.account import Account
from switchboard_app.model.remote import RemoteMessage, RemoteThread
from switchboard_app.store import intake, quarantine
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Connector, Rereads


async def read_again(store: Store, account: Account, connector: Connector, *, asked: bool = False) -> int:
    """Try what is due (or all, when `asked`); how many could be read. Raises PlatformFailure."""
    if not isinstance(connector, Rereads):
        return 0
    due = await store.ask(quarantine.due, account.id, asked=asked)
    if not due:
        return 0
    threads: list[RemoteThread] = []
    messages: list[RemoteMessage] = []
    for one in due:
        thread, message = await connector.reread(one)
        if not message.unreadable:
            threads.append(thread)
        messages.append(replace(message, platform_id=one.platform_id))
    stored = await store.run(intake.read_again, account, threads, messages)
    return stored.new + stored.settled
