"""Platform conversations and the people in them, brought up to date from a batch. Set-based, private to intake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model.account import Account
from switchboard_app.model.ids import PersonId, PlatformId, ThreadId
from switchboard_app.model.people import Identity, IdentityKind
from switchboard_app.model.remote import RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.store import people
from switchboard_app.store.ids import new_id
from switchboard_app.store.people import NewPerson
from switchboard_app.store.tables import Thread as ThreadTable
from switchboard_app.store.transaction import Transaction


@dataclass(slots=True)
class KnownThread:
    """A stored thread with the name its person is shown by."""

    id: ThreadId
    person: PersonId
    person_name: str


def shown_name(person: RemotePerson) -> str:
    """How a list calls somebody: "@handle · Name", or the name alone; "" when the platform names nobody."""
    if person.handle:
        return f"@{person.handle} · {person.name}" if person.name else f"@{person.handle}"
    return person.name


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
    new = [remote.get(key) or RemoteThread(key, RemotePerson(PlatformId(""))) for key in wanted if key not in found]
    for key, stored in found.items():
        if key in remote:
            _rename(tx, stored, remote[key].person)
    return found | _make(tx, account, new)


def known(tx: Transaction, account: Account, platform_id: PlatformId) -> ThreadId | None:
    """Our id of a conversation; None when it is not stored."""
    found = tx.value("SELECT id FROM thread WHERE account_id = ? AND platform_id = ?", account.id, platform_id)
    return None if found is None else ThreadId(found)


def _stored(tx: Transaction, account: Account, wanted: list[PlatformId]) -> dict[PlatformId, KnownThread]:
    sql = (
        "SELECT t.platform_id, t.id, t.person_id, p.name FROM thread t JOIN person p ON p.id = t.person_id"
        " WHERE t.account_id = ? AND t.platform_id IN ({marks})"
    )
    rows = tx.among(sql, wanted, account.id)
    return {row[0]: KnownThread(ThreadId(row[1]), PersonId(row[2]), row[3]) for row in rows}


def _make(tx: Transaction, account: Account, new: list[RemoteThread]) -> dict[PlatformId, KnownThread]:
    if not new:
        return {}
    persons = _people(tx, account, [thread.person for thread in new])
    made = {}
    for thread, (person, name) in zip(new, persons, strict=True):
        made[thread.platform_id] = KnownThread(ThreadId(new_id()), person, name)
    tx.insert_many(
        ThreadTable,
        ("id", "account_id", "platform_id", "person_id", "recipient", "link"),
        [
            (known.id, account.id, thread.platform_id, known.person, thread.person.platform_id, thread.link)
            for thread, known in zip(new, made.values(), strict=True)
        ],
    )
    return made


def _people(tx: Transaction, account: Account, seen: list[RemotePerson]) -> list[tuple[PersonId, str]]:
    """The people of new threads with the name each is shown by, made where unknown; somebody without id is new."""
    kind = IdentityKind(account.kind.value)
    known = people.by_identities(tx, kind, {one.platform_id for one in seen if one.platform_id}, account.id)
    unknown: dict[str, RemotePerson] = {}
    for n, one in enumerate(seen):
        if one.platform_id not in known:
            unknown.setdefault(one.platform_id or f"\0{n}", one)
    new = [NewPerson(shown_name(one), _identity(kind, one)) for one in unknown.values()]
    made = dict(zip(unknown, people.make_many(tx, new, account.id), strict=True)) if new else {}
    return [
        (known.get(one.platform_id) or made[one.platform_id or f"\0{n}"], shown_name(one)) for n, one in enumerate(seen)
    ]


def _identity(kind: IdentityKind, person: RemotePerson) -> Identity | None:
    if not person.platform_id:
        return None
    label = f"@{person.handle}" if person.handle else (person.name or str(person.platform_id))
    return Identity(kind, person.platform_id, label)


def _rename(tx: Transaction, thread: KnownThread, person: RemotePerson) -> None:
    """Follow a name that the platform shows now, where it was unknown before."""
    name = shown_name(person)
    if (person.name or person.handle) and not thread.person_name:
        tx.change("UPDATE person SET name = ? WHERE id = ?", name, thread.person)
        tx.change("UPDATE enquiry SET person_name = ? WHERE person_id = ?", name, thread.person)
        people.reindex(tx, thread.person)
        thread.person_name = name
