"""What somebody is writing, saved at every pause and there after a crash: one text and its files per person and place.

Places are ``reply:<enquiry>``, ``note:<enquiry>``, ``forward:<enquiry>`` and ``phone-note``. Only answers have files;
their bytes lie among the blobs of the attachments and go with the last one that names them.
"""

from __future__ import annotations

from dataclasses import dataclass

from switchboard_app.model.ids import EntryId, Operator
from switchboard_app.store import attachments
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import DraftFile as DraftFileTable
from switchboard_app.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file beside a draft; its bytes are read by `file_content`."""

    id: str
    name: str
    mime: str
    size: int


def save(tx: Transaction, who: Operator, place: str, text: str) -> None:
    """Keep the text; an empty one forgets the draft. Files stay as they are."""
    if not text:
        tx.change("DELETE FROM draft WHERE operator = ? AND place = ?", who, place)
        return
    sql = "UPDATE draft SET text = ?, saved_at = ? WHERE operator = ? AND place = ?"
    if not tx.change(sql, text, tx.now, who, place):
        tx.change("INSERT INTO draft (operator, place, text, saved_at) VALUES (?, ?, ?, ?)", who, place, text, tx.now)


def load(tx: Transaction, who: Operator, place: str) -> str:
    """The kept text, or ""."""
    text = tx.value("SELECT text FROM draft WHERE operator = ? AND place = ?", who, place)
    return "" if text is None else str(text)


# --- files ------------------------------------------------------------------------------------------------------------


def files(tx: Transaction, who: Operator, place: str) -> tuple[DraftFile, ...]:
    """The files beside a draft, in the order in which they were chosen."""
    sql = "SELECT id, name, mime, size FROM draft_file WHERE operator = ? AND place = ? ORDER BY position, id"
    return tuple(DraftFile(*row) for row in tx.rows(sql, who, place))


def file_content(tx: Transaction, file: str) -> bytes:
    """The bytes of a file beside a draft; nothing when it went meanwhile."""
    found = tx.value("SELECT b.content FROM draft_file d JOIN blob b ON b.sha256 = d.sha256 WHERE d.id = ?", file)
    return b"" if found is None else bytes(found)


def add_file(tx: Transaction, who: Operator, place: str, name: str, content: bytes) -> DraftFile:
    """Keep one more file beside a draft, behind the others."""
    last = tx.value("SELECT MAX(position) FROM draft_file WHERE operator = ? AND place = ?", who, place)
    made = DraftFile(new_id(), name, attachments.kind_of(content), len(content))
    _insert(tx, who, place, 0 if last is None else last + 1, made, attachments.put_blob(tx, content))
    return made


def drop_file(tx: Transaction, file: str) -> None:
    """Forget one file beside a draft."""
    digest = tx.value("SELECT sha256 FROM draft_file WHERE id = ?", file)
    if digest is not None:
        tx.change("DELETE FROM draft_file WHERE id = ?", file)
        attachments.drop_blob(tx, digest)


def forget_files(tx: Transaction, who: Operator, place: str) -> None:
    """Forget all files beside a draft: the answer has them now, or nobody wants them."""
    for one in files(tx, who, place):
        drop_file(tx, one.id)


def take_back_files(tx: Transaction, who: Operator, place: str, entry: EntryId) -> None:
    """The files of an answer that never left stand beside the draft again, before those chosen since."""
    rows = tx.rows("SELECT name, mime, size, sha256 FROM attachment WHERE entry_id = ? ORDER BY position", entry)
    first = tx.value("SELECT MIN(position) FROM draft_file WHERE operator = ? AND place = ?", who, place) or 0
    for offset, (name, mime, size, digest) in enumerate(rows):
        _insert(tx, who, place, first - len(rows) + offset, DraftFile(new_id(), name, mime, size), digest)


def _insert(tx: Transaction, who: Operator, place: str, position: int, file: DraftFile, digest: str) -> None:
    tx.insert(
        DraftFileTable,
        id=file.id,
        operator=who,
        place=place,
        position=position,
        name=file.name,
        mime=file.mime,
        size=file.size,
        sha256=digest,
    )
