"""A Mastodon account that exists only here: the part of the interface that private mentions need, and the truth.

What it is for: training (the real connector reaches `SimulatedMastodon.app` through httpx's ASGI transport) and tests
(the same application on loopback). It answers as contract dossier 3 says: lists paged by ``Link`` alone, limits with a
reset in ISO 8601, one post for one ``Idempotency-Key``, files that take a while, a post's text as HTML, a post deleted
is 404. A post reaches whom it names: an answer that forgets its citizen is accepted and reaches nobody. What it refuses
to do: timelines, following, other people's posts, and the stream of events (`mastodon_mock` has one, in tests).

Called by the assembly for training, by `training.serve` and by tests.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switchboard_app.model.length import Counting, length, mentions
from switchboard_app.model.times import HOUR, Millis
from switchboard_app.training.faults import Reply
from switchboard_app.training.journal import Journal
from switchboard_app.training.mastodon_limits import Limits
from switchboard_app.training.mastodon_posts import Posts
from switchboard_app.training.mastodon_uploads import Uploads
from switchboard_app.training.mastodon_wire import REFUSALS, NotAnswered, json_response, page_of, refusal
from switchboard_app.training.platform import Clock, SimulatedPlatform, number_of
from switchboard_app.training.truth import NobodyThere, SimulatedFile, SimulatedMessage, SimulatedPerson

LONGEST: Final = 500
KEPT: Final = HOUR
"""For so long a key brings the same post back."""
FILES: Final = 4
SCOPES: Final = ("read:accounts", "read:statuses", "read:notifications", "write:statuses", "write:media")

_SNOWFLAKES: Final = 16
_Answer = Callable[[Request], Awaitable[Response | Mapping[str, Any] | list[Any]]]


@dataclass(slots=True)
class MastodonRules:
    """What the account may do at the moment; tests and trainers change it while the platform runs."""

    let_in: bool = True
    """If not, the instance has disabled the account."""
    filters: bool = False
    """Whether the account's filters hold strangers' private mentions back, as new accounts' do."""
    policy: str = "accept"
    """What the account says it does with strangers' private mentions: accept, filter or drop."""
    processing: int = 0
    """How often a file is still being worked on when it is asked for."""


