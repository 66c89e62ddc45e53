"""Citizens across channels: found or made by an identity, shown as a card. Never merged by the program itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.errors import NotThere
from switchboard_app.model.ids import AccountId, Operator, PersonId
from switchboard_app.model.language import tr
from switchboard_app.model.people import Earlier, Identity, IdentityKind, Person
from switchboard_app.store import journal, search
from switchboard_app.store.ids import new_id
from switchboard_app.store.phone import normal_number, searched_as, written_number
from switchboard_app.store.tables import Identity as IdentityTable
from switchboard_app.store.tables import Person as PersonTable
from switchboard_app.store.transaction import Transaction

__all__ = [
    "NewPerson",
    "add_identity",
    "by_identities",
    "by_identity",
    "by_number",
    "caller",
    "card",
    "make",
    "make_many",
    "normal_number",
    "reindex",
    "rename",
    "written_number",
]

EARLIER = 8
_PLACE_BITS = 20


def by_identity(tx: Transaction, kind: IdentityKind, value: str, scope: str = "") -> PersonId | None:
    """Who is known by this identity."""
    found = tx.value(
        "SELECT person_id FROM identity WHERE kind = ? AND scope = ? AND value = ?", kind.value, scope, value
    )
    return None if found is None else PersonId(found)


def by_identities(tx: Transaction, kind: IdentityKind, values: Iterable[str], scope: str = "") -> dict[str, PersonId]:
    """Who is known by these identities, by identity."""
    sql = "SELECT value, person_id FROM identity WHERE kind = ? AND scope = ? AND value IN ({marks})"
    return {value: PersonId(person) for value, person in tx.among(sql, values, kind.value, scope)}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody not known yet. `identity` is None for a caller who gave a name only."""

    name: str
    identity: Identity | None = None


def make(tx: Transaction, name: str, identity: Identity | None, scope: AccountId | str = "") -> PersonId:
    """A new person, known by `identity`."""
    return make_many(tx, [NewPerson(name, identity)], scope)[0]


def make_many(tx: Transaction, new: Sequence[NewPerson], scope: AccountId | str = "") -> list[PersonId]:
    """New people, in the order given; their identities belong to nobody else and differ."""
    ids = [PersonId(new_id()) for _ in new]
    tx.lock_numbering()
    last = tx.value("SELECT MAX(place) FROM person") or 0
    first = max(last + 1, int(tx.now) << _PLACE_BITS)
    tx.insert_many(
        PersonTable,
        ("id", "place", "name", "created_at"),
        [(person, first + n, one.name, tx.now) for n, (person, one) in enumerate(zip(ids, new, strict=True))],
    )
    tx.insert_many(
        IdentityTable,
        ("kind", "scope", "value", "label", "person_id"),
        [
            (one.identity.kind.value, scope, one.identity.value, one.identity.label, person)
            for person, one in zip(ids, new, strict=True)
            if one.identity is not None
        ],
    )
    known = [(first + n, _known_of(one.name, [one.identity] if one.identity else [])) for n, one in enumerate(new)]
    search.index_people(tx, known)
    return ids


def add_identity(tx: Transaction, person: PersonId, identity: Identity, scope: AccountId | str = "") -> None:
    """Let the person be known by one more identity (which nobody else has)."""
    tx.insert(
        IdentityTable,
        kind=identity.kind.value,
        scope=scope,
        value=identity.value,
        label=identity.label,
        person_id=person,
    )
    reindex(tx, person)


def _known_of(name: str, identities: Iterable[Identity]) -> str:
    """What the search index holds of a person."""
    known = [name]
    for one in identities:
        known += [one.label, searched_as(one.value)] if one.kind is IdentityKind.PHONE else [one.label]
    return " ".join(known)


def reindex(tx: Transaction, person: PersonId) -> None:
    """Bring the search index up to what is known of the person."""
    row = tx.row("SELECT place, name FROM person WHERE id = ?", person)
    if row is not None:
        search.reindex_person(tx, row[0], _known_of(row[1], _identities(tx, person)))


def _identities(tx: Transaction, person: PersonId) -> tuple[Identity, ...]:
    sql = "SELECT kind, value, label FROM identity WHERE person_id = ? ORDER BY kind, value"
    return tuple(Identity(IdentityKind(kind), value, label) for kind, value, label in tx.rows(sql, person))


def caller(tx: Transaction, number: str, name: str) -> tuple[PersonId | None, str]:
    """The person who calls from `number`, made when unknown; and how to call them in a list ("" for nobody known).

    Without a number and a name nobody is made. A name given for a nameless person is kept.
    """
    e164 = normal_number(number)
    label = written_number(e164) if e164 else number.strip()
    person = by_identity(tx, IdentityKind.PHONE, e164) if e164 else None
    if person is None and (e164 or name.strip()):
        identity = Identity(IdentityKind.PHONE, e164, label) if e164 else None
        person = make(tx, name.strip(), identity)
    known = "" if person is None else str(tx.value("SELECT name FROM person WHERE id = ?", person) or "")
    if person is not None and name.strip() and not known:
        rename(tx, person, name.strip(), Operator(""))
    shown = name.strip() or known
    return person, " · ".join(part for part in (label, shown) if part)


def rename(tx: Transaction, person: PersonId, name: str, by: Operator) -> None:
    """Correct a person's name; lists that show it follow."""
    if tx.change("UPDATE person SET name = ? WHERE id = ?", name, person) != 1:
        raise NotThere(tr("This person does not exist any more."), tr("Refresh the list."))
    if by:
        tx.change("UPDATE enquiry SET person_name = ? WHERE person_id = ?", name, person)
        journal.write(tx, by, "person_renamed", object_id=person)
        tx.hint("queue")
    reindex(tx, person)
    tx.hint(f"person:{person}")


def card(tx: Transaction, person: PersonId) -> Person:
    """Everything the person card shows; raises NotThere."""
    row = tx.row("SELECT id, name, language, note FROM person WHERE id = ?", person)
    if row is None:
        raise NotThere(tr("This person does not exist any more."), tr("Refresh the list."))
    earlier = tuple(
        Earlier(number, at, excerpt, EnquiryState(state))
        for number, at, excerpt, state in tx.rows(
            "SELECT number, opened_at, excerpt, state FROM enquiry WHERE person_id = ?"
            " ORDER BY opened_at DESC, id DESC LIMIT ?",
            person,
            EARLIER,
        )
    )
    return Person(PersonId(row[0]), row[1], row[2], _identities(tx, person), earlier, row[3])


def by_number(tx: Transaction, number: str) -> Person | None:
    """Who calls from this number, for the phone note; None when nobody is known."""
    e164 = normal_number(number)
    person = by_identity(tx, IdentityKind.PHONE, e164) if e164 else None
    return None if person is None else card(tx, person)
