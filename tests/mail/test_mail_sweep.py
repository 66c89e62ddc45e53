"""What a mailbox does that no platform does: other UIDs for the same mails, mails that vanish, lines that break."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from switchboard_app.model.delivery import FailureKind
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.email.imap import ImapLine
from switchboard_app.sync.email.marks import OVERLAP, Mark, mark_of
from switchboard_app.training.truth import SimulatedFile
from tests.connectors.bench import swept
from tests.mail.cutting import CuttingProxy
from tests.mail.mailbench import MailBench


@given(some.integers(0, 2**32), some.integers(0, 5000), some.frozensets(some.integers(0, 6000), max_size=60))
def test_a_mark_comes_back_from_its_line(validity: int, floor: int, seen: frozenset[int]) -> None:
    mark = Mark(validity, floor, seen)
    assert mark_of(mark.text) == mark
    settled = mark.settled()
    assert mark_of(settled.text) == settled
    assert all(uid in seen or uid < settled.floor for uid in seen)


@pytest.mark.parametrize("line", ["", "x", "1", "1 2 3:x", "1 2 9:1000000", "1 2 3 4", "-1 2"])
def test_a_line_that_is_no_mark_is_an_unread_folder(line: str) -> None:
    assert mark_of(line) == Mark()


def test_a_lower_uid_that_shows_late_is_read() -> None:
    mark = Mark(1, 1).with_stored([1, 2, 4]).settled()
    assert mark.left([1, 2, 3, 4]) == (3,)
    assert Mark(1, 1).with_stored(range(1, 3000)).settled().floor == 2999 - OVERLAP


def test_nothing_is_marked_or_moved_on_the_server(bench: MailBench) -> None:
    for number in range(3):
        bench.platform.say("p", f"{number}")
    bench.poll()
    with bench.platform.house.box(bench.platform.own_id) as box:
        kind, flags = box.uid("FETCH", "1:*", "(FLAGS)")
    assert kind == "OK"
    assert len(flags) == 3
    assert not [one for one in flags if b"Seen" in one or b"Deleted" in one]


def test_another_uidvalidity_reads_anew_and_stores_nothing_twice(bench: MailBench) -> None:
    for number in range(5):
        bench.platform.say("p", f"{number}")
    bench.poll()
    before = dict(bench.shelf.messages)
    folder = bench.platform.house.folder / "mail" / bench.platform.own_id
    assert bench.platform.line is not None
    bench.platform.line.logout()
    bench.platform.line = None
    time.sleep(1.1)  # the validity is the second in which the folder's index was made
    for path in folder.glob("dovecot*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    bench.platform.say("p", "danach")
    bench.poll()
    assert len(bench.shelf.messages) == 6
    assert before.items() <= bench.shelf.messages.items() or set(before) < set(bench.shelf.messages)


def test_a_mail_deleted_while_it_is_read_is_left_alone(bench: MailBench) -> None:
    for number in range(60):
        bench.platform.say("p", f"{number}")

    async def someone_deletes(connector: object) -> None:
        async for batch in connector.poll({}, bench.shelf.known):  # type: ignore[attr-defined]
            bench.shelf.keep(batch)
            if len(bench.shelf.messages) == 25:
                with bench.platform.house.box(bench.platform.own_id) as box:
                    box.uid("STORE", "30:40", "+FLAGS", "(\\Deleted)")
                    box.expunge()

    bench.run(someone_deletes)
    assert len(bench.shelf.messages) in (49, 60), "read before or gone"
    bench.poll()
    assert not bench.shelf.quarantine


def test_duplicates_and_reordering_are_stored_once(bench: MailBench) -> None:
    first = bench.platform.say("p", "einmal", at=bench.clock() - 60_000)  # type: ignore[arg-type]
    copy = bench.platform.mail(bench.platform.people["p"].id, bench.platform.own_id, "einmal")
    del copy["Message-ID"]
    copy["Message-ID"] = f"<{first.id}>"
    bench.poll()
    bench.platform.append(copy, at=bench.clock() - 120_000)  # type: ignore[arg-type]
    bench.platform.say("p", "älter, aber später da", at=bench.clock() - 3_600_000)  # type: ignore[arg-type]
    bench.poll()
    assert bench.shelf.texts == ["älter, aber später da", "einmal"]


def test_a_line_cut_anywhere_loses_nothing(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut after every so many bytes of the server: always a failure in words, and in the end everything once."""
    for number in range(8):
        bench.platform.say("p", f"Nachricht {number} " + "x" * 300)
    dice = random.Random(7)
    bench.security = "none"
    kinds = set()
    with CuttingProxy(bench.platform.house.imap) as proxy:
        bench.options = {"imap_port": str(proxy.port)}
        bench.poll()
        whole, bench.shelf.cursor = proxy.passed, {}
        bench.shelf.messages.clear()
        for step in [*range(0, 1200, 150), *(dice.randrange(whole) for _ in range(20))]:
            proxy.cut_after, proxy.passed = step, 0
            try:
                bench.poll()
            except PlatformFailure as failure:
                kinds.add((failure.failure.kind, failure.failure.certain))
        proxy.cut_after = 1 << 60
        bench.poll()
    assert kinds <= {(FailureKind.NETWORK, True), (FailureKind.MALFORMED, True), (FailureKind.TIMEOUT, True)}
    assert len(bench.shelf.messages) == 8
    assert not bench.shelf.quarantine


