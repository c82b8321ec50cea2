"""Updates that Telegram brings itself: only with the secret, each once however often it comes, none lost."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from tests.contract.messenger.bots import ANNA, TOKEN, Bot, a_bot
from tests.contract.messenger.doorways import Doorway, listening

from secretary.channels.messenger import Said

SECRET = "s3cret_of-this-instance"


@asynccontextmanager
async def opened() -> AsyncGenerator[tuple[Bot, Doorway], None]:
    async with a_bot() as shop:
        async with listening(Doorway(shop.messenger, shop.view, shop.secrets, SECRET)) as doorway:
            await shop.line.open(doorway.url, SECRET)
            yield shop, doorway
            await shop.line.open("", "")


async def test_what_somebody_says_comes_to_the_webhook() -> None:
    async with opened() as (shop, doorway):
        await shop.say("Сколько?")
        assert shop.bot.pump is not None
        await shop.bot.pump.until_empty()
        [said] = doorway.heard
        assert isinstance(said, Said)
        assert (said.text, shop.bot.secret, doorway.refused) == ("Сколько?", SECRET, 0)


async def test_many_updates_twice_and_out_of_order_are_all_read_once_in_their_order() -> None:
    async with a_bot() as shop:
        habits = shop.fake.habits
        habits.connections, habits.twice, habits.shuffle = 4, 0.5, 20
        async with listening(Doorway(shop.messenger, shop.view, shop.secrets, SECRET)) as doorway:
            await shop.line.open(doorway.url, SECRET)
            await shop.fake.people.say_all(TOKEN, [(1 + number % 7, f"{number}") for number in range(200)])
            assert shop.bot.pump is not None
            await shop.bot.pump.until_empty()
            assert [one.text for one in doorway.heard if isinstance(one, Said)] == [str(n) for n in range(200)]
            assert len(doorway.came) > 250
            assert doorway.came != sorted(doorway.came)


@pytest.mark.parametrize("signature", ["wrong", "empty", "absent"])
async def test_what_telegram_did_not_sign_is_not_heard(signature: Any) -> None:
    async with opened() as (shop, doorway):
        body = orjson.dumps({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": ANNA}}})
        assert await shop.fake.push(shop.bot, body, signature) == 401
        assert (doorway.refused, doorway.came) == (1, [])
        assert await shop.fake.push(shop.bot, body) == 200


async def test_what_a_webhook_did_not_take_is_asked_for_later() -> None:
    async with a_bot() as shop:
        shop.fake.habits.retry_s = 0.01
        await shop.line.open("http://127.0.0.1:9/hook", SECRET)
        await shop.say("Сколько?")
        await shop.fake.until(lambda: True)
        info = await shop.line._api.call("getWebhookInfo")  # type: ignore[attr-defined]
        assert info["pending_update_count"] == 1
        failed = await shop.fails(shop.waiting())
        assert failed.code == "channel_busy"  # Telegram brings them: nobody can ask for them as well
        await shop.line.open("", "")
        assert [one.text for one in await shop.heard() if isinstance(one, Said)] == ["Сколько?"]
