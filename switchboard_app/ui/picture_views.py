"""How each picture is set: what is opened, typed and chosen in the window before it is taken.

One function a view, in the order in which they are taken on one stage; each leaves the window so that the next can
begin. Called by `screenshots`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from switchboard_app.model.account import Account
from switchboard_app.model.budget import UNTOLD
from switchboard_app.model.channel import Channel
from switchboard_app.model.health import Health, quiet_detail
from switchboard_app.model.ids import OfficeId, Operator
from switchboard_app.model.proof import Proof
from switchboard_app.model.times import DAY, HOUR, MINUTE, SECOND, Millis
from switchboard_app.store import accounts, budgets, gaps, health, proof
from switchboard_app.store.transaction import Transaction
from switchboard_app.ui.keys import Action
from switchboard_app.ui.picture_attachments import files, viewer
from switchboard_app.ui.picture_stage import Stage

_CONCERN = (
    "Möchte Kaufvertrag für Eigentumswohnung beurkunden lassen, weiss nicht, welches Amt. Verkäuferin wohnt in Riehen."
    " Erreichbar ab 14 Uhr."
)


@dataclass(frozen=True, slots=True)
class PictureView:
    """`name` names the file; `source` is the workspace it needs: busy, quiet, or training (busy, with a telephone)."""

    name: str
    source: str
    arrange: Callable[[Stage], Awaitable[None]]
    tidy: Callable[[Stage], Awaitable[None]] | None = None


async def pause(seconds: float = 0.05) -> None:
    """Let the loop go on."""
    await asyncio.sleep(seconds)


async def until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait for the window to come so far. Raises TimeoutError: a picture of something else is of no use."""
    async with asyncio.timeout(seconds):
        while not condition():
            await pause(0.02)


async def _close_sheets(stage: Stage) -> None:
    """Esc, as often as something lies over the panes."""
    for _ in range(5):
        if not stage.window.covered():
            break
        over: QWidget = QApplication.focusWidget() or stage.window
        _press_escape(over)
        await pause()


