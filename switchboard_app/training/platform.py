"""What both simulated platforms share: the truth of who said what to whom, and when.

What it is for: `SimulatedPlatform` holds people, conversations and messages in memory and says what really happened
(`truth`, `sent_by_us`), whatever the interface told the client about it. What it refuses to do: it speaks no
platform's language (that is `training.facebook` and `training.x`), opens no socket and never sleeps.

Every public function may be called from any thread. Called by `training.director` (citizens write), by the ASGI
applications of the two platforms, and by tests, which compare the store with the truth.
"""

from __future__ import annotations

import bisect
import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import assert_never

from starlette.types import ASGIApp

from switchboard_app.model.times import Millis
from switchboard_app.training.faults import HIDDEN_S, FaultBook, Faulty, Reply
from switchboard_app.training.journal import Happening, Journal
from switchboard_app.training.truth import (
    Deleted,
    Edited,
    NobodyThere,
    Request,
    SimulatedFile,
    SimulatedMessage,
    SimulatedPerson,
)

__all__ = [
    "Clock",
    "NobodyThere",
    "Request",
    "SimulatedFile",
    "SimulatedMessage",
    "SimulatedPerson",
    "SimulatedPlatform",
]

Clock = Callable[[], Millis]


def _age(message: SimulatedMessage) -> tuple[int, int]:
    return (message.at, message.order)


