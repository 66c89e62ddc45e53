"""The fence of the outbox: a step is written only onto the row as it was loaded."""

from __future__ import annotations

import threading

import pytest
from peewee import IntegrityError

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.model.times import HOUR
from switchboard_app.store import outbox, outbox_rows
from switchboard_app.store.transaction import Transaction
from tests.store.town import Town
from tests.workspaces import Workspace


def test_whoever_was_faster_wins(town: Town) -> None:
    delivery = town.replies(town.enquiry_of())
    town.takes(delivery)

    def late(tx: Transaction) -> bool:
        stale = outbox_rows.load(tx, delivery.id)
        assert stale is not None
        recovered = sending.recovered(stale, tx.now).send
        assert outbox_rows.write(tx, delivery.id, stale, recovered)
        return outbox_rows.write(tx, delivery.id, stale, sending.arrived(stale, tx.now).send)

    assert not town.store.write(late)
    assert town.delivery(delivery).state is DeliveryState.UNCERTAIN


def test_a_stale_list_takes_nothing_out_of_turn(town: Town) -> None:
    enquiry = town.enquiry_of()
    first, second = town.replies(enquiry, "Eins"), town.replies(enquiry, "Zwei")
    town.takes(first)
    assert town.store.write(outbox.take, second.id) is None


def test_the_database_itself_allows_one_unsettled_send_for_each_conversation(town: Town) -> None:
    enquiry = town.enquiry_of()
    first, second = town.replies(enquiry, "Eins"), town.replies(enquiry, "Zwei")
    town.takes(first)

    def past_all_rules(tx: Transaction) -> bool:
        before = outbox_rows.load(tx, second.id)
        assert before is not None
        after = sending.taken(before, sending.TEXT, tx.now)
        assert after is not None
        return outbox_rows.write(tx, second.id, before, after)

    with pytest.raises(IntegrityError):
        town.store.write(past_all_rules)


def test_of_many_recoverers_one_recovers(town: Town, workspace: Workspace) -> None:
    for number in range(5):
        town.takes(town.replies(town.enquiry_of(who=f"c{number}")))
    town.clock.forward(sending.TEXT.permit + sending.AFTER_PERMIT + 1)
    stations = [workspace.open() for _ in range(4)]
    start = threading.Barrier(len(stations))
    recovered: list[int] = []

    def work(number: int) -> None:
        start.wait()
        recovered.append(stations[number].write(outbox.recover))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(stations))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(recovered) == 5
    assert town.rows("SELECT DISTINCT state, epoch FROM outbox") == [("uncertain", 2)]


def test_in_the_order_of_writing_even_if_the_clock_is_set_back(town: Town) -> None:
    enquiry = town.enquiry_of()
    first = town.replies(enquiry, "Eins")
    town.clock.forward(-HOUR)
    second = town.replies(enquiry, "Zwei")
    town.clock.forward(2 * HOUR)
    assert town.store.read(outbox.due, town.account.id, "message") == [first.id]
    town.sends(first)
    assert town.store.read(outbox.due, town.account.id, "message") == [second.id]
