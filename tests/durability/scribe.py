"""Works on a workspace as an operator and a poller do and says after each step what was stored; run as a program.

    python -m tests.durability.scribe FILE KEY STEPS SYNCHRONOUS

Checkpoints come often, because that is where a file can be damaged. Called by the tests of this folder.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import EntryId, Operator, PlatformId
from switchboard_app.model.remote import Batch, RemoteMessage, RemotePerson
from switchboard_app.model.times import Millis
from switchboard_app.store import accounts, desk, drafts, intake, outbox, queue
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded

ME = Operator("ml")
MESSAGES = 6
"""In every batch."""


def say(line: str) -> None:
    """In one call, so that the line is said or not."""
    os.write(1, f"{line}\n".encode())


def batch(number: int) -> Batch:
    """What a poll brings: the cursor is stored with it."""
    seen = tuple(
        RemoteMessage(
            PlatformId(f"m{number}.{i}"),
            PlatformId(f"t{i % 3}"),
            RemotePerson(PlatformId(f"p{i % 3}"), "Anna"),
            False,
            f"Nachricht {number}.{i}",
            Millis(1_795_000_000_000 + number * 1000 + i),
        )
        for i in range(MESSAGES)
    )
    return Batch((), seen, {"at": str(number)}, complete=True)


def work(store: Store, account: Account, number: int) -> None:
    """One round: a note, a draft, a poll, an answer that is sent."""
    store.write(desk.take_note, desk.PhoneNote(f"Anruf {number}"), ME, note_id=EntryId(f"note-{number}"))
    say(f"note note-{number}")
    store.write(drafts.save, ME, "reply:1", f"{number}")
    say(f"draft {number}")
    store.write(intake.ingest, account, batch(number))
    say(f"batch {number}")
    row = store.read(queue.page, queue.QueueFilter(View.ALL, ME), 0, 1)[0]
    if row.channel is Channel.X:
        delivery = store.write(desk.reply, row.id, f"Antwort {number}", ME)
        say(f"reply {delivery.id}")
        taken = store.write(outbox.take, delivery.id)
        say(f"taken {delivery.id}")
        if taken is not None:
            store.write(outbox.record_sent, taken, (PlatformId(f"s{number}"),))
            say(f"sent {delivery.id}")


def main() -> None:
    """Open the workspace, work, close it; half of the way in a second opening."""
    path, key, rounds, synchronous = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    for part in (range(rounds // 2), range(rounds // 2, rounds)):
        store = Store(embedded(path), key)
        # a setting of the connection has no effect inside a transaction, and every call of the store is one
        store._writer.submit(_settings, store, synchronous).result()
        account = store.read(accounts.listed)[0]
        for number in part:
            work(store, account, number)
        store.close()
    say("end")


def _settings(store: Store, synchronous: str) -> None:
    store._connected()
    store._database.execute_sql("PRAGMA wal_autocheckpoint = 40")
    if synchronous != "full":
        store._database.execute_sql(f"PRAGMA synchronous = {synchronous}")


if __name__ == "__main__":
    main()
