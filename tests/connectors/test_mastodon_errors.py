"""Mastodon's refusals: what each means, whether it is certain that nothing was posted, and what to do next."""

from __future__ import annotations

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.health import Health, health_words
from switchboard_app.model.times import MINUTE, iso
from switchboard_app.sync.json_answer import Record
from switchboard_app.sync.mastodon.errors import mastodon_failure
from switchboard_app.training.mastodon_wire import REFUSALS
from tests.platforms import NOON

SCOPE = {"www-authenticate": 'Bearer realm="Doorkeeper", error="insufficient_scope", error_description="x"'}


@pytest.mark.parametrize(
    ("status", "problem", "headers", "kind", "certain", "health"),
    [
        (400, {"error": "x"}, {}, FailureKind.CONTENT, True, None),
        (401, {"error": "Das Token ist ungültig"}, {}, FailureKind.AUTH, True, Health.NEEDS_SIGN_IN),
        (403, {"error": "x"}, SCOPE, FailureKind.PERMISSION, True, Health.PERMISSION_MISSING),
        (403, {"error": "This action is outside the authorized scopes"}, {}, FailureKind.PERMISSION, True,
         Health.PERMISSION_MISSING),
        (403, {"error": "Ihr Login ist deaktiviert"}, {}, FailureKind.BLOCKED, True, Health.BLOCKED),
        (404, {"error": "Record not found"}, {}, FailureKind.RECIPIENT, True, None),
        (404, {}, {}, FailureKind.MALFORMED, True, Health.MALFORMED),
        (410, {"error": "Gone"}, {}, FailureKind.RECIPIENT, True, None),
        (413, {}, {}, FailureKind.CONTENT, True, None),
        (422, {"error": "Validation failed"}, {}, FailureKind.CONTENT, True, None),
        (429, {"error": "Too many requests"}, {}, FailureKind.RATE_LIMIT, True, Health.RATE_LIMITED),
        (500, {}, {}, FailureKind.SERVER, False, Health.UNREACHABLE),
        (502, {}, {}, FailureKind.SERVER, False, Health.UNREACHABLE),
        (503, {"error": "x"}, {}, FailureKind.SERVER, False, Health.UNREACHABLE),
        (302, {}, {}, FailureKind.MALFORMED, True, Health.MALFORMED),
        (418, {}, {}, FailureKind.MALFORMED, False, Health.MALFORMED),
    ],
)  # fmt: skip
def test_what_a_refusal_of_a_post_means(
    status: int, problem: Record, headers: dict[str, str], kind: FailureKind, certain: bool, health: Health | None
) -> None:
    failure = mastodon_failure(status, problem, headers, sending=True, now=NOON)
    assert (failure.failure.kind, failure.failure.certain, failure.health) == (kind, certain, health)
    assert failure.failure.text
    if health is not None:
        assert health_words(health)[1], "people are told what to do"


@pytest.mark.parametrize("status", [400, 404, 422, 503])
def test_a_read_changes_nothing_so_its_failure_is_certain(status: int) -> None:
    assert mastodon_failure(status, {"error": "x"}, {}, sending=False, now=NOON).failure.certain


def test_a_limit_is_waited_for_as_the_answer_says() -> None:
    headers = {"x-ratelimit-reset": (iso(NOON) or "").replace("Z", "123Z")}
    later = mastodon_failure(429, {}, {"x-ratelimit-reset": iso(NOON) or ""}, sending=True, now=NOON)
    assert later.failure.retry_at is not None
    assert NOON < later.failure.retry_at <= NOON + MINUTE
    assert mastodon_failure(429, {}, headers, sending=True, now=NOON).failure.retry_at is not None
    far = mastodon_failure(429, {}, {"x-ratelimit-reset": "2099-01-01T00:00:00.000000Z"}, sending=True, now=NOON)
    assert far.failure.retry_at is not None
    assert far.failure.retry_at < NOON + 4 * 60 * MINUTE, "a wrong clock does not silence the account for years"


def test_the_simulated_instance_refuses_as_the_real_one() -> None:
    for name, refused in REFUSALS.items():
        failure = mastodon_failure(
            refused.status, {"error": refused.words}, dict(refused.headers), sending=True, now=NOON
        )
        assert failure.failure.certain is (name != "temporary")
