"""The `Meter` of one account: its budget as the workspace keeps it, for all stations.

Every request is charged in a transaction of the store before it leaves, so that two stations, or a poll and a send,
never both take the last one. What an answer's headers say is noted afterwards, and costs a write only where it differs
from what was counted. Called by the connectors; made by `sync.engine`.
"""

from __future__ import annotations

from switchboard_app.log import logger
from switchboard_app.model.budget import SPARE, Budget, name_and_tier
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.errors import UserError
from switchboard_app.model.ids import AccountId
from switchboard_app.model.language import tr
from switchboard_app.model.times import SECOND, Millis
from switchboard_app.store import budgets
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.failures import rate_limited

_WORKSPACE_AWAY = 5 * SECOND


class StoreMeter:
    """Spends from the rows of `store.budgets`."""

    def __init__(self, store: Store, account: AccountId) -> None:
        self._store = store
        self._account = account
        self._of_polls: set[str] = set()

    async def spend(self, bucket: str) -> None:
        """Take one request. Raises PlatformFailure (certain): the limit, or the workspace is away and cannot count."""
        if bucket.endswith(SPARE):
            self._of_polls.add(bucket)
        try:
            charged = await self._store.run(budgets.charge, self._account, bucket)
        except UserError as away:
            words = tr("The workspace cannot be reached; nothing left.")
            again = Millis(self._store.now() + _WORKSPACE_AWAY)
            raise PlatformFailure(Failure(FailureKind.NETWORK, True, words, again)) from away
        if not charged.granted:
            raise rate_limited(Millis(self._store.now() + charged.wait))

    async def observed(self, bucket: str, limit: int, remaining: int, reset_at: Millis) -> None:
        """What the platform's headers say, or (`UNTOLD`) what our own rule allows until `reset_at`."""
        await self._note(budgets.observed, bucket, limit, remaining, reset_at - self._store.now())

    async def exhausted(self, bucket: str, until: Millis) -> None:
        """The platform refused: nothing goes out of this bucket before `until`."""
        await self._note(budgets.exhausted, bucket, until - self._store.now())

    async def of_polls(self) -> list[Budget]:
        """What is left of the budgets out of which polls are begun; nothing where no answer has told any."""
        names = {name_and_tier(bucket)[0] for bucket in self._of_polls}
        known = await self._store.ask(budgets.of_account, self._account)
        return [budget for name, budget in known.items() if name in names]

    async def _note(self, verb: budgets.Note, bucket: str, *figures: int) -> None:
        """An answer is there: a workspace that is away must not make it look as if there were none."""
        try:
            await self._store.run(verb, self._account, bucket, *figures)
        except UserError as away:
            logger("sync").warning("account %s: the budget was not noted: %s", self._account, type(away).__name__)
