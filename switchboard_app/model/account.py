"""Connected accounts: one page, handle or mailbox of a channel, and how it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from switchboard_app.model.channel import Channel
from switchboard_app.model.health import WELL, Health, health_words, unpolled_detail
from switchboard_app.model.ids import AccountId
from switchboard_app.model.times import MINUTE, Millis

OVERDUE = 20 * MINUTE
"""A poll that is late by more was done by nobody."""


@dataclass(frozen=True, slots=True)
class Account:
    """One connected page or handle. `name` is what people call it; `options` are the connector's settings."""

    id: AccountId
    kind: Channel
    name: str
    api_base: str = ""
    options: dict[str, str] = field(default_factory=dict)
    platform_user: str = ""
    """Our own id on the platform (page id, X user id); empty until the platform was asked who we are."""
    health: Health = Health.OK
    health_detail: str = ""
    health_since: Millis = Millis(0)
    last_ok_at: Millis | None = None
    next_poll_at: Millis | None = None
    removed: bool = False

    @property
    def reason(self) -> str:
        """Why the account is as it is, in words."""
        return health_words(self.health, self.health_detail)[0]

    @property
    def next_step(self) -> str:
        """What a person should do about it, in words; empty when there is nothing."""
        return health_words(self.health, self.health_detail)[1]

    def shown_at(self, now: Millis) -> Account:
        """The account as it is shown at `now`: one that no station polls any more is stale, and only a reader can
        tell."""
        last = max(self.last_ok_at or 0, self.health_since)
        due = self.next_poll_at if self.next_poll_at is not None else last
        if self.health not in {*WELL, Health.RATE_LIMITED} or not due or now - due <= OVERDUE:
            return self
        detail = unpolled_detail(self.last_ok_at, now)
        return replace(self, health=Health.STALE, health_detail=detail, health_since=Millis(due))