class SimulatedMastodon(SimulatedPlatform):
    """One account and its instance."""

    kind = "mastodon"
    sends = "POST /statuses"

    def __init__(
        self,
        clock: Clock,
        user_id: str = "116341272007049391",
        handle: str = "BaselStadt",
        token: str = "",
        *,
        name: str = "Kanton Basel-Stadt",
        domain: str = "mastodon.training.invalid",
        longest: int = LONGEST,
        scopes: tuple[str, ...] = SCOPES,
        limits: Mapping[str, int] | None = None,
        journal: Journal | None = None,
    ) -> None:
        """An account nobody has written to. `token` is made up when it is not given."""
        self.domain = domain
        self.longest = longest
        self.scopes = scopes
        self.token = token or f"training-{number_of(f'mastodon {user_id}', 20)}"
        self.rules = MastodonRules()
        self.limits = Limits(clock, limits or {})
        self._uploads = Uploads()
        self._keys: dict[str, tuple[str, Millis]] = {}
        self.notes: dict[str, str] = {}
        """What a post warns of, by its id."""
        self.edited: dict[str, Millis] = {}
        self.answered: dict[str, str] = {}
        """To which post a post answers, by its id; without an entry to the last one of its conversation."""
        self.together: dict[str, tuple[str, ...]] = {}
        """Who besides the citizen is in a conversation, by its id."""
        super().__init__(clock, own_id=user_id, own_name=name, own_handle=handle, journal=journal)
        self._posts = Posts(self)

    # --- the truth, in Mastodon's ids -----------------------------------------------------------------------------

    def refusal(self, name: str) -> Reply:
        """A refusal by name; the names are those of `mastodon_wire.REFUSALS`."""
        return refusal(name, self.limits.headers_when_used_up(name))

    def conversation_with(self, person: SimulatedPerson) -> str:
        """The people in it, without us."""
        return person.id

    def conversation_of(self, *keys: str) -> str:
        """The conversation of several people, made when it is first asked for."""
        ids = sorted(self.people[key].id for key in keys)
        known_as = "+".join(ids)
        self.together[known_as] = keys
        return known_as

    def edit(self, message_id: str, text: str) -> SimulatedMessage:
        """A post is changed; it says when."""
        self.edited[message_id] = self.clock()
        return super().edit(message_id, text)

    def people_of(self, message: SimulatedMessage) -> list[SimulatedPerson]:
        """Everybody in a post's conversation but us."""
        keys = self.together.get(message.conversation, (message.person,))
        return [self.people[key] for key in keys]

    def _person_id(self, key: str) -> str:
        return "11" + number_of(f"{self.own_id} person {key}", 16)

    def _message_id(self, at: Millis, order: int) -> str:
        return str((max(at, 0) << _SNOWFLAKES) + order % (1 << _SNOWFLAKES))

    # --- the interface --------------------------------------------------------------------------------------------

    def _routes(self) -> Starlette:
        table: list[tuple[str, str, str, _Answer]] = [
            ("GET", "/api/v1/accounts/verify_credentials", "read:accounts", self._me),
            ("GET", "/api/v1/accounts/{account}", "read:accounts", self._account),
            ("GET", "/api/v1/accounts/{account}/statuses", "read:statuses", self._own_posts),
            ("GET", "/api/v2/instance", "", self._instance),
            ("GET", "/api/v1/conversations", "read:statuses", self._list_conversations),
            ("GET", "/api/v2/notifications/policy", "read:notifications", self._policy),
            ("GET", "/api/v1/notifications", "read:notifications", self._notifications),
            ("POST", "/api/v1/statuses", "write:statuses", self._post),
            ("GET", "/api/v1/statuses/{status}", "read:statuses", self._status),
            ("GET", "/api/v1/statuses/{status}/context", "read:statuses", self._context),
            ("POST", "/api/v2/media", "write:media", self._upload),
            ("GET", "/api/v1/media/{medium}", "write:media", self._medium),
        ]
        routes = [
            Route(path, self._guarded(scope, answer, path), methods=[method]) for method, path, scope, answer in table
        ]
        routes.append(Route("/system/media_attachments/{medium}/{name}", self._file, methods=["GET"]))

        async def nothing_here(_request: Request, _problem: Exception) -> Response:
            return Response(b"<html><body><h1>404</h1></body></html>", 404, media_type="text/html")

        return Starlette(routes=routes, exception_handlers={404: nothing_here, 405: nothing_here})

    def _guarded(self, scope: str, answer: _Answer, path: str) -> Callable[[Request], Awaitable[Response]]:
        """The way every call takes: limit, token, scope, then the answer itself."""

        async def endpoint(request: Request) -> Response:
            headers: dict[str, str] = {}
            try:
                headers = self.limits.take(request.method, path)
                self._authenticate(request, scope)
                answered = await answer(request)
            except NotAnswered as refused:
                return json_response({"error": refused.words}, refused.status, headers | dict(refused.headers))
            if isinstance(answered, Response):
                answered.headers.update(headers)
                return answered
            return json_response(answered, 200, headers)

        return endpoint

    def _authenticate(self, request: Request, scope: str) -> None:
        if not scope:
            return
        if request.headers.get("authorization", "") != f"Bearer {self.token}":
            raise REFUSALS["token"]
        if not self.rules.let_in:
            raise REFUSALS["disabled"]
        if scope not in self.scopes:
            raise REFUSALS["scope"]

    # --- people and the instance ----------------------------------------------------------------------------------

    async def _me(self, _request: Request) -> Mapping[str, Any]:
        return self._posts.own_account()

    async def _account(self, request: Request) -> Mapping[str, Any]:
        try:
            return self._posts.account(self.person_by_id(request.path_params["account"]))
        except NobodyThere:
            raise REFUSALS["missing"] from None

    async def _instance(self, _request: Request) -> Mapping[str, Any]:
        statuses = {"max_characters": self.longest, "max_media_attachments": FILES, "characters_reserved_per_url": 23}
        return {
            "domain": self.domain,
            "title": "Training",
            "version": "4.6.4",
            "configuration": {"statuses": statuses},
        }

    # --- reading --------------------------------------------------------------------------------------------------

    async def _list_conversations(self, request: Request) -> Response:
        with self.locked():
            newest = [self.newest(conversation) for conversation in self.conversations()]
            shown = sorted(
                (one for one in newest if one is not None), key=lambda one: (one.at, one.order), reverse=True
            )
            page = page_of(request, shown, self._order, 20)
            return page.response([self._posts.conversation(request, one) for one in page.rows])

    async def _notifications(self, request: Request) -> Response:
        if self.rules.filters and request.query_params.get("include_filtered") != "true":
            return json_response([])
        with self.locked():
            shown = sorted((one for one in self.everywhere() if not one.ours), key=lambda one: -one.order)
            page = page_of(request, shown, lambda one: one.order, 40)
            return page.response([self._posts.mention(request, one) for one in page.rows])

    async def _policy(self, _request: Request) -> Mapping[str, Any]:
        return {"for_private_mentions": self.rules.policy}

    async def _own_posts(self, request: Request) -> Response:
        if request.path_params["account"] != self.own_id:
            raise REFUSALS["missing"]
        shown = [one for one in self.everywhere() if one.ours]
        page = page_of(request, shown, self._order, 20)
        return page.response([self._posts.status(request, one) for one in page.rows])

    @staticmethod
    def _order(message: SimulatedMessage) -> int:
        return (max(message.at, 0) << _SNOWFLAKES) + message.order

    async def _status(self, request: Request) -> Mapping[str, Any]:
        return self._posts.status(request, self._seen(request.path_params["status"]))

    async def _context(self, request: Request) -> Mapping[str, Any]:
        return self._posts.context(request, self._seen(request.path_params["status"]))

    def _seen(self, known_as: str) -> SimulatedMessage:
        try:
            message = self.message(known_as)
        except NobodyThere:
            raise REFUSALS["missing"] from None
        if message.visible_at > self.clock():
            raise REFUSALS["missing"]
        return message

    # --- writing --------------------------------------------------------------------------------------------------

    async def _post(self, request: Request) -> Mapping[str, Any]:
        key = request.headers.get("idempotency-key", "")
        with self.locked():
            kept = self._keys.get(key) if key else None
            if kept is not None and kept[1] > self.clock() - KEPT:
                return self._posts.status(request, self.message(kept[0]))
            try:
                body = json.loads(await request.body())
            except ValueError:
                raise REFUSALS["parameter"] from None
            sent = self._accepted(body if isinstance(body, dict) else {})
            if key:
                self._keys[key] = (sent.id, self.clock())
            return self._posts.status(request, sent)

    def _accepted(self, body: Mapping[str, Any]) -> SimulatedMessage:
        text, media = str(body.get("status") or ""), body.get("media_ids") or []
        if (not text.strip() and not media) or body.get("visibility") != "direct" or len(media) > FILES:
            raise REFUSALS["parameter"]
        if length(text, Counting.MASTODON) > self.longest:
            raise REFUSALS["length"]
        reply_to = str(body.get("in_reply_to_id") or "")
        if reply_to:
            self._seen(reply_to)
        files: list[SimulatedFile] = [self._uploads.for_post(str(one)) for one in media]
        reached = self._named(text)
        if not reached:
            raise REFUSALS["nobody"]
        conversation = self.conversation_of(*(one.key for one in reached)) if len(reached) > 1 else ""
        words = self._without_names(text, reached)
        sent = self.accept(reached[0], words, files, conversation=conversation)
        if reply_to:
            self.answered[sent.id] = reply_to
        return sent

    def _named(self, text: str) -> list[SimulatedPerson]:
        named = {one.lower() for one in mentions(text)}
        return [one for one in self.people.values() if self._posts.handle(one).lower() in named]

    def _without_names(self, text: str, reached: list[SimulatedPerson]) -> str:
        """What was said, without the names that carry it to its readers: each once, from the front."""
        left = {f"@{self._posts.handle(one)}".lower() for one in reached}
        while left:
            first, gap, rest = text.partition(" ")
            if first.lower() not in left:
                break
            left.discard(first.lower())
            text = rest if gap else ""
        return text

    # --- files ----------------------------------------------------------------------------------------------------

    async def _upload(self, request: Request) -> Response:
        medium = self._uploads.take(
            number_of(f"{self.own_id} upload {len(self._uploads.files)}", 18),
            request.headers.get("content-type", ""),
            await request.body(),
            self.rules.processing,
        )
        return json_response(medium, 202 if medium["url"] is None else 200)

    async def _medium(self, request: Request) -> Response:
        medium = self._uploads.look(request.path_params["medium"])
        return json_response(medium, 206 if medium["url"] is None else 200)

    async def _file(self, request: Request) -> Response:
        wanted = request.path_params["medium"]
        for message in self.truth():
            for file in message.files:
                if file.id == wanted and not file.withheld:
                    return Response(file.content, media_type=file.mime)
        return Response(b"", 404)

    def _file_id(self, order: int, number: int) -> str:
        return number_of(f"{self.own_id} file {order} {number}", 18)
