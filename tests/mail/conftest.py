"""Fixtures of the tests of mail: a mailbox on a real server, alone and as the contract suite's platform."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mail.mailbench import MailBench, Mailbox, now
from tests.mailboxes import MailHouse, mail_house
from tests.platforms import FakeClock
from tests.workspaces import *  # noqa: F403

__all__ = ["mail_house"]


@pytest.fixture  # type: ignore[no-redef]
def clock() -> FakeClock:
    """The server dates with the wall clock, so the test begins there."""
    return FakeClock(now())


@pytest.fixture
def mailbox(mail_house: MailHouse, clock: FakeClock) -> Iterator[Mailbox]:
    """An empty mailbox."""
    made = Mailbox(mail_house, clock, mail_house.address())
    yield made
    if made.line is not None:
        made.line.logout()


@pytest.fixture
def bench(mailbox: Mailbox, clock: FakeClock) -> MailBench:
    """The mailbox with its connector."""
    return MailBench(mailbox, clock)


@pytest.fixture
def inside(bench: MailBench) -> MailBench:
    """The same: there is no mailbox inside the process here."""
    return bench
