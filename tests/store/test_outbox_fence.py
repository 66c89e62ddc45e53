"""The fence of the outbox: a step is written only onto the row as it was loaded."""

from __future__ import annotations

from switchboard_app.model import sending
from switchboard_app.model.delivery import DeliveryState
from switchboard_app.store import outbox, outbox_rows
from switchboard_app.store.transaction import Transaction
from tests.store.town import Town


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
