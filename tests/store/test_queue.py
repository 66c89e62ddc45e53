"""The queue: pages, totals, positions and counts against a plain model in Python; and the indexes it rests on."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchboard_app.model.channel import Channel
from switchboard_app.model.enquiry import EnquiryState, View
from switchboard_app.model.ids import AccountId, EnquiryId, Operator
from switchboard_app.store import queue
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.tables import Enquiry
from switchboard_app.store.transaction import Transaction
from tests.store.town import Town, minutes

ME, OTHER = Operator("ml"), Operator("sara")
ACCOUNTS = (None, AccountId("page"), AccountId("handle"))
CHANNELS = {None: Channel.PHONE, "page": Channel.FACEBOOK, "handle": Channel.X}


@dataclass(frozen=True)
class Row:
    """What the model knows of an enquiry."""

    id: EnquiryId
    state: EnquiryState
    owner: Operator | None
    account: AccountId | None
    sort_at: int

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.account]


def in_view(row: Row, wanted: QueueFilter) -> bool:
    """Whether the model shows the row in the view."""
    active = row.state is not EnquiryState.DONE
    fits = {
        View.INBOX: row.state in (EnquiryState.NEW, EnquiryState.OPEN) and row.owner in (None, wanted.me),
        View.MINE: active and row.owner == wanted.me,
        View.WAITING_OFFICE: row.state is EnquiryState.WAITING_OFFICE,
        View.WAITING_CITIZEN: row.state is EnquiryState.WAITING_CITIZEN,
        View.SNOOZED: row.state is EnquiryState.SNOOZED,
        View.OPEN: active,
        View.DONE: not active,
        View.ALL: True,
    }[wanted.view]
    return (
        fits
        and (wanted.channel is None or row.channel is wanted.channel)
        and (wanted.account is None or row.account == wanted.account)
    )


def fill(tx: Transaction, rows: list[Row]) -> None:
    """Put exactly these enquiries into the store."""
    tx.change("DELETE FROM enquiry")
    names = ("id", "number", "state", "owner", "channel", "account_id", "opened_at", "last_at", "sort_at")
    tx.insert_many(
        Enquiry,
        names,
        [
            (one.id, n, one.state.value, one.owner, one.channel.value, one.account, 0, 0, one.sort_at)
            for n, one in enumerate(rows, 1)
        ],
    )


ROWS = st.lists(
    st.tuples(
        st.sampled_from(EnquiryState), st.sampled_from([None, ME, OTHER]), st.sampled_from(ACCOUNTS), st.integers(0, 6)
    ),
    max_size=25,
).map(lambda drawn: [Row(EnquiryId(f"e{n:03}"), *one) for n, one in enumerate(drawn)])


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def module_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One workspace for many small examples."""
    if request.param == "sqlite":
        template, key = request.getfixturevalue("embedded_template")
        path = tmp_path_factory.mktemp("queue") / "workspace.db"
        shutil.copyfile(template, path)
        store = Store(embedded(path), key)
        yield store
        store.close()
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    store = Store(server.location(name))
    yield store
    store.close()
    server.drop(name)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=ROWS,
    view=st.sampled_from(View),
    channel=st.sampled_from([None, Channel.PHONE, Channel.X]),
    account=st.sampled_from(ACCOUNTS),
    offset=st.integers(0, 12),
    limit=st.integers(1, 12),
)
def test_the_queue_shows_what_the_model_says(
    module_store: Store,
    rows: list[Row],
    view: View,
    channel: Channel | None,
    account: AccountId | None,
    offset: int,
    limit: int,
) -> None:
    module_store.write(fill, rows)
    wanted = QueueFilter(view, ME, channel, account)
    expected = sorted((one for one in rows if in_view(one, wanted)), key=lambda one: (one.sort_at, one.id))
    page = module_store.read(queue.page, wanted, offset, limit)
    assert [one.id for one in page] == [one.id for one in expected[offset : offset + limit]]
    assert [(one.state, one.owner, one.account, one.channel) for one in page] == [
        (one.state, one.owner, one.account, one.channel) for one in expected[offset : offset + limit]
    ]
    assert module_store.read(queue.total, wanted) == module_store.read(queue.capped_total, wanted) == len(expected)
    places = {one.id: place for place, one in enumerate(expected)}
    for one in rows[:5]:
        assert module_store.read(queue.position, wanted, one.id) == places.get(one.id)
    assert module_store.read(queue.position, wanted, EnquiryId("nowhere")) is None
    counts = module_store.read(queue.counts, ME)
    for counted, n in counts.views.items():
        assert n == sum(in_view(one, QueueFilter(counted, ME)) for one in rows), counted
    active = [one.account or "" for one in rows if one.state is not EnquiryState.DONE]
    assert counts.accounts == {name: active.count(name) for name in set(active)}


