"""The outside's verbs: what a platform showed becomes rows, once each, together with the cursor that describes them.

One call stores one batch in one transaction: people and threads, enquiries opened, reopened or woken, messages, search
index, attachments still to be fetched, echoes of our own sends, the cursor. Refuses nothing: what cannot be read goes
to quarantine. Works on sets, because a first sweep brings hundreds of thousands of messages. Called by `sync.poller`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from switchboard_app.model.account import Account
from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.ids import AttachmentId, EnquiryId, EntryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import HOUR, Millis
from switchboard_app.store import outbox, search, threads
from switchboard_app.store.ids import new_id
from switchboard_app.store.places import places_for
from switchboard_app.store.sorting_in import Sorted, sort_in
from switchboard_app.store.transaction import Transaction, storable

LATE = HOUR
_LARGEST = (1 << 53) - 1
"""Numbers of a platform beyond this are nonsense; both databases end at 2^63."""
_LONGEST_ID = 500
"""Ids of a platform beyond this are nonsense too, and more than an index of PostgreSQL takes."""


@dataclass(frozen=True, slots=True)
class ToFetch:
    """An attachment just stored whose bytes must be fetched now, while its address is valid."""

    id: AttachmentId
    remote: RemoteAttachment
    enquiry: EnquiryId


@dataclass(slots=True)
class Stored:
    """What one batch came to."""

    fetched: int = 0
    new: int = 0
    settled: int = 0
    quarantined: int = 0
    to_fetch: list[ToFetch] = field(default_factory=list)


def known(tx: Transaction, account: str, ids: Sequence[PlatformId]) -> frozenset[PlatformId]:
    """Which of these message ids of the account are stored, sent by us, or in quarantine."""
    sound = {_sound_id(tx, one): one for one in ids}
    found: set[PlatformId] = set()
    for table in ("entry", "echo", "quarantine"):
        sql = f"SELECT platform_id FROM {table} WHERE account_id = ? AND platform_id IN ({{marks}})"
        found.update(sound[row[0]] for row in tx.among(sql, sound, account))
    return frozenset(found)


def ingest(tx: Transaction, account: Account, batch: Batch, *, first_sweep: bool = False) -> Stored:
    """Store a batch and the cursor that is true once it is stored. Storing it twice changes nothing."""
    stored = Stored(fetched=len(batch.messages))
    batch = _with_sound_ids(tx, batch)
    fresh = _fresh(tx, account, batch.messages)
    readable = []
    for message in fresh:
        if message.unreadable:
            _quarantine(tx, account, message)
            stored.quarantined += 1
        else:
            readable.append(message)
    if readable:
        directory = threads.upsert(tx, account, batch.threads, readable)
        theirs = []
        awaited = outbox.awaiting_echo(tx, (directory[one.thread].id for one in readable if one.ours))
        for message in readable:
            thread = directory[message.thread].id
            if message.ours and thread in awaited and outbox.settle_echo(tx, thread, message):
                stored.settled += 1
            else:
                theirs.append(message)
        placed = sort_in(tx, account, directory, theirs, first_sweep=first_sweep)
        _insert(tx, account, placed, stored, first_sweep=first_sweep)
        stored.new = len(placed)
    _move_cursor(tx, account, batch)
    if stored.new or stored.settled:
        tx.hint("queue")
    return stored


def _fresh(tx: Transaction, account: Account, messages: Sequence[RemoteMessage]) -> list[RemoteMessage]:
    """The messages not stored yet, each once, oldest first.

    Platforms know seconds only and serve a conversation newest first: those of one moment keep its order.
    """
    last: dict[PlatformId, Millis] = {}
    newest_first = True
    for message in messages:
        newest_first = newest_first and message.at <= last.get(message.thread, message.at)
        last[message.thread] = message.at
    unique: dict[PlatformId, RemoteMessage] = {}
    for message in reversed(messages) if newest_first else messages:
        unique.setdefault(message.platform_id, message)
    have = known(tx, account.id, list(unique))
    return sorted((_bounded(m) for key, m in unique.items() if key not in have), key=lambda m: m.at)


def _bounded(message: RemoteMessage) -> RemoteMessage:
    """The message with numbers that a database can hold."""
    if 0 <= message.at <= _LARGEST and all(0 <= one.size <= _LARGEST for one in message.attachments):
        return message
    files = tuple(replace(one, size=min(max(one.size, 0), _LARGEST)) for one in message.attachments)
    return replace(message, at=Millis(min(max(message.at, 0), _LARGEST)), attachments=files)


def _sound_id(tx: Transaction, one: PlatformId) -> PlatformId:
    """The id as it is stored: opaque, but within what an index takes; the same one becomes the same every time."""
    if one.isascii() and len(one) <= _LONGEST_ID and "\0" not in one:
        return one
    sound = str(storable(one, postgres=tx.postgres))
    if len(sound) > _LONGEST_ID:
        sound = f"{sound[: _LONGEST_ID - 65]}…{hashlib.sha256(sound.encode()).hexdigest()}"
    return PlatformId(sound)


def _with_sound_ids(tx: Transaction, batch: Batch) -> Batch:
    """The batch with ids as they are stored."""
    ids = [one.platform_id for one in batch.messages]
    ids += [one.thread for one in batch.messages]
    ids += [one.sender.platform_id for one in batch.messages]
    for seen in batch.threads:
        ids += (seen.platform_id, seen.person.platform_id)
    together = "".join(ids)
    if together.isascii() and "\0" not in together and max(map(len, ids), default=0) <= _LONGEST_ID:
        return batch  # as every platform has them

    def person(one: RemotePerson) -> RemotePerson:
        known_as = _sound_id(tx, one.platform_id)
        return one if known_as is one.platform_id else replace(one, platform_id=known_as)

    def thread(one: RemoteThread) -> RemoteThread:
        known_as, who = _sound_id(tx, one.platform_id), person(one.person)
        changed = known_as is not one.platform_id or who is not one.person
        return replace(one, platform_id=known_as, person=who) if changed else one

    def message(one: RemoteMessage) -> RemoteMessage:
        known_as, where, who = _sound_id(tx, one.platform_id), _sound_id(tx, one.thread), person(one.sender)
        changed = known_as is not one.platform_id or where is not one.thread or who is not one.sender
        return replace(one, platform_id=known_as, thread=where, sender=who) if changed else one

    return replace(batch, threads=tuple(map(thread, batch.threads)), messages=tuple(map(message, batch.messages)))


def _quarantine(tx: Transaction, account: Account, message: RemoteMessage) -> None:
    tx.change(
        "INSERT INTO quarantine (account_id, platform_id, reason, raw, at) VALUES (?, ?, ?, ?, ?)",
        account.id,
        message.platform_id,
        message.unreadable,
        message.raw,
        tx.now,
    )
    tx.hint("accounts")


def _insert(tx: Transaction, account: Account, placed: list[Sorted], stored: Stored, *, first_sweep: bool) -> None:
    places = places_for(tx, [one.message.at for one in placed])
    entries, texts, files = [], [], []
    for one, place in zip(placed, places, strict=True):
        message = one.message
        entry = EntryId(new_id())
        late = int(not first_sweep and not message.ours and tx.now - message.at > LATE)
        entries.append(
            (
                entry,
                place,
                one.enquiry,
                one.thread.id,
                account.id,
                message.platform_id,
                "message",
                "out" if message.ours else "in",
                message.sender.name or message.sender.handle or ("" if message.ours else one.thread.person_name),
                message.text,
                message.at,
                tx.now,
                int(message.ours),
                late,
                message.raw,
            )
        )
        texts.append((place, message.text))
        for position, remote in enumerate(message.attachments):
            made = AttachmentId(new_id())
            state = AttachmentState.UNAVAILABLE if remote.unavailable else AttachmentState.PENDING
            files.append(
                (made, entry, position, remote.platform_id, remote.name, remote.mime, remote.size, state.value,
                 remote.unavailable)
            )  # fmt: skip
            if state is AttachmentState.PENDING:
                stored.to_fetch.append(ToFetch(made, remote, one.enquiry))
    tx.many(
        "INSERT INTO entry (id, place, enquiry_id, thread_id, account_id, platform_id, kind, direction, author, text,"
        " at, received_at, elsewhere, late, raw, detail, deleted, edited)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0)",
        entries,
    )
    search.index_entries(tx, texts)
    if files:
        tx.many(
            "INSERT INTO attachment (id, entry_id, position, platform_id, name, mime, size, state, reason, sha256,"
            " tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)",
            files,
        )


def _move_cursor(tx: Transaction, account: Account, batch: Batch) -> None:
    tx.change("UPDATE account SET cursor = ? WHERE id = ?", json.dumps(dict(batch.cursor)), account.id)
    if batch.gap is not None:
        note_gap(tx, account.id, *batch.gap)


def note_gap(tx: Transaction, account: str, from_at: Millis, to_at: Millis) -> None:
    """Note a stretch of time whose messages the platform no longer serves."""
    tx.change(
        "INSERT INTO gap (id, account_id, from_at, to_at, noticed_at) VALUES (?, ?, ?, ?, ?)",
        new_id(),
        account,
        from_at,
        to_at,
        tx.now,
    )
    tx.hint("accounts")
