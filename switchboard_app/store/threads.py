"""Platform conversations and the people in them, brought up to date from a batch. Set-based, private to intake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model.account import Account
from switchboard_app.model.ids import PersonId, PlatformId, ThreadId
from switchboard_app.model.language import tr
from switchboard_app.model.people import Identity, IdentityKind
from switchboard_app.model.remote import RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import people
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Thread as ThreadTable
from switchboard_app.store.transaction import Transaction, marks

_IN_LIST = 500


@dataclass(slots=True)
class KnownThread:
    """A stored thread with the name its person is shown by."""

    id: ThreadId
    person: PersonId
    person_name: str


def shown_name(person: RemotePerson) -> str:
    """How a list calls somebody: "@handle · Name", or the name alone."""
    if person.handle:
        return f"@{person.handle} · {person.name}" if person.name else f"@{person.handle}"
    return person.name or tr("Anonymous")


def upsert(
    tx: Transaction, account: Account, seen: Sequence[RemoteThread], messages: Sequence[RemoteMessage]
) -> dict[PlatformId, KnownThread]:
    """The threads of a batch by platform id, made where new; a thread that only a message names is made too."""
    remote = {thread.platform_id: thread for thread in seen}
    for message in messages:
        if message.thread not in remote and not message.ours:
            remote[message.thread] = RemoteThread(message.thread, message.sender)
    wanted = list({*remote, *(message.thread for message in messages)})
    found = _stored(tx, account, wanted)
    for key in wanted:
        thread = remote.get(key)
        if key not in found:
            found[key] = _make(tx, account, thread or RemoteThread(key, RemotePerson(PlatformId(""))))
        elif thread is not None:
            _rename(tx, found[key], thread.person)
    return found


def _stored(tx: Transaction, account: Account, wanted: list[PlatformId]) -> dict[PlatformId, KnownThread]:
    found: dict[PlatformId, KnownThread] = {}
    for start in range(0, len(wanted), _IN_LIST):
        some = wanted[start : start + _IN_LIST]
        for row in tx.rows(
            "SELECT t.platform_id, t.id, t.person_id, p.name FROM thread t JOIN person p ON p.id = t.person_id"
            f" WHERE t.account_id = ? AND t.platform_id IN ({marks(len(some))})",
            account.id,
            *some,
        ):
            found[row[0]] = KnownThread(ThreadId(row[1]), PersonId(row[2]), row[3])
    return found


def _make(tx: Transaction, account: Account, thread: RemoteThread) -> KnownThread:
    kind = IdentityKind(account.kind.value)
    value = thread.person.platform_id
    name = shown_name(thread.person)
    person = people.by_identity(tx, kind, value, account.id) if value else None
    if person is None:
        label = f"@{thread.person.handle}" if thread.person.handle else (thread.person.name or str(value))
        person = people.make(tx, name, Identity(kind, value, label) if value else None, account.id)
    made = ThreadId(new_id())
    tx.insert(
        ThreadTable,
        id=made,
        account_id=account.id,
        platform_id=thread.platform_id,
        person_id=person,
        recipient=value,
        link=thread.link,
    )
    return KnownThread(made, person, name)


def _rename(tx: Transaction, thread: KnownThread, person: RemotePerson) -> None:
    """Follow a name that the platform shows now, where it was unknown before."""
    name = shown_name(person)
    if (person.name or person.handle) and thread.person_name in ("", tr("Anonymous")) and name != thread.person_name:
        tx.change("UPDATE person SET name = ? WHERE id = ?", name, thread.person)
        tx.change("UPDATE enquiry SET person_name = ? WHERE person_id = ?", name, thread.person)
        people.reindex(tx, thread.person)
        thread.person_name = name
