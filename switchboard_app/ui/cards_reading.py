"""What the side cards show of one enquiry, read from the store and found in the directory.

No SQL: it joins the store's own questions. Enquiries that may be about the same matter are found by the street that a
message names, else by the directory's words in it; both only among what is recent. Refuses to decide that they are the
same. Called by `side_cards`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from switchboard_app.model.enquiry import Enquiry
from switchboard_app.model.ids import EnquiryId
from switchboard_app.model.office import Office, OfficeMatch
from switchboard_app.model.people import Earlier, Person
from switchboard_app.model.times import DAY, Millis
from switchboard_app.store import directory, people, search, timeline
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.conversation_reading import matter

RECENT_BY_STREET, RECENT_BY_WORD = 30 * DAY, 4 * DAY
_LOOKED_AT = 60
_ENTRIES = 40
_STREET = re.compile(
    r"\b([A-ZÄÖÜ][\w.'’-]*(?:strasse|str\.|gasse|gässlein|weg|platz|allee|ring|rain|graben|quai|promenade|steig|halde"
    r"|matte|brücke|park|anlage))\b",
    re.UNICODE,
)


@dataclass(frozen=True, slots=True)
class Similar:
    """An enquiry that may be about the same matter."""

    number: int
    excerpt: str
    last_at: Millis


@dataclass(frozen=True, slots=True)
class CardsRead:
    """Everything the cards need that lies in the store."""

    enquiry: Enquiry
    concern: str
    person: Person | None
    office: Office | None
    """To whom it was forwarded last."""

    @property
    def earlier(self) -> tuple[Earlier, ...]:
        """The person's other enquiries, newest first."""
        found = self.person.earlier if self.person is not None else ()
        return tuple(one for one in found if one.number != self.enquiry.number)


def read_cards(tx: Transaction, enquiry: EnquiryId) -> CardsRead:
    """The store's part. Raises NotThere."""
    shown = timeline.conversation(tx, enquiry, _ENTRIES)
    head = shown.enquiry
    person = people.card(tx, head.person) if head.person is not None else None
    office = directory.find(tx, head.office) if head.office is not None else None
    return CardsRead(head, matter(shown.entries).concern, person, office)


def deputy_of(tx: Transaction, office: Office) -> Office | None:
    """Who is asked when the office does not answer."""
    return directory.find(tx, office.deputy) if office.deputy is not None else None


def queries(concern: str, suggested: tuple[OfficeMatch, ...]) -> list[tuple[str, int]]:
    """What to search for, the most telling first, each with how far back it may lie."""
    street = _STREET.search(concern)
    words = suggested[0].matched if suggested else ()
    word = next((one for one in words if one.lower() in concern.lower()), "")
    found = []
    if street and word:
        found.append((f"{street[1]} {word}", RECENT_BY_STREET))
    if street:
        found.append((street[1], RECENT_BY_STREET))
    if word:
        found.append((word, RECENT_BY_WORD))
    return found


def read_similar(
    tx: Transaction, enquiry: EnquiryId, wanted: list[tuple[str, int]], without: frozenset[int]
) -> tuple[Similar, ...]:
    """Up to three enquiries found by the first query that finds any; not those `without`."""
    for query, recent in wanted:
        places = search.places(tx, query, _LOOKED_AT)
        found = [Similar(*row) for row in timeline.similar(tx, enquiry, places, 8)]
        fitting = [one for one in found if one.last_at > tx.now - recent and one.number not in without]
        if fitting:
            return tuple(fitting[:3])
    return ()
