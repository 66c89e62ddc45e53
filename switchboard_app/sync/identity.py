"""Who an account is on its platform: asked, compared with what is known, kept.

What it is for: a sign-in of another account must never be taken for this one's, or two histories would mix. It refuses
to touch secrets: that is `sync.renewal`. Called by `sync.engine`.
"""

from __future__ import annotations

from switchboard_app.model.account import Account
from switchboard_app.model.health import Health
from switchboard_app.model.ids import PlatformId
from switchboard_app.model.language import tr
from switchboard_app.model.token_facts import without_facts
from switchboard_app.store import accounts, health
from switchboard_app.store.database import Store
from switchboard_app.sync.connector import Connector, Forewarns, Learns, PlatformFailure, Self
from switchboard_app.sync.poller import health_of


async def ask_who(store: Store, account: Account, connector: Connector) -> Self | None:
    """Who we are; None when it is not known, with the account's health saying why."""
    try:
        return await connector.whoami()
    except PlatformFailure as failure:
        found = failure.health or health_of(failure.failure)
        await store.run(health.put, account.id, found, failure.health_detail)
    return None


async def signed_in(store: Store, account: Account, me: Self, connector: Connector) -> None:
    """Keep who we are and what was learnt; the account is well, perhaps not for long."""
    learnt = connector.learnt() if isinstance(connector, Learns) else {}
    options = {**without_facts(account.options), **me.options, **learnt, "platform_name": me.name or me.handle}
    await store.run(accounts.set_platform_user, account.id, me.platform_id, options)
    warning = connector.forewarning() if isinstance(connector, Forewarns) else ""
    await store.run(health.put, account.id, Health.OK, warning)


async def remember(store: Store, account: Account, connector: Connector) -> None:
    """Keep what a connector found out by the way, for every station."""
    learnt = connector.learnt() if isinstance(connector, Learns) else {}
    if not learnt.items() <= account.options.items():
        now = await store.ask(accounts.one, account.id)
        await store.run(
            accounts.set_platform_user, account.id, PlatformId(now.platform_user), {**now.options, **learnt}
        )


def is_another(account: Account, me: Self) -> bool:
    """Whether this is not who the account was before."""
    return bool(account.platform_user) and me.platform_id != account.platform_user


def words_of_another(me: Self) -> str:
    """What is said then."""
    return tr("This sign-in belongs to another account, «{name}».").format(name=me.name or me.handle or me.platform_id)
