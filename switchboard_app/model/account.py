"""Channels, connected accounts, what each can do, and how each is: a closed vocabulary with the next step in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.model.times import Millis


class Channel(StrEnum):
    """How an enquiry came in; an account is one connected page or handle of a channel."""

    PHONE = "phone"
    FACEBOOK = "facebook"
    X = "x"


CONNECTABLE = (Channel.FACEBOOK, Channel.X)


def channel_name(channel: Channel) -> str:
    """The channel in words."""
    match channel:
        case Channel.PHONE:
            return tr("Phone")
        case Channel.FACEBOOK:
            return "Facebook"
        case Channel.X:
            return "X"
        case _:
            assert_never(channel)


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


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel allows; the window offers accordingly instead of asking which platform it is.

    Lengths in characters as the platform counts them, durations in milliseconds, sizes in bytes; 0 means no limit
    or, for windows, that the platform sets none.
    """

    text_limit: int
    reply_window: int = 0
    extended_window: int = 0
    image_types: tuple[str, ...] = ()
    image_limit: int = 0
    text_with_image: bool = False
    inbox_url: str = ""


CAPABILITIES: dict[Channel, Capabilities] = {
    # 2,000 characters; 24 h, with HUMAN_AGENT 7 days; images to 8 MB (dossier 2.3)
    Channel.FACEBOOK: Capabilities(
        text_limit=2000,
        reply_window=24 * 3_600_000,
        extended_window=7 * 24 * 3_600_000,
        image_types=("image/png", "image/jpeg", "image/gif"),
        image_limit=8 * 1024 * 1024,
        inbox_url="https://business.facebook.com/latest/inbox",
    ),
    # 10,000 characters, one attachment a message (dossier 1.2); X documents no reply window
    Channel.X: Capabilities(
        text_limit=10_000,
        image_types=("image/png", "image/jpeg", "image/gif"),
        image_limit=5 * 1024 * 1024,
        text_with_image=True,
        inbox_url="https://x.com/messages",
    ),
    Channel.PHONE: Capabilities(text_limit=0),
}


@dataclass(frozen=True, slots=True)
class Account:
    """One connected page or handle. `name` is what people call it; `options` are the connector's settings."""

    id: AccountId
    kind: Channel
    name: str
    api_base: str = ""
    options: dict[str, str] = field(default_factory=dict)
    platform_user: str = ""
    """Our own id on the platform (page id, X user id); empty until the platform was asked who we are."""
    health: Health = Health.OK
    health_detail: str = ""
    health_since: Millis = Millis(0)
    last_ok_at: Millis | None = None
    next_poll_at: Millis | None = None
    removed: bool = False

    @property
    def reason(self) -> str:
        """Why the account is as it is, in words."""
        return health_words(self.health, self.health_detail)[0]

    @property
    def next_step(self) -> str:
        """What a person should do about it, in words; empty when there is nothing."""
        return health_words(self.health)[1]
