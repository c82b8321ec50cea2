"""A bot at a fake Telegram, and the connection to it."""

from collections.abc import AsyncGenerator, Awaitable, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from tests.support.fakes.telegram import FakeTelegram

from secretary.adapters.channels.telegram.messenger import TelegramMessenger
from secretary.adapters.channels.telegram.settings import TelegramSecrets, TelegramSettings
from secretary.channels.messenger import Connection, Incoming, Outgoing, RawUpdate
from secretary.channels.ports import InstanceView
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient

TOKEN, ANNA, GROUP = "700100:AAE-token_of_the_shop", 7, -100_500


class Bot:
    """What it has, what it hears, and how it answers. `after` is the last update it has stored."""

    def __init__(self, fake: FakeTelegram, http: HttpClient, about: dict[str, Any]) -> None:
        self.fake = fake
        self.bot = fake.bot(TOKEN, "shop_bot", "Прокат")
        self.view = InstanceView("1", "Shop", True, TelegramSettings(**{"api_url": fake.url, **about}))
        self.secrets = TelegramSecrets(bot_token=TOKEN)
        self.messenger = TelegramMessenger(http)
        self.line: Connection = self.messenger.connect(self.view, self.secrets)
        self.after: int | None = None

    async def say(self, text: str, user: int = ANNA, chat: int = 0, **extra: Any) -> dict[str, Any]:
        return await self.fake.people.say(TOKEN, user, text, chat, **extra)

    async def waiting(self) -> Sequence[RawUpdate]:
        """The next batch; stored by whoever asks."""
        async with aclosing(self.line.poll(self.after)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                self.after = batch[-1].order if batch else self.after
                return batch
        raise AssertionError("polling never ends")

    async def heard(self) -> list[Incoming]:
        return [one for raw in await self.waiting() for one in self.messenger.read(raw.payload, self.view)]

    async def send(self, text: str = "", chat: int = ANNA, shown_id: str = "", **about: Any) -> list[str]:
        parts = self.messenger.render(Outgoing(text, **about), self.view.settings)
        first, *rest = parts
        ids = [await self.line.send({"chat_id": chat}, first, shown_id)]
        return ids + [await self.line.send({"chat_id": chat}, part) for part in rest]

    async def fails(self, work: Awaitable[Any]) -> Upstream:
        with pytest.raises(Upstream) as failed:
            await work
        assert TOKEN not in f"{failed.value} {failed.value.__context__!r} {failed.value.__cause__!r}"
        return failed.value


@asynccontextmanager
async def a_bot(**about: Any) -> AsyncGenerator[Bot, None]:
    """A bot that polls; every call, answer and update was as described when it ends."""
    http = HttpClient(frozenset({"127.0.0.1"}))
    try:
        async with FakeTelegram(strict=about.pop("strict", False)) as fake:
            yield Bot(fake, http, about)
            assert fake.violations == []
    finally:
        await http.aclose()
