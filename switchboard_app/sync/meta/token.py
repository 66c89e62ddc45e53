"""Asking Meta about a token: ``debug_token`` and the pages behind a system user (dossier 2.1).

``debug_token`` takes the token as a parameter of an address; here that address travels inside the body of a batch of
one, because no token stands in an address (design note 4.9). A platform that does not answer it is no failure: then
nothing is known. Refuses to judge; called by the connectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from switchboard_app.log import logger
from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.times import DAY, HOUR, SECOND, Millis
from switchboard_app.model.token_facts import TokenFacts, TokenKind, ending_words, known_facts
from switchboard_app.sync.connector import Clock, PlatformFailure
from switchboard_app.sync.json_answer import Record, id_of, record_of, rows_of, text_of, whole_of
from switchboard_app.sync.meta.api import GraphApi

_KINDS: Final = {"PAGE": TokenKind.PAGE, "USER": TokenKind.USER, "SYSTEM_USER": TokenKind.SYSTEM_USER}
_MESSAGING: Final = ("MESSAGING", "MODERATE")
"""Either task lets a token read and answer the page's messages (dossier 2.1)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a system user may act for."""

    id: PlatformId
    name: str
    token: str = field(repr=False)


class PageToken:
    """The token with which a page connector works. `needed` are its permissions; nothing works without the first."""

    def __init__(self, api: GraphApi, needed: Sequence[str], options: Mapping[str, str], clock: Clock) -> None:
        self._api = api
        self._needed = needed
        self._wanted = options.get("page_id", "")
        self._clock = clock
        self._facts = known_facts(options)
        self._own = self._facts is None or self._facts.kind is not TokenKind.SYSTEM_USER

    async def check(self, page: str = "") -> bool:
        """Ask the platform about the token, and take the page's own where it is a system user's: then True.

        `page` is whose it seems to be. Raises PlatformFailure when the platform says that it cannot do.
        """
        told = await token_record(self._api)
        if told is None:
            return False
        kind, now = _KINDS.get(text_of(told.get("type")), TokenKind.OTHER), self._clock()
        if kind is TokenKind.USER:
            raise _of_a_person()
        self._own = kind is not TokenKind.SYSTEM_USER
        taken = await self._take_own()
        whose = self._api.page if taken else page
        lacking = tuple(name for name in self._needed if not _has(told, name, whose))
        ends, access_ends = _moment(told, "expires_at"), _moment(told, "data_access_expires_at")
        self._facts = TokenFacts(kind, ends, access_ends, lacking, now)
        if self._needed[0] in lacking:
            raise _lacks(lacking, now)
        return taken

    async def ready(self) -> None:
        """Before work: the page's own token. Raises PlatformFailure."""
        await self._take_own()

    async def look_again(self) -> None:
        """Once a day: what was known of the token may have changed. Raises PlatformFailure as `check`."""
        facts, now = self._facts, self._clock()
        if facts is not None and now - facts.checked > DAY:
            self._facts = replace(facts, checked=now)  # also where the platform does not tell today
            await self.check(self._api.page)

    def learnt(self) -> Mapping[str, str]:
        """What to remember among the account's options."""
        return {} if self._facts is None else self._facts.as_options()

    def forewarning(self) -> str:
        """What ends soon or is lacking, in words."""
        return "" if self._facts is None else self._facts.warning(self._clock())

    async def _take_own(self) -> bool:
        if self._own:
            return False
        page = await page_of(self._api, self._wanted, self._clock())
        self._api.act_for(page.id, page.token)
        self._own = True
        return True


async def token_record(api: GraphApi) -> Record | None:
    """What the platform says of the token in use; None when it does not say. Raises PlatformFailure for a dead one."""
    try:
        answer = await api.look_up("debug_token", {"input_token": api.given_token})
    except PlatformFailure as failure:
        logger("sync").info("the platform does not tell about its token: %s", failure.failure.kind.value)
        return None
    told = record_of(answer.get("data"))
    if "is_valid" not in told:
        return None
    if told.get("is_valid") is not True:
        raise _dead(told)
    return told


async def page_of(api: GraphApi, wanted: str, now: Millis) -> Page:
    """The page that a system user's token is for: the `wanted` id, else the only one. Raises PlatformFailure."""
    answer = await api.get("me/accounts", {"fields": "id,name,access_token,tasks", "limit": "100"})
    pages = [
        Page(PlatformId(id_of(row.get("id"))), text_of(row.get("name")), text_of(row.get("access_token")))
        for row in map(record_of, rows_of(answer.get("data")))
        if text_of(row.get("access_token")) and _may_answer(row)
    ]
    chosen = [page for page in pages if page.id == wanted] if wanted else pages
    if len(chosen) == 1:
        return chosen[0]
    if not chosen:
        words = tr("The system user may not answer messages of this page; give it the page with the task «Messages».")
    else:
        named = ", ".join(f"{page.name} ({page.id})" for page in chosen[:5])
        words = tr("The system user has several pages; connect with --option page_id=… and one of: {pages}.")
        words = words.format(pages=named)
    failure = Failure(FailureKind.PERMISSION, True, words, Millis(now + HOUR))
    raise PlatformFailure(failure, Health.PERMISSION_MISSING, words)


def _lacks(names: Sequence[str], now: Millis) -> PlatformFailure:
    """The failure of a token without a permission that nothing works without."""
    words = tr("The permission {names} is missing.").format(names=", ".join(names))
    failure = Failure(FailureKind.PERMISSION, True, words, Millis(now + HOUR))
    return PlatformFailure(failure, Health.PERMISSION_MISSING, ", ".join(names))


def _of_a_person() -> PlatformFailure:
    """The failure of a token that is a person's own."""
    words = tr(
        "This is the token of a person, not of a page. Take the page's own token, or better one of a"
        " system user: see docs/operations.md."
    )
    return PlatformFailure(Failure(FailureKind.AUTH, True, words), Health.NEEDS_SIGN_IN, words)


def _dead(told: Record) -> PlatformFailure:
    error = record_of(told.get("error"))
    words = ending_words(whole_of(error.get("subcode"))) or tr("The platform says that the token is not valid.")
    return PlatformFailure(Failure(FailureKind.AUTH, True, words), Health.NEEDS_SIGN_IN, words)


def _moment(told: Record, name: str) -> Millis | None:
    seconds = whole_of(told.get(name))
    return Millis(seconds * SECOND) if 0 < seconds < 10**11 else None


def _has(told: Record, permission: str, page: str) -> bool:
    """Whether the permission was given, and for this page where it was given for some only (``granular_scopes``)."""
    if permission not in [text_of(one) for one in rows_of(told.get("scopes"))]:
        return False
    for row in map(record_of, rows_of(told.get("granular_scopes"))):
        targets = [id_of(one) for one in rows_of(row.get("target_ids"))]
        if text_of(row.get("scope")) == permission and targets and page:
            return page in targets
    return True


def _may_answer(row: Record) -> bool:
    tasks = [text_of(one) for one in rows_of(row.get("tasks"))]
    return not tasks or any(task in tasks for task in _MESSAGING)
