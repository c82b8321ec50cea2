"""A customer in Telegram and one in WhatsApp, from the owner's first click on: the program as a process of its own."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.process import Served

TOKEN = "700100:AAEsecretsecretsecret"
META = {"phone_number_id": "106", "access_token": "t" * 30, "verify_token": "verify-me", "app_secret": "s" * 30}
OPEN = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "ADMIN_AUTH_ENABLED": "false", "LLM_BACKEND": "none"}


class Owner:
    """Whoever sits before the panel."""

    def __init__(self, http, url):
        self._http, self._url = http, url

    async def does(self, method, path, **body):
        async with self._http.request(method, self._url + path, json=body if method != "GET" else None) as answer:
            said = await answer.json()
            assert answer.status < 400, (path, said)
            return said

    async def sends(self, session_id, name, content, media_type, text=""):
        form = aiohttp.FormData({"text": text})
        form.add_field("file", content, filename=name, content_type=media_type)
        async with self._http.post(f"{self._url}/admin/inbox/files/{session_id}", data=form) as answer:
            assert answer.status == 201, await answer.text()

    async def makes(self, kind, **fields):
        instance = (await self.does("POST", f"/admin/{kind}/instances", name="Shop", auto_start=True, **fields))[
            "instance"
        ]
        await until(lambda: self._runs(kind, instance["id"]), "running")
        return instance

    async def _runs(self, kind, instance_id):
        return (await self.does("GET", f"/admin/{kind}/instances/{instance_id}/status"))["status"]["running"]


async def until(true, what, seconds=15.0):
    try:
        async with asyncio.timeout(seconds):
            while not await true():
                with suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await asyncio.Event().wait()
    except TimeoutError:
        raise AssertionError(f"{what}: not within {seconds} s") from None


def texts(fake, chat):
    return [arrival.text for arrival in fake.arrived.get(str(chat), ()) if not arrival.is_gone]


def shows(fake, chat, count):
    async def look():
        return len(texts(fake, chat)) >= count

    return look


@pytest.mark.timeout(60)
async def test_a_customer_in_telegram_is_answered_taken_over_and_given_back(tmp_path):
    async with FakeTelegram() as fake, aiohttp.ClientSession() as http:
        fake.bot(TOKEN, "shop_bot")
        with await asyncio.to_thread(Served, tmp_path, OPEN) as served:
            owner = Owner(http, served.url)
            bot = await owner.makes("telegram", bot_token=TOKEN, api_url=fake.url)
            await fake.people.say(TOKEN, 7, "/start spring")
            await fake.people.say(TOKEN, 7, "Сколько стоит доставка?")
            await until(shows(fake, 7, 2), "greeting and answer")
            assert "300" in texts(fake, 7)[1]

            session = (await owner.does("GET", "/admin/inbox"))["sessions"][0]
            await owner.does("POST", f"/admin/inbox/{session['id']}/take")
            await fake.people.say(TOKEN, 7, "Во сколько вы открываетесь?")
            reply = {"text": "Здравствуйте, это Мария", "message_id": "maria-0001"}
            await owner.does("POST", f"/admin/inbox/{session['id']}/reply", **reply)
            await owner.does("POST", f"/admin/inbox/{session['id']}/reply", **reply)
            await until(shows(fake, 7, 3), "the person's words")

            async def heard():
                seen = await owner.does("GET", f"/admin/inbox/{session['id']}")
                return seen["session"]["message_count"] >= 5

            await until(heard, "the question that came meanwhile")
            await owner.sends(session["id"], "смета.pdf", b"%PDF-1.7", "application/pdf", "Смета")
            await until(shows(fake, 7, 4), "the file")
            assert fake.arrived["7"][-1].method == "sendDocument"
            await owner.does("POST", f"/admin/inbox/{session['id']}/give-back")
            await fake.people.say(TOKEN, 7, "Сколько стоит доставка?")
            await until(shows(fake, 7, 5), "the secretary again")
            assert [text.split("\n")[0][:20] for text in texts(fake, 7)[2:]] == [
                "Здравствуйте, это Ма",
                "Смета",
                "Доставка по городу с",
            ]

            await fake.people.group(TOKEN, -500, 8)
            await fake.people.say(TOKEN, 8, "@shop_bot сколько стоит доставка?", -500)
            await fake.people.say(TOKEN, 9, "мы просто болтаем", -500)
            await until(shows(fake, -500, 1), "an answer in the group")
            await fake.people.send_file(TOKEN, 10, "voice", 900, "audio/ogg")
            await until(shows(fake, 10, 1), "a word about the voice message")
            assert "Голосовые" in texts(fake, 10)[0]

            rows = (await owner.does("GET", "/admin/inbox"))["sessions"]
            assert len({row["contact"]["id"] for row in rows}) == 3
            log = (await owner.does("GET", f"/admin/telegram/instances/{bot['id']}/logs"))["logs"]
        assert fake.violations == []
        for secret in (TOKEN, TOKEN.partition(":")[2]):
            assert secret not in served.text + log


@pytest.mark.timeout(60)
async def test_a_customer_in_whatsapp_is_answered_and_told_that_it_was_read(tmp_path):
    async with FakeWhatsApp(progress=("sent", "delivered", "read")) as fake, aiohttp.ClientSession() as http:
        with await asyncio.to_thread(Served, tmp_path, OPEN) as served:
            owner = Owner(http, served.url)
            fake.number("106", META["access_token"], META["app_secret"])
            instance = await owner.makes("whatsapp", **META, api_url=fake.api_url)
            await fake.controls["webhook"]("106", served.url + instance["webhook_url"])
            await fake.people.say("106", "79990000001", "Сколько стоит доставка?")
            await until(shows(fake, "79990000001", 1), "the answer")
            assert "300" in texts(fake, "79990000001")[0]
            session = (await owner.does("GET", "/admin/inbox"))["sessions"][0]

            async def is_read():
                seen = await owner.does("GET", f"/admin/inbox/{session['id']}")
                return [part["state"] for part in seen["session"]["deliveries"]] == ["read"]

            await until(is_read, "the blue ticks")
            await owner.sends(session["id"], "boat.png", b"\x89PNG\r\n\x1a\n and its dots", "image/png")
            await until(shows(fake, "79990000001", 2), "the picture")
            assert fake.arrived["79990000001"][-1].body["type"] == "image"
        assert fake.violations == []
