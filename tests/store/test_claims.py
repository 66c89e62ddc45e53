"""One enquiry, one owner (product.md, rule 3): claiming is atomic across threads, processes and stations."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading

import pytest

from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.entry import EventCode
from switchboard_app.model.errors import Refused, Stale, UserError, WrongUse
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import Millis
from switchboard_app.store import desk, intake
from switchboard_app.store.transaction import Transaction
from tests.store.town import Town
from tests.workspaces import Workspace

SARA = Operator("sara")


def test_claiming_takes_it_up(town: Town) -> None:
    enquiry = town.enquiry_of()
    assert town.store.write(desk.claim, enquiry, town.me) is EnquiryState.OPEN
    head = town.head(enquiry)
    assert (head.owner, head.state, town.events(enquiry)) == (town.me, EnquiryState.OPEN, [EventCode.CLAIMED])


def test_claiming_ones_own_again_changes_nothing(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    before = town.head(enquiry)
    town.store.write(desk.claim, enquiry, town.me)
    assert town.head(enquiry) == before


def test_the_slower_one_hears_who_was_faster(town: Town) -> None:
    enquiry = town.enquiry_of()
    seen = town.head(enquiry).version
    town.store.write(desk.claim, enquiry, SARA, seen)
    with pytest.raises(Stale, match="sara was faster"):
        town.store.write(desk.claim, enquiry, town.me, seen)
    assert town.head(enquiry).owner == SARA


def test_released_is_for_everybody_and_back_as_new(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    with pytest.raises(Refused, match="is with ml"):
        town.store.write(desk.release, enquiry, SARA)
    assert town.store.write(desk.release, enquiry, town.me) is EnquiryState.NEW
    assert town.head(enquiry).owner is None
    before = town.head(enquiry)
    town.store.write(desk.release, enquiry, town.me)
    assert town.head(enquiry) == before


def test_reassigning_says_to_whom_and_why(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, town.me)
    for to, reason in (("", "Ferien"), ("sara", "  ")):
        with pytest.raises(WrongUse):
            town.store.write(desk.reassign, enquiry, Operator(to), reason, town.me)
    town.store.write(desk.reassign, enquiry, SARA, "Ferien", town.me)
    assert town.head(enquiry).owner == SARA
    assert [e.text for e in town.shown(enquiry).entries if e.event is EventCode.REASSIGNED] == ["sara: Ferien"]


def test_an_old_version_is_stale_and_says_who_has_it(town: Town) -> None:
    enquiry = town.enquiry_of()
    seen = town.head(enquiry).version
    town.store.write(desk.claim, enquiry, SARA)
    with pytest.raises(Stale, match="changed meanwhile; now with sara"):
        town.store.write(desk.reassign, enquiry, town.me, "ich mache das", town.me, seen)


def test_others_may_not_act_on_what_is_owned(town: Town) -> None:
    enquiry = town.enquiry_of()
    town.store.write(desk.claim, enquiry, SARA)
    for verb in (
        lambda tx: desk.reply(tx, enquiry, "Hallo", town.me),
        lambda tx: desk.snooze(tx, enquiry, Millis(town.clock.now + 1), town.me),
        lambda tx: desk.done(tx, enquiry, Outcome.ANSWERED, town.me),
    ):
        with pytest.raises(Refused, match="is with sara"):
            town.store.write(verb)


def test_of_many_stations_exactly_one_wins(town: Town, workspace: Workspace) -> None:
    enquiries = [town.enquiry_of(who=f"c{n}") for n in range(6)]
    stations = [workspace.open() for _ in range(4)]
    won: dict[EnquiryId, list[str]] = {enquiry: [] for enquiry in enquiries}
    lost: list[str] = []
    start = threading.Barrier(len(stations))

    def work(number: int) -> None:
        start.wait()
        for enquiry in enquiries if number % 2 else enquiries[::-1]:
            try:
                stations[number].write(desk.claim, enquiry, Operator(f"op{number}"))
                won[enquiry].append(f"op{number}")
            except Stale as problem:
                lost.append(problem.message)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(stations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(winners) for winners in won.values()] == [1] * len(enquiries)
    assert len(lost) == len(enquiries) * (len(stations) - 1)
    for enquiry, (winner,) in won.items():
        assert town.head(enquiry).owner == winner
        assert town.events(enquiry) == [EventCode.CLAIMED]
        assert sum(message.startswith(f"{winner} was faster") for message in lost) >= len(stations) - 1


CLAIMANT = textwrap.dedent(
    """
    import json, sys
    from switchboard_app.model.errors import Stale
    from switchboard_app.store import desk
    from switchboard_app.store.database import Store
    from switchboard_app.store.location import parse_location

    url, key, who, *enquiries = sys.argv[1:]
    store = Store(parse_location(url), key)
    print("ready", flush=True)
    sys.stdin.readline()
    won, lost = [], []
    for enquiry in enquiries:
        try:
            store.write(desk.claim, enquiry, who)
            won.append(enquiry)
        except Stale as problem:
            lost.append(problem.message)
    store.close()
    print(json.dumps({"won": won, "lost": lost}))
    """
)


def test_of_several_processes_exactly_one_wins(town: Town, workspace: Workspace) -> None:
    enquiries = [town.enquiry_of(who=f"c{n}") for n in range(12)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMANT, str(workspace.location), workspace.key, f"op{n}", *enquiries],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
    answers = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        answers.append(json.loads(out))
    won = [enquiry for answer in answers for enquiry in answer["won"]]
    assert sorted(won) == sorted(enquiries)
    assert sum(len(answer["lost"]) for answer in answers) == len(enquiries) * (len(processes) - 1)
    for number, answer in enumerate(answers):
        assert all(town.head(enquiry).owner == f"op{number}" for enquiry in answer["won"])
        assert all("was faster" in message for message in answer["lost"])


def test_two_stations_open_enquiries_and_know_callers_at_once(town: Town, workspace: Workspace) -> None:
    stations = [workspace.open() for _ in range(4)]
    start = threading.Barrier(len(stations))
    problems: list[BaseException] = []

    def work(number: int) -> None:
        start.wait()
        try:
            for n in range(5):
                note = desk.PhoneNote(f"Anruf {number}.{n}", caller_number=f"061 267 81 8{n}")
                stations[number].write(desk.take_note, note, Operator(f"op{number}"))
        except BaseException as problem:
            problems.append(problem)
            raise

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(stations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert [row[0] for row in town.rows("SELECT number FROM enquiry ORDER BY number")] == list(range(1, 21))
    assert town.rows("SELECT COUNT(*) FROM person") == [(5,)]


def test_two_who_merge_the_same_two_do_not_wait_for_each_other(town: Town, workspace: Workspace) -> None:
    for round_ in range(4):
        one, other = town.enquiry_of(who=f"a{round_}"), town.enquiry_of(who=f"b{round_}")
        numbers = town.head(one).number, town.head(other).number
        stations = [workspace.open(), workspace.open()]
        start = threading.Barrier(2)
        refused: list[UserError] = []

        def work(n: int, into: int, enquiry: EnquiryId, stations=stations, start=start, refused=refused) -> None:  # type: ignore[no-untyped-def]
            start.wait()
            try:
                stations[n].write(desk.merge, enquiry, into, town.me)
            except Refused as problem:
                refused.append(problem)

        threads = [
            threading.Thread(target=work, args=(0, numbers[1], one)),
            threading.Thread(target=work, args=(1, numbers[0], other)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert "is done" in refused[0].message
        assert sorted(town.state(enquiry) for enquiry in (one, other)) == [EnquiryState.DONE, EnquiryState.NEW]


def test_a_claim_and_a_message_at_the_same_time_both_count(town: Town, workspace: Workspace) -> None:
    enquiry = town.enquiry_of()
    poller, desk_station = workspace.open(), workspace.open()
    stored, go_on = threading.Event(), threading.Event()

    def slow_ingest(tx: Transaction) -> None:
        intake.ingest(tx, town.account, town.batch(town.says("Noch etwas")))
        stored.set()
        go_on.wait(10)

    polling = poller.submit(slow_ingest)
    stored.wait(10)
    claiming = desk_station.submit(desk.claim, enquiry, SARA)
    go_on.set()
    polling.result()
    claiming.result()
    head = town.head(enquiry)
    assert (head.owner, head.unread, head.state) == (SARA, 2, EnquiryState.OPEN)


def test_a_message_while_somebody_claims_does_not_undo_the_claim(town: Town, workspace: Workspace) -> None:
    enquiry = town.enquiry_of()
    poller, desk_station = workspace.open(), workspace.open()
    claimed, go_on = threading.Event(), threading.Event()

    def slow_claim(tx: Transaction) -> None:
        desk.claim(tx, enquiry, SARA)
        claimed.set()
        go_on.wait(10)

    claiming = desk_station.submit(slow_claim)
    claimed.wait(10)
    polling = poller.submit(intake.ingest, town.account, town.batch(town.says("Noch etwas")))
    go_on.set()
    claiming.result()
    polling.result()
    head = town.head(enquiry)
    assert (head.owner, head.unread, head.state) == (SARA, 2, EnquiryState.OPEN)
