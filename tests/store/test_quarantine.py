"""What could not be read: kept with its reason, tried again by a newer version, never in the way. What is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from switchboard_app.model.ids import PlatformId
from switchboard_app.model.remote import Batch, ThreadGap
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.store import elsewhere, gaps, intake, quarantine
from tests.store.town import Town


def test_one_among_a_thousand_is_kept_apart(town: Town) -> None:
    made = [town.says(f"{n}", known_as=f"k{n}") for n in range(1000)]
    made[500] = replace(made[500], unreadable="Eine neue Art.", raw='{"id": "k500", "x": "ä"}')
    stored = town.arrives(*made)
    assert (stored.new, stored.quarantined) == (999, 1)
    (kept,) = town.store.read(quarantine.listed, town.account.id)
    assert (kept.platform_id, kept.reason, kept.at) == ("k500", "Eine neue Art.", town.clock.now)
    assert (kept.size, kept.tries) == (len('{"id": "k500", "x": "ä"}'.encode()), 1)
    assert town.arrives(*made).quarantined == 0, "it is known: nothing stumbles over it again"
    assert town.store.read(quarantine.count, town.account.id) == 1


def test_a_newer_version_tries_again_three_times_in_all(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.arrives(town.says("neu", known_as="m", unreadable="nein"))
    assert town.store.read(quarantine.due, town.account.id) == ()
    for number in (2, 3):
        monkeypatch.setattr(quarantine, "__version__", f"9.{number}")
        (due,) = town.store.read(quarantine.due, town.account.id)
        assert (due.platform_id, due.thread, due.raw) == ("m", "t_anna", "{}")
        still = town.says("neu", known_as="m", unreadable=f"immer noch nicht, {number}")
        town.store.write(intake.read_again, town.account, (), (still,))
    monkeypatch.setattr(quarantine, "__version__", "9.4")
    assert town.store.read(quarantine.due, town.account.id) == ()
    assert len(town.store.read(quarantine.due, town.account.id, asked=True)) == 1
    (kept,) = town.store.read(quarantine.listed, town.account.id)
    assert (kept.reason, kept.tries, kept.version) == ("immer noch nicht, 3", 3, "9.3")


def test_what_can_be_read_now_is_stored_in_its_place(town: Town) -> None:
    earlier = town.clock.now - HOUR
    town.arrives(town.says("davor", at=earlier - 1), town.says("Gruppe", known_as="m", at=earlier, unreadable="nein"))
    town.arrives(town.says("danach"))
    readable = town.says("Gruppe", known_as="m", at=earlier)
    batch = town.batch(readable)
    assert town.store.write(intake.read_again, town.account, batch.threads, batch.messages).new == 1
    assert [entry.text for entry in town.messages(town.last_of().id)] == ["davor", "Gruppe", "danach"]
    assert town.store.read(quarantine.count, town.account.id) == 0
    assert town.store.write(intake.read_again, town.account, batch.threads, batch.messages).new == 0


def test_served_again_and_readable_it_leaves_quarantine_by_itself(town: Town) -> None:
    town.arrives(town.says("Hallo", known_as="m", unreadable="nein"))
    assert town.arrives(town.says("Hallo", known_as="m")).new == 1
    assert town.store.read(quarantine.count, town.account.id) == 0


def test_the_cursor_moves_only_with_the_rows(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def cursor() -> str:
        return str(town.rows("SELECT cursor FROM account WHERE id = ?", town.account.id)[0][0])

    town.store.write(intake.ingest, town.account, town.batch(town.says("eins"), cursor="eins"))
    monkeypatch.setattr(intake, "sort_in", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        town.store.write(intake.ingest, town.account, town.batch(town.says("zwei"), cursor="zwei"))
    assert cursor() == '{"at": "eins"}'
    monkeypatch.undo()
    town.store.write(intake.ingest, town.account, town.batch(town.says("zwei"), cursor="zwei"))
    assert cursor() == '{"at": "zwei"}'


# -- gaps ------------------------------------------------------------------------------------------------------------


def gap(town: Town, **more: object) -> None:
    """A batch that says that something is missing."""
    batch = replace(town.batch(), **more)  # type: ignore[arg-type]  # fields of Batch
    assert isinstance(batch, Batch)
    town.store.write(intake.ingest, town.account, batch)


def test_a_gap_of_the_account_stands_in_conversations_that_were_under_way(town: Town) -> None:
    town.arrives(town.says("Guten Tag", at=town.clock.now - 40 * DAY))
    begin, end = Millis(town.clock.now - 35 * DAY), Millis(town.clock.now - 30 * DAY)
    gap(town, gap=(begin, end))
    town.arrives(town.says("neu hier", "beat"))
    assert [(one.from_at, one.to_at, one.person) for one in town.store.read(gaps.listed, town.account.id)] == [
        (begin, end, "")
    ]
    assert [one.to_at for one in town.shown(town.last_of().id).gaps] == [end]
    assert town.shown(town.last_of("beat").id).gaps == ()


def test_a_gap_of_one_conversation_stands_there_alone_and_is_noted_once(town: Town) -> None:
    town.arrives(town.says("Guten Tag"), town.says("hallo", "beat"))
    to = Millis(town.clock.now - HOUR)
    for _ in range(2):
        gap(town, thread_gaps=(ThreadGap(PlatformId("t_anna"), Millis(0), to, 34),))
    (one,) = town.shown(town.last_of().id).gaps
    assert (one.from_at, one.to_at, one.missing) == (0, to, 34)
    assert town.shown(town.last_of("beat").id).gaps == ()
    (known,) = town.store.read(gaps.listed, town.account.id)
    assert known.person == "Anna"


# -- late, and answered by others ------------------------------------------------------------------------------------


def test_what_a_complete_poll_should_have_seen_arrives_late(town: Town) -> None:
    town.store.write(
        lambda tx: tx.change("UPDATE account SET last_ok_at = ? WHERE id = ?", town.clock.now, town.account.id)
    )
    town.clock.forward(MINUTE)
    town.arrives(town.says("überholt", at=town.clock.now - 10 * MINUTE), town.says("eben", at=town.clock.now - MINUTE))
    assert [(e.text, e.late) for e in town.messages(town.last_of().id)] == [("überholt", True), ("eben", False)]


def test_replies_by_another_tool_are_told_from_those_of_people(town: Town) -> None:
    begin = town.clock.now
    enquiry = town.enquiry_of()
    town.sends(town.replies(enquiry))
    assert town.store.read(elsewhere.answered_by_tools, town.account.id, begin) == 0
    town.clock.forward(HOUR)
    town.arrives(town.says("Von Hand", ours=True))
    town.arrives(town.says("Noch etwas", at=town.clock.now + MINUTE))
    machine = town.says("Danke für Ihre Nachricht!", ours=True, at=town.clock.now + MINUTE + 2 * SECOND)
    told = replace(town.says("Automat", ours=True, at=town.clock.now + HOUR), by_tool=True)
    town.clock.forward(HOUR)
    town.arrives(machine, told)
    assert town.store.read(elsewhere.answered_by_tools, town.account.id, begin) == 2
    assert town.messages(enquiry)[-1].elsewhere
