"""The values of which a simulated platform's truth is made: people, files, messages, requests.

What it is for: one vocabulary for the platforms, the director and the journal. What it refuses to do: anything; these
are plain values. Called by everything in `training`; tests read them through `SimulatedPlatform.truth`.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.times import Millis


class NobodyThere(LookupError):
    """The platform knows no such person, conversation or message."""


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody on the platform. `id` is what the platform calls them, `key` what the cases call them."""

    key: str
    id: str
    name: str
    handle: str = ""
    accepts: bool = True
    """Takes messages from us; if not, the platform refuses to deliver."""


@dataclass(frozen=True, slots=True)
class SimulatedFile:
    """A file of a message. `withheld` means the platform names it but does not give it (Facebook in Europe)."""

    name: str
    mime: str
    content: bytes = b""
    sticker: bool = False
    withheld: bool = False
    id: str = ""
    """Given by the platform."""


@dataclass(frozen=True, slots=True)
class SimulatedMessage:
    """One message as it really is on the platform."""

    id: str
    conversation: str
    person: str
    """Key of the citizen: the sender, or whom we wrote to."""
    ours: bool
    by_client: bool
    """Ours and accepted through the programming interface, that is: sent by a client under test."""
    text: str
    at: Millis
    files: tuple[SimulatedFile, ...] = ()
    tag: str = ""
    """Facebook's message tag, e.g. HUMAN_AGENT."""
    ref: str = ""
    """What the director calls this message, so that it is said once."""
    visible_at: Millis = Millis(0)
    """Reads show it from here on."""
    order: int = 0
    """Counts up; orders messages of the same millisecond."""


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of a message was changed."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message was taken away."""

    id: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request that reached the platform; `status` is None when the connection was cut instead of answered."""

    method: str
    path: str
    status: int | None
    at: Millis
