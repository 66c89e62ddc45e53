"""One account as the page of accounts shows it: its state in words, why, what to do, with the buttons that do it.

Shows values only; the page reads them and acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from switchboard_app.model.account import Account
from switchboard_app.model.budget import Budget
from switchboard_app.model.channel import CAPABILITIES, Channel, channel_name
from switchboard_app.model.health import Health, is_quiet
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.proof import Proof
from switchboard_app.model.times import MINUTE, Millis
from switchboard_app.store.gaps import Gap
from switchboard_app.store.health import Change
from switchboard_app.ui import look
from switchboard_app.ui.flow import Flow
from switchboard_app.ui.text.due import at
from switchboard_app.ui.text.health import (
    ago,
    budget_words,
    course_words,
    gap_words,
    health_short,
    health_tone,
    proof_words,
    since_words,
)

_TONES = {"good": look.Tone.GOOD, "late": look.Tone.LATE, "bad": look.Tone.BAD}
_FACTS = ("fetched", "next", "budget", "outbox", "proof", "gaps", "quarantined", "course")
_LATELY = 4
_SIGN_IN = (Health.NEEDS_SIGN_IN, Health.PERMISSION_MISSING)
_LOOK_THERE = (Health.BLOCKED, Health.ANSWERED_ELSEWHERE)
_CHECK = (Health.UNREACHABLE, Health.MALFORMED, Health.OUT_OF_CREDITS, Health.STALE)


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the page knows of an account. `outbox` counts sends by state."""

    account: Account
    outbox: Mapping[str, int]
    quarantined: int
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    proof: Proof | None = None
    gaps: tuple[Gap, ...] = ()
    history: tuple[Change, ...] = ()


class HealthCard(look.Card):
    """`show_state` as often as something changes; the buttons stay where they are."""

    sign_in_wanted = Signal()
    check_wanted = Signal()
    remove_wanted = Signal()
    inbox_wanted = Signal()

    def __init__(self, kind: Channel) -> None:
        super().__init__()
        self._busy = False
        self._build_head(kind)
        self._reason = look.Paragraph("")
        self._step = look.Paragraph("", role=look.Type.BODY_MEDIUM)
        self.add(self._reason)
        self.add(self._step)
        self._facts: dict[str, tuple[look.Label, look.Label]] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(look.S4))
        grid.setVerticalSpacing(look.px(look.S1))
        grid.setColumnStretch(1, 1)
        for row, key in enumerate(_FACTS):
            pair = look.Label("", tone="muted"), look.Label("", wrap=True)
            self._facts[key] = pair
            grid.addWidget(pair[0], row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(pair[1], row, 1)
        self.add_layout(grid)
        self._build_buttons()

    def _build_head(self, kind: Channel) -> None:
        self.name = look.Label("", look.Type.TITLE, wrap=True)
        self._kind = look.Label(channel_name(kind), look.Type.SECONDARY, "muted")
        self.chip = look.ChipLabel("")
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.name)
        names.addWidget(self._kind)
        head = QHBoxLayout()
        head.setSpacing(look.px(look.S3))
        head.addWidget(look.ChannelMark(kind, channel_name(kind)), 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        head.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignTop)
        self.add_layout(head)

    def _build_buttons(self) -> None:
        self.sign_in = look.KeyButton("", primary=True)
        self.check = look.KeyButton("", icon_name="refresh-cw")
        self.sign_in_too = look.KeyButton("")
        self.inbox = look.KeyButton("", icon_name="external-link")
        self.remove = look.KeyButton("", quiet=True, danger=True)
        buttons = Flow(gap=look.S2)
        buttons.setContentsMargins(0, look.px(look.S1), 0, 0)
        for button in (self.sign_in, self.check, self.sign_in_too, self.inbox, self.remove):
            buttons.addWidget(button)
        self.add_layout(buttons)
        self.sign_in.clicked.connect(self.sign_in_wanted)
        self.sign_in_too.clicked.connect(self.sign_in_wanted)
        self.check.clicked.connect(self.check_wanted)
        self.inbox.clicked.connect(self.inbox_wanted)
        self.remove.clicked.connect(self.remove_wanted)

    def show_state(self, state: AccountState, now: Millis) -> None:
        """Say how the account is."""
        account = state.account.shown_at(now)
        self.name.setText(account.name)
        self._kind.setText(" · ".join(part for part in (channel_name(account.kind), since_words(account, now)) if part))
        self.chip.set_chip(health_short(account.health), _TONES[health_tone(account.health)])
        self._reason.set_text(account.reason)
        self._reason.setVisible(account.health is not Health.OK or bool(account.health_detail))
        self._step.set_text(account.next_step)
        self._step.setVisible(bool(account.next_step))
        self._show_facts(state, account, now)
        self._show_buttons(account)
        self.setAccessibleName(f"{account.name}: {health_short(account.health)}")

    def _show_facts(self, state: AccountState, account: Account, now: Millis) -> None:
        values = {
            "fetched": _fetched(account, now),
            "next": _next(account, now),
            "budget": budget_words(state.budgets, now),
            "outbox": _outbox_words(state.outbox),
            "proof": proof_words(state.proof, now),
            "gaps": gap_words(state.gaps, now),
            "quarantined": _quarantined_words(state.quarantined),
            "course": course_words(state.history[:_LATELY], now),
        }
        tones = {"outbox": "bad" if _needs_person(state.outbox) else "text", "gaps": "late", "course": "muted"}
        for key, (label, value) in self._facts.items():
            label.setText(_fact_name(key))
            value.setText(values[key])
            value.set_tone(tones.get(key, "text"))
            label.setVisible(bool(values[key]))
            value.setVisible(bool(values[key]))

    def _show_buttons(self, account: Account) -> None:
        """The button that does the next step stands out."""
        must_sign_in = account.health in _SIGN_IN
        self.sign_in.setVisible(must_sign_in)
        self.sign_in_too.setVisible(not must_sign_in)
        for button in (self.sign_in, self.sign_in_too):
            button.set_words(tr("Sign in again"))
        quiet = is_quiet(account.health, account.health_detail)
        self.check.set_primary(account.health in _CHECK and not quiet)
        self.inbox.set_primary(account.health in _LOOK_THERE or quiet)
        self.inbox.set_words(tr("To the platform"))
        self.inbox.setVisible(bool(CAPABILITIES[account.kind].inbox_url))
        self.remove.set_words(tr("Remove"))
        self.set_busy(self._busy)

    def set_busy(self, busy: bool) -> None:
        """While the platform is asked."""
        self._busy = busy
        self.check.setEnabled(not busy)
        self.check.set_words(tr("Asking …") if busy else tr("Check now"))


