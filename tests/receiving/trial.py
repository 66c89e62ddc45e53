"""One stream played to the end against the real poller, translation and store, and what must hold afterwards."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.health import Health
from switchboard_app.model.sweep import REQUESTS
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.sync.proving import Walk, prove
from tests.connectors.streams import BEGIN, Stream, facebook, x
from tests.platforms import FakeClock
from tests.receiving.rig import NEVER, Net, Station, account_on, connector_on, polled

_MAY_BE = frozenset(
    (
        Health.OK,
        Health.UNREACHABLE,
        Health.MALFORMED,
        Health.NEEDS_SIGN_IN,
        Health.CATCHING_UP,
        Health.ANSWERED_ELSEWHERE,
    )
)
AFTERWARDS = 8
"""At most so many more polls, as a program that runs on makes: each failure of a script passes."""
CALM = 2
"""So many polls in a row without anything new end a stream."""
LONGEST_READING = 40
"""A conversation is read to its end once it is begun, so a poll may make so many requests more."""


@dataclass(slots=True)
class Played:
    """What came of a stream."""

    account: Account
    rows: list[tuple[str, str, int, int, int]]
    """Of every stored message: id, text, at, deleted, edited; in the order of the timeline."""
    requests: int = 0
    kills: int = 0
    seen: list[list[str]] = field(default_factory=list)
    """The order after each poll."""


async def play(
    store: Station, clock: FakeClock, case: dict[str, Any], number: int, *, chance: random.Random | None = None
) -> Played:
    """All polls of a case and some more. With `chance`, processes die at random steps."""
    stream = Stream(case)
    answering = {"facebook": facebook, "x": x}[case["platform"]]
    clock.now = BEGIN
    store.live()
    account = account_on(store, Channel(case["platform"]), number)
    net = Net(lambda asked: answering(stream, asked), store.step)
    done = Played(account, [])
    last = max((step["before_poll"] for step in case["timeline"]), default=1)
    calm = 0
    for turn in range(1, last + AFTERWARDS + 1):
        if turn <= last:
            stream.before_poll(turn)
        dies = chance is not None and turn <= last + 2 and chance.random() < 0.5
        store.live(chance.randrange(1, 40) if dies and chance is not None else NEVER)
        ended = await polled(store, account, net, clock)
        done.requests = max(done.requests, net.requests)
        store.live()
        if ended is None:
            done.kills += 1
        else:
            assert ended.health in _MAY_BE, ended.health
        done.rows = stored(store, account)
        done.seen.append([row[0] for row in done.rows])
        clock.now = Millis(BEGIN + turn * 2 * MINUTE)
        calm = calm + 1 if ended is not None and ended.complete and not ended.new else 0
        if turn > last and calm >= CALM:
            break
    if _looks_unchanged(case) and {one.id for one in stream.held} - {row[0] for row in done.rows}:
        await prove(store, account, connector_on(net, account.kind, clock), Walk())
        done.rows = stored(store, account)
    check(case, stream, done)
    return done


def _looks_unchanged(case: dict[str, Any]) -> bool:
    """Whether a late message behind all others may have come while another one was deleted, both since the last poll
    that went through: then nothing has changed but what only the night's proof looks at.
    """
    newest, late = 0, False
    for step in case["timeline"]:
        if step["op"] == "add":
            late = late or step["message"]["time_ms"] < newest
            newest = max(newest, step["message"]["time_ms"])
        elif step["op"] == "delete" and late:
            return bool(case["platform"] == "facebook")
    return False


def stored(store: Station, account: Account) -> list[tuple[str, str, int, int, int]]:
    """Every message of the account in the order of its timeline."""
    sql = (
        "SELECT platform_id, text, at, deleted, edited FROM entry WHERE account_id = ? AND kind = 'message'"
        " ORDER BY place"
    )
    return [tuple(row) for row in store.read(lambda tx: tx.rows(sql, account.id))]


def check(case: dict[str, Any], stream: Stream, done: Played) -> None:
    """Stored set = platform set, each once, in one order that never changes; nothing claimed that is not so."""
    ids = [row[0] for row in done.rows]
    told = {str(step["message"]["id"]): step["message"] for step in case["timeline"] if step["op"] == "add"}
    there = {one.id for one in stream.held}
    assert len(ids) == len(set(ids)), "stored twice"
    assert there - set(ids) == set(), "lost"
    assert set(ids) - told.keys() == set(), "invented"
    assert done.requests <= REQUESTS + LONGEST_READING, done.requests
    for earlier in done.seen:
        assert [one for one in ids if one in set(earlier)] == earlier, "the order changed"
    times = [row[2] for row in done.rows]
    assert times == sorted(times), "not in the order of time"
    edits = [(str(step["id"]), step["text"]) for step in case["timeline"] if step["op"] == "edit"]
    edited = dict(edits)
    for name, text, _at, deleted, _ in done.rows:
        wordings = {told[name]["text"] or "", *(words for one, words in edits if one == name)}
        assert text in wordings, "other words"
        if "order_shuffled" not in case["quirks"]:  # by chance in order, it looks as if something were missing
            assert not (deleted and name in there), "said to be gone and is there"
        if case["platform"] == "x" and name in edited and name in there and told[name]["text"]:
            assert text == edited[name], "an edit was missed"
