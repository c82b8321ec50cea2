"""Two processes on one PostgreSQL: either takes a webhook, one sends, and the other goes on when that one is killed."""

import asyncio

import aiohttp
import pytest

from tests.journey.test_messenger_journey import META, OPEN, Owner, shows, until
from tests.support.databases import drop, empty_postgresql
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.process import Served

pytestmark = pytest.mark.xdist_group("several")

ANNA = "79990000001"


@pytest.mark.timeout(110)
async def test_a_webhook_is_taken_by_any_process_and_its_answer_sent_by_the_one_that_holds_the_bot(tmp_path):
    database = await empty_postgresql("shared_messengers")
    settings = OPEN | {"DATABASE_URL": database.url.replace("+asyncpg", ""), "SECRETARY_SECRET_KEY": "k" * 43}
    async with FakeWhatsApp() as fake, aiohttp.ClientSession() as http:
        fake.number("106", META["access_token"], META["app_secret"])
        (tmp_path / "a").mkdir()
        (tmp_path / "b").mkdir()
        with await asyncio.to_thread(Served, tmp_path / "a", settings) as holder:
            owner = Owner(http, holder.url)
            number = await owner.makes("whatsapp", **META, api_url=fake.api_url)
            with await asyncio.to_thread(Served, tmp_path / "b", settings) as other:
                await fake.controls["webhook"]("106", other.url + number["webhook_url"])
                await fake.people.say("106", ANNA, "Сколько стоит доставка?")
                await until(shows(fake, ANNA, 1), "an answer by way of the other process", 5)
                await asyncio.to_thread(holder.kill)
                await fake.people.say("106", ANNA, "Во сколько вы открываетесь?")
                await until(shows(fake, ANNA, 2), "an answer after the holder's death", 40)
    await drop(database)
