"""The connector of the simulation: small, honest, over the real door. What it calls certain is certain."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, Cursor, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.sync.connector import Clock, Known, Outgoing, PlatformFailure, Receipt, Self
from switchboard_app.sync.failures import malformed
from switchboard_app.sync.http import Answer, Call, HttpDoor
from switchboard_app.sync.json_answer import NotJson, id_of, read_json, record_of, rows_of, text_of

BASE = "http://platform.test"


class Line:
    """One account's connector on one station."""

    def __init__(self, door: HttpDoor, clock: Clock, token: str = "alive") -> None:
        self._door = door
        self._clock = clock
        self.token = token

    async def whoami(self) -> Self:
        """As the port says."""
        return Self(PlatformId("page"), "Seite")

    async def poll(self, cursor: Cursor, known: Known) -> AsyncIterator[Batch]:
        """Everything the platform shows."""
        answer = await self._door.ask(Call("GET", f"{BASE}/all"))
        shown = self._messages(answer)
        threads = {m.thread: RemoteThread(m.thread, RemotePerson(PlatformId(f"p{m.thread}"))) for m in shown}
        yield Batch(tuple(threads.values()), shown, {"at": str(len(shown))}, complete=True)

    async def send(self, outgoing: Outgoing) -> Receipt:
        """One message."""
        sent = {"to": outgoing.thread, "text": outgoing.text, "tag": outgoing.id, "token": self.token}
        answer = await self._door.ask(Call("POST", f"{BASE}/send", json=sent, permit=outgoing.permit))
        made = id_of(record_of(self._json(answer, certain=False)).get("id"))
        if not made:
            raise malformed(False, None)
        return Receipt((PlatformId(made),), outgoing.thread)

    async def read_back(self, thread: PlatformId, person: PlatformId, since: Millis) -> tuple[RemoteMessage, ...]:
        """One conversation."""
        call = Call("GET", f"{BASE}/thread", {"person": thread or person.removeprefix("p"), "since": str(since)})
        return self._messages(await self._door.ask(call))

    async def fetch(self, attachment: RemoteAttachment, limit: int) -> bytes:
        """There are no files here."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Nothing to let go of."""

    def _messages(self, answer: Answer) -> tuple[RemoteMessage, ...]:
        record = record_of(self._json(answer, certain=True))
        if "messages" not in record:
            raise malformed(True, None)
        return tuple(_message(record_of(row)) for row in rows_of(record["messages"]))

    def _json(self, answer: Answer, *, certain: bool) -> Any:
        again = Millis(self._clock() + 30 * SECOND)
        if answer.status == 401:
            raise PlatformFailure(Failure(FailureKind.AUTH, True, "token"))
        if answer.status == 429:
            raise PlatformFailure(Failure(FailureKind.RATE_LIMIT, True, "limit", again))
        if answer.status in (400, 403):
            raise PlatformFailure(Failure(FailureKind.CONTENT, True, "refused"))
        if answer.status >= 500:
            raise PlatformFailure(Failure(FailureKind.SERVER, certain, "server", again))
        try:
            return read_json(answer.body)
        except NotJson:
            raise malformed(certain, again) from None


def _message(row: dict[str, Any]) -> RemoteMessage:
    person, ours = text_of(row["person"]), bool(row["ours"])
    sender = RemotePerson(PlatformId("page" if ours else f"p{person}"))
    text, at = text_of(row["text"]), Millis(row["at"])
    return RemoteMessage(PlatformId(row["id"]), PlatformId(person), sender, ours, text, at)
