"""Where the program connects to: bases of APIs, media hosts, and names that lead inside a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from switchboard_app.model.delivery import FailureKind
from switchboard_app.model.errors import WrongUse
from switchboard_app.sync.addresses import (
    Forbidden,
    MediaHosts,
    check_api_base,
    checked_addresses,
    is_loopback,
    is_public,
)
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.http import HttpDoor
from tests.connectors.bench import failure_of
from tests.platforms import FakeClock

DOMAINS = ("fbcdn.net", "facebook.com", "fbsbx.com", "twimg.com", "x.com")
PUBLIC = "157.240.1.1"


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://graph.facebook.com", "https://graph.facebook.com"),
        (" https://Graph.Facebook.com/ ", "https://graph.facebook.com"),
        ("https://proxy.bs.ch:8443/graph//", "https://proxy.bs.ch:8443/graph"),
        ("http://127.0.0.1:4010/", "http://127.0.0.1:4010"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80", "http://localhost:80"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_base_becomes_normal(given: str, base: str) -> None:
    assert check_api_base(given) == base


@pytest.mark.parametrize(
    "given",
    [
        "",
        "graph.facebook.com",
        "ftp://graph.facebook.com",
        "http://graph.facebook.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://2130706433",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "https://user@graph.facebook.com",
        "https://user:pw@graph.facebook.com",
        "https://graph.facebook.com?x=1",
        "https://graph.facebook.com#x",
        "https://graph.facebook.com:0",
        "https://graph.facebook.com:99999",
        "https://evil.example\\@graph.facebook.com",
        "https://",
        "https://gr aph.facebook.com",
        "https://graph.facebook.com\nx",
        "https://grάph.facebook.com",
        "file:///etc/passwd",
    ],
)
def test_other_bases_are_refused_with_a_next_step(given: str) -> None:
    with pytest.raises(WrongUse) as caught:
        check_api_base(given)
    assert caught.value.next_step


def test_loopback_and_public_addresses() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "127.255.0.9", "::1", "LOCALHOST")] == [True] * 4
    assert [is_loopback(host) for host in ("128.0.0.1", "0.0.0.0", "localhost.", "::2", "1")] == [False] * 5
    inside = (
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1", "192.0.2.1",
        "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:157.240.1.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:1::1", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "2001:db8::1", "not an address", "",
    )  # fmt: skip
    assert [address for address in inside if is_public(address)] == []
    assert all(map(is_public, (PUBLIC, "199.232.0.1", "2606:4700::1111", "2a03:2880:f11c::1")))


def test_every_address_of_a_name_must_be_public() -> None:
    assert checked_addresses(["2606:4700::1", PUBLIC, PUBLIC]) == (PUBLIC, "2606:4700::1")
    for resolved in ([], [PUBLIC, "127.0.0.1"], ["::ffff:10.0.0.1"]):
        with pytest.raises(Forbidden):
            checked_addresses(resolved)


# --- fetching -----------------------------------------------------------------------------------------------------


class _Net(httpx.AsyncBaseTransport):
    """The internet of a test: answers each address, redirecting as told, and remembers who was connected to."""

    def __init__(self, redirects: Sequence[str] = (), body: bytes = b"bytes") -> None:
        self.redirects = list(redirects)
        self.body = body
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.redirects:
            return httpx.Response(302, headers={"location": self.redirects.pop(0)}, stream=httpx.ByteStream(b""))
        return httpx.Response(200, stream=httpx.ByteStream(self.body))


def _fetch(address: str, net: _Net, resolved: Sequence[str] = (PUBLIC,), *, base: str = "", limit: int = 100,
           token: str = "") -> bytes:  # fmt: skip
    async def resolve(_host: str) -> Sequence[str]:
        return resolved

    async def whole() -> bytes:
        door = HttpDoor(FakeClock(), transport=net, resolve=resolve)
        try:
            return await door.fetch(address, MediaHosts(DOMAINS, base), limit, token=token)
        finally:
            await door.aclose()

    return asyncio.run(whole())


def _refused(address: str, net: _Net, resolved: Sequence[str] = (PUBLIC,), *, base: str = "", limit: int = 100) -> None:
    with pytest.raises(PlatformFailure) as caught:
        _fetch(address, net, resolved, base=base, limit=limit)
    assert caught.value.failure.kind is FailureKind.CONTENT
    assert caught.value.failure.certain
    assert not address or address not in repr(caught.value)


def test_the_fetch_policy_corpus(shared: Path) -> None:
    corpus = json.loads((shared / "corpora/own/fetch_policy.json").read_text("utf-8"))
    wrong = []
    for case in corpus["cases"]:
        net = _Net(case["redirects"])
        try:
            _fetch(case["url"], net, case["resolves"])
            outcome = "allow"
        except PlatformFailure:
            outcome = "deny"
        if case["expect"] not in (outcome, "either"):
            wrong.append((case["id"], case["url"], outcome))
        assert all(request.url.host in case["resolves"] for request in net.asked), "connected to an unchecked address"
    assert wrong == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "scontent.fbcdn.net/a",
        "//scontent.fbcdn.net/a",
        "https:/scontent.fbcdn.net",
        "https://fbcdn.net.evil.example/",
        "https://xfbcdn.net/",
        "https://scontent.fbcdn.net:444/",
        "https://scontent.fbcdn.net@evil.example/",
        "https://evil.example\\@scontent.fbcdn.net/",
        "https://evil.example/.fbcdn.net",
        "http://scontent.fbcdn.net/",
        "http://127.0.0.1/",
        "https://[::1]/",
        "data:text/plain,hallo",
        "javascript:alert(1)",
        "https://scontent.fbcdn.net\x00.evil.example/",
        "https://xn--fbcdn-xyz.net/",
        "https://ｆbcdn.net/",
    ],
)
def test_addresses_off_the_list_are_never_connected_to(address: str) -> None:
    net = _Net()
    if address == "https://ｆbcdn.net/":  # full-width letters may fold to the allowed name itself, nothing else
        try:
            _fetch(address, net)
        except PlatformFailure:
            assert not net.asked
        return
    _refused(address, net)
    assert not net.asked


def test_the_connection_goes_to_the_checked_address_under_the_names_tls() -> None:
    net = _Net()
    assert _fetch("https://scontent.xx.fbcdn.net/v/a.jpg?oh=1&oe=2", net, token="t0ken") == b"bytes"
    (request,) = net.asked
    assert str(request.url) == f"https://{PUBLIC}/v/a.jpg?oh=1&oe=2"
    assert request.headers["host"] == "scontent.xx.fbcdn.net"
    assert request.extensions["sni_hostname"] == "scontent.xx.fbcdn.net"
    assert request.headers["accept-encoding"] == "identity"
    assert "authorization" not in request.headers, "a media host never sees the token"


def test_a_name_that_changes_its_address_between_hops_is_checked_again() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    net = _Net(["https://video.fbcdn.net/b"])

    async def resolve(_host: str) -> Sequence[str]:
        return next(answers)

    door = HttpDoor(FakeClock(), transport=net, resolve=resolve)
    failure = failure_of(door.fetch("https://scontent.fbcdn.net/a", MediaHosts(DOMAINS), 100))
    assert failure.failure.kind is FailureKind.CONTENT
    assert [request.url.host for request in net.asked] == [PUBLIC]


def test_three_redirects_are_followed_and_no_more() -> None:
    hops = [f"https://h{number}.fbcdn.net/" for number in range(4)]
    assert _fetch("https://a.fbcdn.net/", _Net(hops[:3])) == b"bytes"
    _refused("https://a.fbcdn.net/", _Net(hops))
    relative = _Net(["/other?x=1"])
    assert _fetch("https://a.fbcdn.net/one", relative) == b"bytes"
    assert relative.asked[1].url.raw_path == b"/other?x=1"
    _refused("https://a.fbcdn.net/", _Net([""] * 9))


def test_too_many_bytes_are_refused() -> None:
    assert _fetch("https://a.fbcdn.net/", _Net(body=b"x" * 100)) == b"x" * 100
    _refused("https://a.fbcdn.net/", _Net(body=b"x" * 101))


def test_the_apis_own_house_is_allowed_and_gets_the_token() -> None:
    net = _Net()
    base = "http://127.0.0.1:4010/graph"
    assert _fetch("http://127.0.0.1:4010/media/1", net, base=base, token="t0ken") == b"bytes"
    assert net.asked[0].headers["authorization"] == "Bearer t0ken"
    for other in (
        "http://127.0.0.1:4011/",
        "http://127.0.0.2:4010/",
        "https://127.0.0.1:4010/",
        "http://localhost:4010/",
    ):
        _refused(other, _Net(), base=base)
    away = _Net(["https://a.fbcdn.net/"])
    assert _fetch("http://127.0.0.1:4010/media/1", away, base=base, token="t0ken") == b"bytes"
    assert "authorization" not in away.asked[1].headers


def test_a_name_without_address_is_a_network_failure() -> None:
    async def resolve(_host: str) -> Sequence[str]:
        raise OSError("no such name")

    door = HttpDoor(FakeClock(), transport=_Net(), resolve=resolve)
    failure = failure_of(door.fetch("https://scontent.fbcdn.net/a", MediaHosts(DOMAINS), 100))
    assert failure.failure.kind is FailureKind.NETWORK
    assert failure.failure.retry_at is not None
