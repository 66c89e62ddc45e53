"""``enquiry list | show`` and the desk's verbs, each with the number of an enquiry."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from switchboard_app.cli import shapes
from switchboard_app.cli.frame import Frame
from switchboard_app.cli.words import Line
from switchboard_app.config import write_whole
from switchboard_app.model.enquiry import Enquiry, Outcome, QueueRow, View, state_name
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.forwarding import ForwardingState
from switchboard_app.model.ids import EnquiryId, ForwardingId, OfficeId, Operator, OutboxId
from switchboard_app.model.language import tr
from switchboard_app.model.people import Person
from switchboard_app.model.times import Millis, iso, parse_iso, when
from switchboard_app.store import accounts, desk, people, queue, search, timeline
from switchboard_app.store.database import Store
from switchboard_app.store.enquiries import find
from switchboard_app.store.timeline import Conversation
from switchboard_app.store.transaction import Transaction

MOST = 100_000
MOST_UNDO = 3600.0
_ALL_ENTRIES = 1_000_000
_WORDS = {
    "taken": ForwardingState.ACKNOWLEDGED,
    "declined": ForwardingState.DECLINED,
    "answered": ForwardingState.ANSWERED,
}


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verb."""
    top = verbs.add_parser("enquiry", help="the queue and the desk's verbs", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    listed = sub.add_parser("list", help="the queue, most urgent first", parents=[everywhere])
    listed.add_argument("--view", choices=[view.value for view in View], default=None)
    listed.add_argument("--query", default="")
    listed.add_argument("--limit", type=int, default=50)
    listed.set_defaults(run=_list)

    def verb(name: str, run: Any, words: str) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = sub.add_parser(name, help=words, parents=[everywhere])
        one.add_argument("number", type=_number, metavar="NUMBER")
        one.set_defaults(run=run)
        return one

    verb("show", _show, "everything about one")
    verb("claim", _claim, "take it")
    verb("release", _release, "put it back")
    reassign = verb("reassign", _reassign, "give it to a colleague")
    reassign.add_argument("--to", required=True, metavar="WHO")
    reassign.add_argument("--reason", required=True, metavar="T")
    reply = verb("reply", _reply, "answer through the channel the citizen used")
    _text_options(reply)
    reply.add_argument("--attach", action="append", default=[], type=Path, metavar="F")
    reply.add_argument("--undo-seconds", type=_seconds, default=0.0, metavar="N")
    _text_options(verb("note", _note, "add an internal note"))
    forward = verb("forward", _forward, "send a summary to an office")
    forward.add_argument("--office", required=True, metavar="ID")
    _text_options(forward)
    answered = verb("answered", _answered, "enter the office's word")
    answered.add_argument("--forwarding", required=True, metavar="ID")
    answered.add_argument("--word", choices=tuple(_WORDS), default="answered")
    _text_options(answered)
    withdraw = verb("withdraw", _withdraw, "take a forwarding back")
    withdraw.add_argument("--forwarding", required=True, metavar="ID")
    decide = verb("decide", _decide, "say what became of a send that is unclear or failed")
    decide.add_argument("--delivery", required=True, metavar="ID")
    decide.add_argument("--as", dest="decision", required=True, choices=[one.value for one in desk.Decision])
    verb("tag", _tag, "replace its tags").add_argument("tags", nargs="*", metavar="TAG")
    verb("snooze", _snooze, "put it away").add_argument("--until", required=True, metavar="T")
    verb("done", _done, "close it").add_argument(
        "--outcome", required=True, choices=[outcome.value for outcome in Outcome if outcome is not Outcome.MERGED]
    )
    verb("reopen", _reopen, "take it up again")
    verb("merge", _merge, "close it in favour of another").add_argument("other", type=_number, metavar="OTHER")
    verb("undo", _undo, "take back my last step on it")
    verb("export", _export, "write everything about it to a file").add_argument(
        "--to", required=True, type=Path, metavar="F"
    )


def _number(text: str) -> int:
    """The number of an enquiry; one that no database can hold is none."""
    number = int(text)
    if not 0 <= number < 1 << 53:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    """A span that a person may want; argparse tells the rest."""
    seconds = float(text)
    if not 0 <= seconds <= MOST_UNDO:
        raise ValueError(text)
    return seconds


def _text_options(to: argparse.ArgumentParser) -> None:
    one = to.add_mutually_exclusive_group()
    one.add_argument("--text", default=None, metavar="T")
    one.add_argument("--text-file", type=Path, default=None, metavar="F")


def _text(frame: Frame, default: str | None = None) -> str:
    """The text of --text, or of --text-file byte for byte (UTF-8)."""
    if frame.arguments.text_file is not None:
        path = frame.arguments.text_file
        try:
            return _bytes(path).decode()
        except UnicodeDecodeError as problem:
            raise WrongUse(
                tr("{path} is not UTF-8 (byte {at}).").format(path=path, at=problem.start), tr("Save it as UTF-8.")
            ) from problem
    if frame.arguments.text is not None:
        text: str = frame.arguments.text
        try:
            text.encode()
        except UnicodeEncodeError as problem:  # bytes of the command line that are no text reach us as half characters
            raise WrongUse(
                tr("The text is not UTF-8 (character {at}).").format(at=problem.start + 1),
                tr("Put it into a file and give that with --text-file."),
            ) from problem
        return text
    if default is None:
        raise WrongUse(tr("There is no text."), tr("Give it with --text or --text-file."))
    return default


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise WrongUse(
            tr("{path} cannot be read: {problem}.").format(path=path, problem=problem.strerror), tr("Check the name.")
        ) from problem


# -- reading -----------------------------------------------------------------------------------------------------------


def _list(frame: Frame) -> None:
    limit = max(0, min(frame.arguments.limit, MOST))
    with frame.store() as store:
        names: dict[str, str] = {one.id: one.name for one in store.read(accounts.listed)}
        rows, total = store.read(_found, frame, limit)
        now = store.now()
    document = {"enquiries": [shapes.row(one, names) for one in rows], "total": total}
    frame.answer(document, lambda: [_line(one, now) for one in rows] or [tr("Nothing here.")])


def _found(tx: Transaction, frame: Frame, limit: int) -> tuple[list[QueueRow], int | str]:
    """The rows and the total, capped and said as such."""
    view = View(frame.arguments.view or (View.ALL if frame.arguments.query else View.INBOX))
    wanted = queue.QueueFilter(view, frame.me)
    if frame.arguments.query:
        hits = [hit.row for hit in search.enquiries(tx, frame.arguments.query, queue.COUNT_CAP + 1)]
        if view is not View.ALL:
            hits = [row for row in hits if queue.position(tx, wanted, row.id) is not None]
        return hits[:limit], _capped(len(hits))
    return queue.page(tx, wanted, 0, limit), _capped(queue.capped_total(tx, wanted))


def _capped(n: int) -> int | str:
    return n if n <= queue.COUNT_CAP else f"{queue.COUNT_CAP}+"


def _line(row: QueueRow, now: Millis) -> Line:
    due = when(row.due_at, now) if row.due_at is not None else "–"
    who = row.person_name or tr("Anonymous")
    return (str(row.number), state_name(row.state), due, row.owner or "–", who, row.excerpt)


def _everything(tx: Transaction, number: int) -> tuple[Conversation, Person | None]:
    conversation = timeline.conversation(tx, find(tx, number), _ALL_ENTRIES)
    person = conversation.enquiry.person
    return conversation, None if person is None else people.card(tx, person)


def _show(frame: Frame) -> None:
    with frame.store() as store:
        conversation, person = store.read(_everything, frame.arguments.number)
    document = shapes.enquiry(conversation, person)
    frame.answer(document, lambda: _lines(conversation))


def _head(head: Enquiry) -> tuple[str, ...]:
    return (str(head.number), state_name(head.state), head.owner or "–")


def _lines(conversation: Conversation) -> list[Line]:
    head = conversation.enquiry
    lines: list[Line] = [(*_head(head), head.person_name or tr("Anonymous"))]
    for entry in conversation.entries:
        what = entry.event.value if entry.event is not None else entry.text
        state = f" [{entry.delivery.state}]" if entry.delivery is not None else ""
        lines.append((iso(entry.at) or "", entry.direction.value, entry.author, f"{what}{state}"))
    return lines


# -- acting ------------------------------------------------------------------------------------------------------------


def _step(frame: Frame, verb: Any, *arguments: Any, **more: Any) -> None:
    """Run one verb of the desk and print the enquiry's new state."""
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        store.write(verb, enquiry, *arguments, **more)
        _say_state(frame, store, enquiry, {})


def _say_state(frame: Frame, store: Store, enquiry: EnquiryId, extra: dict[str, Any]) -> None:
    head = store.read(timeline.enquiry, enquiry)
    frame.answer({**shapes.step(head), **extra}, lambda: [_head(head)])


def _claim(frame: Frame) -> None:
    _step(frame, desk.claim, frame.me)


def _release(frame: Frame) -> None:
    _step(frame, desk.release, frame.me)


def _reassign(frame: Frame) -> None:
    _step(frame, desk.reassign, Operator(frame.arguments.to), frame.arguments.reason, frame.me)


def _reply(frame: Frame) -> None:
    files = [desk.File(path.name, _bytes(path)) for path in frame.arguments.attach]
    text = _text(frame, "" if files else None)
    undo = max(0, round(frame.arguments.undo_seconds * 1000))
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        sent = store.write(desk.reply, enquiry, text, frame.me, files=files, undo_millis=undo)
        _say_state(frame, store, enquiry, {"delivery": sent.id, "delivery_state": sent.state.value})


def _note(frame: Frame) -> None:
    text = _text(frame)
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        made = store.write(desk.note, enquiry, text, frame.me)
        _say_state(frame, store, enquiry, {"entry": made})


def _forward(frame: Frame) -> None:
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        office = OfficeId(frame.arguments.office)
        made = store.write(desk.forward, enquiry, office, _text(frame, _first_text(store, enquiry)), frame.me)
        _say_state(frame, store, enquiry, {"forwarding": made.id, "reference": made.reference})


def _first_text(store: Store, enquiry: EnquiryId) -> str:
    """Without a summary the office gets the citizen's first message or the note."""
    entries = store.read(timeline.conversation, enquiry, _ALL_ENTRIES).entries
    return next((one.text for one in entries if one.direction == "in" and one.text.strip()), "")


def _forwarding(frame: Frame, store: Store, enquiry: EnquiryId) -> ForwardingId:
    """The forwarding that was named; raises WrongUse when it is not one of this enquiry."""
    forwarding = ForwardingId(frame.arguments.forwarding)
    if forwarding not in {one.id for one in store.read(timeline.forwardings, enquiry)}:
        raise WrongUse(
            tr("Enquiry {number} has no forwarding {id}.").format(number=frame.arguments.number, id=forwarding),
            tr("See them with: switchboard enquiry show NUMBER."),
        )
    return forwarding


def _answered(frame: Frame) -> None:
    text = _text(frame, "")
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        forwarding = _forwarding(frame, store, enquiry)
        store.write(desk.office_word, forwarding, _WORDS[frame.arguments.word], text, frame.me)
        _say_state(frame, store, enquiry, {})


def _withdraw(frame: Frame) -> None:
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        store.write(desk.withdraw_forwarding, _forwarding(frame, store, enquiry), frame.me)
        _say_state(frame, store, enquiry, {})


def _decide(frame: Frame) -> None:
    delivery = OutboxId(frame.arguments.delivery)
    with frame.store() as store:
        enquiry = store.read(find, frame.arguments.number)
        conversation = store.read(timeline.conversation, enquiry, _ALL_ENTRIES)
        known = [one.delivery for one in conversation.entries] + [one.delivery for one in conversation.forwardings]
        if delivery not in {one.id for one in known if one is not None}:
            raise WrongUse(
                tr("Enquiry {number} has no delivery {id}.").format(number=frame.arguments.number, id=delivery),
                tr("See them with: switchboard enquiry show NUMBER."),
            )
        state = store.write(desk.decide, delivery, desk.Decision(frame.arguments.decision), frame.me)
        _say_state(frame, store, enquiry, {"delivery": delivery, "delivery_state": state.value})


def _tag(frame: Frame) -> None:
    _step(frame, desk.set_tags, tuple(frame.arguments.tags), frame.me)


def _snooze(frame: Frame) -> None:
    try:
        until = parse_iso(frame.arguments.until)
    except ValueError as problem:
        raise WrongUse(
            tr("«{text}» is not a time.").format(text=frame.arguments.until), tr("Write it as 2026-11-23T14:00.")
        ) from problem
    _step(frame, desk.snooze, until, frame.me)


def _done(frame: Frame) -> None:
    _step(frame, desk.done, Outcome(frame.arguments.outcome), frame.me)


def _reopen(frame: Frame) -> None:
    _step(frame, desk.reopen, frame.me)


def _merge(frame: Frame) -> None:
    _step(frame, desk.merge, frame.arguments.other, frame.me)


def _undo(frame: Frame) -> None:
    _step(frame, desk.undo, frame.me)


def _export(frame: Frame) -> None:
    with frame.store() as store:
        conversation, person = store.read(_everything, frame.arguments.number)
    document = json.dumps(shapes.enquiry(conversation, person), ensure_ascii=False, indent=2)
    target: Path = frame.arguments.to
    if target.exists():
        raise WrongUse(tr("{path} exists already.").format(path=target), tr("Choose another name."))
    write_whole(target, document.encode("utf-8", "surrogatepass"))
    frame.answer({"file": str(target)}, lambda: [tr("Written: {path}").format(path=target)])
