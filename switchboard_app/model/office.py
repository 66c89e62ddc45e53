"""An office: to whom an enquiry can be forwarded, what it is responsible for, and how it is reached.

Plain values. Offices are read from a CSV file (`office_csv`), kept by the store and searched by `store.finder`. This
module refuses to know where they are kept or how they are found: a match only says what was found and why.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.ids import OfficeId


@dataclass(frozen=True, slots=True)
class Topic:
    """Something an office is responsible for, with the words citizens use for it, as they stand in the directory."""

    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Office:
    """One line of the directory: an office, or one unit of it.

    All texts are as written in the directory; an empty text means that nothing is known. `hours` is read by
    `opening_hours.parse_opening_hours`.
    """

    id: OfficeId
    """A stable slug given by the directory, e.g. ``bvd-tiefbauamt-strassenunterhalt``."""
    department: str
    name: str
    unit: str = ""
    topics: tuple[Topic, ...] = ()
    phone: str = ""
    email: str = ""
    """Where forwardings go; an office without one is told by telephone."""
    hours: str = ""
    address: str = ""
    website: str = ""
    deputy: OfficeId | None = None
    """Who is asked when this office does not answer."""
    outside: bool = False
    """Not the canton: power company, transport, a municipality, private notaries."""
    outside_kind: str = ""
    """What kind of outside body, in the directory's words, e.g. «Gemeinde»; empty for the canton's own offices."""
    note: str = ""
    """For the operator: what to ask before forwarding here, and where to go otherwise."""
    checked: str = ""
    """The day (ISO 8601) on which a person last checked the entry; empty when nobody has."""
    sample: bool = False
    """Invented contact: for training and first steps, never for real forwardings."""

    @property
    def title(self) -> str:
        """The name people read: «Tiefbauamt, Strassenunterhalt»."""
        return f"{self.name}, {self.unit}" if self.unit else self.name


@dataclass(frozen=True, slots=True)
class OfficeMatch:
    """An office that was found, and why."""

    office: Office
    topic: str
    """The name of the topic that matched best; empty when the name, the phone number or a lesson matched."""
    matched: tuple[str, ...]
    """The words of the directory that matched, as written there, the weightiest first."""
    score: float
    """0 to 100; comparable within one answer, not across directories."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a forwarding taught: for enquiries with these words, this office was wrong.

    `weight` from -1 to 1 says how wrong: 1 when the office declined; below 0 it rises instead (-1: another office named
    it as the right one). A lesson counts when enough of those of its words that the directory knows stand in the text,
    in proportion to their share; several lessons add up.
    """

    words: tuple[str, ...]
    office: OfficeId
    weight: float
