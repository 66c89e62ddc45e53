"""Answers on Instagram: a text is counted in bytes, the windows are Facebook's, PDF goes out."""

from __future__ import annotations

import pytest

from switchboard_app.model.channel import Channel
from switchboard_app.model.errors import Refused
from switchboard_app.model.ids import Operator
from switchboard_app.model.times import DAY, HOUR
from switchboard_app.store.database import Store
from switchboard_app.store.desk import File
from tests.platforms import FakeClock
from tests.store.town import Town, found

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


@pytest.fixture
def gram(store: Store, clock: FakeClock, me: Operator) -> Town:
    return found(store, clock, me, Channel.INSTAGRAM)


def test_a_text_is_counted_in_bytes(gram: Town) -> None:
    enquiry = gram.enquiry_of()
    with pytest.raises(Refused, match="1002 characters; this channel takes 1000, and ä, é and emoji count more"):
        gram.replies(enquiry, "ü" * 501)
    gram.replies(enquiry, "ü" * 500)


def test_windows_and_files(gram: Town) -> None:
    enquiry = gram.enquiry_of()
    gram.replies(enquiry, "Der Plan", files=[File("plan.pdf", PDF)])
    gram.clock.forward(6 * DAY)
    gram.replies(enquiry, "Innerhalb von sieben Tagen")
    gram.clock.forward(DAY + HOUR)
    with pytest.raises(Refused, match="reply window closed"):
        gram.replies(enquiry, "Zu spät")
