"""Channels: how an enquiry comes in, which of them can be connected, and what each allows.

The window offers what `CAPABILITIES` says and never asks which platform it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from switchboard_app.model.language import tr
from switchboard_app.model.length import Counting, length


class Channel(StrEnum):
    """How an enquiry came in; an account is one connected page or handle of a channel."""

    PHONE = "phone"
    FACEBOOK = "facebook"
    X = "x"
    INSTAGRAM = "instagram"
    MASTODON = "mastodon"
    EMAIL = "email"


CONNECTABLE = (Channel.FACEBOOK, Channel.INSTAGRAM, Channel.X, Channel.MASTODON, Channel.EMAIL)


def channel_name(channel: Channel) -> str:
    """The channel in words."""
    match channel:
        case Channel.PHONE:
            return tr("Phone")
        case Channel.FACEBOOK:
            return "Facebook"
        case Channel.X:
            return "X"
        case Channel.INSTAGRAM:
            return "Instagram"
        case Channel.MASTODON:
            return "Mastodon"
        case Channel.EMAIL:
            return tr("E-mail")
        case _:
            assert_never(channel)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel allows; the window offers accordingly instead of asking which platform it is.

    Lengths in characters as the platform counts them, durations in milliseconds, sizes in bytes; 0 means no limit
    or, for windows, that the platform sets none.
    """

    text_limit: int
    counting: Counting = Counting.CODE_POINTS
    reply_window: int = 0
    extended_window: int = 0
    image_types: tuple[str, ...] = ()
    image_limit: int = 0
    gif_limit: int = 0
    """For GIFs where they have a limit of their own; 0 means that of the other images."""
    file_types: tuple[str, ...] = ()
    """Types other than images that go out as documents."""
    file_limit: int = 0
    files_per_message: int = 0
    """How many files one answer takes."""
    names_first: bool = False
    """The names of those who are to get an answer are put in front of it, and count."""
    inbox_url: str = ""


CAPABILITIES: dict[Channel, Capabilities] = {
    # 2,000 characters; 24 h, with HUMAN_AGENT 7 days; images to 8 MB, other files to 25 MB (dossier 2.3)
    Channel.FACEBOOK: Capabilities(
        text_limit=2000,
        reply_window=24 * 3_600_000,
        extended_window=7 * 24 * 3_600_000,
        image_types=("image/png", "image/jpeg", "image/gif"),
        image_limit=8 * 1024 * 1024,
        file_types=("application/pdf",),
        file_limit=25 * 1024 * 1024,
        inbox_url="https://business.facebook.com/latest/inbox",
    ),
    # 1,000, counted in bytes to be safe (dossier 2.3); windows as Facebook's; images to 8 MB, PDF to 25 MB (Meta,
    # Upload Media for Instagram Messaging, 30 June 2026)
    Channel.INSTAGRAM: Capabilities(
        text_limit=1000,
        counting=Counting.BYTES,
        reply_window=24 * 3_600_000,
        extended_window=7 * 24 * 3_600_000,
        image_types=("image/png", "image/jpeg", "image/gif"),
        image_limit=8 * 1024 * 1024,
        file_types=("application/pdf",),
        file_limit=25 * 1024 * 1024,
        inbox_url="https://business.facebook.com/latest/inbox",
    ),
    # 10,000 characters, one attachment a message, images only (dossier 1.2; images to 5 MB, GIFs to 15 MB as X's media
    # pages say); X documents no reply window
    Channel.X: Capabilities(
        text_limit=10_000,
        image_types=("image/png", "image/jpeg", "image/gif"),
        image_limit=5 * 1024 * 1024,
        gif_limit=15 * 1024 * 1024,
        files_per_message=1,
        inbox_url="https://x.com/messages",
    ),
    # 500 unless the instance says otherwise, 4 files a post with the text; images to 16 MB (recorded instance document)
    Channel.MASTODON: Capabilities(
        text_limit=500,
        counting=Counting.MASTODON,
        names_first=True,
        image_types=("image/png", "image/jpeg", "image/gif", "image/webp"),
        image_limit=16 * 1024 * 1024,
        files_per_message=4,
    ),
    # no limit to the text; files within what most mail servers take, with room for the letters they are written in
    Channel.EMAIL: Capabilities(
        text_limit=0,
        image_types=("image/png", "image/jpeg", "image/gif", "image/webp"),
        image_limit=15 * 1024 * 1024,
        file_types=(
            "application/pdf",
            "text/plain",
            "text/csv",
            "text/calendar",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/zip",
        ),
        file_limit=15 * 1024 * 1024,
    ),
    Channel.PHONE: Capabilities(text_limit=0),
}


def length_of(text: str, abilities: Capabilities) -> int:
    """How much of the text limit a text takes."""
    return length(text, abilities.counting)


def text_limit_of(abilities: Capabilities, options: Mapping[str, str], addressee: str) -> int:
    """The limit of one conversation: what the account's own instance allows, without the names that go in front.

    `addressee` is how the person is called there (``@handle``), for several with all their handles.
    """
    told = options.get("text_limit", "")
    limit = int(told) if told.isascii() and told.isdigit() and len(told) < 8 else abilities.text_limit
    return max(1, limit - length_of(f"{addressee} ", abilities)) if abilities.names_first and limit else limit
