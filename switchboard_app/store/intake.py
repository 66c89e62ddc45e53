"""The outside's verbs: what a platform showed becomes rows, once each, together with the cursor that describes them.

One call stores one batch in one transaction: people and threads, enquiries opened, reopened or woken, messages, search
index, attachments still to be fetched, echoes of our own sends, what changed of known messages, gaps, the cursor.
Refuses nothing: what cannot be read goes to quarantine. Works on sets, because a first sweep brings hundreds of
thousands of messages. Called by `sync.poller`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from switchboard_app.model.account import Account
from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.ids import AttachmentId, EnquiryId, EntryId, PlatformId
from switchboard_app.model.remote import Batch, RemoteAttachment, RemoteMessage, RemotePerson, RemoteThread
from switchboard_app.model.times import HOUR, MINUTE, Millis
from switchboard_app.store import gaps, letters, outbox, quarantine, search, threads, versions
from switchboard_app.store.ids import new_id
from switchboard_app.store.places import places_for
from switchboard_app.store.sorting_in import Sorted, sort_in
from switchboard_app.store.threads import KnownThread
from switchboard_app.store.transaction import Transaction, storable

LATE = HOUR
OVERTAKEN = 5 * MINUTE
"""Written so long before the last complete poll ended, a message should have been in it: it arrived late."""
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
    changed: int = 0
    """Known messages of which the platform tells something else now."""
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
    placed = letters.place(tx, account, _with_sound_ids(tx, batch))
    batch = placed.batch
    for one in placed.noted:
        _keep_files(tx, _files(one.entry, one.enquiry, one.message, stored))
        stored.new += 1
    if (batch.listed or batch.vanished) and not first_sweep:
        stored.changed += versions.note_gone(tx, account.id, batch)
    fresh = _fresh(tx, account, batch.messages, stored)
    unreadable = [message for message in fresh if message.unreadable]
    if unreadable:
        quarantine.keep(tx, account.id, unreadable)
        stored.quarantined = len(unreadable)
        fresh = [message for message in fresh if not message.unreadable]
    directory: Mapping[PlatformId, KnownThread] = {}
    if fresh:
        directory = _store(tx, account, batch, fresh, stored, first_sweep=first_sweep)
    _note_gaps(tx, account, batch, directory)
    tx.change("UPDATE account SET cursor = ? WHERE id = ?", json.dumps(dict(batch.cursor)), account.id)
    if stored.new or stored.settled:
        tx.hint("queue")
    return stored


def read_again(
    tx: Transaction, account: Account, threads_seen: Sequence[RemoteThread], messages: Sequence[RemoteMessage]
) -> Stored:
    """Store what could be read of the quarantine this time; the rest stays there with the reason of this version."""
    found = _with_sound_ids(tx, Batch(tuple(threads_seen), tuple(messages), {}, complete=False))
    here = quarantine.among(tx, account.id, [one.platform_id for one in found.messages])
    stored = Stored(fetched=len(here))
    still = [(one.platform_id, one.unreadable) for one in found.messages if one.unreadable]
    quarantine.tried(tx, account.id, still)
    readable = tuple(one for one in found.messages if not one.unreadable and one.platform_id in here)
    fresh = _fresh(tx, account, readable, stored)
    if fresh:
        _store(tx, account, found, fresh, stored, first_sweep=False)
        tx.hint("queue")
    return stored


def _store(
    tx: Transaction,
    account: Account,
    batch: Batch,
    fresh: Sequence[RemoteMessage],
    stored: Stored,
    *,
    first_sweep: bool,
) -> dict[PlatformId, KnownThread]:
    """Store new, readable messages, oldest first; gives back their conversations."""
    directory = threads.upsert(tx, account, batch.threads, fresh)
    theirs = fresh
    awaited = outbox.awaiting_echo(tx, {directory[one.thread].id for one in fresh if one.ours})
    if awaited:
        theirs = []
        for message in fresh:
            thread = directory[message.thread].id
            if message.ours and thread in awaited and outbox.settle_echo(tx, thread, message):
                stored.settled += 1
            else:
                theirs.append(message)
    placed = sort_in(tx, account, directory, theirs, first_sweep=first_sweep)
    _insert(tx, account, placed, stored, first_sweep=first_sweep)
    stored.new += len(placed)
    return directory


def _fresh(tx: Transaction, account: Account, messages: Sequence[RemoteMessage], stored: Stored) -> list[RemoteMessage]:
    """The messages not stored yet, each once, oldest first; the known ones are compared with what is stored.

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
    kept = versions.kept(tx, account.id, unique)
    if kept:
        stored.changed += versions.compare(tx, [unique[key] for key in kept], kept)
    left = [key for key in unique if key not in kept]
    if not left:
        return []
    sql = "SELECT platform_id FROM echo WHERE account_id = ? AND platform_id IN ({marks})"
    have = {row[0] for row in tx.among(sql, left, account.id)}
    barred = quarantine.among(tx, account.id, left)
    if barred:
        released = [one for one in barred if not unique[one].unreadable]
        quarantine.release(tx, account.id, released)
        have |= barred.difference(released)
    return sorted((_bounded(unique[key]) for key in left if key not in have), key=lambda m: m.at)


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