def number_of(text: str, digits: int) -> str:
    """A number of exactly so many digits that is always the same for the same text."""
    span = 9 * 10 ** (digits - 1)
    return str(10 ** (digits - 1) + int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") % span)


class SimulatedPlatform:
    """People, conversations and messages of one platform, as seen by one account."""

    kind: str = ""
    sends: str = "POST /messages"
    """The requests by which a client sends, as `FaultBook.add` matches them."""

    def __init__(self, clock: Clock, *, own_id: str, own_name: str, own_handle: str, journal: Journal | None) -> None:
        self.clock = clock
        self.own_id = own_id
        self.own_name = own_name
        self.own_handle = own_handle
        self.faults = FaultBook()
        self.requests: list[Request] = []
        self.people: dict[str, SimulatedPerson] = {}
        self.app: ASGIApp = Faulty(self._routes(), self)
        self._lock = threading.RLock()
        self._by_id: dict[str, SimulatedMessage] = {}
        self._timeline: list[SimulatedMessage] = []
        self._conversations: dict[str, list[SimulatedMessage]] = {}
        self._refs: set[str] = set()
        self._next_order = 1
        self._journal: Journal | None = None
        for happening in journal.happenings(self.kind) if journal else ():
            self._replay(happening)
        self._journal = journal

    # --- what a platform says for itself --------------------------------------------------------------------------

    def _routes(self) -> ASGIApp:
        raise NotImplementedError

    def _person_id(self, key: str) -> str:
        raise NotImplementedError

    def _message_id(self, at: Millis, order: int) -> str:
        raise NotImplementedError

    def conversation_with(self, person: SimulatedPerson) -> str:
        """The id of our conversation with one person."""
        raise NotImplementedError

    def refusal(self, name: str) -> Reply:
        """The platform's own refusal of this name; raises KeyError when there is none."""
        raise NotImplementedError

    # --- what happens ---------------------------------------------------------------------------------------------

    def locked(self) -> AbstractContextManager[bool]:
        """Hold the truth still for several steps."""
        return self._lock

    def add_person(
        self, key: str, name: str = "", handle: str = "", *, person_id: str = "", accepts: bool = True
    ) -> SimulatedPerson:
        """Make somebody known, or change them."""
        with self._lock:
            known = self.people.get(key)
            chosen = person_id or (known.id if known else self._person_id(key))
            person = SimulatedPerson(key, chosen, name or (known.name if known else key), handle, accepts)
            self.people[key] = person
            self._note(person)
            return person

    def say(
        self,
        person_key: str,
        text: str,
        at: Millis | None = None,
        attachments: Iterable[SimulatedFile] = (),
        *,
        message_id: str = "",
        ref: str = "",
        conversation: str = "",
        visible_at: Millis | None = None,
    ) -> SimulatedMessage:
        """A citizen writes to us. Somebody unknown becomes known under the key as name."""
        return self._put(
            person_key,
            text,
            at,
            attachments,
            message_id=message_id,
            ref=ref,
            conversation=conversation,
            visible_at=visible_at,
        )

    def say_as_page(
        self,
        person_key: str,
        text: str,
        at: Millis | None = None,
        attachments: Iterable[SimulatedFile] = (),
        *,
        message_id: str = "",
        ref: str = "",
    ) -> SimulatedMessage:
        """A colleague answers in another tool, for example in the platform's own inbox."""
        return self._put(person_key, text, at, attachments, message_id=message_id, ref=ref, ours=True)

    def accept(
        self,
        person: SimulatedPerson,
        text: str,
        files: Iterable[SimulatedFile] = (),
        *,
        tag: str = "",
        conversation: str = "",
    ) -> SimulatedMessage:
        """A reply of ours arrives through the programming interface."""
        hidden = HIDDEN_S.get()
        visible = Millis(self.clock() + int(hidden * 1000)) if hidden else None
        return self._put(
            person.key,
            text,
            None,
            files,
            ours=True,
            by_client=True,
            tag=tag,
            conversation=conversation,
            visible_at=visible,
        )

    def edit(self, message_id: str, text: str) -> SimulatedMessage:
        """A message is changed without any event. Raises NobodyThere."""
        with self._lock:
            old = self.message(message_id)
            new = replace(old, text=text)
            for messages in (self._timeline, self._conversations[old.conversation]):
                messages[messages.index(old)] = new
            self._by_id[message_id] = new
            self._note(Edited(message_id, text))
            return new

    def delete(self, message_id: str) -> None:
        """A message is gone without any event. Raises NobodyThere."""
        with self._lock:
            old = self.message(message_id)
            self._timeline.remove(old)
            self._conversations[old.conversation].remove(old)
            del self._by_id[message_id]
            self._note(Deleted(message_id))

    # --- what is true ---------------------------------------------------------------------------------------------

    def truth(self) -> tuple[SimulatedMessage, ...]:
        """Every message there is, oldest first, whether or not a read shows it."""
        with self._lock:
            return tuple(self._timeline)

    def sent_by_us(self) -> tuple[SimulatedMessage, ...]:
        """What was accepted through the programming interface, oldest first: each reply must be here once."""
        with self._lock:
            return tuple(message for message in self._timeline if message.by_client)

    def has_said(self, ref: str) -> bool:
        """Whether a message with this reference was ever said."""
        with self._lock:
            return ref in self._refs

    def message(self, message_id: str) -> SimulatedMessage:
        """One message; raises NobodyThere."""
        with self._lock:
            if message_id not in self._by_id:
                raise NobodyThere(message_id)
            return self._by_id[message_id]

    def person_by_id(self, person_id: str) -> SimulatedPerson:
        """Somebody by the platform's id; raises NobodyThere."""
        with self._lock:
            for person in self.people.values():
                if person.id == person_id:
                    return person
        raise NobodyThere(person_id)

    def conversations(self) -> tuple[str, ...]:
        """The ids of all conversations."""
        with self._lock:
            return tuple(self._conversations)

    def in_conversation(self, conversation: str) -> tuple[SimulatedMessage, ...]:
        """What a read may show of one conversation now, newest first."""
        return self._visible(self._conversations.get(conversation, ()))

    def newest(self, conversation: str) -> SimulatedMessage | None:
        """The newest message that a read may show of one conversation now."""
        with self._lock:
            now = self.clock()
            messages = reversed(self._conversations.get(conversation, ()))
            return next((message for message in messages if message.visible_at <= now), None)

    def everywhere(self) -> tuple[SimulatedMessage, ...]:
        """What a read may show of all conversations now, newest first."""
        return self._visible(self._timeline)

    # --- what the script around it needs --------------------------------------------------------------------------

    def record(self, method: str, path: str, status: int | None) -> None:
        """Take note of a request and its answer."""
        with self._lock:
            self.requests.append(Request(method, path, status, self.clock()))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _visible(self, messages: Sequence[SimulatedMessage]) -> tuple[SimulatedMessage, ...]:
        with self._lock:
            now = self.clock()
            return tuple(message for message in reversed(messages) if message.visible_at <= now)

    def _put(
        self,
        person_key: str,
        text: str,
        at: Millis | None,
        files: Iterable[SimulatedFile],
        *,
        ours: bool = False,
        by_client: bool = False,
        message_id: str = "",
        ref: str = "",
        tag: str = "",
        conversation: str = "",
        visible_at: Millis | None = None,
    ) -> SimulatedMessage:
        with self._lock:
            person = self.people.get(person_key) or self.add_person(person_key)
            moment = self.clock() if at is None else at
            message = SimulatedMessage(
                id=message_id or self._message_id(moment, self._next_order),
                conversation=conversation or self.conversation_with(person),
                person=person_key,
                ours=ours,
                by_client=by_client,
                text=text,
                at=moment,
                files=tuple(
                    replace(file, id=file.id or self._file_id(self._next_order, n)) for n, file in enumerate(files)
                ),
                tag=tag,
                ref=ref,
                visible_at=Millis(0) if visible_at is None else visible_at,
                order=self._next_order,
            )
            self._keep(message)
            self._note(message)
            return message

    def _file_id(self, order: int, number: int) -> str:
        return number_of(f"{self.own_id} file {order} {number}", 15)

    def _keep(self, message: SimulatedMessage) -> None:
        if message.id in self._by_id:
            raise ValueError(f"the platform has a message {message.id} already")
        self._by_id[message.id] = message
        bisect.insort(self._timeline, message, key=_age)
        bisect.insort(self._conversations.setdefault(message.conversation, []), message, key=_age)
        if message.ref:
            self._refs.add(message.ref)
        self._next_order = max(self._next_order, message.order) + 1

    def _note(self, happening: Happening) -> None:
        if self._journal is not None:
            self._journal.append(self.kind, happening)

    def _replay(self, happening: Happening) -> None:
        match happening:
            case SimulatedPerson():
                self.people[happening.key] = happening
            case SimulatedMessage():
                self._keep(happening)
            case Edited():
                self.edit(happening.id, happening.text)
            case Deleted():
                self.delete(happening.id)
            case _:
                assert_never(happening)
