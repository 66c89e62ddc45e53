"""The files of messages: their bytes lie in the workspace, once each, under their SHA-256.

Refuses to write files: whoever opens or saves an attachment gets its bytes. Size caps are the caller's (platform limits
going out, `KEEP_LIMIT` coming in).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from switchboard_app.model.entry import AttachmentState
from switchboard_app.model.errors import NotThere
from switchboard_app.model.ids import AccountId, AttachmentId, EntryId
from switchboard_app.model.language import tr
from switchboard_app.model.times import HOUR, MINUTE
from switchboard_app.store.ids import new_id
from switchboard_app.store.tables import Attachment as AttachmentTable
from switchboard_app.store.transaction import Transaction

KEEP_LIMIT = 25 * 1024 * 1024
PAUSES = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 12 * HOUR)
"""How long to wait after each failed try to fetch a file; after one more it stays at the platform."""
MAX_TRIES = len(PAUSES) + 1


def kind_of(content: bytes) -> str:
    """The MIME type that the bytes themselves show, "" when unknown; names and platforms are not believed."""
    import filetype  # only who looks at a file pays for it

    guess = filetype.guess(content[:8192])
    return "" if guess is None else str(guess.mime)


def put_blob(tx: Transaction, content: bytes) -> str:
    """Store bytes once; returns their SHA-256."""
    digest = hashlib.sha256(content).hexdigest()
    if tx.value("SELECT 1 FROM blob WHERE sha256 = ?", digest) is None:
        tx.change("INSERT INTO blob (sha256, content) VALUES (?, ?)", digest, content)
    return digest


def drop_blob(tx: Transaction, digest: str) -> None:
    """Forget bytes that no attachment and no draft names any more."""
    tx.change(
        "DELETE FROM blob WHERE sha256 = ? AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = blob.sha256)"
        " AND NOT EXISTS (SELECT 1 FROM draft_file d WHERE d.sha256 = blob.sha256)",
        digest,
    )


def add_outgoing(tx: Transaction, entry: EntryId, position: int, name: str, mime: str, content: bytes) -> AttachmentId:
    """Keep a file that goes out with a reply."""
    made = AttachmentId(new_id())
    tx.insert(
        AttachmentTable,
        id=made,
        entry_id=entry,
        position=position,
        name=name,
        mime=mime,
        size=len(content),
        state=AttachmentState.KEPT.value,
        sha256=put_blob(tx, content),
    )
    return made


def content(tx: Transaction, attachment: AttachmentId) -> bytes:
    """The bytes of a kept attachment; raises NotThere."""
    found = tx.value("SELECT b.content FROM attachment a JOIN blob b ON b.sha256 = a.sha256 WHERE a.id = ?", attachment)
    if found is None:
        raise NotThere(tr("This attachment is not kept here."), tr("Open the conversation in the platform's inbox."))
    return bytes(found)


@dataclass(frozen=True, slots=True)
class Pending:
    """An attachment whose bytes are still at the platform."""

    id: AttachmentId
    platform_id: str
    message_id: str
    thread_id: str
    name: str
    mime: str
    size: int
    enquiry: str


def pending(tx: Transaction, account: AccountId, limit: int = 50) -> list[Pending]:
    """Attachments of an account that are to be fetched now, oldest first."""
    rows = tx.rows(
        "SELECT a.id, a.platform_id, e.platform_id, t.platform_id, a.name, a.mime, a.size, e.enquiry_id"
        " FROM attachment a JOIN entry e ON e.id = a.entry_id JOIN thread t ON t.id = e.thread_id"
        " WHERE a.state = 'pending' AND e.account_id = ? AND a.next_try <= ? ORDER BY e.place LIMIT ?",
        account,
        tx.now,
        limit,
    )
    return [Pending(AttachmentId(row[0]), *row[1:]) for row in rows]


def keep(tx: Transaction, attachment: AttachmentId, fetched: bytes, enquiry: str) -> None:
    """Store the bytes of an attachment that came in; its type is what the bytes show."""
    shown = kind_of(fetched)
    declared = str(tx.value("SELECT mime FROM attachment WHERE id = ?", attachment) or "")
    if shown == "video/mp4" and declared.startswith("audio/"):
        shown = "audio/mp4"  # one container for both: the first bytes do not tell a voice message from a film
    tx.change(
        "UPDATE attachment SET state = 'kept', sha256 = ?, size = ?, reason = '', mime = ? WHERE id = ?",
        put_blob(tx, fetched),
        len(fetched),
        shown or declared,
        attachment,
    )
    tx.hint(f"enquiry:{enquiry}")


def refuse(tx: Transaction, attachment: AttachmentId, state: AttachmentState, reason: str, enquiry: str) -> None:
    """Note why an attachment is not kept. PENDING counts one more try and sets the next; after `MAX_TRIES` the file is
    left at the platform, and the reason says so.
    """
    tries = int(tx.value("SELECT tries FROM attachment WHERE id = ?", attachment) or 0)
    next_try = 0
    if state is AttachmentState.PENDING:
        if tries + 1 < MAX_TRIES:
            next_try = tx.now + PAUSES[tries]
        else:
            state = AttachmentState.UNAVAILABLE
            reason = tr("could not be fetched in {n} tries: {reason}").format(n=MAX_TRIES, reason=reason)
    tx.change(
        "UPDATE attachment SET state = ?, reason = ?, tries = ?, next_try = ? WHERE id = ?",
        state.value,
        reason,
        tries + 1,
        next_try,
        attachment,
    )
    tx.hint(f"enquiry:{enquiry}")
