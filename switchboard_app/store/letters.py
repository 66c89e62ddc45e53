"""Mails among what a platform showed: into which conversation, or not a citizen's at all. Private to intake.

What it is for, before a batch is stored: a mail joins the conversation that it answers, by the ids it names, by our
number in its subject, or by sender and subject within days; an office's answer to a forwarding becomes its word; a
report of failure goes to the answer that was not delivered; two mails that carry one Message-ID stay two. What it
refuses to do: letting a mail join the conversation of another address, believing a display name, importing what the
office wrote to people who never wrote to us, and answering a machine. Works on what is stored; called by
`store.intake`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from switchboard_app.model.account import Account
from switchboard_app.model.delivery import DeliveryState, Failure, FailureKind
from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import Direction, EntryKind
from switchboard_app.model.errors import UserError
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, EntryId, ForwardingId, Operator, OutboxId, PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.remote import Automatic, Batch, Letter, RemoteMessage, RemoteThread
from switchboard_app.model.sending import MAIL, Duty
from switchboard_app.model.times import DAY, Millis
from switchboard_app.store import clocks, outbox_rows, threads
from switchboard_app.store.desk.forwards import office_word
from switchboard_app.store.enquiries import add_entry, change, held
from switchboard_app.store.transaction import Transaction

SAME_SUBJECT = 7 * DAY
"""For so long a mail without references joins the conversation of its sender with the same subject."""
_BY = Operator("switchboard")
_NUMBER = re.compile(r"\[BS-(\d{6,9})\]")
_SIGNS = re.compile(r"^\s*(?:(?:re|aw|sv|r|rif|ref|tr|fwd?|wg|i)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Noted:
    """An office's mail that became a note of an enquiry; its files are still to be stored."""

    entry: EntryId
    enquiry: EnquiryId
    message: RemoteMessage


@dataclass(slots=True)
class Placed:
    """The batch as it is to be stored, and what of it is stored already."""

    batch: Batch
    noted: list[Noted] = field(default_factory=list)


def automatic(message: RemoteMessage) -> bool:
    """Whether a machine wrote it."""
    return message.letter is not None and message.letter.automatic is not None


def detail_of(message: RemoteMessage) -> str:
    """What an entry keeps of a mail beside its text."""
    if message.letter is None:
        return ""
    machine = message.letter.automatic
    told = {"subject": message.letter.subject, **({"automatic": machine.value} if machine else {})}
    return json.dumps(told, ensure_ascii=False)


def subject_key(subject: str) -> str:
    """A subject without the signs of answers and our number: what two mails of one matter have in common."""
    return " ".join(_NUMBER.sub("", _SIGNS.sub("", subject)).split()).casefold()


def place(tx: Transaction, account: Account, batch: Batch) -> Placed:
    """Sort the mails of a batch; chats pass unchanged."""
    letters = [one for one in batch.messages if one.letter is not None and not one.unreadable]
    if not letters:
        return Placed(batch)
    return _Sorting(tx, account, batch, letters).done()


