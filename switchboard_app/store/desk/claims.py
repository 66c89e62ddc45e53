"""Who works on an enquiry: claim, release, reassign (product.md, rule 3). Claiming is one conditional UPDATE."""

from __future__ import annotations

from switchboard_app.model.enquiry import EnquiryState
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused, Stale, WrongUse
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.language import tr
from switchboard_app.store.enquiries import Held, change, check_version, held
from switchboard_app.store.transaction import Transaction


def owned_by_other(here: Held, by: Operator) -> None:
    """Raise Refused, naming the owner, when the enquiry is somebody else's."""
    if here.owner is not None and here.owner != by:
        raise Refused(
            tr("Enquiry {number} is with {owner}.").format(number=here.number, owner=here.owner),
            tr("Ask {owner}, or reassign it with a reason.").format(owner=here.owner),
        )


def not_done(here: Held) -> None:
    """Raise Refused when the enquiry is closed."""
    if here.state is EnquiryState.DONE:
        raise Refused(tr("Enquiry {number} is done.").format(number=here.number), tr("Reopen it first."))


def claim(tx: Transaction, enquiry: EnquiryId, by: Operator, expected_version: int | None = None) -> EnquiryState:
    """Take the enquiry; raises Stale naming who was faster. Claiming one's own again changes nothing."""
    here = held(tx, enquiry)
    if here.owner == by and here.state is not EnquiryState.NEW:
        return here.state
    if here.owner is not None and here.owner != by:
        raise Stale(
            tr("{owner} was faster: enquiry {number} is taken.").format(owner=here.owner, number=here.number),
            tr("Take the next one, or reassign this one with a reason."),
        )
    check_version(here, expected_version)
    not_done(here)
    state = EnquiryState.OPEN if here.state is EnquiryState.NEW else here.state
    change(tx, here, by, "claim", event=EventCode.CLAIMED, undoable=True, owner=by, state=state)
    return state


def release(tx: Transaction, enquiry: EnquiryId, by: Operator, expected_version: int | None = None) -> EnquiryState:
    """Put the enquiry back for anybody."""
    here = held(tx, enquiry)
    owned_by_other(here, by)
    check_version(here, expected_version)
    not_done(here)
    if here.owner is None:
        return here.state
    state = EnquiryState.NEW if here.state is EnquiryState.OPEN and here.answered_at is None else here.state
    change(tx, here, by, "release", event=EventCode.RELEASED, undoable=True, owner=None, state=state)
    return state


def reassign(
    tx: Transaction, enquiry: EnquiryId, to: Operator, reason: str, by: Operator, expected_version: int | None = None
) -> EnquiryState:
    """Give the enquiry to `to`, with a reason that the former owner reads."""
    if not to.strip():
        raise WrongUse(tr("It is not said who shall take it over."), tr("Name the colleague."))
    if not reason.strip():
        raise WrongUse(tr("A reassignment needs a reason."), tr("Say it in a few words."))
    here = held(tx, enquiry)
    check_version(here, expected_version)
    not_done(here)
    state = EnquiryState.OPEN if here.state is EnquiryState.NEW else here.state
    change(
        tx,
        here,
        by,
        "reassign",
        event=EventCode.REASSIGNED,
        event_text=f"{to}: {reason.strip()}",
        undoable=True,
        owner=to,
        state=state,
    )
    return state


def mark_read(tx: Transaction, enquiry: EnquiryId) -> None:
    """The messages of the enquiry were seen; no new version, so nobody's typing goes stale by it."""
    if tx.change("UPDATE enquiry SET unread = 0 WHERE id = ? AND unread > 0", enquiry):
        tx.hint("queue")


def set_tags(tx: Transaction, enquiry: EnquiryId, tags: tuple[str, ...], by: Operator) -> None:
    """Replace the enquiry's tags; a tag is one word."""
    words = [tag.strip().lower() for tag in tags if tag.strip()]
    if any(len(word.split()) > 1 or len(word) > 40 for word in words):
        raise WrongUse(tr("A tag is one word of at most 40 letters."), tr("Shorten it."))
    change(tx, held(tx, enquiry), by, "tags", tags=" ".join(dict.fromkeys(words)))
