"""An Instagram account that exists only here, behind a page of its own: the Graph API's second inbox.

What it is for: the same as `training.facebook`, whose application it is, with what Instagram does otherwise (contract
dossier 4): people have user names, message ids are long, a text holds 1,000 bytes, files are uploaded with the
platform's name, the window has its own subcode, and a message may be an answer to a story, a mention, something shared
or of a kind that is not given. What it refuses to do: Instagram's own login and host.

Called by the assembly for training, by `training.serve` and by tests.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from switchboard_app.model.times import Millis
from switchboard_app.training.facebook import SimulatedFacebook
from switchboard_app.training.facebook_nodes import Address, Nodes
from switchboard_app.training.faults import Reply
from switchboard_app.training.graph_errors import GraphError, error_reply, outside_window, trace_of
from switchboard_app.training.journal import Journal
from switchboard_app.training.platform import Clock, number_of
from switchboard_app.training.truth import SimulatedMessage, SimulatedPerson

PERMISSIONS: Final = ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata", "pages_show_list")
WINDOW: Final = 2534022
_NO_FIELDS: Final = ("sticker", "tags", "thread_id")


class SimulatedInstagram(SimulatedFacebook):
    """One Instagram account and the page it is connected to."""

    kind = "instagram"
    needs = "instagram_manage_messages"

    def __init__(
        self,
        clock: Clock,
        page_id: str = "2121008874780933",
        name: str = "Kanton Basel-Stadt",
        handle: str = "kantonbaselstadt",
        *,
        token: str = "",
        app_secret: str = "",
        calls_per_hour: int | None = None,
        most_items: int | None = None,
        journal: Journal | None = None,
    ) -> None:
        """An account that nobody has written to. `connected` may be taken away while it runs."""
        super().__init__(
            clock,
            page_id,
            name,
            token,
            app_secret=app_secret,
            calls_per_hour=calls_per_hour,
            most_items=most_items,
            journal=journal,
        )
        self.own_handle = handle
        self.scopes = PERMISSIONS
        self.connected = True
        self.rules.longest, self.rules.in_bytes = 1_000, True
        self.rules.window_subcode, self.rules.platform = WINDOW, self.kind
        self._more: dict[str, Mapping[str, Any]] = {}

    def decorate(self, message_id: str, **members: Any) -> None:
        """What a message's record holds besides: ``story``, ``shares``, ``reactions``, ``is_unsupported``."""
        self._more[message_id] = {**self._more.get(message_id, {}), **members}

    def more_of(self, message_id: str) -> Mapping[str, Any]:
        """What `decorate` was given."""
        return self._more.get(message_id, {})

    def refusal(self, name: str) -> Reply:
        """A refusal by name; the window and the permission are Instagram's own."""
        words = f"(#200) Requires {self.needs} permission to manage the object"
        own = {"window": outside_window(WINDOW), "permission": GraphError(200, words, status=403)}
        return error_reply(own[name], self.locale, trace_of(self._served)) if name in own else super().refusal(name)

    def conversation_with(self, person: SimulatedPerson) -> str:
        """Long and opaque."""
        return f"aWdfZAG06{number_of(f'{self.own_id} conversation {person.key}', 30)}ZDZD"

    def _sender(self, page_id: str) -> str:
        return f"178414{number_of(f'{page_id} instagram', 11)}"

    def _person_id(self, key: str) -> str:
        return number_of(f"{self.own_id} igsid {key}", 16)

    def _message_id(self, at: Millis, order: int) -> str:
        digest = hashlib.sha512(f"{self.own_id} message {at} {order}".encode()).digest()
        return f"aWdfZAG1faXRlbToxOklH{base64.urlsafe_b64encode(digest).decode().rstrip('=')}ZDZD"

    def _nodes(self, address: Address) -> Nodes:
        return InstagramNodes(self, address, page=self.page_id, most_items=self.most_items)

    def _connected(self) -> dict[str, Any]:
        if not self.connected or "instagram_basic" not in self.scopes:
            return {"instagram_business_account": None, "connected_instagram_account": None}
        account = {"id": self.own_id, "username": self.own_handle, "name": self.own_name}
        return {"instagram_business_account": account, "connected_instagram_account": account}


class InstagramNodes(Nodes):
    """Conversations and messages as Instagram's inbox shows them."""

    inbox = "instagram"

    def _profile(self, person: SimulatedPerson | None) -> dict[str, Any]:
        """``id`` is the scoped one, ``user_id`` the account's; there is no name and no address."""
        if person is None:
            return {
                "username": self._platform.own_handle,
                "id": self._platform.own_id,
                "user_id": self._platform.own_id,
            }
        return {"username": person.handle or person.key, "id": person.id, "user_id": number_of(person.id, 17)}

    def _message_values(self, message: SimulatedMessage) -> dict[str, Any]:
        values = super()._message_values(message)
        more = self._platform.more_of(message.id) if isinstance(self._platform, SimulatedInstagram) else {}
        return {name: value for name, value in values.items() if name not in _NO_FIELDS} | dict(more)
