"""An X account that exists only here: it speaks the direct-message part of API v2 and remembers the truth.

What it is for: training (the real connector reaches `SimulatedX.app` through httpx's ASGI transport) and tests (the
same application on loopback). It answers as contract dossier 1 says: budgets, pages, fields of the chosen version of
the specification, the 30-day horizon, single-use refresh tokens, refusals. What it refuses to do: posts, the activity
stream and encrypted chats (dossier 1.6).

Called by the assembly for training, by `training.serve` and by tests.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.training import x_limits
from switchboard_app.training.faults import Reply
from switchboard_app.training.journal import Journal
from switchboard_app.training.platform import Clock, SimulatedPlatform, number_of
from switchboard_app.training.truth import NobodyThere, SimulatedFile, SimulatedMessage, SimulatedPerson
from switchboard_app.training.x_events import Events, Question, resource_id, user
from switchboard_app.training.x_limits import Buckets
from switchboard_app.training.x_media import Uploads
from switchboard_app.training.x_oauth import OAuthRefused, Tokens
from switchboard_app.training.x_problems import (
    NO_PERMISSION,
    NOT_PERMITTED,
    REFUSALS,
    SCOPE_MISSING,
    UNAUTHORIZED,
    XRefused,
    invalid_request,
    problem_reply,
    refusal,
    resource_not_found,
)
from switchboard_app.training.x_wire import json_body, json_response, message_body

LONGEST: Final = 10_000
"""Characters of one message."""

_SNOWFLAKES_SINCE: Final = 1_288_834_974_657
_CONVERSATION: Final = re.compile(r"[0-9]{1,19}-[0-9]{1,19}|[0-9]{15,19}")
_USER: Final = re.compile(r"[0-9]{1,19}")
_READ_SCOPES: Final = ("dm.read", "tweet.read", "users.read")
_WRITE_SCOPES: Final = ("dm.write", "dm.read", "tweet.read", "users.read")

_Answer = Callable[[Request], Awaitable[Response | Mapping[str, Any]]]


@dataclass(slots=True)
class XRules:
    """What the account may do at the moment; tests and trainers change it while the platform runs."""

    credits: bool = True
    """Credits are left; without them every call answers 402."""
    may_send: bool = True
    """If not, X refuses every send of the account ("This operation is not permitted.")."""
    read_lag_ms: int = 0
    """For so long ``GET /2/dm_events`` does not show what was just sent; the conversation does (dossier 1.4)."""


class SimulatedX(SimulatedPlatform):
    """One account. Everything that may differ between accounts is a member that can be changed while it runs."""

    kind = "x"

    def __init__(
        self,
        clock: Clock,
        user_id: str = "1072250532645998596",
        handle: str = "BaselStadt",
        token: str = "",
        *,
        name: str = "Kanton Basel-Stadt",
        spec: str = "2.167",
        limits: Mapping[str, int] | None = None,
        client_id: str = "switchboard-training",
        client_secret: str = "",
        always_next: bool = True,
        journal: Journal | None = None,
    ) -> None:
        """An account nobody has written to.

        A token that is not given is made up, always the same for an account, and never runs out unless told to.
        `spec` is 2.166 or 2.167 and decides which fields may be asked for; `limits` changes the requests per window of
        the buckets in `x_limits`; `always_next` keeps ``next_token`` on pages that are not full.
        """
        if spec not in ("2.166", "2.167"):
            raise ValueError(f"the specification of X is known as 2.166 and 2.167, not as {spec}")
        self.spec = spec
        self.tokens = Tokens(clock, user_id, token, client_id, client_secret)
        self.buckets = Buckets(clock, limits or {})
        self.rules = XRules()
        self._uploads = Uploads(clock)
        self._groups: dict[str, tuple[str, ...]] = {}
        super().__init__(clock, own_id=user_id, own_name=name, own_handle=handle, journal=journal)
        self._events = Events(self, always_next=always_next)

    @property
    def token(self) -> str:
        """The access token that is good now."""
        return self.tokens.access

    def refusal(self, name: str) -> Reply:
        """A refusal by name, as scripts ask for it; the names are those of `x_problems.REFUSALS`."""
        return refusal(name, (self.clock() + 15 * MINUTE) // 1000)

    def conversation_with(self, person: SimulatedPerson) -> str:
        """``{smaller user id}-{larger user id}``."""
        return "-".join(sorted((self.own_id, person.id), key=int))

    def _person_id(self, key: str) -> str:
        return "1" + number_of(f"{self.own_id} person {key}", 18)

    def _message_id(self, at: Millis, order: int) -> str:
        return str((max(at - _SNOWFLAKES_SINCE, 0) << 22) + order % (1 << 22))

    def _file_id(self, order: int, number: int) -> str:
        return self._message_id(self.clock(), order * 16 + number)

    # --- the interface --------------------------------------------------------------------------------------------

    def _routes(self) -> Starlette:
        read, write, media = _READ_SCOPES, _WRITE_SCOPES, ("media.write",)
        table: list[tuple[str, str, str, tuple[str, ...], _Answer]] = [
            ("GET", "/2/users/me", x_limits.ME, ("tweet.read", "users.read"), self._me),
            ("GET", "/2/users/{user_id}", x_limits.USERS, ("tweet.read", "users.read"), self._user),
            ("GET", "/2/dm_events", x_limits.READ, read, self._all_events),
            ("GET", "/2/dm_events/{event_id}", x_limits.EVENT, read, self._one_event),
            ("DELETE", "/2/dm_events/{event_id}", x_limits.DELETE, write, self._delete_event),
            ("GET", "/2/dm_conversations/with/{participant_id}/dm_events", x_limits.READ, read, self._events_with),
            ("GET", "/2/dm_conversations/{conversation}/dm_events", x_limits.READ, read, self._events_of),
            ("POST", "/2/dm_conversations/with/{participant_id}/messages", x_limits.SEND, write, self._send_to),
            ("POST", "/2/dm_conversations/{conversation}/messages", x_limits.SEND, write, self._send_in),
            ("POST", "/2/dm_conversations", x_limits.SEND, write, self._open_group),
            ("GET", "/2/dm_conversations/media/{dm_id}/{media_id}/{resource_id}", "", ("dm.read",), self._media_bytes),
            ("POST", "/2/media/upload/initialize", x_limits.MEDIA, media, self._initialize),
            ("POST", "/2/media/upload/{media_id}/append", x_limits.MEDIA, media, self._append),
            ("POST", "/2/media/upload/{media_id}/finalize", x_limits.MEDIA, media, self._finalize),
            ("POST", "/2/media/upload", x_limits.MEDIA, media, self._upload_at_once),
            ("GET", "/2/media/upload", x_limits.MEDIA, media, self._upload_status),
        ]
        routes = [
            Route(path, self._guarded(bucket, scopes, answer), methods=[method])
            for method, path, bucket, scopes, answer in table
        ]
        routes += [
            Route("/i/oauth2/authorize", self._authorise, methods=["GET"]),
            Route("/2/oauth2/{verb:str}", self._oauth, methods=["POST"]),
        ]

        async def nothing_here(_request: Request, _problem: Exception) -> Response:
            return Response(b"", 404)

        return Starlette(routes=routes, exception_handlers={404: nothing_here, 405: nothing_here})

    def _guarded(
        self, bucket: str, scopes: tuple[str, ...], answer: _Answer
    ) -> Callable[[Request], Awaitable[Response]]:
        """The way every call takes: token, scope, credits, budget, then the answer itself."""

        async def endpoint(request: Request) -> Response:
            headers = {"api-version": self.spec, "x-access-level": "read-write-directmessages"}
            try:
                self._authenticate(request, scopes)
                if bucket:
                    headers |= self.buckets.take(bucket)
                answered = await answer(request)
            except XRefused as refused:
                reply = problem_reply(refused.problem, headers)
                return Response(reply.body, reply.status, dict(reply.headers))
            if isinstance(answered, Response):
                answered.headers.update(headers)
                return answered
            return json_response(answered, headers=headers)

        return endpoint

    def _authenticate(self, request: Request, scopes: tuple[str, ...]) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token == self.tokens.app_only:
            raise XRefused(REFUSALS["app-only"])
        if scheme.lower() != "bearer" or not self.tokens.good(token):
            raise XRefused(UNAUTHORIZED)
        if not set(scopes) <= set(self.tokens.scopes):
            raise XRefused(SCOPE_MISSING)
        if not self.rules.credits:
            raise XRefused(REFUSALS["credits"])

    # --- people ---------------------------------------------------------------------------------------------------

    async def _me(self, request: Request) -> Mapping[str, Any]:
        return {"data": user(self, self.own_id, self._user_fields(request))}

    async def _user(self, request: Request) -> Mapping[str, Any]:
        user_id = request.path_params["user_id"]
        try:
            return {"data": user(self, user_id, self._user_fields(request))}
        except NobodyThere:
            return {"errors": [resource_not_found("id", user_id, "user")]}

    def _user_fields(self, request: Request) -> set[str]:
        return {"id", "name", "username", *request.query_params.get("user.fields", "").split(",")}

    # --- reading --------------------------------------------------------------------------------------------------

    async def _all_events(self, request: Request) -> Mapping[str, Any]:
        question = Question(dict(request.query_params), self.spec)
        settled = self.clock() - self.rules.read_lag_ms
        lagging = self.rules.read_lag_ms > 0
        messages = [
            message for message in self.everywhere() if not (lagging and message.by_client and message.at > settled)
        ]
        return self._events.page(messages, question)

    async def _events_with(self, request: Request) -> Mapping[str, Any]:
        person_id = self._user_id(request)
        question = Question(dict(request.query_params), self.spec)
        conversation = "-".join(sorted((self.own_id, person_id), key=int))
        return self._events.page(self.in_conversation(conversation), question)

    async def _events_of(self, request: Request) -> Mapping[str, Any]:
        conversation = self._conversation_id(request)
        question = Question(dict(request.query_params), self.spec)
        return self._events.page(self.in_conversation(conversation), question)

    async def _one_event(self, request: Request) -> Mapping[str, Any]:
        question = Question(dict(request.query_params), self.spec, pages=False)
        try:
            message = self.message(request.path_params["event_id"])
        except NobodyThere as nobody:
            return {"errors": [resource_not_found("event_id", str(nobody), "dm_event")]}
        includes = self._events.includes([message], question)
        answer = {"data": self._events.event(message, question)}
        return {**answer, "includes": includes} if includes else answer

    async def _media_bytes(self, request: Request) -> Response:
        asked = request.path_params
        try:
            files = self.message(asked["dm_id"]).files
        except NobodyThere:
            files = ()
        for file in files:
            if file.id == asked["media_id"] and resource_id(file) == asked["resource_id"]:
                return Response(file.content, media_type="application/octet-stream")
        return json_response({"errors": [resource_not_found("media_id", asked["media_id"], "media")]}, 404)

    # --- writing --------------------------------------------------------------------------------------------------

    async def _send_to(self, request: Request) -> Response:
        text, files = self._message(await json_body(request))
        try:
            person = self.person_by_id(self._user_id(request))
        except NobodyThere as nobody:
            message = f"The `participant_id` [{nobody}] is not a user"
            raise XRefused(invalid_request({"participant_id": [str(nobody)]}, message)) from None
        return self._sent(request, person, text, files)

    async def _send_in(self, request: Request) -> Response:
        conversation = self._conversation_id(request)
        text, files = self._message(await json_body(request))
        if conversation in self._groups:
            return self._sent(request, self.people[self._groups[conversation][0]], text, files, conversation)
        for person in list(self.people.values()):
            if self.conversation_with(person) == conversation:
                return self._sent(request, person, text, files)
        member = next((message.person for message in self.in_conversation(conversation)), None)
        if member is None:
            raise XRefused(NO_PERMISSION)
        return self._sent(request, self.people[member], text, files, conversation)

    async def _open_group(self, request: Request) -> Response:
        body = await json_body(request)
        ids = body.get("participant_ids", [])
        if body.get("conversation_type") != "Group" or not isinstance(ids, list) or not 2 <= len(ids) <= 49:
            raise XRefused(invalid_request({"participant_ids": [str(ids)]}, "A group has 2 to 49 participants"))
        text, files = self._message(body.get("message"))
        try:
            people = [self.person_by_id(str(user_id)) for user_id in ids]
        except NobodyThere:
            raise XRefused(NO_PERMISSION) from None
        conversation = self._message_id(self.clock(), len(self._groups))
        self._groups[conversation] = tuple(person.key for person in people)
        return self._sent(request, people[0], text, files, conversation)

    def _sent(
        self, request: Request, person: SimulatedPerson, text: str, files: list[SimulatedFile], conversation: str = ""
    ) -> Response:
        if not self.rules.may_send:
            raise XRefused(NOT_PERMITTED)
        if not person.accepts:
            raise XRefused(NO_PERMISSION)
        sent: SimulatedMessage = self.accept(person, text, files, conversation=conversation)
        place = f'{request.url.scheme}://{request.url.netloc}/2/dm_events/"{sent.id}"'
        receipt = {"data": {"dm_conversation_id": sent.conversation, "dm_event_id": sent.id}}
        return json_response(receipt, 201, {"location": place})

    def _message(self, body: object) -> tuple[str, list[SimulatedFile]]:
        """Text and files of a message to send. Raises XRefused."""
        text, media = message_body(body, LONGEST)
        return text, [self._uploads.for_message(media_id) for media_id in media]

    async def _delete_event(self, request: Request) -> Mapping[str, Any]:
        try:
            self.delete(request.path_params["event_id"])
        except NobodyThere as nobody:
            return {"errors": [resource_not_found("event_id", str(nobody), "dm_event")]}
        return {"data": {"deleted": True}}

    # --- uploads and sign-in --------------------------------------------------------------------------------------

    async def _initialize(self, request: Request) -> Mapping[str, Any]:
        return self._uploads.initialize(await json_body(request))

    async def _append(self, request: Request) -> Mapping[str, Any]:
        content_type = request.headers.get("content-type", "")
        return self._uploads.append(request.path_params["media_id"], content_type, await request.body())

    async def _finalize(self, request: Request) -> Mapping[str, Any]:
        return self._uploads.finalize(request.path_params["media_id"])

    async def _upload_at_once(self, request: Request) -> Mapping[str, Any]:
        return self._uploads.at_once(request.headers.get("content-type", ""), await request.body())

    async def _upload_status(self, request: Request) -> Mapping[str, Any]:
        return self._uploads.status(request.query_params.get("media_id", ""))

    async def _authorise(self, request: Request) -> Response:
        try:
            return RedirectResponse(self.tokens.authorise(request.query_params), 302)
        except OAuthRefused as refused:
            return json_response(refused.body, refused.status)

    async def _oauth(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        authorization = request.headers.get("authorization", "")
        verbs = {"token": self.tokens.grant, "revoke": self.tokens.revoke}
        if request.path_params["verb"] not in verbs:
            return Response(b"", 404)
        try:
            return json_response(verbs[request.path_params["verb"]](form, authorization))
        except OAuthRefused as refused:
            return json_response(refused.body, refused.status)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _user_id(self, request: Request) -> str:
        user_id: str = request.path_params["participant_id"]
        if not _USER.fullmatch(user_id):
            message = f"The `participant_id` path parameter value [{user_id}] does not match ^[0-9]{{1,19}}$"
            raise XRefused(invalid_request({"participant_id": [user_id]}, message))
        return user_id

    def _conversation_id(self, request: Request) -> str:
        conversation: str = request.path_params["conversation"]
        if not _CONVERSATION.fullmatch(conversation):
            message = f"The `id` path parameter value [{conversation}] is not a conversation"
            raise XRefused(invalid_request({"id": [conversation]}, message))
        return conversation
