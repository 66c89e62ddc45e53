"""The queue's model: holds what is near the eye, says what changed and no more, and never loses its place."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.deadlines import FAR
from switchboard_app.model.enquiry import QueueRow, View
from switchboard_app.model.ids import EnquiryId
from switchboard_app.store import desk, queue
from switchboard_app.store.queue import QueueFilter
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.queue_model import KEPT, PAGE, ROW, Moved, Outlook, QueueModel
from tests.ui.workspace import ME, Workspace, until

MINUTE = 60_000


class Eye:
    """Who looks at the model, for its tests."""

    def __init__(self, first: int = 0, last: int = 9) -> None:
        self.outlook = Outlook(first, last)
        self.keeps = True

    def look(self, first: int, last: int, *anchors: EnquiryId) -> None:
        self.outlook = Outlook(first, last, anchors)


@pytest.fixture
def page_of_fifteen(workspace: Workspace) -> Account:
    """Fifteen enquiries, one a minute."""
    account = workspace.connect(Channel.FACEBOOK, "Rathaus Basel")
    for number in range(15):
        workspace.receive(account, f"Person {number:02}", f"Anliegen {number}")
        workspace.clock.forward(MINUTE)
    return account


def inbox() -> QueueFilter:
    return QueueFilter(View.INBOX, ME)


async def opened(workspace: Workspace, eye: Eye, view: View = View.INBOX) -> QueueModel:
    """A model that has read its first page, watched by Qt's own tester."""
    model = QueueModel(workspace.bridge)
    model.tester = QAbstractItemModelTester(model)  # type: ignore[attr-defined]  # lives as long as the model
    model.serve(lambda: eye.outlook, lambda _moved: eye.keeps)
    model.show(QueueFilter(view, ME))
    await until(model.ready)
    return model


def names(model: QueueModel) -> list[str]:
    """The names of the loaded rows."""
    return [row.person_name for place in range(model.total()) if (row := model.row(place)) is not None]


def watched(model: QueueModel) -> list[tuple[str, int, int]]:
    """What the model tells from now on."""
    told: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _parent, first, last: told.append(("out", first, last)))
    model.dataChanged.connect(lambda first, last: told.append(("changed", first.row(), last.row())))
    model.modelReset.connect(lambda: told.append(("reset", 0, 0)))
    return told


def there(model: QueueModel, first: int, end: int) -> bool:
    """Whether these rows are loaded."""
    return all(model.row(place) for place in range(first, end))


def remove(workspace: Workspace, where: str) -> None:
    """Take enquiries out of the store."""

    def gone(tx: Transaction) -> None:
        tx.change(f"DELETE FROM enquiry WHERE {where}")
        tx.hint("queue")

    workspace.store.write(gone)