class _Sorting:
    """The sorting of one batch."""

    def __init__(self, tx: Transaction, account: Account, batch: Batch, letters: Sequence[RemoteMessage]) -> None:
        self.tx = tx
        self.account = account
        self.batch = batch
        self.people = {one.platform_id: one.person for one in batch.threads}
        self.kept, self.typed = self._stored(letters)
        self.threads: dict[PlatformId, RemoteThread] = {}
        self.here: dict[PlatformId, PlatformId] = {}
        """Into which conversation the mails of this batch went."""
        self.noted: list[Noted] = []

    def done(self) -> Placed:
        """The batch with every mail in its place."""
        messages = []
        for message in sorted(self.batch.messages, key=lambda one: (one.ours, one.at)):
            if message.letter is None or message.unreadable:
                messages.append(message)
                continue
            one = self._told_apart(message, message.letter)
            if one.platform_id in self.kept or self._is_an_offices(one, message.letter):
                continue
            placed = self._in_its_thread(one, message.letter)
            if placed is not None:
                messages.append(placed)
        others = [one for one in self.batch.threads if one.platform_id not in self.people]
        batch = replace(self.batch, messages=tuple(messages), threads=(*others, *self.threads.values()))
        return Placed(batch, self.noted)

    # -- one id, two mails -----------------------------------------------------------------------------------------

    def _stored(self, letters: Sequence[RemoteMessage]) -> tuple[dict[str, str], set[str]]:
        """The digests of stored mails by their ids, and the ids of what was typed here."""
        ids = {one.platform_id for one in letters}
        ids |= {PlatformId(f"{one.platform_id}#{one.letter.digest}") for one in letters if one.letter}
        sql = "SELECT platform_id, raw FROM entry WHERE account_id = ? AND platform_id IN ({marks})"
        digests = {row[0]: _digest(row[1]) for row in self.tx.among(sql, ids, self.account.id)}
        sql = "SELECT platform_id FROM echo WHERE account_id = ? AND platform_id IN ({marks})"
        typed = {row[0] for row in self.tx.among(sql, ids, self.account.id)}
        return digests, typed

    def _told_apart(self, message: RemoteMessage, letter: Letter) -> RemoteMessage:
        """The mail under an id of its own where another one carries the same."""
        known = message.platform_id
        same = self.kept.get(known) == letter.digest
        ours = message.ours and known in self.typed
        if same or ours or (known not in self.kept and known not in self.typed and known not in self.here):
            return message
        return replace(message, platform_id=PlatformId(f"{known}#{letter.digest}"))

    # -- offices and reports ---------------------------------------------------------------------------------------

    def _is_an_offices(self, message: RemoteMessage, letter: Letter) -> bool:
        """Whether it is the answer of an office, or the report about a mail to one; then it is entered."""
        if message.ours:
            return False
        undelivered = self._undelivered(letter)
        found = undelivered or self._forwarding(message, letter)
        if found is None:
            return False
        forwarding, enquiry, office, state = found
        here = held(self.tx, enquiry)
        author = office if undelivered is None else message.sender.name
        detail = json.dumps({"office": office, **json.loads(detail_of(message))}, ensure_ascii=False)
        entry = add_entry(self.tx, here.id, EntryKind.NOTE, Direction.INTERNAL, author, message.text, detail=detail)
        self.tx.change(
            "UPDATE entry SET account_id = ?, platform_id = ?, raw = ? WHERE id = ?",
            self.account.id,
            message.platform_id,
            message.raw,
            entry,
        )
        self.noted.append(Noted(entry, enquiry, message))
        self.tx.hint(f"enquiry:{enquiry}")
        if undelivered is None and letter.automatic is None:
            self._enter_word(forwarding, enquiry, state)
        return True

    def _enter_word(self, forwarding: ForwardingId, enquiry: EnquiryId, state: ForwardingState) -> None:
        """The office's answer ends the forwarding; one that comes later brings the enquiry back to be read."""
        if state in (ForwardingState.SENT, ForwardingState.ACKNOWLEDGED):
            try:
                office_word(self.tx, forwarding, ForwardingState.ANSWERED, "", _BY)
            except UserError:  # ended in the same moment by a person: the note stands all the same
                self.tx.hint("queue")
            return
        here = held(self.tx, enquiry)
        columns = {} if here.state is EnquiryState.DONE else clocks.brought_back(self.tx, here)
        if columns:
            change(self.tx, here, _BY, "office_wrote_again", **columns)

    def _undelivered(self, letter: Letter) -> tuple[ForwardingId, EnquiryId, str, ForwardingState] | None:
        """Mark what was not delivered as failed; the forwarding, when it was a mail to an office."""
        sql = "SELECT id, kind, forwarding_id FROM outbox WHERE id IN ({marks})"
        office = None
        for wanted, kind, forwarding in self.tx.among(sql, _local_parts(letter.failed)):
            _mark_undelivered(self.tx, OutboxId(wanted), letter.failure)
            if kind == MAIL:
                office = self._of_forwarding(forwarding) or office
        return office

    def _forwarding(
        self, message: RemoteMessage, letter: Letter
    ) -> tuple[ForwardingId, EnquiryId, str, ForwardingState] | None:
        """The forwarding that a mail answers: it names our mail, or carries our number and comes from the office."""
        sql = "SELECT forwarding_id FROM outbox WHERE kind = 'mail' AND id IN ({marks})"
        for (forwarding,) in self.tx.among(sql, _local_parts(letter.answers)):
            if forwarding is not None:
                return self._of_forwarding(forwarding)
        tag = _NUMBER.search(letter.subject)
        sender = self._person(message).lower()
        domain = sender.partition("@")[2]
        if tag is None or not domain:
            return None
        sql = (
            "SELECT f.id, o.email FROM forwarding f JOIN office o ON o.id = f.office_id WHERE f.reference = ?"
            " AND f.state <> 'withdrawn' ORDER BY f.sent_at DESC"
        )
        for forwarding, email in self.tx.rows(sql, tag[0]):
            if (email or "").lower() == sender or (email or "").lower().partition("@")[2] == domain:
                return self._of_forwarding(forwarding)
        return None

    def _of_forwarding(self, forwarding: str) -> tuple[ForwardingId, EnquiryId, str, ForwardingState] | None:
        row = self.tx.row("SELECT id, enquiry_id, office_name, state FROM forwarding WHERE id = ?", forwarding)
        return None if row is None else (ForwardingId(row[0]), EnquiryId(row[1]), row[2], ForwardingState(row[3]))

    # -- conversations ---------------------------------------------------------------------------------------------

    def _person(self, message: RemoteMessage) -> str:
        person = self.people.get(message.thread)
        return person.platform_id if person is not None else ""

    def _in_its_thread(self, message: RemoteMessage, letter: Letter) -> RemoteMessage | None:
        """The mail in the conversation it belongs to; None for one of ours that belongs to none."""
        person = self._person(message)
        found = self._answered(letter, person) or self._numbered(letter, person) or self._alike(message, letter, person)
        thread = found or message.thread
        new = found is None and thread not in self.threads
        if message.ours and new and threads.known(self.tx, self.account, thread) is None:
            return None
        self.here[message.platform_id] = thread
        if thread not in self.threads and message.thread in self.people:
            self.threads[thread] = RemoteThread(thread, self.people[message.thread])
        return replace(message, thread=thread)

    def _answered(self, letter: Letter, person: str) -> PlatformId | None:
        """By the ids that it names, nearest first; a report names what failed."""
        wanted = list(dict.fromkeys((*letter.failed, *letter.answers)))
        stored: dict[str, tuple[str, str]] = {}
        entry = (
            "SELECT e.platform_id, t.platform_id, t.recipient FROM entry e JOIN thread t ON t.id = e.thread_id"
            " WHERE e.account_id = ? AND e.platform_id IN ({marks})"
        )
        sent = (
            "SELECT o.id, t.platform_id, t.recipient FROM outbox o JOIN thread t ON t.id = o.thread_id"
            " WHERE o.account_id = ? AND o.id IN ({marks})"
        )
        for known, thread, recipient in self.tx.among(entry, wanted, self.account.id):
            stored[known] = (thread, recipient)
        for known, thread, recipient in self.tx.among(sent, _local_parts(wanted), self.account.id):
            stored[known] = (thread, recipient)
        for one in wanted:
            if one in self.here and self.here[one].endswith(f"|{person}"):
                return self.here[one]
            thread, recipient = stored.get(one) or stored.get(one.partition("@")[0]) or ("", "")
            if thread and (recipient == person or letter.automatic is Automatic.FAILURE):
                return PlatformId(thread)
        return None

    def _numbered(self, letter: Letter, person: str) -> PlatformId | None:
        tag = _NUMBER.search(letter.subject)
        if tag is None:
            return None
        found = self.tx.value(
            "SELECT t.platform_id FROM enquiry q JOIN thread t ON t.id = q.thread_id WHERE q.number = ?"
            " AND t.account_id = ? AND t.recipient = ?",
            int(tag[1]),
            self.account.id,
            person,
        )
        return None if found is None else PlatformId(found)

    def _alike(self, message: RemoteMessage, letter: Letter, person: str) -> PlatformId | None:
        """By sender and subject: some programs name no ids."""
        key = subject_key(letter.subject)
        if letter.answers or letter.automatic is not None or not key or not person:
            return None
        rows = self.tx.rows(
            "SELECT t.platform_id, q.subject FROM identity i JOIN enquiry q ON q.person_id = i.person_id"
            " JOIN thread t ON t.id = q.thread_id WHERE i.kind = 'email' AND i.scope = ? AND i.value = ?"
            " AND q.last_at >= ? AND t.account_id = ? AND t.recipient = ? ORDER BY q.last_at DESC LIMIT 50",
            self.account.id,
            person,
            Millis(max(0, message.at - SAME_SUBJECT)),
            self.account.id,
            person,
        )
        return next((PlatformId(thread) for thread, subject in rows if subject_key(subject) == key), None)


