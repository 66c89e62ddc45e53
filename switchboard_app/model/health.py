"""How a connected account is: a closed vocabulary, each value with its reason and the next step in words."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from switchboard_app.model.language import tr


class Health(StrEnum):
    """How an account is. Each value has a reason and a next step (`health_words`)."""

    OK = "ok"
    CATCHING_UP = "catching_up"
    RATE_LIMITED = "rate_limited"
    NEEDS_SIGN_IN = "needs_sign_in"
    PERMISSION_MISSING = "permission_missing"
    BLOCKED = "blocked"
    OUT_OF_CREDITS = "out_of_credits"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    STALE = "stale"


def health_words(health: Health, detail: str = "") -> tuple[str, str]:
    """The reason and the next step in the language in use; `detail` (a scope, a time) is added to the reason."""
    reason, step = _plain_words(health)
    return (f"{reason} {detail}".strip(), step)


def _plain_words(health: Health) -> tuple[str, str]:
    match health:
        case Health.OK:
            return tr("Connected."), ""
        case Health.CATCHING_UP:
            return tr("Fetching messages that piled up."), tr("Nothing to do: it ends by itself.")
        case Health.RATE_LIMITED:
            return (
                tr("The platform's limit for requests is used up."),
                tr("Nothing to do: it goes on at the time shown."),
            )
        case Health.NEEDS_SIGN_IN:
            return (
                tr("The account has no valid sign-in."),
                tr("Sign in again; what is queued is sent afterwards."),
            )
        case Health.PERMISSION_MISSING:
            return (
                tr("The sign-in lacks a permission."),
                tr("Ask the administrator of the page or app to grant it, then sign in again."),
            )
        case Health.BLOCKED:
            return (
                tr("The platform has barred this account from sending for now."),
                tr("Check the account in the platform's own inbox; sending is tried again later."),
            )
        case Health.OUT_OF_CREDITS:
            return (
                tr("The account's credits or monthly cap at the platform are used up."),
                tr("Ask the administrator to add credits at the platform."),
            )
        case Health.UNREACHABLE:
            return (
                tr("The platform cannot be reached."),
                tr("Check the network; it is tried again by itself."),
            )
        case Health.MALFORMED:
            return (
                tr("The platform answers in a form this version does not understand."),
                tr("Check the account's address and the program's version; it is tried again by itself."),
            )
        case Health.ANSWERED_ELSEWHERE:
            return (
                tr("Another tool answers on this account."),
                tr("Agree who answers; replies made there are shown as such."),
            )
        case Health.STALE:
            return (
                tr("Nothing has been fetched for a while."),
                tr("Check that the program that syncs this account is running."),
            )
        case _:
            assert_never(health)
