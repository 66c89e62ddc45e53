"""What can be wrong with a platform, as training plays it, and what an operator should watch then."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from switchboard_app.model.language import tr


class Trouble(StrEnum):
    """One kind of trouble; it lasts until another is chosen."""

    NONE = "none"
    DOWN = "down"
    """No connection can be made."""
    SLOW = "slow"
    ANSWER_LOST = "answer_lost"
    """What we send arrives, but the platform's answer does not."""
    NEVER_ARRIVES = "never_arrives"
    """What we send does not arrive, and no answer comes that would say so."""
    SIGNED_OUT = "signed_out"
    LIMITED = "limited"
    NO_CREDITS = "no_credits"


def trouble_words(trouble: Trouble) -> tuple[str, str]:
    """Its name, and what happens then, in the language in use."""
    match trouble:
        case Trouble.NONE:
            return tr("Everything works"), tr("Messages come in and answers go out as always.")
        case Trouble.DOWN:
            return (
                tr("Platform cannot be reached"),
                tr("Answers wait in the outbox and are sent once it is back; the account says so."),
            )
        case Trouble.SLOW:
            return (
                tr("Platform is slow"),
                tr("Every request takes six seconds. The window must not wait with it."),
            )
        case Trouble.ANSWER_LOST:
            return (
                tr("Confirmations get lost"),
                tr("An answer is unclear at first; reading the conversation back finds it, and it becomes «sent»."),
            )
        case Trouble.NEVER_ARRIVES:
            return (
                tr("Answers vanish"),
                tr("An answer stays unclear. After several looks you are asked; it is never resent by itself."),
            )
        case Trouble.SIGNED_OUT:
            return (
                tr("Sign-in has ended"),
                tr("The account asks for a new sign-in; what is queued is sent afterwards."),
            )
        case Trouble.LIMITED:
            return (
                tr("Limit for requests used up"),
                tr("The account rests until the platform's time is up, then goes on by itself."),
            )
        case Trouble.NO_CREDITS:
            return (
                tr("Credits used up"),
                tr("The account stops and says who must act; nothing queued is lost."),
            )
        case _:
            assert_never(trouble)
