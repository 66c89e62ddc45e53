"""What a platform changed after it was stored: other wording, messages taken back, reactions put and removed.

Known messages of a page that was read again are compared with what lies here; only those, so a first sweep pays
nothing. The entry holds the newest wording, `entry_version` what it said before. A deletion keeps the text: the entry
is marked, and a version says when and on what evidence. Nothing is claimed from silence alone: a message is gone when
the platform says so, or when a page listed everything round it. What was sent from here is ours: its wording is what
was typed, however the platform writes it. Private to `intake`; `of` is for the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from switchboard_app.model.entry import Change, Direction, EntryKind, EventCode, Reaction, Version
from switchboard_app.model.ids import AccountId, EnquiryId, EntryId, PlatformId
from switchboard_app.model.remote import Batch, Listed, RemoteMessage, RemoteReaction
from switchboard_app.model.sweep import OPEN
from switchboard_app.model.times import MINUTE, SECOND, Millis
from switchboard_app.store import search
from switchboard_app.store.enquiries import add_entry, short
from switchboard_app.store.ids import new_id
from switchboard_app.store.places import first_place
from switchboard_app.store.transaction import Transaction, marks, storable

LAG = 10 * MINUTE
"""A read may lack what another one showed so much earlier; until then the newest are not believed to be gone."""

ASSUMED = 2 * SECOND
"""What came so soon after it was written may have no time that can be believed, and stands elsewhere in the list."""

_KEPT = "platform_id, id, place, enquiry_id, text, deleted, direction, elsewhere"


@dataclass(slots=True)
class Kept:
    """A stored message as far as a comparison needs it."""

    id: EntryId
    place: int
    enquiry: EnquiryId
    text: str
    deleted: bool
    from_here: bool


def kept(tx: Transaction, account: str, ids: Iterable[PlatformId]) -> dict[PlatformId, Kept]:
    """The stored messages among these."""
    sql = f"SELECT {_KEPT} FROM entry WHERE account_id = ? AND platform_id IN ({{marks}})"
    return {
        PlatformId(row[0]): Kept(row[1], row[2], row[3], row[4], bool(row[5]), row[6] == "out" and not row[7])
        for row in tx.among(sql, ids, account)
    }


def compare(tx: Transaction, seen: Sequence[RemoteMessage], stored: Mapping[PlatformId, Kept]) -> int:
    """Take over what differs between what was served again and what is stored; how many messages that concerns."""
    changes = _Changes(tx)
    for message in seen:
        here = stored[message.platform_id]
        if message.deleted or _taken_back(message, here):
            changes.gone(here, Change.DELETED, message.raw)
        elif here.deleted:
            changes.back(here)
        if message.text and message.text != here.text and not here.from_here:
            changes.edited(here, message)
    told = [(stored[one.platform_id].id, one.reactions) for one in seen if one.reactions is not None]
    changes.reactions(told)
    return changes.write()


def _taken_back(message: RemoteMessage, here: Kept) -> bool:
    """An empty shell in place of a message that had a text: that is how a platform shows what was unsent."""
    return bool(here.text) and not message.text and not message.attachments and not here.from_here


def put_reactions(tx: Transaction, told: Sequence[tuple[EntryId, tuple[RemoteReaction, ...]]]) -> None:
    """Reactions that a message came with."""
    rows = [(entry, one.who, one.emoji, one.at, tx.now) for entry, those in told for one in dict.fromkeys(those)]
    tx.many(
        "INSERT INTO reaction (entry_id, who, emoji, at, seen_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows
    )


# --- what is gone -------------------------------------------------------------------------------------------------


def note_gone(tx: Transaction, account: AccountId, batch: Batch) -> int:
    """Mark stored messages that a page should have listed and did not; how many. Before the batch itself is stored."""
    shown = {one.platform_id for one in batch.messages}
    missing: list[Kept] = []
    for listed in batch.listed:
        newest = max((one.at for one in batch.messages if listed.thread in ("", one.thread)), default=Millis(0))
        for platform_id, received, at, here in _within(tx, account, listed):
            lagging = at > newest and not listed.counted and received > tx.now - LAG
            if platform_id not in shown and not lagging:
                missing.append(here)
    for thread in batch.vanished:
        missing += [here for *_, here in _within(tx, account, Listed(thread, Millis(-1), OPEN))]
    changes = _Changes(tx)
    sql = f"SELECT entry_id FROM entry_version WHERE kind = '{Change.RESTORED.value}' AND entry_id IN ({{marks}})"
    came_back = {row[0] for row in tx.among(sql, [here.id for here in missing])}
    for here in missing:
        if here.id not in came_back:  # this list has left it out before and was wrong
            changes.gone(here, Change.GONE, "")
    return changes.write()


def _within(tx: Transaction, account: AccountId, listed: Listed) -> list[tuple[PlatformId, Millis, Millis, Kept]]:
    """What is stored from between the moments, neither gone already nor sent from here."""
    where = "e.account_id = ?"
    source = "entry e"
    values: tuple[object, ...] = (account,)
    if listed.thread:
        # through the enquiries: an index leads from a conversation to them, and from them to their entries
        source = "thread t JOIN enquiry q ON q.thread_id = t.id JOIN entry e ON e.enquiry_id = q.id"
        where = "t.account_id = ? AND t.platform_id = ?"
        values = (account, listed.thread)
    rows = tx.rows(
        "SELECT e.platform_id, e.received_at, e.at, e.id, e.place, e.enquiry_id, e.text"
        f" FROM {source} WHERE {where} AND e.place >= ? AND e.place < ? AND e.platform_id IS NOT NULL"
        " AND e.deleted = 0 AND (e.direction = 'in' OR e.elsewhere <> 0) AND ABS(e.received_at - e.at) > ?",
        *values,
        first_place(Millis(listed.from_at + 1)),
        first_place(listed.to_at),
        ASSUMED,
    )
    return [(row[0], row[1], row[2], Kept(row[3], row[4], row[5], row[6], False, False)) for row in rows]


# --- writing ------------------------------------------------------------------------------------------------------


class _Changes:
    """What changed in one batch, written in sets."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._versions: list[tuple[object, ...]] = []
        self._flags: list[tuple[int, EntryId]] = []
        self._wordings: list[tuple[Kept, str, RemoteMessage]] = []
        self._told: dict[EnquiryId, dict[EventCode, int]] = {}
        self._touched: set[EntryId] = set()

    def _note(self, here: Kept, what: Change, at: Millis | None, raw: str) -> None:
        self._versions.append((new_id(), here.id, what.value, here.text, at, self._tx.now, raw))
        self._touched.add(here.id)

    def _tell(self, here: Kept, event: EventCode) -> None:
        told = self._told.setdefault(here.enquiry, {})
        told[event] = told.get(event, 0) + 1

    def gone(self, here: Kept, how: Change, raw: str) -> None:
        """The message was taken back; what it said stays."""
        if here.deleted:
            return
        here.deleted = True
        self._note(here, how, None, raw)
        self._flags.append((1, here.id))
        self._tell(here, EventCode.DELETED)

    def back(self, here: Kept) -> None:
        """It is served again: the platform had left it out."""
        here.deleted = False
        self._note(here, Change.RESTORED, None, "")
        self._flags.append((0, here.id))

    def edited(self, here: Kept, message: RemoteMessage) -> None:
        """It says something else now."""
        wording = str(storable(message.text, postgres=self._tx.postgres))
        if wording == here.text:
            return
        self._note(here, Change.EDITED, message.edited_at, "")
        self._wordings.append((here, wording, message))
        self._tell(here, EventCode.EDITED)

    def reactions(self, told: Sequence[tuple[EntryId, tuple[RemoteReaction, ...]]]) -> None:
        """Take over who reacts how; what is not there any more is kept with the moment since when."""
        if not told:
            return
        tx = self._tx
        found: dict[EntryId, set[tuple[str, str]]] = {}
        sql = "SELECT entry_id, who, emoji FROM reaction WHERE gone_at IS NULL AND entry_id IN ({marks})"
        for entry, who, emoji in tx.among(sql, [entry for entry, _ in told]):
            found.setdefault(entry, set()).add((who, emoji))
        for entry, those in told:
            now = {(str(one.who), one.emoji): one for one in those}
            before = found.get(entry, set())
            for who, emoji in before - now.keys():
                tx.change(
                    "UPDATE reaction SET gone_at = ? WHERE entry_id = ? AND who = ? AND emoji = ?",
                    tx.now, entry, who, emoji,
                )  # fmt: skip
            for key in now.keys() - before:
                tx.change(
                    "INSERT INTO reaction (entry_id, who, emoji, at, seen_at) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT (entry_id, who, emoji) DO UPDATE SET gone_at = NULL, seen_at = excluded.seen_at",
                    entry, *key, now[key].at, tx.now,
                )  # fmt: skip
            if before != now.keys():
                self._touched.add(entry)

    def write(self) -> int:
        """Write it all; how many messages changed."""
        if not self._touched:
            return 0
        tx = self._tx
        tx.many(
            "INSERT INTO entry_version (id, entry_id, kind, text, at, seen_at, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            self._versions,
        )
        tx.many("UPDATE entry SET deleted = ? WHERE id = ?", self._flags)
        for here, wording, message in self._wordings:
            tx.change("UPDATE entry SET text = ?, raw = ?, edited = 1 WHERE id = ?", wording, message.raw, here.id)
            search.forget_entry(tx, here.place)
            search.index_entries(tx, [(here.place, wording)])
            if short(here.text):
                sql = "UPDATE enquiry SET excerpt = ? WHERE id = ? AND excerpt = ?"
                tx.change(sql, short(wording), here.enquiry, short(here.text))
        for enquiry, events in self._told.items():
            for event, count in events.items():
                add_entry(tx, enquiry, EntryKind.EVENT, Direction.INTERNAL, "", str(count), event=event)
            # whoever is writing an answer to the former wording is told before it leaves
            tx.change("UPDATE enquiry SET version = version + 1 WHERE id = ?", enquiry)
        self._hint()
        return len(self._touched)

    def _hint(self) -> None:
        sql = "SELECT DISTINCT enquiry_id FROM entry WHERE id IN ({marks})"
        for (enquiry,) in self._tx.among(sql, self._touched):
            self._tx.hint(f"enquiry:{enquiry}")
        if self._told:
            self._tx.hint("queue")


