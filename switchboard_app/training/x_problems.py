"""Refusals of the X API v2 in their real shape (contract dossier 1.7).

What it is for: one place for status, title, type and the words around them. What it refuses to do: deciding;
`training.x*` decides, this names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from switchboard_app.training.faults import Reply

_PROBLEMS: Final = "https://api.x.com/2/problems"
_OLD_PROBLEMS: Final = "https://api.twitter.com/2/problems"
"""Many answers still carry the old host: clients compare the last segment only (dossier 1)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal. `more` are further members of the JSON."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    tells_status: bool = True

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        problem: dict[str, Any] = {**self.more, "title": self.title, "detail": self.detail, "type": self.type}
        return {**problem, "status": self.status} if self.tells_status else problem


class XRefused(Exception):
    """The request ends here, with this refusal."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def invalid_request(parameters: Mapping[str, Sequence[str]], message: str) -> Problem:
    """400: a parameter or a member of the body is not as it should be; `errors` names it."""
    return Problem(
        400,
        "Invalid Request",
        "One or more parameters to your request was invalid.",
        f"{_PROBLEMS}/invalid-request",
        {"errors": [{"parameters": {name: list(values) for name, values in parameters.items()}, "message": message}]},
        tells_status=False,
    )


def not_one_of(parameter: str, value: str, allowed: Sequence[str]) -> Problem:
    """400: a value outside the list."""
    message = f"The `{parameter}` query parameter value [{value}] is not one of [{','.join(sorted(allowed))}]"
    return invalid_request({parameter: [value]}, message)


def resource_not_found(parameter: str, value: str, resource_type: str) -> dict[str, Any]:
    """An entry of `errors` in an answer with status 200: there is nothing of this id."""
    return {
        "value": value,
        "detail": f"Could not find {resource_type} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": resource_type,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{_OLD_PROBLEMS}/resource-not-found",
    }


def too_many_requests(headers: Mapping[str, str]) -> Problem:
    """429 with the headers of the used-up bucket."""
    return Problem(429, "Too Many Requests", "Too Many Requests", headers=headers)


NO_PERMISSION: Final = Problem(403, "Forbidden", "You do not have permission to DM one or more participants.")
NOT_PERMITTED: Final = Problem(403, "Forbidden", "This operation is not permitted.")
WRONG_MEDIA: Final = Problem(403, "Forbidden", "You are not permitted to attach this media to a DM event.")
SCOPE_MISSING: Final = Problem(403, "Forbidden", "Forbidden")
UNAUTHORIZED: Final = Problem(401, "Unauthorized", "Unauthorized")

REFUSALS: Final[Mapping[str, Problem]] = {
    "token": UNAUTHORIZED,
    "scope": SCOPE_MISSING,
    "no-permission": NO_PERMISSION,
    "window": NO_PERMISSION,
    "not-permitted": NOT_PERMITTED,
    "wrong-media": WRONG_MEDIA,
    "app-only": Problem(
        403,
        "Unsupported Authentication",
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication"
        " types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
        f"{_OLD_PROBLEMS}/unsupported-authentication",
    ),
    "credits": Problem(
        402,
        "CreditsDepleted",
        "Your enrolled account does not have any credits to fulfill this request.",
        f"{_PROBLEMS}/credits",
        tells_status=False,
    ),
    "credits-2": Problem(402, "Payment Required", "Payment Required", f"{_PROBLEMS}/credits-depleted"),
    "limit": too_many_requests({"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0"}),
    "usage-cap": Problem(
        429,
        "UsageCapExceeded",
        "Usage cap exceeded: Monthly product cap",
        f"{_OLD_PROBLEMS}/usage-capped",
        {"account_id": "1", "product_name": "standard-basic", "period": "Monthly", "scope": "Product"},
        {"x-rate-limit-limit": "40000", "x-rate-limit-remaining": "39999"},
        tells_status=False,
    ),
    "parameter": invalid_request({"text": [""]}, "The request body is invalid"),
    "temporary": Problem(503, "Service Unavailable", "Service Unavailable"),
}
"""What a script may ask for by name (`training.faults.refused`). ``legacy-limit`` exists too: the old 429 body."""

LEGACY_LIMIT: Final = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}


def problem_reply(problem: Problem, headers: Mapping[str, str]) -> Reply:
    """The whole answer for a refusal; `headers` are those that every answer has."""
    kind = {"content-type": "application/problem+json"}
    body = json.dumps(problem.body(), ensure_ascii=False).encode("utf-8", "replace")
    return Reply(problem.status, tuple({**headers, **kind, **problem.headers}.items()), body)


def refusal(name: str, reset_at_s: int) -> Reply:
    """A refusal by name; raises KeyError when there is none."""
    reset = {"x-rate-limit-reset": str(reset_at_s)}
    if name == "legacy-limit":
        headers = {"content-type": "application/json", "x-rate-limit-limit": "15", "x-rate-limit-remaining": "0"}
        return Reply(429, tuple({**headers, **reset}.items()), json.dumps(LEGACY_LIMIT).encode())
    problem = REFUSALS[name]
    return problem_reply(replace(problem, headers={**problem.headers, **reset}) if problem.headers else problem, {})
