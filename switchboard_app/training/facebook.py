"""A Facebook page that exists only here: it speaks the Messenger Platform of the Graph API and remembers the truth.

What it is for: training (the real connector reaches `SimulatedFacebook.app` through httpx's ASGI transport) and tests
(the same application on loopback). It answers as contract dossier 2 says, every version alike: conversations,
messages, sending, uploads, attachments, tokens, limits, refusals. What it refuses to do: webhooks, posts and comments.

Called by the assembly for training, by `training.serve` and by tests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from switchboard_app.model.times import HOUR, Millis
from switchboard_app.training.facebook_nodes import Address, Nodes, fields_of, file_of
from switchboard_app.training.facebook_sending import Sending, SendRules
from switchboard_app.training.faults import Reply
from switchboard_app.training.graph_errors import (
    REFUSALS,
    GraphError,
    GraphRefused,
    as_json,
    bad_parameter,
    error_reply,
    token_dead,
    too_many_calls,
    trace_of,
    unknown_field,
    unknown_object,
)
from switchboard_app.training.graph_tokens import PAGE_TOKEN_WANTED, TokenTerms, batch, token_record
from switchboard_app.training.journal import Journal
from switchboard_app.training.multipart import Part, PartsUnreadable, read_parts
from switchboard_app.training.platform import Clock, SimulatedPlatform, number_of
from switchboard_app.training.truth import NobodyThere, SimulatedPerson

NEWEST_VERSION: Final = "v26.0"
OLDEST_VERSION: Final = "v21.0"
"""A call to an older version is answered by this one (dossier 2)."""

_SCOPES: Final = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement", "pages_show_list")
_TASKS: Final = ("ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE")


class SimulatedFacebook(SimulatedPlatform):
    """One page. Everything that may differ between pages is a member that can be changed while it runs."""

    kind = "facebook"
    needs = "pages_messaging"
    """The permission without which nobody reads or sends."""

    def __init__(
        self,
        clock: Clock,
        page_id: str = "2121008874780932",
        page_name: str = "Rathaus Basel",
        token: str = "",
        *,
        user_token: str = "",
        app_secret: str = "",
        locale: str = "de_DE",
        calls_per_hour: int | None = None,
        most_items: int | None = None,
        journal: Journal | None = None,
    ) -> None:
        """A page with nobody in it.

        Tokens that are not given are made up, always the same for a page. `app_secret` makes the app demand
        ``appsecret_proof``; `calls_per_hour` is what ``X-App-Usage`` counts against (None: never reached);
        `most_items` is how much one answer may hold before error 1 asks for less.
        """
        self.token = token or f"EAApage{number_of(f'{page_id} token', 40)}"
        self.user_token = user_token or f"EAAuser{number_of(f'{page_id} token', 40)}"
        self.app_secret = app_secret
        self.locale = locale
        self.calls_per_hour = calls_per_hour
        self.most_items = most_items
        self.scopes: tuple[str, ...] = _SCOPES
        self.rules = SendRules()
        self.terms = TokenTerms()
        self._dead: GraphError | None = None
        self._calls: list[Millis] = []
        self._served = 0
        self.page_id = page_id
        super().__init__(clock, own_id=self._sender(page_id), own_name=page_name, own_handle="", journal=journal)
        self._sending = Sending(self, self.rules)

    # --- what tests and trainers turn -----------------------------------------------------------------------------

    def kill_token(self, subcode: int | None = 463) -> None:
        """From now on the token is refused: 463 expired, 460 password changed, 458 app removed, None nonsense."""
        self._dead = token_dead(subcode)

    def revive_token(self, token: str = "") -> None:
        """Somebody signed in again, with a new token where one is given."""
        self._dead = None
        self.token = token or self.token

    def refusal(self, name: str) -> Reply:
        """A refusal by name, as scripts ask for it; the names are those of `graph_errors.REFUSALS`."""
        return error_reply(REFUSALS[name], self.locale, trace_of(self._served))

    def _sender(self, page_id: str) -> str:
        """Who sends our messages in this inbox."""
        return page_id

    def _nodes(self, address: Address) -> Nodes:
        return Nodes(self, address, most_items=self.most_items)

    def conversation_with(self, person: SimulatedPerson) -> str:
        """``t_`` and digits."""
        return f"t_{number_of(f'{self.own_id} conversation {person.key}', 15)}"

    def _person_id(self, key: str) -> str:
        return number_of(f"{self.own_id} person {key}", 16)

    def _message_id(self, at: Millis, order: int) -> str:
        digest = hashlib.sha256(f"{self.own_id} message {at} {order}".encode()).hexdigest()
        return f"m_{digest[:40]}-{digest[40:60]}_{order}"

    # --- the interface --------------------------------------------------------------------------------------------

    def _routes(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/attachments/{file_id}/{name}", self._attachment, methods=["GET"]),
                Route("/{path:path}", self._graph, methods=["GET", "POST", "DELETE"]),
            ]
        )

    async def _attachment(self, request: Request) -> Response:
        """The bytes behind a signed address; no token is needed, and the address works for an hour."""
        try:
            file = file_of(self, request.path_params["file_id"])
            expires = int(request.query_params["oe"], 16) * 1000
        except (NobodyThere, KeyError, ValueError):
            return Response("Bad URL hash", 403)
        if self.clock() > expires:
            return Response("URL signature expired", 403)
        return Response(file.content, media_type=file.mime)

    async def _graph(self, request: Request) -> Response:
        self._served += 1
        trace = trace_of(self._served)
        segments = [segment for segment in request.path_params["path"].split("/") if segment]
        version = NEWEST_VERSION
        if segments and re.fullmatch(r"v\d+\.\d+", segments[0]):
            version = max(segments.pop(0), OLDEST_VERSION, key=lambda name: float(name[1:]))
        headers = {"facebook-api-version": version, "x-fb-trace-id": trace, "access-control-allow-origin": "*"}
        try:
            parameters, part = await _parameters(request)
            token = self._authenticated(request, parameters, segments)
            headers |= self._usage()
            address = Address(f"{request.url.scheme}://{request.url.netloc}", version, token)
            nodes = self._nodes(address)
            if request.method == "GET":
                answer = self._read(segments, parameters, nodes, token)
            elif not segments and "batch" in parameters:
                reads = lambda path, told: self._read(path, told, nodes, token)  # noqa: E731 - one request of the batch
                answer = batch(parameters["batch"], reads, self.locale, trace)
            else:
                answer = self._write(request.method, segments, parameters, part)
        except GraphRefused as refused:
            reply = error_reply(refused.error, self.locale, trace)
            return Response(reply.body, reply.status, {**headers, **dict(reply.headers)})
        headers |= {"content-type": "application/json; charset=UTF-8", "cache-control": "private, no-cache, no-store"}
        return Response(as_json(answer), 200, headers)

    def _authenticated(self, request: Request, parameters: Mapping[str, str], segments: list[str]) -> str:
        """The token of the request. Raises GraphRefused."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = bearer.strip() if scheme.lower() in ("bearer", "oauth") else parameters.get("access_token", "")
        if not token:
            words = "An active access token must be used to query information about the current user."
            me = segments[:1] == ["me"]
            raise GraphRefused(
                GraphError(2500, words)
                if me
                else GraphError(104, "An access token is required to request this resource.")
            )
        if token not in (self.token, self.user_token):
            raise GraphRefused(token_dead(None))
        if self._dead is not None and token == self.token:
            raise GraphRefused(self._dead)
        if self.app_secret:
            proof = parameters.get("appsecret_proof", "")
            right = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
            if not proof:
                problem = "API calls from the server require an appsecret_proof argument"
                raise GraphRefused(GraphError(100, problem, type="GraphMethodException"))
            if not hmac.compare_digest(proof, right):
                problem = "Invalid appsecret_proof provided in the API argument"
                raise GraphRefused(GraphError(100, problem, type="GraphMethodException"))
        return token

    def _usage(self) -> dict[str, str]:
        """The two usage headers: per cent of the last hour's calls. Raises GraphRefused above a hundred."""
        now = self.clock()
        self._calls = [*(at for at in self._calls if now - at < HOUR), now]
        used = 100 * len(self._calls) // self.calls_per_hour if self.calls_per_hour else min(2, len(self._calls))
        usage = {"call_count": used, "total_cputime": used // 2, "total_time": used // 2}
        until = {"estimated_time_to_regain_access": 60 if used > 100 else 0}
        headers = {
            "x-app-usage": json.dumps(usage),
            "x-business-use-case-usage": json.dumps({self.own_id: [{"type": "messenger", **usage, **until}]}),
        }
        if used > 100:
            raise GraphRefused(replace(too_many_calls(), headers=headers))
        return headers

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, segments: list[str], parameters: Mapping[str, str], nodes: Nodes, token: str) -> object:
        match segments:
            case [] if "ids" in parameters:
                return {one: self._node(one, parameters, nodes, token) for one in parameters["ids"].split(",")}
            case ["debug_token"]:
                return {"data": self._token_record(parameters.get("input_token", ""))}
            case ["me", "accounts"]:
                if token != self.user_token:
                    raise GraphRefused(unknown_field("accounts", "Page"))
                cursors = {"before": "QVFIUmJlZm9yZQZDZD", "after": "QVFIUmFmdGVyZQZDZD"}
                return {"data": [self._page(parameters, everything=True)], "paging": {"cursors": cursors}}
            case [one]:
                return self._node(one, parameters, nodes, token)
            case [_, "conversations" | "messages"] if token != self.token:
                raise GraphRefused(PAGE_TOKEN_WANTED)
            case ["me" | self.page_id, "conversations"]:
                if self.needs not in self.scopes:
                    raise GraphRefused(REFUSALS["permission"])
                return nodes.conversations(parameters)
            case [one, "messages"]:
                return nodes.messages(one, parameters)
            case [one, "attachments"]:
                message = nodes.message(
                    one, f"attachments{{{parameters['fields']}}}" if "fields" in parameters else "attachments"
                )
                return message.get("attachments", {"data": []})
            case _:
                path = "/" + "/".join(segments)
                raise GraphRefused(GraphError(2500, f"Unknown path components: {path}"))

    def _node(self, one: str, parameters: Mapping[str, str], nodes: Nodes, token: str) -> dict[str, Any]:
        if one == "me" and token == self.user_token:
            return {"name": "Training", "id": number_of(f"{self.own_id} user", 16)}
        if one in ("me", self.page_id):
            return self._page(parameters)
        if one in self.conversations():
            return nodes.conversation(one, parameters.get("fields", ""))
        try:
            return nodes.message(one, parameters.get("fields", ""))
        except NobodyThere:
            raise GraphRefused(unknown_object(one)) from None

    def _page(self, parameters: Mapping[str, str], *, everything: bool = False) -> dict[str, Any]:
        """The page as a node."""
        known: dict[str, Any] = {
            "access_token": self.token,
            "category": "Government organization",
            "category_list": [{"id": "161422927240513", "name": "Government organization"}],
            "name": self.own_name,
            "id": self.page_id,
            "tasks": list(_TASKS),
        }
        known |= self._connected()
        names = [asked.name for asked in fields_of(parameters.get("fields", ""), ())]
        wanted = names or (list(known) if everything else ["name", "id"])
        for name in wanted:
            if name not in known:
                raise GraphRefused(unknown_field(name, "Page"))
        return {name: known[name] for name in known if (name in wanted or name == "id") and known[name] is not None}

    def _connected(self) -> dict[str, Any]:
        """Further members of the page: accounts elsewhere that are connected to it."""
        return {}

    def _token_record(self, token: str) -> dict[str, Any]:
        """What ``/debug_token`` says about a token."""
        dead = token_dead(None) if token not in (self.token, self.user_token) else None
        kind = self.terms.user_type if token == self.user_token else "PAGE"
        if token == self.token:
            dead = self._dead
        user = number_of(f"{self.own_id} user", 16)
        return token_record(self.terms, kind, self.page_id, user, self.scopes, dead)

    # --- writing --------------------------------------------------------------------------------------------------

    def _write(self, method: str, segments: list[str], parameters: Mapping[str, str], part: Part | None) -> object:
        if method == "POST" and self.needs not in self.scopes:
            raise GraphRefused(REFUSALS["permission"])
        match method, segments:
            case "POST", ["me" | self.page_id, "messages"]:
                with self.locked():
                    return self._sending.message(parameters, part)
            case "POST", ["me" | self.page_id, "message_attachments"]:
                return self._sending.upload(parameters, part)
            case _:
                raise GraphRefused(
                    GraphError(100, f"Unsupported {method.lower()} request.", type="GraphMethodException")
                )


async def _parameters(request: Request) -> tuple[dict[str, str], Part | None]:
    """All parameters of address and body, and the uploaded file; objects of a JSON body become JSON text again."""
    parameters = dict(request.query_params)
    content_type = request.headers.get("content-type", "")
    body = await request.body()
    if not body:
        return parameters, None
    if content_type.startswith("multipart/form-data"):
        try:
            parts = read_parts(content_type, body)
        except PartsUnreadable as error:
            raise GraphRefused(bad_parameter(str(error))) from error
        fields = {part.name: part.content.decode("utf-8", "replace") for part in parts if not part.filename}
        return parameters | fields, next((part for part in parts if part.name == "filedata"), None)
    if content_type.startswith("application/json"):
        try:
            members = json.loads(body)
        except ValueError as error:
            raise GraphRefused(bad_parameter("The request body is not valid JSON")) from error
        if not isinstance(members, dict):
            raise GraphRefused(bad_parameter("The request body is not a JSON object"))
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in members.items()}
        return parameters | texts, None
    return parameters | dict(parse_qsl(body.decode("utf-8", "replace"))), None