async def test_the_first_page_is_there(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    assert model.rowCount() == 15
    assert names(model)[:2] == ["Person 00", "Person 01"], "most urgent first"
    row = model.index(0, 0).data(ROW)
    assert row.person_name == "Person 00"
    assert model.index(0, 0).data() is None, "nothing is shown but by the delegate"


async def test_a_row_is_one_sentence_for_a_screen_reader(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    spoken = model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Person 00, Facebook, 09:48, 1 unread message, Reply until 11:48, Anliegen 0"


async def test_a_new_row_is_put_in_and_nothing_else_told(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    told = watched(model)
    workspace.receive(page_of_fifteen, "Neu", "Noch etwas")
    await until(lambda: model.rowCount() == 16)
    assert [one for one in told if one[0] != "changed"] == [("in", 15, 15)]
    assert names(model)[-1] == "Neu"


async def test_one_changed_row_is_told_alone(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    told = watched(model)
    fourth = model.row(3)
    assert fourth is not None
    await workspace.verbs.claim(fourth.id)
    await until(lambda: told)
    assert told == [("changed", 3, 3)]
    changed = model.row(3)
    assert changed is not None
    assert changed.owner == ME


async def test_a_row_that_leaves_is_taken_out(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    told = watched(model)
    fourth = model.row(3)
    assert fourth is not None
    await workspace.verbs.snooze(fourth.id, workspace.clock.now + 10_000 * MINUTE)  # type: ignore[arg-type]  # Millis
    await until(lambda: model.rowCount() == 14)
    assert told == [("out", 3, 3)]
    assert "Person 03" not in names(model)


async def test_another_list_begins_anew(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    model.show(QueueFilter(View.DONE, ME))
    await until(lambda: model.ready() and model.rowCount() == 0)
    model.show(inbox())
    await until(lambda: model.ready() and model.rowCount() == 15)


async def test_the_newest_wish_counts(workspace: Workspace, page_of_fifteen: Account) -> None:
    model = await opened(workspace, Eye())
    model.show(QueueFilter(View.DONE, ME))
    model.show(QueueFilter(View.SNOOZED, ME))
    model.show(inbox())
    await until(model.ready)
    assert model.filter() == inbox()
    assert model.rowCount() == 15


# -- long lists --------------------------------------------------------------------------------------------------------


def many(workspace: Workspace, count: int) -> None:
    """Phone notes without number, quickly."""

    def fill(tx: Transaction) -> None:
        tx.many(
            "INSERT INTO enquiry (id, number, state, channel, person_name, subject, excerpt, language, priority, tags,"
            " office_name, opened_at, last_at, sort_at, unread, delivery, version)"
            " VALUES (?, ?, 'new', 'phone', ?, '', '', 'de', 0, '', '', ?, ?, ?, 0, '', 1)",
            [(f"{n:08}", n + 10, f"P {n}", n, n, FAR + n) for n in range(count)],
        )
        tx.hint("queue")

    workspace.store.write(fill)


async def test_only_what_is_near_the_eye_is_held(workspace: Workspace) -> None:
    many(workspace, 5000)
    eye = Eye()
    model = await opened(workspace, eye)
    assert model.rowCount() == 5000
    for first in (0, 90, 250, 2500, 4990, 1200, 1290, 1100):
        eye.look(first, first + 12)
        model.look_at()
        await until(partial(there, model, first, min(first + 12, 5000)))
        assert model.loaded() <= 13 + 2 * KEPT
        row = model.row(first)
        assert row is not None
        assert row.number == first + 10
    assert model.row(4000) is None
    assert model.index(4000, 0).data(ROW) is None


async def test_a_refresh_reads_only_its_stretch(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    many(workspace, 5000)
    eye = Eye(2500, 2512)
    model = await opened(workspace, eye)
    model.look_at()
    await until(lambda: model.row(2500))
    read: list[int] = []
    page = queue.page

    def counted(tx: Transaction, wanted: QueueFilter, offset: int, limit: int) -> list[QueueRow]:
        read.append(limit)
        return page(tx, wanted, offset, limit)

    monkeypatch.setattr(queue, "page", counted)
    told = watched(model)
    middle = model.row(2505)
    assert middle is not None
    eye.look(2500, 2512, middle.id)
    for _ in range(20):  # a burst of hints is one read
        workspace.bridge.changed.emit(frozenset({"queue"}))
    await workspace.bridge.run(desk.claim, middle.id, ME)
    await until(lambda: told)
    assert told == [("changed", 2505, 2505)]
    assert len(read) <= 4
    assert max(read) <= 13 + 2 * KEPT + PAGE


async def test_rows_put_in_far_above_shift_the_stretch(workspace: Workspace) -> None:
    many(workspace, 3000)
    eye = Eye(1500, 1512)
    model = await opened(workspace, eye)
    model.look_at()
    await until(lambda: model.row(1505))
    anchor = model.row(1505)
    assert anchor is not None
    eye.look(1500, 1512, anchor.id)
    moves: list[Moved] = []
    model.moved.connect(moves.append)

    def three_earlier(tx: Transaction) -> None:
        for number in range(3):
            tx.change(
                "INSERT INTO enquiry (id, number, state, channel, person_name, subject, excerpt, language, priority,"
                " tags, office_name, opened_at, last_at, sort_at, unread, delivery, version)"
                " VALUES (?, ?, 'new', 'phone', 'Neu', '', '', 'de', 0, '', '', 0, 0, -1, 0, '', 1)",
                f"neu{number}",
                90_000 + number,
            )
        tx.hint("queue")

    workspace.store.write(three_earlier)
    await until(lambda: moves)
    assert model.rowCount() == 3003
    assert (moves[0].before, moves[0].after, moves[0].above) == (1505, 1508, 3)
    assert model.place(anchor.id) == 1508
    row = model.row(1508)
    assert row is not None
    assert row.number == anchor.number


async def test_the_anchor_may_leave_and_the_next_one_holds(workspace: Workspace) -> None:
    many(workspace, 3000)
    eye = Eye(1500, 1512)
    model = await opened(workspace, eye)
    model.look_at()
    await until(lambda: model.row(1505))
    first, second = model.row(1505), model.row(1506)
    assert first is not None
    assert second is not None
    eye.look(1500, 1512, first.id, second.id)
    moves: list[Moved] = []
    model.moved.connect(moves.append)
    remove(workspace, f"id = '{first.id}'")
    await until(lambda: moves)
    assert (moves[0].anchor, moves[0].before, moves[0].after) == (second.id, 1506, 1505)


async def test_what_would_move_the_eye_waits(workspace: Workspace, page_of_fifteen: Account) -> None:
    eye = Eye()
    model = await opened(workspace, eye)
    told = watched(model)
    held: list[int] = []
    model.held.connect(held.append)
    eye.keeps = False
    third = model.row(2)
    assert third is not None
    await workspace.verbs.claim(third.id)
    workspace.receive(page_of_fifteen, "Neu", "Noch etwas")
    await until(lambda: held)
    assert all(one[0] == "changed" for one in told), "only the words of rows change"
    assert model.rowCount() == 15
    eye.keeps = True
    model.refresh()
    await until(lambda: model.rowCount() == 16)


async def test_a_list_that_shrinks_under_the_eye_ends_well(workspace: Workspace) -> None:
    many(workspace, 1000)
    eye = Eye(950, 960)
    model = await opened(workspace, eye)
    model.look_at()
    await until(lambda: model.row(955))
    remove(workspace, "number > 100")
    await until(lambda: model.rowCount() == 91)
    eye.look(80, 90)
    model.look_at()
    await until(lambda: all(model.row(place) for place in range(80, 91)))
    assert not model.index(91, 0).isValid()
    assert model.rowCount(QModelIndex(model.index(0, 0))) == 0
