"""The program was off: what the platform still serves is fetched within the budget of a poll, the rest is a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.health import Health
from switchboard_app.model.sweep import REQUESTS
from switchboard_app.model.times import DAY, HOUR, MINUTE, Millis, iso
from switchboard_app.store import gaps
from switchboard_app.sync.poller import Poll
from tests.connectors.canned import Asked, Said
from tests.platforms import FakeClock
from tests.receiving.rig import OWN, Net, Station, account_on, opened, polled

WINDOW = 30 * DAY


@pytest.fixture
def station(embedded_template: tuple[Path, str], tmp_path: Path, clock: FakeClock) -> Iterator[Station]:
    """One workspace."""
    store = opened(embedded_template, tmp_path, clock)
    yield store
    store.close()


@dataclass(slots=True)
class Handle:
    """X with thirty days of events, a hundred on a page."""

    clock: FakeClock
    events: list[int] = field(default_factory=list)

    def write(self, every: int, until: int) -> None:
        """A citizen writes at this pace from the last time until then."""
        at = self.events[-1] if self.events else until - every
        while at + every <= until:
            at += every
            self.events.append(at)

    def served(self) -> list[int]:
        """What is young enough, the newest first."""
        return [at for at in reversed(self.events) if at > self.clock.now - WINDOW]

    def __call__(self, asked: Asked) -> Said:
        """One page."""
        served, start = self.served(), int(asked.query.get("pagination_token", "0"))
        page = served[start : start + 100]
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + 100 < len(served):
            meta["next_token"] = str(start + 100)
        rows = [
            {
                "id": f"{at}", "event_type": "MessageCreate", "text": f"{at}", "sender_id": f"9{at % 40}",
                "dm_conversation_id": f"{OWN}-9{at % 40:03}", "created_at": iso(Millis(at)),
            }
            for at in page
        ]  # fmt: skip
        return Said({"data": rows, "meta": meta} if rows else {"meta": meta})


def stored(store: Station, account: Account) -> set[int]:
    """The moments of what is stored."""
    return {row[0] for row in store.read(lambda tx: tx.rows("SELECT at FROM entry WHERE account_id = ?", account.id))}


def poll(store: Station, account: Account, net: Net, clock: FakeClock) -> Poll:
    """One poll that lives to its end."""
    done = asyncio.run(polled(store, account, net, clock))
    assert done is not None
    assert net.requests <= REQUESTS
    return done


@pytest.mark.parametrize("away", [HOUR, 3 * DAY, 31 * DAY])
def test_everything_still_served_comes_with_one_poll(station: Station, clock: FakeClock, away: int) -> None:
    handle = Handle(clock)
    account, net = account_on(station, Channel.X, 1), Net(handle)
    handle.write(10 * MINUTE, clock.now)
    poll(station, account, net, clock)
    before = clock.now
    clock.forward(away)
    handle.write(10 * MINUTE, clock.now)
    done = poll(station, account, net, clock)
    assert done.complete
    assert set(handle.served()) <= stored(station, account)
    noted = [(one.from_at, one.to_at) for one in station.read(gaps.listed, account.id)]
    assert noted == ([(before, clock.now - WINDOW)] if away > WINDOW else [])
    lost = set(handle.events) - stored(station, account)
    assert all(begin <= at <= end for at in lost for begin, end in noted)


def test_more_than_one_poll_may_fetch_comes_with_the_next_ones(station: Station, clock: FakeClock) -> None:
    handle = Handle(clock)
    account, net = account_on(station, Channel.X, 1), Net(handle)
    handle.write(MINUTE, clock.now)
    poll(station, account, net, clock)
    clock.forward(10 * DAY)
    handle.write(MINUTE, clock.now)
    polls = 0
    while True:
        polls += 1
        done = poll(station, account, net, clock)
        if done.complete:
            break
        assert done.health is Health.CATCHING_UP
        clock.forward(MINUTE)
        handle.write(MINUTE, clock.now)
    assert polls == 3, "14,400 messages are 144 pages"
    assert stored(station, account) == set(handle.events)


def page_answering(clock: FakeClock, counts: dict[str, list[int]]) -> Any:
    """A page's conversations with the moments of their messages; details for the twenty newest only."""

    def graph_time(at: int) -> str:
        return (iso(Millis(at // 1000 * 1000)) or "").replace(".000Z", "+0000")

    def conversations(asked: Asked) -> Said:
        start = int(asked.query.get("after", "0"))
        rows = sorted(counts, key=lambda name: -counts[name][-1])
        following = {"paging": {"cursors": {"after": str(start + 50)}, "next": f"https://g/x?after={start + 50}"}}
        return Said(
            {
                "data": [
                    {
                        "id": name, "updated_time": graph_time(counts[name][-1]), "message_count": len(counts[name]),
                        "participants": {"data": [{"id": OWN}, {"id": f"9{name}", "name": name}]},
                    }
                    for name in rows[start : start + 50]
                ],
                **(following if start + 50 < len(rows) else {}),
            }
        )  # fmt: skip

    def answering(asked: Asked) -> Said:
        name = asked.path.split("/")[2]
        if name == OWN:
            return conversations(asked)
        if name not in counts:  # an older message, asked for by itself
            return Said({"error": {"code": 100, "message": "The message was deleted"}}, 400)
        moments = counts[name][::-1]
        rows = [
            {"id": f"m{name}{at}", "created_time": graph_time(at), "message": f"{at}", "from": {"id": f"9{name}"}}
            for at in moments[:20]
        ]
        bare = [{"id": f"m{name}{at}", "created_time": graph_time(at)} for at in moments[20:]]
        return Said({"id": name, "messages": {"data": rows + bare}})

    return answering


def test_a_page_that_was_busy_is_caught_up_and_says_what_is_missing(station: Station, clock: FakeClock) -> None:
    counts = {f"t_{n}": [clock.now - DAY + n * 1000] for n in range(150)}
    account, net = account_on(station, Channel.FACEBOOK, 1), Net(page_answering(clock, counts))
    while not poll(station, account, net, clock).complete:
        clock.forward(MINUTE)
    before = clock.now
    clock.forward(3 * DAY)
    for number, moments in enumerate(counts.values()):
        moments += [clock.now - HOUR + number * 1000 + n * MINUTE for n in range(35 if number == 7 else 3)]
    polls = 1
    while not poll(station, account, net, clock).complete:
        polls += 1
        clock.forward(MINUTE)
    assert polls <= 4
    assert station.read(lambda tx: tx.value("SELECT COUNT(*) FROM entry")) == 150 + 149 * 3 + 20
    (gap,) = station.read(gaps.listed, account.id)
    assert (gap.from_at, gap.missing, gap.person) == (before, 15, "t_7")
    assert gap.to_at == counts["t_7"][-20] // 1000 * 1000
