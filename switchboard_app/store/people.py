"""Citizens across channels: found or made by an identity, shown as a card. Never merged by the program itself."""

from __future__ import annotations

import phonenumbers

from switchboard_app.model.enquiry import EnquiryState, state_name
from switchboard_app.model.errors import NotThere
from switchboard_app.model.ids import AccountId, Operator, PersonId
from switchboard_app.model.language import tr
from switchboard_app.model.people import Earlier, Identity, IdentityKind, Person
from switchboard_app.store import journal, search
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Identity as IdentityTable
from switchboard_app.store.tables import Person as PersonTable
from switchboard_app.store.transaction import Transaction

EARLIER = 8


def normal_number(text: str) -> str:
    """A phone number as E.164 (Swiss when it has no country), or "" when it is none: withheld, internal, a word."""
    try:
        number = phonenumbers.parse(text, "CH")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def written_number(e164: str) -> str:
    """A number as people here write it: 061 267 81 81, or +49 7621 … for the neighbours."""
    try:
        number = phonenumbers.parse(e164, "CH")
    except phonenumbers.NumberParseException:
        return e164
    form = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if number.country_code == 41
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return phonenumbers.format_number(number, form)


def by_identity(tx: Transaction, kind: IdentityKind, value: str, scope: str = "") -> PersonId | None:
    """Who is known by this identity."""
    found = tx.value(
        "SELECT person_id FROM identity WHERE kind = ? AND scope = ? AND value = ?", kind.value, scope, value
    )
    return None if found is None else PersonId(found)


def make(tx: Transaction, name: str, identity: Identity | None, scope: AccountId | str = "") -> PersonId:
    """A new person, known by `identity`."""
    person = PersonId(new_id())
    tx.insert(PersonTable, id=person, name=name, created_at=tx.now)
    if identity is not None:
        add_identity(tx, person, identity, scope)
    else:
        search.index_person(tx, person, name)
    return person


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


def reindex(tx: Transaction, person: PersonId) -> None:
    """Bring the search index up to what is known of the person."""
    name = tx.value("SELECT name FROM person WHERE id = ?", person) or ""
    labels = [row[0] for row in tx.rows("SELECT label FROM identity WHERE person_id = ? ORDER BY label", person)]
    values = [row[0] for row in tx.rows("SELECT value FROM identity WHERE person_id = ? AND kind = 'phone'", person)]
    search.index_person(tx, person, " ".join((name, *labels, *values)))


def caller(tx: Transaction, number: str, name: str) -> tuple[PersonId | None, str]:
    """The person who calls from `number`, made when unknown; and how to call them in a list.

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
    return person, " · ".join(part for part in (label, shown) if part) or tr("Anonymous")


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
    identities = tuple(
        Identity(IdentityKind(kind), value, label)
        for kind, value, label in tx.rows(
            "SELECT kind, value, label FROM identity WHERE person_id = ? ORDER BY kind, label", person
        )
    )
    earlier = tuple(
        Earlier(number, at, excerpt, state_name(EnquiryState(state)))
        for number, at, excerpt, state in tx.rows(
            "SELECT number, opened_at, excerpt, state FROM enquiry WHERE person_id = ?"
            " ORDER BY opened_at DESC, id DESC LIMIT ?",
            person,
            EARLIER,
        )
    )
    return Person(PersonId(row[0]), row[1], row[2], identities, earlier, row[3])


def by_number(tx: Transaction, number: str) -> Person | None:
    """Who calls from this number, for the phone note; None when nobody is known."""
    e164 = normal_number(number)
    person = by_identity(tx, IdentityKind.PHONE, e164) if e164 else None
    return None if person is None else card(tx, person)
