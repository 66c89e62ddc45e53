"""How a workspace is opened and how transactions run: settings of the connection, atomicity, errors in words."""

from __future__ import annotations

from switchboard_app.model.enquiry import View
from switchboard_app.model.ids import Operator
from switchboard_app.store import queue
from switchboard_app.store.database import Store
from switchboard_app.store.queue import QueueFilter


def test_an_empty_workspace_has_an_empty_queue(store: Store, me: Operator) -> None:
    assert store.read(queue.page, QueueFilter(View.INBOX, me), 0, 50) == []