# --- reading ------------------------------------------------------------------------------------------------------


def of(tx: Transaction, entries: Sequence[EntryId]) -> dict[EntryId, tuple[Version, ...]]:
    """What these entries said before, oldest first."""
    if not entries:
        return {}
    found: dict[EntryId, tuple[Version, ...]] = {}
    sql = f"SELECT entry_id, kind, text, at, seen_at FROM entry_version WHERE entry_id IN ({marks(len(entries))})"
    for row in tx.rows(f"{sql} ORDER BY seen_at, id", *entries):
        found[row[0]] = (*found.get(row[0], ()), Version(Change(row[1]), row[2], row[3], row[4]))
    return found


def reactions_to(tx: Transaction, entries: Sequence[EntryId]) -> dict[EntryId, tuple[Reaction, ...]]:
    """The reactions that stand under these entries now, the first one first."""
    if not entries:
        return {}
    found: dict[EntryId, tuple[Reaction, ...]] = {}
    sql = (
        "SELECT r.entry_id, r.emoji, r.who, r.at, r.seen_at, COALESCE(a.platform_user, '') FROM reaction r"
        " JOIN entry e ON e.id = r.entry_id LEFT JOIN account a ON a.id = e.account_id"
        f" WHERE r.gone_at IS NULL AND r.entry_id IN ({marks(len(entries))}) ORDER BY r.seen_at, r.emoji"
    )
    for entry, emoji, who, at, seen_at, us in tx.rows(sql, *entries):
        found[entry] = (*found.get(entry, ()), Reaction(emoji, who == us, seen_at if at is None else at))
    return found
