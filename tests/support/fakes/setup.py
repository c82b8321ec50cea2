"""Brings a running program and the fakes together: signs in, creates bots and numbers over the API, waits for them."""

import asyncio
import random
import re
import socket
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.fakes.telegram import FakeTelegram
from tests.support.fakes.whatsapp import FakeWhatsApp

UP_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.1
PORTS = range(20_000, 32_000)
"""Below those that systems give to clients: nobody takes such a one while the program is down."""


def steady_port() -> int:
    """A free port that a program can be started on again and again."""
    while True:
        with closing(socket.socket()) as taken, suppress(OSError):
            taken.bind(("127.0.0.1", random.choice(PORTS)))
            return int(taken.getsockname()[1])


@dataclass
class Office:
    """The administrator at work. `printed` is what the program printed at its first start: the password is in it."""

    url: str
    printed: str
    headers: Mapping[str, str] = field(default_factory=dict)

    async def sign_in(self) -> None:
        password = re.search(r"^ *password +(\S+)$", self.printed, re.MULTILINE)
        assert password, f"no password was printed:\n{self.printed}"
        signed = await self.ask("POST", "/admin/auth/login", {"username": "admin", "password": password[1]})
        self.headers = {"authorization": f"Bearer {signed['access_token']}"}

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON. Raises ClientResponseError."""
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with session.request(method, self.url + path, json=body, headers=self.headers) as answer:
                return await answer.json()

    async def add_bot(self, telegram: FakeTelegram, token: str, *, polls: bool) -> str:
        """A bot that exists at the fake and runs here; the instance's id."""
        telegram.bot(token)
        mode = "polling" if polls else "webhook"
        return await self._add("telegram", {"bot_token": token, "api_url": telegram.url, "mode": mode})

    async def add_number(self, whatsapp: FakeWhatsApp, number: str) -> str:
        """A business number that exists at the fake and runs here; the instance's id. Its address is entered there by hand,
        as an owner does whom Meta does not reach by https.
        """
        theirs = whatsapp.number(number, f"token-{number}", f"app-{number}", waba_id=f"9{number}")
        secrets = {"access_token": f"token-{number}", "verify_token": "agreed", "app_secret": f"app-{number}"}
        about = {"phone_number_id": number, "waba_id": f"9{number}", "api_url": whatsapp.api_url}
        instance_id = await self._add("whatsapp", secrets | about)
        theirs.webhook_url = (await self._state("whatsapp", instance_id))["webhook_url"]
        return instance_id

    async def _add(self, kind: str, fields: Mapping[str, object]) -> str:
        body = {"name": f"{kind} of a test", "auto_start": True, **fields}
        made = await self.ask("POST", f"/admin/{kind}/instances", body)
        instance_id = str(made["instance"]["id"])
        async with asyncio.timeout(UP_WITHIN_S):
            while not (await self._state(kind, instance_id))["running"]:
                await asyncio.sleep(LOOK_AGAIN_S)
        return instance_id

    async def _state(self, kind: str, instance_id: str) -> dict[str, Any]:
        shown = await self.ask("GET", f"/admin/{kind}/instances/{instance_id}")
        return dict(shown["instance"])
