"""Signing in by the browser: PKCE, the way back on 127.0.0.1, and everything that may come along it instead."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from switchboard_app.model.errors import Refused, Unreachable, UserError
from switchboard_app.model.times import SECOND
from switchboard_app.sync.callback import Callback
from switchboard_app.sync.http import HttpDoor
from switchboard_app.sync.oauth import EXPIRES_AT, OAuthClient, OAuthPlatform, ask_consent
from switchboard_app.sync.x import x_platform
from switchboard_app.training import faults
from switchboard_app.training.x import SimulatedX
from tests.browser import StandIn
from tests.connectors.bench import _NO_TRUST
from tests.platforms import FakeClock, Served

CLIENT = OAuthClient("switchboard-training")


def signing_in(
    served: Served[SimulatedX],
    clock: FakeClock,
    browser: Callable[[str], None],
    *,
    client: OAuthClient = CLIENT,
    platform: OAuthPlatform | None = None,
    port: int = 0,
    wait: float = 10.0,
) -> dict[str, str]:
    """One attempt."""

    async def scene() -> dict[str, str]:
        door = HttpDoor(clock, tls=_NO_TRUST)
        try:
            asked = platform or x_platform(served.base)
            return await ask_consent(asked, client, port, door, clock, browser, wait_seconds=wait)
        finally:
            await door.aclose()

    return asyncio.run(scene())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def changed(address: str, **instead: str) -> str:
    """The address with other parameters; an empty one is left out."""
    parts = urlsplit(address)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()} | instead
    return parts._replace(query=urlencode({name: value for name, value in told.items() if value})).geturl()


def test_a_person_consents_and_the_account_is_signed_in(
    x_server: Served[SimulatedX], clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    x, port, browser = x_server.platform, free_port(), StandIn()
    x.tokens.redirects = (f"http://127.0.0.1:{port}/callback",)
    with caplog.at_level(logging.DEBUG):
        secret = signing_in(x_server, clock, browser, port=port)
    browser.close()
    assert secret == {
        "access_token": x.token,
        "refresh_token": x.tokens.refresh,
        EXPIRES_AT: str(clock() + 7200 * SECOND),
        "client_id": CLIENT.id,
    }
    assert x.tokens.good(secret["access_token"])
    assert browser.pages[0].status_code == 200
    assert "code" not in browser.pages[0].text
    assert browser.pages[0].headers["cache-control"] == "no-store"
    asked = browser.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["scope"].split() == "dm.read dm.write tweet.read users.read offline.access media.write".split()
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
    }
    seen = " ".join((caplog.text, *browser.opened))
    assert secret["access_token"] not in seen
    assert secret["refresh_token"] not in seen


def test_every_attempt_has_a_state_and_a_verifier_of_its_own(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    browser, forms = StandIn(), []
    for _ in range(2):
        signing_in(x_server, clock, browser)
        forms.append(browser.asked)
    assert forms[0]["state"] != forms[1]["state"]
    assert forms[0]["code_challenge"] != forms[1]["code_challenge"]
    assert all(len(form["state"]) >= 43 for form in forms)


def test_a_confidential_app_shows_its_secret_in_a_header_only(clock: FakeClock) -> None:
    from switchboard_app.training.loopback import LoopbackServer

    x = SimulatedX(clock, client_secret="app-secret-canary")
    with LoopbackServer(x.app, x.faults) as server:
        browser = StandIn()
        client = OAuthClient(CLIENT.id, "app-secret-canary")
        secret = signing_in(Served(x, server.base), clock, browser, client=client)
        assert secret["client_secret"] == "app-secret-canary"
        assert "canary" not in browser.opened[0] + repr(client)
        with pytest.raises(Refused, match="does not accept the app"):
            signing_in(Served(x, server.base), clock, StandIn(), client=OAuthClient(CLIENT.id, "wrong"))


@pytest.mark.parametrize(
    ("twist", "status"),
    [
        (lambda back: changed(back, state="of-an-earlier-attempt"), 400),
        (lambda back: changed(back, state=""), 400),
        (lambda back: changed(back, code=""), 400),
        (lambda back: back + "&state=again", 400),
        (lambda back: back.replace("/callback", "/callback/"), 404),
        (lambda back: back.replace("/callback?", "/?"), 404),
        (lambda back: back.replace("127.0.0.1", "localhost"), 404),
    ],
    ids=["wrong state", "no state", "no code", "two states", "another path", "root", "another host name"],
)
def test_what_does_not_belong_to_this_attempt_is_not_taken(
    x_server: Served[SimulatedX], clock: FakeClock, twist: Callable[[str], str], status: int
) -> None:
    browser = StandIn(twist)
    with pytest.raises(Unreachable, match="Nobody came back"):
        signing_in(x_server, clock, browser, wait=0.4)
    browser.close()
    assert [page.status_code for page in browser.pages] == [status]
    assert x_server.platform.tokens.refreshed == 0, "no code was redeemed"


def test_a_foreign_answer_does_not_break_the_sign_in_off(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    browser = StandIn()

    def pushed(address: str) -> None:
        """Another program guesses, a browser connects ahead and asks for an icon; then the person comes."""
        back = changed(address, state="guess", code="stolen").partition("?")[2]
        home = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        port = urlsplit(home).port
        assert port is not None

        def all_of_them() -> None:
            with socket.create_connection(("127.0.0.1", port)):
                guessed = httpx.get(f"{home}?{back}", trust_env=False).status_code
            icon = httpx.get(f"http://127.0.0.1:{port}/favicon.ico", trust_env=False).status_code
            assert (guessed, icon) == (400, 404)
            posted = httpx.post(f"{home}?{back}", trust_env=False).status_code
            assert posted == 404
            browser(address)

        import threading

        threading.Thread(target=all_of_them, daemon=True).start()

    assert signing_in(x_server, clock, pushed)["access_token"] == x_server.platform.token


def test_the_door_closes_after_one_answer(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    port, browser = free_port(), StandIn()
    signing_in(x_server, clock, browser, port=port)
    browser.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/callback", trust_env=False)


@pytest.mark.parametrize(
    ("error", "words"), [("access_denied", "not given"), ("invalid_scope", "invalid_scope"), ("<b>&x", "bx")]
)
def test_no_is_an_answer(x_server: Served[SimulatedX], clock: FakeClock, error: str, words: str) -> None:
    browser = StandIn(lambda back: changed(back, code="", error=error))
    with pytest.raises(Refused, match=words) as told:
        signing_in(x_server, clock, browser)
    assert told.value.next_step
    assert "<" not in str(told.value)


def test_a_code_that_is_too_old_is_refused(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    def dawdling(back: str) -> str:
        clock.forward(31 * SECOND)
        return back

    with pytest.raises(Refused, match="30 seconds"):
        signing_in(x_server, clock, StandIn(dawdling))


def test_a_code_of_somebody_else_is_refused(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    """A code injected into the way back was asked for with another verifier (PKCE)."""
    x = x_server.platform
    other = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).decode().rstrip("=")

    def injected(back: str) -> str:
        parameters = {
            "client_id": CLIENT.id,
            "response_type": "code",
            "code_challenge": other,
            "code_challenge_method": "S256",
            "redirect_uri": back.partition("?")[0],
            "state": "s",
            "scope": "dm.read",
        }
        foreign = parse_qs(urlsplit(x.tokens.authorise(parameters)).query)["code"][0]
        return changed(back, code=foreign)

    with pytest.raises(Refused):
        signing_in(x_server, clock, StandIn(injected))


def test_less_than_asked_is_told(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    platform = replace(x_platform(x_server.base), scopes=("tweet.read", "users.read", "dm.read"))
    with pytest.raises(Refused, match=r"dm\.write"):
        signing_in(x_server, clock, StandIn(), platform=platform)


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (faults.server_error(503, accepted=False), "for now"),
        (faults.html(502), "for now"),
        (faults.truncated(), "did not accept"),
        (faults.dropped(accepted=False), "connection"),
    ],
)
def test_a_platform_in_trouble_is_told_in_words(
    x_server: Served[SimulatedX], clock: FakeClock, effect: faults.Effect, words: str
) -> None:
    x_server.platform.faults.add("POST /2/oauth2/token", effect)
    with pytest.raises(UserError, match=words) as told:
        signing_in(x_server, clock, StandIn())
    assert told.value.next_step


def test_a_taken_port_is_told_before_a_browser_opens(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    browser = StandIn()
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Refused, match="taken"):
        signing_in(x_server, clock, browser, port=taken.getsockname()[1])
    assert browser.opened == []


def test_leaving_closes_the_door_at_once(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    port = free_port()

    async def scene() -> None:
        door = HttpDoor(clock, tls=_NO_TRUST)
        waiting = asyncio.ensure_future(
            ask_consent(x_platform(x_server.base), CLIENT, port, door, clock, lambda _address: None)
        )
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with Callback("again", port) as back:
            assert back.address == f"http://127.0.0.1:{port}/callback"
        await door.aclose()

    asyncio.run(scene())


def test_a_visitor_that_never_ends_its_request_harms_nobody(x_server: Served[SimulatedX], clock: FakeClock) -> None:
    browser = StandIn()
    held: list[socket.socket] = []

    def beset(address: str) -> None:
        port = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0]).port
        for opening in (b"", b"GET /callback HTTP/1.1\r\n", b"x" * 40_000):
            held.append(socket.create_connection(("127.0.0.1", port or 0)))
            held[-1].sendall(opening)
        browser(address)

    assert signing_in(x_server, clock, beset)["access_token"]
    for one in held:
        one.close()
