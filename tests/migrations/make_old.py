"""Makes ``old/<name>.db.gz``: a workspace as a released version left it, with something in every table.

Run it once when a migration is released (``python -m tests.migrations.make_old``) and never again for that version:
the files are what upgrades start from, so they may not change with the code.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from sqlcipher3 import dbapi2

from switchboard_app.model.channel import Channel
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.enquiry import Outcome, View
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.health import Health
from switchboard_app.model.ids import EntryId, Operator, PlatformId
from switchboard_app.model.office import Office, Topic
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteReaction
from switchboard_app.model.times import DAY, Millis
from switchboard_app.store import (
    accounts,
    attachments,
    budgets,
    desk,
    directory,
    drafts,
    health,
    intake,
    leases,
    migrate,
    outbox,
    queue,
    settings,
)
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.queue import QueueFilter
from tests.store.town import OFFICES, ROADS

OLD = Path(__file__).with_name("old")
NOON = Millis(1_795_262_400_000)
ME = Operator("ml")


def says(known_as: str, text: str, at: int, *, ours: bool = False, files: bool = False) -> RemoteMessage:
    """A message of Anna."""
    sender = RemotePerson(PlatformId("page" if ours else "p_anna"), "Rathaus" if ours else "Anna Müller")
    picture = RemoteAttachment(PlatformId(f"f{known_as}"), "foto.png", "image/png", 3, "https://cdn.test/x")
    return RemoteMessage(
        PlatformId(known_as), PlatformId("t_anna"), sender, ours, text, Millis(at), (picture,) if files else (), "{}"
    )


def fill(store: Store) -> None:
    """Something in every table, made by the program's own verbs."""
    account = store.write(accounts.add, Channel.FACEBOOK, "Rathaus Basel", ME, api_base="http://127.0.0.1:1")
    store.write(directory.replace, (*OFFICES, Office(type(ROADS)("x"), "PD", "Amt", topics=(Topic("T"),))), ME)
    store.write(settings.put, "target.office_minutes", "480")
    first = says("m1", "Grüezi, ein Loch im Belag", NOON - DAY, files=True)
    batch = Batch((), (first, says("m2", "Noch da?", NOON)), {"at": "1"}, complete=True, gap=(Millis(1), Millis(2)))
    stored = store.write(intake.ingest, account, batch)
    store.write(attachments.keep, stored.to_fetch[0].id, b"abc", stored.to_fetch[0].enquiry)
    liked = (RemoteReaction(PlatformId("p_anna"), "👍", NOON),)
    edited = replace(first, text="Grüezi, ein Schlagloch im Belag", edited_at=NOON, reactions=liked)
    store.write(intake.ingest, account, Batch((), (edited,), {"at": "1"}, complete=True))
    store.write(health.put, account.id, Health.OUT_OF_CREDITS)
    store.write(budgets.observed, account.id, "reads", 15, 4, 900_000)
    store.write(drafts.add_file, ME, "reply:1", "plan.pdf", b"%PDF-1.4")
    broken = RemoteMessage(
        PlatformId("q"), PlatformId("t_anna"), RemotePerson(PlatformId("p")), False, "", NOON, unreadable="kind"
    )
    store.write(intake.ingest, account, Batch((), (broken,), {"at": "2"}, complete=True))
    (row,) = store.read(queue.page, QueueFilter(View.INBOX, ME), 0, 5)
    reply = store.write(desk.reply, row.id, "Wir schauen es uns an.", ME)
    taken = store.write(outbox.take, reply.id)
    assert taken is not None
    store.write(outbox.record_sent, taken, (PlatformId("s1"),))
    forwarding = store.write(desk.forward, row.id, ROADS, "Schlagloch", ME)
    store.write(desk.office_word, forwarding.id, ForwardingState.DECLINED, "nicht unsere Strasse", ME)
    second = store.write(desk.reply, row.id, "Noch eine Antwort", ME)
    taken = store.write(outbox.take, second.id)
    assert taken is not None
    store.write(outbox.record_failure, taken, Failure(FailureKind.TIMEOUT, False, "keine Antwort"))
    note = desk.PhoneNote("Kaufvertrag beurkunden", "061 267 81 81", "Rosa Meier")
    store.write(desk.take_note, note, ME, note_id=EntryId("note-1"))
    done = store.write(desk.take_note, desk.PhoneNote("Öffnungszeiten"), ME)
    store.write(desk.done, done.enquiry, Outcome.ANSWERED, ME)
    store.write(drafts.save, ME, "phone-note", "halb getippt")
    store.write(leases.take, "poll:1", "somebody", 1000)


def make(path: Path) -> str:
    """A plain workspace file at `path`, filled; returns the name of its last migration."""
    migrate.upgrade(embedded(path))
    store = Store(embedded(path), clock=lambda: NOON)
    fill(store)
    empty = [
        table
        for (table,) in store.read(lambda tx: tx.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))
        if "_words" not in table and not store.read(lambda tx, t=table: tx.value(f"SELECT COUNT(*) FROM {t}"))  # type: ignore[misc]
    ]
    assert not empty, f"nothing in {empty}"
    name = store.read(lambda tx: tx.value("SELECT MAX(name) FROM schema_migration"))
    store.close()
    return str(name)


def main() -> None:
    """Make the file of this version, unless it is there already."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workspace.db"
        target = OLD / f"{make(path)}.db.gz"
        if target.exists() and "--again" not in sys.argv:
            raise SystemExit(f"{target.name} is there already and must not change once it was released (--again)")
        with dbapi2.connect(str(path)) as connection:
            connection.execute("PRAGMA journal_mode = delete")
            connection.execute("VACUUM")
        connection.close()
        OLD.mkdir(exist_ok=True)
        target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    main()
