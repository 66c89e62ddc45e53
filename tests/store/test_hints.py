"""Change hints: every station hears of every change, soon and once; a hint carries a topic, never data."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from switchboard_app.model.ids import Operator
from switchboard_app.store import desk, drafts, settings
from switchboard_app.store.database import EVERYTHING, MANY_TOPICS, Store
from switchboard_app.store.transaction import Transaction
from tests.postgres import PostgresServer
from tests.store.town import Town
from tests.workspaces import Workspace

SOON = 2.0
"""Another station's change is heard within this many seconds."""


class Ear:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.heard: list[frozenset[str]] = []
        self._condition = threading.Condition()

    def __call__(self, topics: frozenset[str]) -> None:
        with self._condition:
            self.heard.append(topics)
            self._condition.notify_all()

    def hears(self, *topics: str, within: float = 20.0) -> float:
        """Wait until one of the topics was heard; the seconds it took."""
        began = time.monotonic()
        with self._condition:
            found = self._condition.wait_for(lambda: any(set(topics) & one for one in self.heard), timeout=within)
        assert found, f"{topics} never heard, but {self.heard}"
        return time.monotonic() - began

    def clear(self) -> None:
        """Forget what was heard."""
        with self._condition:
            self.heard.clear()


def listening(store: Store) -> Ear:
    """A listener whose watch over other processes stands."""
    ear = Ear()
    store.listen(ear)
    ear.hears(EVERYTHING)
    ear.clear()
    return ear


@pytest.fixture
def stations(workspace: Workspace) -> Iterator[tuple[Store, Store]]:
    """Two stations on one workspace."""
    yield workspace.open(), workspace.open()
    workspace.close()


def test_own_changes_are_heard_at_once_with_their_topics(town: Town) -> None:
    enquiry = town.enquiry_of()
    ear = Ear()
    town.store.listen(ear)
    town.store.write(desk.claim, enquiry, town.me)
    assert {"queue", f"enquiry:{enquiry}"} in [set(one) for one in ear.heard]


def test_another_stations_change_is_heard_soon(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ear = listening(mine)
    theirs.write(_hinting, "queue")
    assert ear.hears("queue", EVERYTHING) < SOON


def _hinting(tx: Transaction, *topics: str) -> None:
    settings.put(tx, "x", str(time.monotonic_ns()))
    for topic in topics:
        tx.hint(topic)


def test_own_changes_are_not_heard_a_second_time(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ear = listening(mine)
    for _ in range(5):
        mine.write(_hinting, "queue")
    heard = len(ear.heard)
    assert heard == 5
    theirs.write(_hinting, "end")  # whatever else was on its way is heard by then
    ear.hears("end", EVERYTHING)
    others = ear.heard[heard:]
    assert others in ([frozenset({"end"})], [frozenset({EVERYTHING})])


def test_what_another_wrote_while_the_watch_began_is_not_missed(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ear = Ear()
    mine.listen(ear)
    theirs.write(_hinting, "queue")
    assert ear.hears(EVERYTHING, "queue") < SOON


def test_an_undone_transaction_says_nothing(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ears = [listening(mine), listening(theirs)]

    def fails(tx: Transaction) -> None:
        _hinting(tx, "queue")
        raise LookupError

    with pytest.raises(LookupError):
        mine.write(fails)
    mine.write(_hinting, "end")
    for ear in ears:
        ear.hears("end", EVERYTHING)
        assert not any("queue" in one for one in ear.heard)


def test_a_change_without_a_topic_says_nothing_to_its_own(store: Store, me: Operator) -> None:
    ear = Ear()
    store.listen(ear)
    store.write(drafts.save, me, "phone-note", "getippt")
    assert frozenset() not in ear.heard
    assert all(one == {EVERYTHING} for one in ear.heard)


def test_a_great_change_says_everything_instead_of_a_thousand_topics(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ears = [listening(mine), listening(theirs)]
    mine.write(_hinting, *(f"enquiry:{n}" for n in range(MANY_TOPICS + 1)))
    for ear in ears:
        assert ear.hears(EVERYTHING) < SOON
        assert len(ear.heard) == 1


def test_as_many_topics_as_may_be_fit_into_one_notice(stations: tuple[Store, Store]) -> None:
    mine, theirs = stations
    ear = listening(theirs)
    topics = [f"enquiry:01a2002b-538b-76b7-a200-{n:012}" for n in range(MANY_TOPICS)]
    mine.write(_hinting, *topics)
    ear.hears(topics[0], EVERYTHING)
    assert ear.heard in ([frozenset(topics)], [frozenset({EVERYTHING})])


@pytest.mark.logs_warning
def test_a_listener_that_fails_does_not_make_the_verb_fail(store: Store) -> None:
    ear = Ear()

    def broken(_: frozenset[str]) -> None:
        raise LookupError("a bug of the view")

    store.listen(broken)
    store.listen(ear)
    store.write(_hinting, "queue")
    ear.hears("queue")
    assert store.read(settings.get, "x")


def test_one_that_was_forgotten_hears_nothing(store: Store) -> None:
    ear = listening(store)
    store.forget(ear)
    store.write(_hinting, "queue")
    assert ear.heard == []


@pytest.mark.postgres
@pytest.mark.logs_warning
def test_after_a_broken_line_everything_is_read_again(
    postgres_server: PostgresServer, shared_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("switchboard_app.store.notices.RECONNECT_SECONDS", 0.05)
    mine, theirs = shared_workspace.open(), shared_workspace.open()
    ear = listening(mine)
    postgres_server.cut_off(mine.read(lambda tx: tx.value("SELECT current_database()")))
    ear.hears(EVERYTHING)
    ear.clear()
    theirs.write(_hinting, "queue")
    assert ear.hears("queue") < SOON


@pytest.mark.postgres
def test_a_notice_is_heard_at_once_and_holds_topics_only(shared_workspace: Workspace, me: Operator) -> None:
    mine, theirs = shared_workspace.open(), shared_workspace.open()
    ear = listening(mine)
    took = []
    for n in range(5):
        note = desk.PhoneNote(f"Geheimes Anliegen {n}", "061 267 81 81", "Rosa Meier")
        theirs.write(desk.take_note, note, me)
        took.append(ear.hears("queue"))
        assert not any("Geheim" in topic or "Rosa" in topic for one in ear.heard for topic in one)
        ear.clear()
    assert min(took) < 0.2, took  # the wait for a notice is not the wait for a time-out


def test_closing_ends_the_watch(workspace: Workspace) -> None:
    store = workspace.open()
    listening(store)
    before = {thread.name for thread in threading.enumerate()}
    assert "store-watch" in before
    store.close()
    deadline = time.monotonic() + 5
    done: Callable[[], bool] = lambda: not any(thread.name == "store-watch" for thread in threading.enumerate())  # noqa: E731
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert done()
