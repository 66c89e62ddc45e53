"""A stand-in for the system's browser: opens an address, consents at once, follows the way back as a browser does."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx


@dataclass
class StandIn:
    """`StandIn()(address)` opens it on a thread; `twist` may change the address of the way back."""

    twist: Callable[[str], str] = lambda address: address
    opened: list[str] = field(default_factory=list)
    pages: list[httpx.Response] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __call__(self, address: str) -> None:
        """Open it, as whoever asks for consent is told to."""
        self.opened.append(address)
        self._threads.append(threading.Thread(target=self._follow, args=(address,), daemon=True))
        self._threads[-1].start()

    def _follow(self, address: str) -> None:
        with httpx.Client(trust_env=False, timeout=10) as client:
            consent = client.get(address)
            back = consent.headers.get("location", "")
            if not back:
                self.pages.append(consent)
                return
            self.pages.append(client.get(self.twist(back)))

    def close(self) -> None:
        """Wait until every page is there."""
        for thread in self._threads:
            thread.join(10)

    @property
    def asked(self) -> dict[str, str]:
        """The parameters of the last consent that was asked for."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.opened[-1]).query).items()}


def as_command() -> str:
    """For the environment's ``BROWSER``: this very stand-in as a program."""
    return f"{sys.executable} {Path(__file__).resolve()} %s"


if __name__ == "__main__":
    person = StandIn()
    person(sys.argv[1])
    person.close()
