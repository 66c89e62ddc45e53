"""Random streams of events, written as the corpus writes its own: a platform, its quirks, what happens when."""

from __future__ import annotations

import random
from typing import Any

from tests.connectors.streams import BEGIN

QUIRKS = (
    "dup_across_pages", "dup_inside_page", "next_cursor_loops", "empty_page_with_next", "order_oldest_first",
    "order_shuffled", "cursor_expires", "page_500_once", "truncated_json_once", "unknown_field_types", "id_is_number",
    "account_token_expires",
)  # fmt: skip
_TEXTS = ("Guten Tag", "Danke!", "<b>fett</b>", "=1+1", "Müll \0 \N{GRINNING FACE}", "", "e\u0301 \u202e", "x" * 500)


def case(seed: int) -> dict[str, Any]:
    """One stream: up to thirty messages in up to six conversations, over two to four polls."""
    chance = random.Random(seed)
    polls = chance.randint(2, 4)
    conversations = chance.randint(1, 6)
    timeline: list[dict[str, Any]] = []
    known: list[tuple[int, str, str]] = []
    number = 100_000_000_000_001_000
    at = BEGIN - chance.choice((12, 30)) * 3_600_000
    for before in range(1, polls + 1):
        at += 1000  # Graph knows seconds only: what comes after a poll has another one than what was there before it
        deletes = before > 1 and bool(known) and chance.random() < 0.1
        for _ in range(chance.randint(0, 8)):
            number += chance.choice((1, 1, 3, -700))
            at += chance.choice((0, 500, 60_000, 900_000))
            late = chance.random() < 0.1 and not deletes  # one fewer and one more at once would look like nothing
            where = f"c{chance.randrange(conversations)}"
            message = {
                "id": str(number),
                "conversation": where,
                "sender": chance.choice(("p0", "p1", "p1", "p2", None)),
                "text": chance.choice((*_TEXTS, f"Nr. {number}", None)),
                "time_ms": at - (chance.randrange(7_200_000) if late else 0),
            }
            if all(number != one for one, _, _ in known):
                timeline.append({"before_poll": before, "op": "add", "message": message})
                known.append((number, where, str(message["text"])))
        if before > 1 and known and chance.random() < 0.15:
            timeline.append(
                {"before_poll": before, "op": "edit", "id": str(chance.choice(known)[0]), "text": f"neu {before}"}
            )
        if deletes:
            timeline.append({"before_poll": before, "op": "delete", "id": str(chance.choice(known)[0])})
    quirks = chance.sample(QUIRKS, chance.choice((0, 1, 1, 2, 3)))
    return {
        "id": f"seed {seed}",
        "platform": chance.choice(("facebook", "x")),
        "page_size": chance.choice((1, 3, 3, 5, 5, 5, 25, 25, 25)),
        "quirks": quirks,
        "timeline": timeline,
        "polls": polls,
    }
