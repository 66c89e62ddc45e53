"""Where this program may connect to: the base of a platform's API, and the hosts that serve attachments.

Refuses everything it does not know: plain http outside this machine, user parts, other ports, hosts that are not on the
connector's list, and names that resolve to an address inside somebody's network (product.md, rule 7). It opens no
connection itself. Called by `sync.http`, and by whoever creates accounts (`check_api_base`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr


class Forbidden(ValueError):
    """The policy says no to an address. The text is for tests and never shows the address."""


def is_loopback(host: str) -> bool:
    """Whether a host as written in an address is this machine: 127.0.0.0/8, ::1 or localhost."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether an IP address (text) belongs to the open internet.

    Private, loopback, link-local, shared (CGNAT), multicast, reserved and unspecified ones do not; nor does an IPv6
    address that carries an IPv4 one inside (mapped, 6to4, Teredo, NAT64): it may lead anywhere.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.is_multicast or ip.is_unspecified or ip.is_reserved or not ip.is_global:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        carries_v4 = ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in ipaddress.ip_network("64:ff9b::/96")
        return not carries_v4
    return True


def check_api_base(url: str) -> str:
    """The normal form of an API's base address, without a slash at its end.

    Raises WrongUse, with the next step, for anything but https; plain http is accepted for this machine only, so that
    a token can never travel in the clear.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port = parts.port
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL) as error:
        raise _bad_base() from error
    odd = not text.isascii() or not text.isprintable() or "\\" in text or " " in text
    if odd or not host or parts.scheme not in ("http", "https") or port == 0:
        raise _bad_base()
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise WrongUse(
            tr("The address of the platform may hold no user name, password, question mark or hash mark."),
            tr("Give only scheme, host and path, for example https://graph.facebook.com."),
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise WrongUse(
            tr("Plain http is accepted for this machine only: the token would travel unprotected."),
            tr("Give an address that begins with https://."),
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{'' if port is None else f':{port}'}{parts.path.rstrip('/')}"


def _bad_base() -> WrongUse:
    return WrongUse(
        tr("This is not an address of a platform."),
        tr("Give an address such as https://graph.facebook.com, without the version of the interface."),
    )


@dataclass(frozen=True, slots=True)
class MediaHosts:
    """From where attachments of one account may come: domains with everything below them, and the API's own origin."""

    domains: tuple[str, ...]
    api_base: str = ""

    def is_own(self, url: httpx.URL) -> bool:
        """Whether an address has the very origin of the API, which whoever connected the account chose."""
        if not self.api_base:
            return False
        base = httpx.URL(self.api_base)
        return (url.scheme, url.raw_host, _port(url)) == (base.scheme, base.raw_host, _port(base))

    def check(self, address: str) -> httpx.URL:
        """The address in the form in which it will be asked for; raises Forbidden.

        Decided on the very object that is connected to, so that no second reading of the text can differ.
        """
        try:
            url = httpx.URL(address)
        except (httpx.InvalidURL, ValueError) as error:
            raise Forbidden("not an address") from error
        if url.scheme not in ("http", "https") or not url.raw_host:
            raise Forbidden("neither http nor https")
        if url.userinfo:
            raise Forbidden("a user part")
        if self.is_own(url):
            return url
        if url.scheme != "https":
            raise Forbidden("not https")
        if _port(url) != 443:
            raise Forbidden("another port than 443")
        host = url.raw_host.decode("ascii").lower()
        if not any(host == domain or host.endswith(f".{domain}") for domain in self.domains):
            raise Forbidden("a host that is not on the list")
        return url


def checked_addresses(resolved: Sequence[str]) -> tuple[str, ...]:
    """All addresses of a name, IPv4 first; raises Forbidden when there is none or any of them is not public."""
    if not resolved or not all(is_public(address) for address in resolved):
        raise Forbidden("resolves to an address that is not public")
    return tuple(sorted(dict.fromkeys(resolved), key=lambda address: ":" in address))


def name_in(address: str) -> str:
    """The last step of an address's path, as the name of a file; "" where there is none."""
    try:
        return urlsplit(address).path.rsplit("/", 1)[-1][:200]
    except ValueError:
        return ""


def _port(url: httpx.URL) -> int | None:
    return url.port or {"https": 443, "http": 80}.get(url.scheme)