def _mark_undelivered(tx: Transaction, wanted: OutboxId, reason: str) -> None:
    """A mail that counted as sent did not arrive."""
    before = outbox_rows.load(tx, wanted)
    if before is None or before.state not in (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNCERTAIN):
        return
    words = tr("The recipient's mail server did not deliver it: {reason}").format(reason=reason or "–")
    failure = Failure(FailureKind.RECIPIENT, True, words)
    after = replace(before, state=DeliveryState.FAILED, epoch=before.epoch + 1, failure=failure)
    if outbox_rows.write(tx, wanted, before, after):
        outbox_rows.fulfil(tx, wanted, after, (Duty.SHOW, Duty.ASK if before.kind == MAIL else Duty.WAITS))
        if before.kind != MAIL:
            row = tx.value("SELECT enquiry_id FROM outbox WHERE id = ?", wanted)
            outbox_rows.ask(tx, EnquiryId(row))


def _local_parts(ids: Iterable[str]) -> list[str]:
    """What may be ids of ours: the part before the ``@``."""
    return [one.partition("@")[0] for one in ids if len(one.partition("@")[0]) == 36]


def _digest(raw: str | None) -> str:
    try:
        found = json.loads(raw or "{}")
    except ValueError:
        return ""
    return str(found.get("digest", "")) if isinstance(found, dict) else ""