def test_a_server_that_falls_silent_is_given_up(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchboard_app.sync.email.imap.TIMEOUT_SECONDS", 0.3)
    bench.security = "none"
    with socket.socket() as deaf:  # it is connected to and never speaks
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(1)
        bench.options = {"imap_port": str(deaf.getsockname()[1])}
        began = time.monotonic()
        failure = bench.poll_failing()
    assert time.monotonic() - began < 20
    assert failure.failure.kind is FailureKind.TIMEOUT


def test_news_wake_within_a_second(bench: MailBench) -> None:
    async def waits(connector: object) -> bool:
        waiting = asyncio.create_task(connector.wake())  # type: ignore[attr-defined]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(bench.platform.say, "p", "neu")
        return await asyncio.wait_for(waiting, 5)

    assert bench.run(waits)


def test_waiting_is_renewed_and_ends_when_cancelled(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchboard_app.sync.email.imap.IDLE_SECONDS", 0.2)

    async def waits(connector: object) -> float:
        waiting = asyncio.create_task(connector.wake())  # type: ignore[attr-defined]
        await asyncio.sleep(1)
        assert not waiting.done(), "the waiting was not renewed"
        began = time.monotonic()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        return time.monotonic() - began

    assert bench.run(waits) < 4


def test_a_large_mail_is_read_to_its_beginning(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchboard_app.sync.email.reading.MAIL_LIMIT", 20_000)
    monkeypatch.setattr("switchboard_app.sync.email.reading._PORTION_BYTES", 10_000)
    monkeypatch.setattr("switchboard_app.sync.email.imap.BEGINNING", 8_000)
    bench.platform.say("p", "mit Film", attachments=[SimulatedFile("film.mp4", "video/mp4", b"film" * 200_000)])
    bench.platform.say("p", "danach")
    bench.poll()
    big = next(one for one in bench.shelf.messages.values() if one.text == "mit Film")
    assert [(one.name, one.url) for one in big.attachments] == [("film.mp4", "")]
    assert big.attachments[0].unavailable
    assert "danach" in bench.shelf.texts


def test_a_literal_beyond_all_bounds_is_not_taken(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("switchboard_app.sync.email.imap._ANSWER_LIMIT", 1000)
    bench.platform.say("p", "x" * 5000)
    assert bench.poll_failing().failure.kind is FailureKind.MALFORMED


def test_a_sweep_closes_its_connection(bench: MailBench, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[ImapLine] = []
    whole = ImapLine.close

    async def counts(line: ImapLine) -> None:
        closed.append(line)
        await whole(line)

    monkeypatch.setattr(ImapLine, "close", counts)
    bench.platform.say("p", "da")
    bench.run(lambda connector: swept(connector, bench.shelf))
    assert len(closed) == 1