def _insert(tx: Transaction, account: Account, placed: list[Sorted], stored: Stored, *, first_sweep: bool) -> None:
    places = places_for(tx, [one.message.at for one in placed])
    late_before = Millis(-1) if first_sweep else _late_before(tx, account)
    entries, texts = [], []
    files: list[tuple[object, ...]] = []
    reactions = []
    for one, place in zip(placed, places, strict=True):
        message = one.message
        entry = EntryId(new_id())
        ours = message.ours
        entries.append(
            (
                entry,
                place,
                one.enquiry,
                one.thread.id,
                account.id,
                message.platform_id,
                "message",
                "out" if ours else "in",
                message.sender.name or message.sender.handle or ("" if ours else one.thread.person_name),
                message.text,
                message.at,
                tx.now,
                ours + message.by_tool if ours else 0,
                int(not ours and message.at < late_before),
                message.raw,
                int(message.deleted),
                int(message.edited_at is not None),
                letters.detail_of(message),
            )
        )
        texts.append((place, message.text))
        if message.attachments:
            files += _files(entry, one.enquiry, message, stored)
        if message.reactions:
            reactions.append((entry, message.reactions))
    tx.many(
        "INSERT INTO entry (id, place, enquiry_id, thread_id, account_id, platform_id, kind, direction, author, text,"
        " at, received_at, elsewhere, late, raw, deleted, edited, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        entries,
    )
    search.index_entries(tx, texts)
    _keep_files(tx, files)
    if reactions:
        versions.put_reactions(tx, reactions)


def _keep_files(tx: Transaction, files: list[tuple[object, ...]]) -> None:
    if files:
        tx.many(
            "INSERT INTO attachment (id, entry_id, position, platform_id, name, mime, size, state, reason, sha256,"
            " tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)",
            files,
        )


def _files(entry: EntryId, enquiry: EnquiryId, message: RemoteMessage, stored: Stored) -> list[tuple[object, ...]]:
    """The rows of a message's attachments; those with an address are to be fetched."""
    files: list[tuple[object, ...]] = []
    for position, remote in enumerate(message.attachments):
        made = AttachmentId(new_id())
        state = AttachmentState.UNAVAILABLE if remote.unavailable else AttachmentState.PENDING
        files.append(
            (made, entry, position, remote.platform_id, remote.name, remote.mime, remote.size, state.value,
             remote.unavailable)
        )  # fmt: skip
        if state is AttachmentState.PENDING:
            stored.to_fetch.append(ToFetch(made, remote, enquiry))
    return files


def _late_before(tx: Transaction, account: Account) -> Millis:
    """What was written before this arrived late: an hour ago, or when a complete poll should have seen it."""
    polled = tx.value("SELECT last_ok_at FROM account WHERE id = ?", account.id)
    return Millis(max(tx.now - LATE, (polled or 0) - OVERTAKEN))


def _note_gaps(tx: Transaction, account: Account, batch: Batch, directory: Mapping[PlatformId, KnownThread]) -> None:
    if batch.gap is not None:
        gaps.note(tx, account.id, *batch.gap)
    for one in batch.thread_gaps:
        known = directory.get(one.thread)
        thread = known.id if known is not None else threads.known(tx, account, one.thread)
        if thread is not None:
            gaps.note(tx, account.id, one.from_at, one.to_at, thread, one.missing)
