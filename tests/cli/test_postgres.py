"""The same commands on a PostgreSQL database, from an empty one on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from switchboard_app.training.facebook import SimulatedFacebook
from tests.cli.conftest import Station, add
from tests.platforms import Served
from tests.postgres import PostgresServer, postgres_server
from tests.sync.test_faults import truth

__all__ = ["postgres_server"]

pytestmark = pytest.mark.postgres


@pytest.fixture
def station(bare: Station, postgres_server: PostgresServer) -> Iterator[Station]:
    """A station whose settings name an empty database."""
    name = postgres_server.create()
    bare.settings(workspace=postgres_server.url(name), operator="somebody")
    yield bare
    postgres_server.drop(name)


def test_from_an_empty_database_on(station: Station, facebook_server: Served[SimulatedFacebook]) -> None:
    facebook = facebook_server.platform
    for verb in (("enquiry", "list"), ("sync", "--once"), ("workspace", "upgrade")):
        assert "workspace init" in station.refused(4, *verb)
    assert station.ok("workspace", "init")["recovery_key"] is None
    assert "already" in station.refused(3, "workspace", "init")
    assert station.ok("workspace", "check") == {"problems": []}
    for name in ("backup", "restore"):
        assert "PostgreSQL" in station.refused(2, "workspace", name, str(station.home / "b.db"))
    add(station, "facebook", "Rathaus Basel", facebook_server)
    facebook.say("p", "Grüezi 🙂")
    assert station.ok("sync", "--once")["accounts"][0]["new"] == 1
    reply = station.ok("enquiry", "reply", "1", "--text", "Danke")
    assert reply["owner"] == "postgres", "who acts is the login of the database, whatever the settings say"
    assert station.ok("sync", "--once")["accounts"][0]["sent"] == 1
    assert [one.text for one in facebook.sent_by_us()] == ["Danke"]
    assert station.ok("phone-note", "add", stdin={"concern": "Loch in der Strasse"})["enquiry"] == 2
    assert station.ok("enquiry", "list", "--query", "grueezi")["total"] in (0, 1)
    assert station.ok("enquiry", "list", "--view", "all")["total"] == 2
    assert sum(truth(facebook).values()) == 1
    doctor = station("doctor", "--json")
    assert doctor.code == 0
    assert "postgres@" not in doctor.out
