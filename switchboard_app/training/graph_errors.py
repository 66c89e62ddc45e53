"""Refusals of the Graph API in their real shape (contract dossier 2.6).

What it is for: one place for codes, subcodes and the words around them; Meta localises the words, so a client may not
read them (dossier 0.4). What it refuses to do: deciding; `training.facebook*` decides, this names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from switchboard_app.training.faults import Reply

FBTRACE_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

_GERMAN: Final[Mapping[str, str]] = {
    "outside": "(#10) Diese Nachricht wird ausserhalb des zulässigen Zeitfensters gesendet. Mehr über die neue"
    " Richtlinie erfährst du hier: https://developers.facebook.com/docs/messenger-platform/policy-overview",
    "unavailable": "(#551) Diese Person ist momentan nicht verfügbar.",
    "nobody": "(#100) Kein passender Nutzer gefunden",
    "limit": "(#4) Anfragelimit der Anwendung erreicht",
    "expired": "Fehler beim Validieren des Zugriffsschlüssels: Die Sitzung ist abgelaufen.",
}
"""Some sentences as an account with German language gets them; the others stay English, as they do there."""


@dataclass(frozen=True, slots=True)
class GraphError:
    """A refusal. `key` names the German sentence where there is one."""

    code: int
    message: str
    subcode: int | None = None
    status: int = 400
    type: str = "OAuthException"
    transient: bool | None = None
    user_title: str = ""
    user_message: str = ""
    key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, locale: str, trace: str) -> dict[str, Any]:
        """The answer's JSON; members without a value are left out, as there."""
        german = locale.startswith("de") and self.key in _GERMAN
        error: dict[str, Any] = {"message": _GERMAN[self.key] if german else self.message, "type": self.type}
        if self.transient is not None:
            error["is_transient"] = self.transient
        error["code"] = self.code
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.user_message:
            error |= {"error_user_title": self.user_title, "error_user_msg": self.user_message}
        return {"error": {**error, "fbtrace_id": trace}}


class GraphRefused(Exception):
    """The request ends here, with this refusal."""

    def __init__(self, error: GraphError) -> None:
        super().__init__(error.message)
        self.error = error


def token_dead(subcode: int | None = 463) -> GraphError:
    """190: the session expired (463), the password was changed (460), the app was removed (458), or was never valid."""
    words = {
        458: "Error validating access token: The user has not authorized application 100200300400.",
        460: "Error validating access token: The session has been invalidated because the user changed their password"
        " or Facebook has changed the session for security reasons.",
        463: "Error validating access token: Session has expired on Friday, 20-Nov-26 18:00:00 PST.",
    }
    message = words.get(subcode or 0, "Invalid OAuth access token - Cannot parse access token")
    return GraphError(190, message, subcode, key="expired" if subcode == 463 else "")


def outside_window(subcode: int = 2018278) -> GraphError:
    """The person's last message is too long ago for this kind of message; Instagram has a subcode of its own."""
    return GraphError(
        10,
        "(#10) This message is sent outside of allowed window. Learn more about the new policy here:"
        " https://developers.facebook.com/docs/messenger-platform/policy-overview",
        subcode,
        key="outside",
    )


def too_many_calls() -> GraphError:
    """The application's calls are used up."""
    return GraphError(4, "(#4) Application request limit reached", transient=True, key="limit")


def unknown_object(node: str) -> GraphError:
    """There is no such node, or the token may not see it."""
    return GraphError(
        100,
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due to missing permissions,"
        " or does not support this operation. Please read the Graph API documentation at"
        " https://developers.facebook.com/docs/graph-api",
        33,
        type="GraphMethodException",
    )


def unknown_field(name: str, node_type: str) -> GraphError:
    """A field was asked for that this kind of node does not have."""
    return GraphError(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node_type})")


def bad_parameter(message: str = "Invalid parameter", subcode: int | None = None) -> GraphError:
    """100: something in the request is not of the right form."""
    return GraphError(100, f"(#100) {message}", subcode)


def no_such_user() -> GraphError:
    """The recipient is nobody who ever wrote to the page."""
    return GraphError(100, "(#100) No matching user found", 2018001, key="nobody")


REFUSALS: Final[Mapping[str, GraphError]] = {
    "token": token_dead(),
    "password": token_dead(460),
    "removed": token_dead(458),
    "limit": too_many_calls(),
    "window": outside_window(),
    "unavailable": GraphError(551, "(#551) This person isn't available right now.", 1545041, key="unavailable"),
    "unavailable-200": GraphError(
        200, "(#200) This person isn't available right now.", 1545041, 403, key="unavailable"
    ),
    "barred": GraphError(10, "(#10) This Page is temporarily restricted from sending messages.", 1893063),
    "owned": GraphError(
        10, "(#10) Message failed to send because another app is controlling this thread now.", 2018300
    ),
    "permission": GraphError(200, "(#200) Requires pages_messaging permission to manage the object", status=403),
    "nobody": no_such_user(),
    "parameter": bad_parameter(),
    "reduce": GraphError(1, "Please reduce the amount of data you're asking for, then retry your request", status=500),
    "policy": GraphError(
        368,
        "The action attempted has been deemed abusive or is otherwise disallowed",
        1390008,
        user_title="Action blocked",
        user_message="You can't use this feature right now.",
    ),
    "temporary": GraphError(
        2, "An unexpected error has occurred. Please retry your request later.", status=500, transient=True
    ),
}
"""What a script may ask for by name (`training.faults.refused`)."""


def trace_of(number: int) -> str:
    """A trace id of the usual look, always the same for the same request number."""
    digest = hashlib.sha256(f"trace {number}".encode()).digest()
    return "A" + "".join(FBTRACE_ALPHABET[byte % 64] for byte in digest[:22])


def as_json(body: object) -> bytes:
    """JSON as the Graph API writes it: everything but ASCII escaped, slashes too."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def error_reply(error: GraphError, locale: str, trace: str) -> Reply:
    """The whole answer for a refusal."""
    kind = "invalid_token" if error.code == 190 else "invalid_request"
    challenge = f'OAuth "Facebook Platform" "{kind}" "{error.message.encode("ascii", "replace").decode()}"'
    headers = (
        ("content-type", "application/json; charset=UTF-8"),
        ("www-authenticate", challenge),
        ("cache-control", "no-store"),
        *error.headers.items(),
    )
    return Reply(error.status, headers, as_json(error.body(locale, trace)))