def _fact_name(key: str) -> str:
    names = {
        "fetched": tr("Last fetched"),
        "next": tr("Next time"),
        "budget": tr("Limit"),
        "outbox": tr("To be sent"),
        "proof": tr("Compared"),
        "gaps": tr("May be missing"),
        "quarantined": tr("Not readable"),
        "course": tr("Lately"),
    }
    return names[key]


def _fetched(account: Account, now: Millis) -> str:
    if account.last_ok_at is None:
        return tr("never yet")
    return tr("{time}, {ago}").format(time=at(account.last_ok_at, now), ago=ago(account.last_ok_at, now))


def _next(account: Account, now: Millis) -> str:
    if account.next_poll_at is None:
        return tr("not planned")
    if now - account.next_poll_at > MINUTE:
        return tr("was due at {time}").format(time=at(account.next_poll_at, now))
    return tr("now") if account.next_poll_at <= now else at(account.next_poll_at, now)


def _needs_person(outbox: Mapping[str, int]) -> bool:
    return bool(outbox.get("uncertain") or outbox.get("failed"))


def _outbox_words(outbox: Mapping[str, int]) -> str:
    """How many sends wait, are unclear, failed; «nothing» when none."""
    waiting = outbox.get("queued", 0) + outbox.get("sending", 0)
    parts = [
        ntr("{n} waits", "{n} wait", waiting).format(n=waiting) if waiting else "",
        tr("{n} unclear whether it arrived").format(n=outbox["uncertain"]) if outbox.get("uncertain") else "",
        tr("{n} not sent").format(n=outbox["failed"]) if outbox.get("failed") else "",
    ]
    return ", ".join(part for part in parts if part) or tr("nothing")


def _quarantined_words(count: int) -> str:
    if not count:
        return ""
    sentence = ntr(
        "{n} record of the platform is of a kind this version cannot read; it is kept.",
        "{n} records of the platform are of a kind this version cannot read; they are kept.",
        count,
    )
    return sentence.format(n=count)
