"""A webhook of a house: believes a request or not, and reads it once."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from secretary.channels.messenger import Incoming, Messenger, RawUpdate, WebhookRequest
from secretary.channels.ports import InstanceView


class Doorway:
    """What came through, each update once; `secret` is what the provider shall send along."""

    def __init__(self, messenger: Messenger, view: InstanceView[Any], secrets: Any, secret: str) -> None:
        self._messenger = messenger
        self._view = view
        self._secrets = secrets
        self._secret = secret
        self.url = ""
        self.refused = 0
        self.updates: dict[str, RawUpdate] = {}
        self.came: list[str] = []

    @property
    def heard(self) -> list[Incoming]:
        """Everything, in the order of the provider's own numbers."""
        ordered = sorted(self.updates.values(), key=lambda one: one.order)
        return [said for one in ordered for said in self._messenger.read(one.payload, self._view)]

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = WebhookRequest(headers, dict(request.query), await request.read())
        if not self._messenger.admits(asked, self._view.settings, self._secrets, self._secret):
            self.refused += 1
            return web.Response(status=401)
        for update in self._messenger.split(asked.body):
            self.came.append(update.key)
            self.updates.setdefault(update.key, update)
        return web.Response()


@asynccontextmanager
async def listening(doorway: Doorway) -> AsyncGenerator[Doorway, None]:
    app = web.Application()
    app.router.add_post("/hook", doorway.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    doorway.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield doorway
    finally:
        await runner.cleanup()
