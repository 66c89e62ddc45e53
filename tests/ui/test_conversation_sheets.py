"""The sheets over the conversation: put away, reassign, merge, tags; and moments as people type them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from switchboard_app.model.enquiry import EnquiryState, Outcome
from switchboard_app.model.ids import Operator
from switchboard_app.model.times import HOUR, local, parse_iso
from switchboard_app.store import desk as verbs
from switchboard_app.ui.snooze_sheet import usual_moments
from switchboard_app.ui.text.typed_time import typed_time
from tests.ui.hands import press, type_in
from tests.ui.open_enquiry import HOLE, Desk, focus
from tests.ui.workspace import ME, Workspace, until

FRIDAY = parse_iso("2026-11-20T09:48:00+01:00")


@pytest.fixture
def desk(workspace: Workspace, qtbot: QtBot) -> Desk:
    return Desk(workspace, qtbot)


def said(text: str) -> str | None:
    moment = typed_time(text, FRIDAY)
    return None if moment is None else local(moment).strftime("%a %d.%m.%Y %H:%M")


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("14:30", "Fri 20.11.2026 14:30"),
        ("14.30", "Fri 20.11.2026 14:30"),
        ("14h30", "Fri 20.11.2026 14:30"),
        ("um 14 Uhr", "Fri 20.11.2026 14:00"),
        ("9", "Sat 21.11.2026 09:00"),
        ("mo 9", "Mon 23.11.2026 09:00"),
        ("Montag", "Mon 23.11.2026 08:00"),
        ("fr 8", "Fri 27.11.2026 08:00"),
        ("fr 16:15", "Fri 20.11.2026 16:15"),
        ("sunday 10", "Sun 22.11.2026 10:00"),
        ("heute 16", "Fri 20.11.2026 16:00"),
        ("morgen 8", "Sat 21.11.2026 08:00"),
        ("übermorgen", "Sun 22.11.2026 08:00"),
        ("23.11. 10:00", "Mon 23.11.2026 10:00"),
        ("23.11.2026, 10:00", "Mon 23.11.2026 10:00"),
        ("23.11.", "Mon 23.11.2026 08:00"),
        ("1.2. 8:00", "Mon 01.02.2027 08:00"),
        ("in 3 h", "Fri 20.11.2026 12:48"),
        ("+90 min", "Fri 20.11.2026 11:18"),
        ("in 2 AT", "Tue 24.11.2026 09:48"),
        ("in 1 woche", "Fri 27.11.2026 09:48"),
    ],
)
def test_moments_are_understood_as_people_type_them(text: str, understood: str) -> None:
    assert said(text) == understood


@pytest.mark.parametrize("text", ["", "blah", "25:00", "31.2. 10", "heute 8", "20.11. 8:00", "in 999 d", "m", "9:75"])
def test_what_is_no_moment_to_come_is_refused(text: str) -> None:
    assert typed_time(text, FRIDAY) is None


def test_working_days_leave_out_holidays() -> None:
    before_christmas = parse_iso("2026-12-23T09:00:00+01:00")
    moment = typed_time("in 2 AT", before_christmas)
    assert moment is not None
    # 25 and 26 December are holidays, then comes a weekend
    assert local(moment).strftime("%d.%m.") == "28.12."


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-11-20T09:48:00+01:00", ["In 1 hour", "This afternoon", "Tomorrow morning", "Monday morning"]),
        ("2026-11-20T16:00:00+01:00", ["In 1 hour", "Tomorrow morning", "Monday morning"]),
        ("2026-11-22T09:48:00+01:00", ["In 1 hour", "This afternoon", "Tomorrow morning"]),
    ],
)
def test_usual_moments_are_to_come_and_differ(now: str, words: list[str]) -> None:
    found = usual_moments(parse_iso(now))
    assert [text for text, _ in found] == words
    assert all(moment > parse_iso(now) for _, moment in found)


async def test_put_away_with_one_key(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    wanted = []
    desk.pane.next_wanted.connect(lambda: wanted.append(1))
    desk.pane.ask_snooze()
    sheet = desk.pane.sheets.snooze_sheet
    assert sheet is not None
    assert focus() is sheet.choices.rows[0]
    press(sheet.choices.rows[0], Qt.Key.Key_1)
    await until(lambda: wanted)
    enquiry = desk.stored(anna).enquiry
    assert enquiry.state is EnquiryState.SNOOZED
    assert enquiry.snoozed_until == desk.workspace.clock.now + HOUR
    assert not sheet.isVisible()


async def test_put_away_until_a_typed_moment(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.ask_snooze()
    sheet = desk.pane.sheets.snooze_sheet
    assert sheet is not None
    type_in(sheet.line, "mo")
    assert "08:00" in sheet.field._mark.source()
    type_in(sheet.line, " 9 q")
    assert not sheet.button.isEnabled()
    sheet.line.clear()
    type_in(sheet.line, "mo 9")
    press(sheet.line, Qt.Key.Key_Return)
    await until(lambda: desk.stored(anna).enquiry.snoozed_until == parse_iso("2026-11-23T09:00:00+01:00"))


async def test_reassigning_needs_a_name_and_a_reason(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    await desk.open(anna)
    desk.pane.ask_reassign()
    sheet = desk.pane.sheets.reassign_sheet
    assert sheet is not None
    assert focus() is sheet.to
    assert not sheet.button.isEnabled()
    type_in(sheet.to, "A. Keller")
    press(sheet.to, Qt.Key.Key_Return)
    assert focus() is sheet.reason
    type_in(sheet.reason, "Ferien")
    press(sheet.reason, Qt.Key.Key_Return)
    await until(lambda: desk.stored(anna).enquiry.owner == "A. Keller")
    await until(lambda: "A. Keller" in desk.pane.composer.strip.words.source())


async def test_whoever_worked_here_lately_is_offered(desk: Desk) -> None:
    anna = desk.receive("Anna", "Hallo")
    other = desk.receive("Bea", "Grüezi")
    desk.workspace.store.write(verbs.claim, other, by=Operator("S. Weber"))
    await desk.open(anna)
    desk.pane.ask_reassign()
    sheet = desk.pane.sheets.reassign_sheet
    assert sheet is not None
    await until(lambda: [row.accessibleName() for row in sheet.offered.rows] == ["S. Weber"])
    type_in(sheet.to, "web")
    assert len(sheet.offered.rows) == 1
    press(sheet.to, Qt.Key.Key_Down)
    press(sheet.offered.rows[0], Qt.Key.Key_Return)
    assert sheet.to.text() == "S. Weber"
    assert focus() is sheet.reason
    assert not sheet.offered.isVisible()


async def test_merging_by_words_and_by_number(desk: Desk) -> None:
    other = desk.receive("Bea", "Das gleiche Schlagloch an der Hegenheimerstrasse")
    anna = desk.receive("Anna", HOLE)
    closed = desk.receive("Carla", "Schlagloch, hat sich erledigt")
    desk.workspace.store.write(verbs.done, closed, Outcome.ANSWERED, ME)
    await desk.open(anna)
    desk.pane.ask_merge()
    sheet = desk.pane.sheets.merge_sheet
    assert sheet is not None
    type_in(sheet.line, "schlagl")
    await until(lambda: len(sheet.hits.rows) == 1)
    assert "Bea" in sheet.hits.rows[0].accessibleName()
    press(sheet.line, Qt.Key.Key_Return)
    await until(lambda: not sheet.isVisible())
    assert desk.stored(anna).enquiry.outcome is Outcome.MERGED
    await until(lambda: desk.pane.timeline.row(f"merged:{desk.stored(anna).entries[-1].id}") is not None)
    found: list[int] = []
    desk.pane.enquiry_wanted.connect(found.append)
    row = desk.pane.timeline.row(f"merged:{desk.stored(anna).entries[-1].id}")
    assert row is not None
    row.button.click()  # type: ignore[attr-defined]  # a ButtonRow
    assert found == [desk.stored(other).enquiry.number]


async def test_merging_with_itself_is_refused_in_the_sheet(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    shown = await desk.open(anna)
    desk.pane.ask_merge()
    sheet = desk.pane.sheets.merge_sheet
    assert sheet is not None
    type_in(sheet.line, str(shown.number))
    await until(sheet.field._mark.source)
    press(sheet.line, Qt.Key.Key_Return)
    await until(sheet.trouble.isVisible)
    assert sheet.isVisible()
    assert desk.stored(anna).enquiry.state is EnquiryState.NEW


async def test_tags_are_words(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    await desk.open(anna)
    desk.pane.ask_tags()
    sheet = desk.pane.sheets.tags_sheet
    assert sheet is not None
    type_in(sheet.line, "Tiefbau, velo")
    press(sheet.line, Qt.Key.Key_Return)
    await until(lambda: desk.stored(anna).enquiry.tags == ("tiefbau", "velo"))
    await until(lambda: "velo" in [label.chip().text for label in desk.pane.head._chip_labels])
    desk.pane.ask_tags()
    assert sheet.line.text() == "tiefbau velo"
    sheet.close()


async def test_a_second_press_while_a_verb_runs_does_nothing(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    await desk.open(anna)
    desk.pane.ask_done()
    sheet = desk.pane.sheets.done_sheet
    assert sheet is not None
    sheet.choices.rows[0].click()
    sheet.choices.rows[1].click()
    await until(lambda: not sheet.isVisible())
    assert desk.stored(anna).enquiry.outcome is Outcome.ANSWERED
    assert not desk.told


async def test_esc_puts_a_sheet_away_and_changes_nothing(desk: Desk) -> None:
    anna = desk.receive("Anna", HOLE)
    await desk.open(anna)
    for ask in (desk.pane.ask_done, desk.pane.ask_snooze, desk.pane.ask_reassign, desk.pane.ask_merge):
        ask()
        widget = focus()
        assert widget is not None
        press(widget, Qt.Key.Key_Escape)
        assert desk.pane.current() == anna
    assert desk.stored(anna).enquiry.state is EnquiryState.NEW
    assert desk.stored(anna).enquiry.owner != Operator("")
