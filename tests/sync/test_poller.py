"""The first sweep of an account stays the first until one came to its end, however often it is interrupted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.ids import Operator, PlatformId
from switchboard_app.model.remote import Batch, Cursor, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import DAY, Millis
from switchboard_app.store import accounts
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Known, PlatformFailure
from switchboard_app.sync.poller import poll

ME = Operator("ml")


def answered(name: str, at: int, *, complete: bool = False) -> Batch:
    """A conversation that the page answered long ago."""
    thread, person = PlatformId(f"t_{name}"), RemotePerson(PlatformId(f"p_{name}"), name)
    page = RemotePerson(PlatformId("page"), "Rathaus")
    messages = (
        RemoteMessage(PlatformId(f"{name}1"), thread, person, False, "Guten Tag", Millis(at)),
        RemoteMessage(PlatformId(f"{name}2"), thread, page, True, "Gern geschehen", Millis(at + 1000)),
    )
    return Batch((RemoteThread(thread, person),), messages, {"at": name}, complete)


class Breaking:
    """A connector whose first sweep breaks off after one conversation."""

    def __init__(self, long_ago: int) -> None:
        self.long_ago = long_ago
        self.polls = 0

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """One conversation and a broken connection; then the other one."""
        self.polls += 1
        if self.polls == 1:
            yield answered("anna", self.long_ago)
            raise PlatformFailure(Failure(FailureKind.NETWORK, True, "broken"))
        yield answered("berta", self.long_ago, complete=True)

    async def read_back(self, *_: object) -> tuple[RemoteMessage, ...]:
        """Nothing to read back."""
        return ()


def test_an_interrupted_first_sweep_goes_on_as_the_first(embedded_store: Store) -> None:
    store = embedded_store
    account = store.write(accounts.add, Channel.FACEBOOK, "Rathaus Basel", ME)
    connector = Breaking(store.now() - 30 * DAY)

    async def twice() -> None:
        for _ in range(2):
            await poll(store, account, connector)  # type: ignore[arg-type]  # all it asks for

    asyncio.run(twice())
    states = store.read(lambda tx: tx.rows("SELECT person_name, state FROM enquiry ORDER BY person_name"))
    assert states == [("anna", "done"), ("berta", "done")]
    assert not store.read(accounts.first_sweep, account.id)
