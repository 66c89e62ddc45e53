"""The directory of offices in the workspace: imported as a whole, searched in memory (`finder`), taught by declined
forwardings."""

from __future__ import annotations

import json
from collections.abc import Sequence

from switchboard_app.model.errors import NotThere
from switchboard_app.model.ids import EnquiryId, OfficeId, Operator
from switchboard_app.model.language import tr
from switchboard_app.model.office import Office, Topic
from switchboard_app.store import journal, settings
from switchboard_app.store.ids import new_id
from switchboard_app.store.phrases import known_words
from switchboard_app.store.transaction import Row, Transaction

_COLUMNS = (
    "id, department, name, unit, topics, phone, email, hours, address, website, deputy, outside, outside_kind, note,"
    " checked, sample"
)


def _as_office(row: Row) -> Office:
    topics = tuple(Topic(name, tuple(known)) for name, known in json.loads(row[4]))
    deputy = None if row[10] is None else OfficeId(row[10])
    return Office(
        id=OfficeId(row[0]),
        department=row[1],
        name=row[2],
        unit=row[3],
        topics=topics,
        phone=row[5],
        email=row[6],
        hours=row[7],
        address=row[8],
        website=row[9],
        deputy=deputy,
        outside=bool(row[11]),
        outside_kind=row[12],
        note=row[13],
        checked=row[14],
        sample=bool(row[15]),
    )


def replace(tx: Transaction, offices: Sequence[Office], by: Operator) -> tuple[int, int]:
    """Put a whole directory in the place of the old one; returns how many are active and how many were retired.

    Offices that are no longer listed stay for the forwardings that name them, inactive.
    """
    before = {row[0] for row in tx.rows("SELECT id FROM office WHERE active = 1")}
    tx.change("UPDATE office SET active = 0")
    tx.many("DELETE FROM office WHERE id = ?", [(one.id,) for one in offices])
    tx.many(
        f"INSERT INTO office ({_COLUMNS}, position, active) VALUES ({', '.join('?' * 18)})",
        [
            (
                one.id,
                one.department,
                one.name,
                one.unit,
                json.dumps([[topic.name, list(topic.words)] for topic in one.topics], ensure_ascii=False),
                one.phone,
                one.email,
                one.hours,
                one.address,
                one.website,
                one.deputy,
                int(one.outside),
                one.outside_kind,
                one.note,
                one.checked,
                int(one.sample),
                position,
                1,
            )
            for position, one in enumerate(offices)
        ],
    )
    settings.put(tx, "directory.version", new_id())
    journal.write(tx, by, "directory_imported", detail={"offices": len(offices)})
    tx.hint("directory")
    return len(offices), len(before - {one.id for one in offices})


def listed(tx: Transaction) -> tuple[Office, ...]:
    """All active offices in the directory's own order."""
    return tuple(
        _as_office(row) for row in tx.rows(f"SELECT {_COLUMNS} FROM office WHERE active = 1 ORDER BY position")
    )


def find(tx: Transaction, office: OfficeId) -> Office | None:
    """One office, also a retired one."""
    row = tx.row(f"SELECT {_COLUMNS} FROM office WHERE id = ?", office)
    return None if row is None else _as_office(row)


def one(tx: Transaction, office: OfficeId) -> Office:
    """One office; raises NotThere."""
    found = find(tx, office)
    if found is None:
        raise NotThere(
            tr("There is no office «{office}».").format(office=office),
            tr("Look it up with: switchboard office search."),
        )
    return found


def version(tx: Transaction) -> str:
    """Changes whenever the directory or what it has learnt changes; "" for no directory."""
    return settings.get(tx, "directory.version")


def learn(tx: Transaction, enquiry: EnquiryId, office: OfficeId) -> None:
    """Remember that an enquiry's words do not belong to this office."""
    texts = tx.rows(
        "SELECT text FROM entry WHERE enquiry_id = ? AND direction = 'in' AND kind IN ('message', 'phone_note')"
        " ORDER BY place LIMIT 5",
        enquiry,
    )
    # Only words of the directory itself: a lesson outlives the enquiry and holds nothing personal.
    known = known_words(listed(tx), " ".join(text for (text,) in texts))
    if known:
        tx.change(
            "INSERT INTO lesson (id, office_id, words, weight, at) VALUES (?, ?, ?, 1, ?)",
            new_id(),
            office,
            " ".join(known),
            tx.now,
        )
        settings.put(tx, "directory.version", new_id())
        tx.hint("directory")


def lessons(tx: Transaction) -> tuple[tuple[tuple[str, ...], OfficeId, float], ...]:
    """What declined forwardings taught: (words, office, weight)."""
    return tuple(
        (tuple(row[0].split()), OfficeId(row[1]), float(row[2]))
        for row in tx.rows("SELECT words, office_id, weight FROM lesson ORDER BY at")
    )
