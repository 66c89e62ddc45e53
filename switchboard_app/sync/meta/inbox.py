"""One inbox of a page, Messenger's or Instagram's: what it is called, what is asked of it, and who we are in it.

Plain values: the same code reads both (contract dossier, sections 2.2 and 4). It refuses to ask anybody anything.
Called by `meta.reader`, `meta.sweep` and the connectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_FILE: Final = "attachments{id,mime_type,name,size,image_data,video_data,file_url}"


@dataclass(frozen=True, slots=True)
class Inbox:
    """`page` is in whose path its conversations are, `own` who sends our messages in it, `permission` what it needs.

    `fields_core` and `list_core` are asked for when a version refuses one of the others.
    """

    page: str
    own: str
    platform: str
    fields: str
    fields_core: str
    list_fields: str
    list_core: str


def messenger(page: str) -> Inbox:
    """The page's own: the page itself is the sender."""
    return Inbox(
        page,
        page,
        "messenger",
        f"id,created_time,from,to,message,tags,sticker,{_FILE},"
        "shares{id,name,link,description,template},reactions,story,reply_to,is_unsupported",
        f"id,created_time,from,to,message,sticker,{_FILE},shares{{id,name,link,description}}",
        "id,updated_time,message_count,can_reply,participants,senders,link,is_owner",
        "id,updated_time,participants",
    )


def instagram(page: str, own: str) -> Inbox:
    """The one of the Instagram account that is connected to the page.

    It knows no stickers, tags and read marks; what its records hold is in the dossier's fixtures of section 4.
    """
    return Inbox(
        page,
        own,
        "instagram",
        f"id,created_time,from,to,message,{_FILE},"
        "shares{id,name,link,description,template},reactions,story,reply_to,is_unsupported",
        "id,created_time,from,to,message,attachments,shares,story,is_unsupported",
        "id,updated_time,message_count,can_reply,participants,link",
        "id,updated_time,participants",
    )
