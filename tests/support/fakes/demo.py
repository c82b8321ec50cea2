"""Messengers to play with, without a token or a number: `make demo-messengers`.

Starts the secretary on a folder of its own with a bot and a business number, the two services that stand for Telegram
and WhatsApp, and a page on which one writes as a customer of either.
"""

import asyncio
import signal
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.support.fakes.frame import Arrival
from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.whatsapp import FakeWhatsApp
from tests.support.process import Served

TOKEN, NUMBER, META, APP = "700100:a-token-for-the-demo", "106", "m" * 30, "s" * 30
ANNA, OLEG = 7, "79990000001"
OPEN = {"ALLOWED_PRIVATE_HOSTS": "127.0.0.1", "ADMIN_AUTH_ENABLED": "false", "ORCHESTRATOR_PORT": "8002"}
PAGE = Path(__file__).with_name("demo.html")


class Demo:
    """Both services, and what their customers have written."""

    def __init__(self, telegram: FakeTelegram, whatsapp: FakeWhatsApp) -> None:
        self.telegram, self.whatsapp = telegram, whatsapp
        self.said: dict[str, list[Arrival]] = {"telegram": [], "whatsapp": []}

    async def page(self, request: web.Request) -> web.StreamResponse:
        del request
        return web.FileResponse(PAGE)

    async def shown(self, request: web.Request) -> web.Response:
        """Both chats in the order in which they were written."""
        del request
        theirs = {"telegram": self.telegram.arrived[str(ANNA)], "whatsapp": self.whatsapp.arrived[OLEG]}
        return web.json_response({name: self._chat(name, theirs[name]) for name in theirs})

    def _chat(self, name: str, answers: list[Arrival]) -> list[dict[str, Any]]:
        lines = [(one, True) for one in self.said[name]] + [(one, False) for one in answers if not one.is_gone]
        return [{"text": one.text, "mine": is_mine} for one, is_mine in sorted(lines, key=lambda line: line[0].at)]

    async def say(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        name, text = wanted["messenger"], str(wanted["text"])[:4096]
        self.said[name].append(Arrival("", text))
        if name == "telegram":
            await self.telegram.people.say(TOKEN, ANNA, text)
        else:
            await self.whatsapp.people.say(NUMBER, OLEG, text)
        return web.json_response({"status": "ok"})

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/", self.page), web.get("/shown", self.shown), web.post("/say", self.say)])
        return app


async def _set_up(served: Served, telegram: FakeTelegram, whatsapp: FakeWhatsApp) -> None:
    bot = {"name": "Demo bot", "bot_token": TOKEN, "api_url": telegram.url, "auto_start": True}
    number = {
        "name": "Demo number", "phone_number_id": NUMBER, "access_token": META, "app_secret": APP,
        "verify_token": "verify-me", "api_url": whatsapp.api_url, "auto_start": True,
    }  # fmt: skip
    async with aiohttp.ClientSession(served.url) as http:
        await http.post("/admin/telegram/instances", json=bot)
        made = await (await http.post("/admin/whatsapp/instances", json=number)).json()
    await whatsapp.controls["webhook"](NUMBER, served.url + made["instance"]["webhook_url"])


async def main() -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    with tempfile.TemporaryDirectory(prefix="secretary-demo-") as folder:
        async with FakeTelegram() as telegram, FakeWhatsApp(progress=("sent", "delivered", "read")) as whatsapp:
            telegram.bot(TOKEN, "demo_bot", "Demo")
            await telegram.people.person(ANNA, first_name="Anna")
            whatsapp.number(NUMBER, META, APP)
            with await asyncio.to_thread(Served, Path(folder), OPEN) as served:
                await _set_up(served, telegram, whatsapp)
                runner = web.AppRunner(Demo(telegram, whatsapp).app(), access_log=None)
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 8003).start()
                print(f"{served.text}  customers   http://127.0.0.1:8003", flush=True)
                await ended.wait()
                await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
