"""An Instagram account by the command line: connected, fetched, answered, and what is missing said in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from switchboard_app.training.instagram import SimulatedInstagram
from switchboard_app.training.loopback import LoopbackServer
from tests.cli.conftest import Station, add
from tests.platforms import Served


@pytest.fixture
def served() -> Iterator[Served[SimulatedInstagram]]:
    """An empty account, on the machine's clock."""
    from switchboard_app.training.serve import now

    platform = SimulatedInstagram(now)
    with LoopbackServer(platform.app, platform.faults) as server:
        yield Served(platform, server.base)


def test_a_day_on_instagram(switchboard: Station, served: Served[SimulatedInstagram]) -> None:
    platform = served.platform
    account = add(switchboard, "instagram", "Basel auf Instagram", served)
    assert account["platform_user"] == platform.own_id
    platform.add_person("svenja", "Svenja", "svenja.moser")
    story = platform.say("svenja", "Darf mein Hund mit in den Rhein?")
    platform.decorate(story.id, story={"reply_to": {"id": "1", "link": "https://lookaside.fbsbx.com/?signature=X"}})
    [report] = switchboard.ok("sync", "--once")["accounts"]
    assert (report["new"], report["health"]) == (1, "ok")
    shown = switchboard.ok("enquiry", "show", "1")
    assert shown["channel"] == "instagram"
    assert shown["person"]["name"] == "@svenja.moser"
    assert [one["kind"] for one in shown["person"]["identities"]] == ["instagram"]
    [file] = shown["entries"][0]["attachments"]
    assert "An answer to your story" in file["reason"]
    switchboard.refused(3, "enquiry", "reply", "1", "--text", "ü" * 501)
    switchboard.ok("enquiry", "reply", "1", "--text", "Ja, mit Schwimmweste.")
    [report] = switchboard.ok("sync", "--once")["accounts"]
    assert (report["sent"], report["uncertain"]) == (1, 0)
    assert [message.text for message in platform.sent_by_us()] == ["Ja, mit Schwimmweste."]


def test_what_is_missing_is_said(switchboard: Station, served: Served[SimulatedInstagram]) -> None:
    served.platform.connected = False
    secret = {"access_token": served.platform.token}
    added = switchboard.ok("account", "add", "instagram", "--name", "IG", "--api-base", served.base, stdin=secret)
    assert added["health"] == "permission_missing"
    assert "No Instagram account is connected" in added["reason"]
    served.platform.connected = True
    served.platform.scopes = ("instagram_basic", "pages_manage_metadata")
    checked = switchboard("account", "check", "IG", "--json")
    assert checked.code == 4
    assert "instagram_manage_messages" in checked.json()["reason"]
