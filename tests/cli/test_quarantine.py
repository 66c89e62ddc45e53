"""``account quarantine``: what could not be read is listed, and tried again when a person asks."""

from __future__ import annotations

from switchboard_app.training.x import SimulatedX
from tests.cli.conftest import Station
from tests.cli.shapes import Time, check
from tests.platforms import Served

DOCUMENT = {
    "account": str,
    "read": int,
    "quarantined": int,
    "records": [
        {"platform_id": str, "reason": str, "at": Time, "bytes": int, "tries": int, "version": str},
    ],
}


def test_what_could_not_be_read_is_listed_and_tried_again(connected: Station, x_server: Served[SimulatedX]) -> None:
    x_server.platform.say("p", "hallo")
    x_server.platform.say("q", "in der Gruppe", conversation="1578398451921985538")
    connected.ok("sync", "--once", "--account", "Kanton Basel-Stadt")
    listed = connected.ok("account", "quarantine", "Kanton Basel-Stadt")
    check(listed, DOCUMENT)
    (record,) = listed["records"]
    assert (listed["quarantined"], record["tries"]) == (1, 1)
    assert record["bytes"] > 20
    again = connected.ok("account", "quarantine", "Kanton Basel-Stadt", "--retry")
    assert (again["read"], again["quarantined"], again["records"][0]["tries"]) == (0, 1, 2)
    connected.refused(2, "account", "quarantine", "Nobody")


def test_changes_are_in_the_document_of_an_enquiry(connected: Station, x_server: Served[SimulatedX]) -> None:
    x_server.platform.say("p", "hallo")
    connected.ok("sync", "--once", "--account", "Kanton Basel-Stadt")
    number = connected.ok("enquiry", "list")["enquiries"][0]["number"]
    shown = connected.ok("enquiry", "show", str(number))
    (entry,) = (one for one in shown["entries"] if one["kind"] == "message")
    assert (entry["edited"], entry["deleted"], entry["versions"], entry["reactions"]) == (False, False, [], [])
    assert shown["gaps"] == []
