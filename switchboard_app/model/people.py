"""A citizen across channels: one person with several identities."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.ids import PersonId
from switchboard_app.model.times import Millis


class IdentityKind(StrEnum):
    """By what a person is known."""

    PHONE = "phone"
    FACEBOOK = "facebook"
    X = "x"
    INSTAGRAM = "instagram"
    MASTODON = "mastodon"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Identity:
    """One way a person is known: `value` is opaque (a platform id) or, for phones, E.164; `label` is for people."""

    kind: IdentityKind
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier enquiry of the same person, for the person card."""

    number: int
    at: Millis
    excerpt: str
    state: EnquiryState


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen. `language` is an ISO 639-1 code or empty while unknown."""

    id: PersonId
    name: str
    language: str
    identities: tuple[Identity, ...]
    earlier: tuple[Earlier, ...] = ()
    note: str = ""
