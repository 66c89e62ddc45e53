"""The simulated Mastodon account's truth in Mastodon's words: accounts, posts as HTML, conversations, contexts.

What it is for: a text becomes the HTML that Mastodon makes of it (paragraphs, breaks, addresses shortened by hidden
spans, names as links); `shown` says what of a text survives that. What it refuses to do: answering requests. Called by
`training.mastodon`; `shown` also by tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

from switchboard_app.model.times import iso
from switchboard_app.training.truth import SimulatedFile, SimulatedMessage, SimulatedPerson

if TYPE_CHECKING:
    from switchboard_app.training.mastodon import SimulatedMastodon

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_BLANK: Final = " \t\r\n\f\v\0"
_VISIBLE: Final = 30


def shown(text: str) -> str:
    """What Mastodon keeps of a text: nothing blank at its ends, one kind of line break, no more than one empty line."""
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\r\n?", "\n", text.strip(_BLANK)))


def html_of(text: str, names: Mapping[str, str]) -> str:
    """A text as Mastodon's formatter writes it. `names` are the addresses of those whom it names in front, by name."""
    front = " ".join(
        f'<span class="h-card" translate="no"><a href="{escape(address)}" class="u-url mention">'
        f"@<span>{escape(name.partition('@')[0])}</span></a></span>"
        for name, address in names.items()
    )
    paragraphs = shown(text).split("\n\n")
    lines = ["<br />".join(_linked(line) for line in paragraph.split("\n")) for paragraph in paragraphs]
    body = "</p><p>".join(lines)
    return f"<p>{front} {body}</p>" if front else f"<p>{body}</p>"


def _linked(line: str) -> str:
    made, at = [], 0
    for found in _ADDRESS.finditer(line):
        made.append(escape(line[at : found.start()], quote=False))
        made.append(_link(found[0]))
        at = found.end()
    return "".join([*made, escape(line[at:], quote=False)])


def _link(address: str) -> str:
    scheme, _, rest = address.partition("://")
    seen, hidden = rest[:_VISIBLE], rest[_VISIBLE:]
    return (
        f'<a href="{escape(address)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{escape(scheme)}://</span><span class="{"ellipsis" if hidden else ""}">'
        f'{escape(seen, quote=False)}</span><span class="invisible">{escape(hidden, quote=False)}</span></a>'
    )


class Posts:
    """Writes what one account may see."""

    def __init__(self, platform: SimulatedMastodon) -> None:
        self._platform = platform

    def handle(self, person: SimulatedPerson) -> str:
        """``local@server``; the citizens of a simulation are at home elsewhere."""
        local = person.handle or re.sub(r"[^a-z0-9_]", "_", person.key.lower())
        return local if "@" in local else f"{local}@buerger.invalid"

    def own_account(self) -> dict[str, Any]:
        """Us."""
        platform = self._platform
        return _account(platform.own_id, platform.own_handle, platform.own_name, self._own_address())

    def account(self, person: SimulatedPerson) -> dict[str, Any]:
        """Somebody."""
        return _account(person.id, self.handle(person), person.name, self._address(person))

    def _own_address(self) -> str:
        return f"https://{self._platform.domain}/@{self._platform.own_handle}"

    def _address(self, person: SimulatedPerson) -> str:
        local, _, server = self.handle(person).partition("@")
        return f"https://{server}/@{local}"

    def status(self, request: Request, message: SimulatedMessage) -> dict[str, Any]:
        """One post."""
        platform = self._platform
        people = platform.people_of(message)
        author = platform.people[message.person]
        names = {self.handle(one): self._address(one) for one in people if message.ours or one.key != author.key}
        if not message.ours:
            names = {platform.own_handle: self._own_address(), **names}
        mentions = [self._mention(one) for one in people if message.ours or one.key != author.key]
        if not message.ours:
            mentions.insert(0, _mention(platform.own_id, platform.own_handle, self._own_address()))
        return {
            "id": message.id,
            "created_at": iso(message.at),
            "in_reply_to_id": self._platform.answered.get(message.id),
            "sensitive": False,
            "spoiler_text": platform.notes.get(message.id, ""),
            "visibility": "direct",
            "language": "de",
            "edited_at": iso(platform.edited.get(message.id)),
            "favourites_count": 0,
            "content": html_of(message.text, names),
            "account": self.own_account() if message.ours else self.account(author),
            "media_attachments": [self._file(request, file) for file in message.files],
            "mentions": mentions,
            "emojis": [],
            "poll": None,
        }

    def _mention(self, person: SimulatedPerson) -> dict[str, Any]:
        return _mention(person.id, self.handle(person), self._address(person))

    @staticmethod
    def _file(request: Request, file: SimulatedFile) -> dict[str, Any]:
        place = f"{request.url.scheme}://{request.url.netloc}/system/media_attachments/{file.id}/{file.name}"
        address = None if file.withheld else place
        kind = "unknown" if file.withheld else file.mime.partition("/")[0]
        return {"id": file.id, "type": kind, "url": address, "remote_url": None, "description": None}

    def conversation(self, request: Request, newest: SimulatedMessage) -> dict[str, Any]:
        """A conversation, which holds its newest post only."""
        people = self._platform.people_of(newest)
        known_as = str(sum(map(int, (one.id for one in people))) % 10**7)
        accounts = [self.account(one) for one in people]
        return {"id": known_as, "unread": True, "accounts": accounts, "last_status": self.status(request, newest)}

    def mention(self, request: Request, message: SimulatedMessage) -> dict[str, Any]:
        """That somebody named us."""
        author = self.account(self._platform.people[message.person])
        return {
            "id": str(message.order),
            "type": "mention",
            "created_at": iso(message.at),
            "account": author,
            "status": self.status(request, message),
        }

    def context(self, request: Request, message: SimulatedMessage) -> dict[str, Any]:
        """What a post answers to, and what answers to it."""
        parents = self._parents(message.conversation)
        posts = {one.id: one for one in self._platform.in_conversation(message.conversation)}
        above: list[SimulatedMessage] = []
        while (higher := parents[above[0].id if above else message.id]) in posts:
            above.insert(0, posts[higher])
        under = {message.id}
        below: list[SimulatedMessage] = []
        for one in sorted(posts.values(), key=lambda one: one.order):
            if parents[one.id] in under:
                under.add(one.id)
                below.append(one)
        return {
            "ancestors": [self.status(request, one) for one in above],
            "descendants": [self.status(request, one) for one in below],
        }

    def _parents(self, conversation: str) -> dict[str, str]:
        """Which post each post answers to: as was said, or the one before it; "" for the first."""
        parents: dict[str, str] = {}
        last = ""
        for one in sorted(self._platform.in_conversation(conversation), key=lambda one: one.order):
            parents[one.id] = self._platform.answered.get(one.id, last)
            last = one.id
        return parents


def _account(known_as: str, handle: str, name: str, address: str) -> dict[str, Any]:
    return {
        "id": known_as,
        "username": handle.partition("@")[0],
        "acct": handle,
        "display_name": name,
        "bot": False,
        "url": address,
        "avatar": "",
    }


def _mention(known_as: str, handle: str, address: str) -> dict[str, Any]:
    return {"id": known_as, "username": handle.partition("@")[0], "url": address, "acct": handle}