def test_a_total_is_capped(module_store: Store) -> None:
    rows = [Row(EnquiryId(f"e{n:05}"), EnquiryState.NEW, None, None, n) for n in range(queue.COUNT_CAP + 50)]
    module_store.write(fill, rows)
    wanted = QueueFilter(View.OPEN, ME)
    assert module_store.read(queue.capped_total, wanted) == queue.COUNT_CAP + 1
    assert module_store.read(queue.total, wanted) == len(rows)


def test_a_row_shows_what_changed(town: Town) -> None:
    enquiry = town.enquiry_of("Grüezi")
    (before,) = town.queue()
    town.clock.forward(minutes(1))
    town.arrives(town.says("Noch etwas"))
    (after,) = town.queue()
    assert (before.id, before.version + 1) == (after.id, after.version)
    assert (after.excerpt, after.unread, after.last_at) == ("Noch etwas", 2, town.clock.now)
    assert town.store.read(queue.position, QueueFilter(View.INBOX, town.me), enquiry) == 0


# -- indexes ---------------------------------------------------------------------------------------------------------

PLANS = {
    View.INBOX: "enquiry_inbox",
    View.MINE: "enquiry_by_owner",
    View.WAITING_OFFICE: "enquiry_by_state",
    View.WAITING_CITIZEN: "enquiry_by_state",
    View.SNOOZED: "enquiry_by_state",
    View.OPEN: "enquiry_queue",
    View.DONE: "enquiry_by_state",
    View.ALL: "enquiry_all",
}


def plan(store: Store, sql: str, *parameters: object) -> str:
    """SQLite's plan for a query."""
    return "\n".join(row[3] for row in store.read(lambda tx: tx.rows(f"EXPLAIN QUERY PLAN {sql}", *parameters)))


@pytest.fixture
def full_store(embedded_store: Store) -> Store:
    """Two thousand enquiries, a tenth of them active."""
    states = list(EnquiryState)
    rows = [
        Row(
            EnquiryId(f"e{n:05}"),
            states[n % 6] if n % 10 == 0 else EnquiryState.DONE,
            (None, ME, OTHER)[n % 3],
            ACCOUNTS[n % 2],
            n * 7919 % 2000,
        )
        for n in range(2000)
    ]
    embedded_store.write(fill, rows)
    embedded_store.write(lambda tx: tx.change("ANALYZE"))
    return embedded_store


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("analyzed", [False, True], ids=["fresh", "analyzed"])
def test_a_page_comes_sorted_from_its_index(
    embedded_store: Store, request: pytest.FixtureRequest, view: View, analyzed: bool
) -> None:
    store = request.getfixturevalue("full_store") if analyzed else embedded_store
    where, parameters = queue._condition(QueueFilter(view, ME))
    steps = plan(
        store, f"SELECT {queue.COLUMNS} FROM enquiry WHERE {where} ORDER BY sort_at, id LIMIT 50 OFFSET 0", *parameters
    )
    assert f"INDEX {PLANS[view]}" in steps, steps
    assert "TEMP B-TREE" not in steps, steps


def test_a_channels_page_comes_sorted_from_its_index(full_store: Store) -> None:
    where, parameters = queue._condition(QueueFilter(View.OPEN, ME, Channel.FACEBOOK, AccountId("page")))
    sql = f"SELECT {queue.COLUMNS} FROM enquiry WHERE {where} ORDER BY sort_at, id LIMIT 50"
    steps = plan(full_store, sql, *parameters)
    assert re.search(r"INDEX (enquiry_by_account|enquiry_queue)", steps), steps
    assert "TEMP B-TREE" not in steps, steps


def test_counting_reads_an_index_alone(full_store: Store) -> None:
    steps = plan(full_store, queue._COUNTS)
    assert "COVERING INDEX enquiry_counts" in steps, steps
    assert "TEMP B-TREE" not in steps, steps


def test_what_a_poll_asks_is_found_by_index(full_store: Store) -> None:
    ids = "SELECT platform_id FROM entry WHERE account_id = ? AND platform_id IN (?, ?)"
    assert "INDEX entry_account_id_platform_id" in plan(full_store, ids, "a", "b", "c")
    threads = "SELECT thread_id, id, state FROM enquiry WHERE thread_id IN (?, ?) ORDER BY opened_at, number"
    assert "INDEX enquiry_by_thread" in plan(full_store, threads, "a", "b")
    snoozed = "SELECT id FROM enquiry WHERE state = 'snoozed' AND snoozed_until <= ? ORDER BY id"
    assert "SCAN enquiry" not in plan(full_store, snoozed, 1)
    closed = "SELECT id FROM enquiry WHERE state <> 'done' AND sort_at <= ? AND due_reason = 'window' ORDER BY id"
    assert "SEARCH enquiry" in plan(full_store, closed, 1)