def _focus_in(widget: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and widget.isAncestorOf(focus)


def _press_escape(over: QWidget) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(over, QKeyEvent(kind, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier))


async def _main(stage: Stage) -> None:
    selected = stage.prepared.filled.selected
    assert selected is not None
    window = stage.window
    await until(window.isActiveWindow)
    await pause(0.4)
    window.go_to(selected)
    await until(lambda: (head := window.conversation().enquiry()) is not None and head.id == selected)
    await pause(0.2)
    window.act(Action.ANSWER)
    await until(lambda: _focus_in(window.conversation().composer))


async def _caution(stage: Stage) -> None:
    """The published test number; real ones are nobody's business here."""
    box = stage.window.conversation().composer.answer.box
    box.setPlainText("Besten Dank. Ihre AHV-Nummer 756.9217.0769.85 haben wir weitergegeben.")
    await pause(0.1)


async def _no_caution(stage: Stage) -> None:
    stage.window.conversation().composer.answer.box.setPlainText("")


async def _done(stage: Stage) -> None:
    stage.window.act(Action.DONE)


async def _forward(stage: Stage) -> None:
    stage.window.conversation().focus_forward(OfficeId("bvd-tiefbauamt-strassenunterhalt"))


async def _back_to_answer(stage: Stage) -> None:
    await _close_sheets(stage)
    stage.window.conversation().focus_answer()


async def _palette(stage: Stage) -> None:
    stage.window.search().open("schlagloch")


async def _close_palette(stage: Stage) -> None:
    stage.window.search().close()


async def _phone_note(stage: Stage) -> None:
    sheet = stage.window.sheets.phone_note()
    now = stage.clock.now
    stage.clock.now = Millis(now - 42 * SECOND)
    sheet.open_for("061 555 01 88")
    stage.clock.now = now
    sheet.form.concern.setPlainText(_CONCERN)
    await until(sheet.form.hint.isVisible)
    await until(lambda: sheet.form.office.hits.current() is not None)
    line = sheet.form.office.line
    line.setFocus(Qt.FocusReason.OtherFocusReason)
    line.setText("beurk")
    line.textEdited.emit("beurk")
    await until(sheet.keeping.rests)


async def _drop_note(stage: Stage) -> None:
    sheet = stage.window.sheets.phone_note()
    sheet.discard_note()
    for toast in stage.window.findChildren(QWidget):
        if type(toast).__name__ == "Toast":
            toast.hide()


async def _unclear(stage: Stage) -> None:
    unclear = stage.prepared.filled.unclear
    assert unclear is not None
    stage.window.go_to(unclear)


async def _settings(stage: Stage) -> None:
    stage.window.act(Action.SETTINGS)


async def _directory(stage: Stage) -> None:
    stage.window.act(Action.DIRECTORY)
    await pause(0.3)
    stage.window.sheets.directory().search.setText("velo")


async def _keys(stage: Stage) -> None:
    stage.window.act(Action.KEYS)


async def _health(stage: Stage) -> None:
    await stage.bridge.run(_several_states, stage.prepared.filled.accounts["facebook"], stage.bridge.me)
    stage.window.act(Action.HEALTH)


def _several_states(tx: Transaction, page: Account, me: Operator) -> None:
    """Accounts in several states, with what their cards say besides: a limit, a proof, a gap, how they were lately."""
    now, handle = tx.now, accounts.named(tx, "Kanton Basel-Stadt")
    photos = accounts.add(tx, Channel.INSTAGRAM, "Stadt Basel", me)
    course = (
        (19 * HOUR, photos, Health.OK, ""),
        (160 * MINUTE, page, Health.UNREACHABLE, ""),
        (151 * MINUTE, page, Health.OK, ""),
        (12 * SECOND, photos, Health.STALE, quiet_detail(190 * MINUTE, 20 * MINUTE)),
        (7 * SECOND, page, Health.OK, ""),
        (5 * SECOND, handle, Health.NEEDS_SIGN_IN, ""),
    )
    for ago, account, state, detail in course:
        tx.now = Millis(now - ago)
        health.put(tx, account.id, state, detail, Millis(now + 40 * SECOND))
    tx.now = now
    budgets.observed(tx, page.id, "graph-day", 1000, UNTOLD, DAY)
    for _ in range(62):
        budgets.charge(tx, page.id, "graph-day")
    proof.keep(tx, page.id, Proof(Millis(now - 7 * HOUR), 412, 0, None, complete=True))
    gaps.note(tx, handle.id, Millis(now - 9 * DAY), Millis(now - 8 * DAY))


async def _empty(_stage: Stage) -> None:
    await pause(0.4)


async def _training(stage: Stage) -> None:
    await _main(stage)
    await pause(1.2)  # the telephone is asked once a second
    stage.window.act(Action.ANSWER)


async def _training_call(stage: Stage) -> None:
    stage.window.act(Action.PHONE_NOTE)
    await pause(0.2)
    sheet = stage.window.sheets.phone_note()
    sheet.form.concern.insertPlainText("Stolperstelle auf dem Trottoir an der Bruderholzallee, Baumwurzeln.")
    await until(lambda: sheet.form.office.hits.current() is not None)
    await until(sheet.keeping.rests)


async def _trouble(stage: Stage) -> None:
    stage.window.act(Action.TROUBLE)


VIEWS = (
    PictureView("main", "busy", _main),
    PictureView("caution", "busy", _caution, _no_caution),
    PictureView("done", "busy", _done, _close_sheets),
    PictureView("forward", "busy", _forward, _back_to_answer),
    PictureView("palette", "busy", _palette, _close_palette),
    PictureView("phone-note", "busy", _phone_note, _drop_note),
    PictureView("unclear", "busy", _unclear),
    PictureView("settings", "busy", _settings, _close_sheets),
    PictureView("directory", "busy", _directory, _close_sheets),
    PictureView("keys", "busy", _keys, _close_sheets),
    PictureView("health", "busy", _health),
    PictureView("files", "busy", files),
    PictureView("viewer", "busy", viewer, _close_sheets),
    PictureView("empty", "quiet", _empty),
    PictureView("training", "training", _training),
    PictureView("training-call", "training", _training_call),
    PictureView("trouble", "training", _trouble, _close_sheets),
)
