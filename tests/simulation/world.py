"""A platform that keeps the truth: conversations, what was sent by whom, and how late it shows what it took.

It speaks a small honest HTTP: ``POST /send``, ``GET /thread``, ``GET /all``. It takes a message as often as it is told
to: that nothing is sent twice is the product's business.
"""

from __future__ import annotations

import json
import random
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from switchboard_app.model.times import Millis
from tests.simulation.wire import Answered


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the platform has it. `tag` is the reply's id, which the platform keeps to itself."""

    id: str
    person: str
    text: str
    ours: bool
    at: Millis
    shown_at: Millis
    tag: str = ""


class World:
    """The platform's own store; its clock is right."""

    def __init__(self, now: Callable[[], Millis], dice: random.Random, *, refuses: int = 0) -> None:
        self.said: list[Said] = []
        self.token = "alive"
        self._now = now
        self._dice = dice
        self._refuses = refuses

    def say(self, person: str, text: str) -> Said:
        """A citizen writes."""
        return self._keep(person, text, ours=False, shown_in=0)

    def answer_elsewhere(self, person: str, text: str) -> Said:
        """Somebody answers in the platform's own inbox."""
        return self._keep(person, text, ours=True, shown_in=0)

    def copies(self) -> Counter[str]:
        """How often each reply was taken."""
        return Counter(one.tag for one in self.said if one.tag)

    def _keep(self, person: str, text: str, *, ours: bool, shown_in: int, tag: str = "") -> Said:
        at = self._now()
        made = Said(f"m{len(self.said)}", person, text, ours, at, Millis(at + shown_in), tag)
        self.said.append(made)
        return made

    # -- as HTTP ---------------------------------------------------------------------------------------------------

    def serve(self, method: str, target: str, body: bytes) -> Answered:
        """One request."""
        asked = urlsplit(target)
        query = dict(parse_qsl(asked.query))
        if method == "POST":
            return self._send(json.loads(body))
        shown = [one for one in self.said if one.shown_at <= self._now()]
        if asked.path.endswith("/thread"):
            shown = [one for one in shown if one.person == query["person"] and one.at >= int(query["since"])]
        return _json(200, {"messages": [self._as_shown(one) for one in shown]})

    def _send(self, sent: dict[str, str]) -> Answered:
        if sent["token"] != self.token:
            return _json(401, {"error": "token"})
        if self._dice.randrange(100) < self._refuses:
            status = self._dice.choice((400, 403, 429))
            return _json(status, {"error": "refused", "again": 30})
        late = self._dice.choice((0, 0, 0, 2, 20, 60)) * 1000
        text = self._dice.choice((str, _spaced, _decomposed, str.strip))(sent["text"])
        return _json(200, {"id": self._keep(sent["to"], text, ours=True, shown_in=late, tag=sent["tag"]).id})

    @staticmethod
    def _as_shown(one: Said) -> dict[str, object]:
        return {"id": one.id, "person": one.person, "text": one.text, "ours": one.ours, "at": one.at}


def _spaced(text: str) -> str:
    return "  ".join(text.split(" ")) + "\n"


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _json(status: int, value: object) -> Answered:
    return status, {"content-type": "application/json"}, json.dumps(value).encode()
