"""Real answers of Mastodon as recorded (../shared/contracts/mastodon): each reads as what it says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.times import parse_iso
from switchboard_app.sync.json_answer import record_of
from switchboard_app.sync.mastodon.api import next_page
from switchboard_app.sync.mastodon.errors import mastodon_failure, reset_of
from switchboard_app.sync.mastodon.translate import is_ours_to_read, message_of, others, thread_of
from tests.connectors.canned import Asked, Said, instance_desk, swept_desk
from tests.platforms import NOON


def _recorded(shared: Path, name: str) -> list[dict[str, Any]]:
    told = json.loads((shared / "contracts/mastodon" / name).read_text("utf-8"))
    interactions: list[dict[str, Any]] = told["interactions"]
    return interactions


def test_a_page_of_conversations(shared: Path) -> None:
    (only,) = _recorded(shared, "recorded-conversations-mastodon-social.json")
    rows, me = only["response"]["body"], "43"
    posts = [row["last_status"] for row in rows if row["last_status"]]
    assert len(posts) == 17
    assert all(is_ours_to_read(post, me) for post in posts)
    messages = [message_of(post, me, NOON) for post in posts]
    assert {len(message.thread.split("+")) for message in messages} == {3}
    assert len({message.thread for message in messages}) == 1, "the same people are one thread, whatever its number"
    assert {message.ours for message in messages} == {True, False}
    assert all(message.text.startswith("____________LATENCYPING") for message in messages)
    assert (
        messages[0].text == "____________LATENCYPING____________1775640722.6954186____________LATENCYPING____________"
    )
    assert messages[0].at == parse_iso("2026-04-08T09:32:04.061Z")
    thread = thread_of(list(others(posts[0], me).values()), "https://mastodon.social")
    assert sorted(thread.person.handle.split(" @")) == [
        "halcy@glitch.social", "halcy@hachyderm.io", "latencyobs@icosahedron.website"
    ]  # fmt: skip
    assert next_page(only["response"]["headers"]["link"]) == "max_id=116262403687873880"
    assert "note" not in record_of(json.loads(messages[0].raw))["account"], "whose profile it is, not what it tells"  # type: ignore[operator]


def test_a_poll_of_what_was_recorded(shared: Path) -> None:
    (only,) = _recorded(shared, "recorded-conversations-mastodon-social.json")

    def answering(asked: Asked) -> Said:
        if asked.path == "/api/v1/conversations":
            first = only["response"]
            return Said([]) if "max_id" in asked.query else Said(first["body"], headers=first["headers"])
        if asked.path.endswith("/context"):
            return Said({"ancestors": [], "descendants": []})
        return Said([])

    desk = instance_desk(answering, me="43")
    desk.clock.now = parse_iso("2026-04-11T23:11:00Z")
    swept_desk(desk)
    assert len(desk.shelf.messages) == 17
    assert not desk.shelf.quarantine


@pytest.mark.parametrize(
    ("name", "me"),
    [("recorded-conversations.json", "117020565693913441"), ("recorded-status-reply.json", ""),
     ("recorded-status-post-direct.json", ""), ("recorded-pagination.json", ""),
     ("recorded-notifications-mentions.json", "")],
)  # fmt: skip
def test_every_recorded_post_reads(shared: Path, name: str, me: str) -> None:
    posts = [one["response"]["body"] for one in _recorded(shared, name)]
    posts = [post for post in posts if isinstance(post, dict) and "content" in post]
    assert posts
    for post in posts:
        message = message_of(post, me, NOON)
        assert message.platform_id == post["id"]
        assert "<" not in message.text
        assert message.text


def test_our_own_private_mention_to_nobody_is_not_read(shared: Path) -> None:
    """ "Toot!", visibility direct, nobody named: it reaches nobody and belongs to no conversation."""
    post = _recorded(shared, "recorded-status-post-direct.json")[0]["response"]["body"]
    assert not is_ours_to_read(post, post["account"]["id"])


def test_the_limits_of_each_call(shared: Path) -> None:
    told = _recorded(shared, "recorded-conversations.json")
    resets = {one["request"]["method"]: one["response"]["headers"] for one in told}
    assert {method: headers["x-ratelimit-limit"] for method, headers in resets.items()} == {
        "GET": "300", "POST": "300", "DELETE": "30"
    }  # fmt: skip
    now = parse_iso("2026-08-01T13:55:56Z")
    first = reset_of(told[0]["response"]["headers"], now)
    assert first == parse_iso("2026-08-01T14:00:00.380Z")
    assert reset_of({"x-ratelimit-reset": "1785592800"}, now) == parse_iso("2026-08-01T14:00:00Z")
    assert reset_of({"x-ratelimit-reset": "morgen"}, now) is None


def test_an_answer_without_a_valid_token(shared: Path) -> None:
    refusal = next(
        one["response"] for one in _recorded(shared, "recorded-unauthorised.json") if one["response"]["status"] == 401
    )
    failure = mastodon_failure(401, refusal["body"], refusal["headers"], sending=True, now=NOON)
    assert (failure.failure.kind, failure.failure.certain) == (FailureKind.AUTH, True)
    assert failure.failure.trace == refusal["headers"]["x-request-id"]


def test_an_uploaded_file(shared: Path) -> None:
    (upload, *_) = _recorded(shared, "recorded-media-post.json")
    assert upload["response"]["body"]["url"]
    assert upload["response"]["headers"]["x-ratelimit-limit"] == "30"


def test_what_the_instance_allows(shared: Path) -> None:
    document = _recorded(shared, "recorded-instance-v2.json")[0]["response"]["body"]

    def answering(asked: Asked) -> Said:
        if asked.path.endswith("verify_credentials"):
            return Said({"id": "1", "acct": "amt", "avatar": "https://files.social.example/a.png"})
        return Said(document)

    me = asyncio.run(instance_desk(answering).connector.whoami())
    assert me.options == {
        "text_limit": "500", "streaming": "ws://localhost:4000", "media_hosts": "files.social.example"
    }  # fmt: skip
