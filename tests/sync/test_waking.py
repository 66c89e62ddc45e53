"""Accounts that can be woken: a word asks for a poll, a broken line is made again more slowly, a new one takes over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from switchboard_app.model.delivery import Failure, FailureKind
from switchboard_app.model.ids import AccountId
from switchboard_app.sync.connector import PlatformFailure
from switchboard_app.sync.waking import Ears, listen
from switchboard_app.tasks import TaskGroup

BROKEN = PlatformFailure(Failure(FailureKind.NETWORK, True, "broken"))


@dataclass
class Speaker:
    """A platform that says what is in `words`, then nothing more."""

    words: list[bool | PlatformFailure]
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def wake(self) -> bool:
        if not self.words:
            self.heard.set()
            await asyncio.Event().wait()
        word = self.words.pop(0)
        if isinstance(word, PlatformFailure):
            raise word
        return word


@dataclass
class Line:
    connector: object


async def told(speaker: Speaker) -> int:
    news: list[int] = []
    listening = asyncio.create_task(listen(speaker, lambda: news.append(1), shortest=0.001, calm=0.001))
    await asyncio.wait_for(speaker.heard.wait(), 5)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return len(news)


def test_each_word_and_each_broken_line_asks_for_a_poll() -> None:
    assert asyncio.run(told(Speaker([True, BROKEN, True, BROKEN, BROKEN]))) == 5


def test_who_offers_no_word_is_left_alone() -> None:
    async def whole() -> None:
        await asyncio.wait_for(listen(Speaker([False]), lambda: None), 1)

    asyncio.run(whole())


def test_one_listener_for_each_account_and_the_newest_connector() -> None:
    async def whole() -> list[str]:
        news: list[str] = []
        tasks = TaskGroup()
        ears = Ears(tasks, news.append)
        first, second = Speaker([]), Speaker([])
        for line in (None, Line(object()), Line(first), Line(first)):
            ears.heed(AccountId("a"), line)
        await asyncio.wait_for(first.heard.wait(), 1)
        second.words.append(True)
        ears.heed(AccountId("a"), Line(second))
        await asyncio.wait_for(second.heard.wait(), 5)
        await tasks.stop()
        return news

    assert asyncio.run(whole()) == ["a"]
