"""The Bot API server: `/bot<token>/<method>` and `/file/bot<token>/<path>`, for any number of bots.

Every request, every answer and every update is held against the official description (`description`); what does not
fit is in `violations`.
"""

from collections.abc import Iterable
from math import ceil
from typing import Any

import orjson
from aiohttp import web

from tests.support.fakes.frame import Call, FakeService, Rates
from tests.support.fakes.pump import Habits, Signature, post
from tests.support.fakes.telegram.description import kind_of, problems_of_call, problems_of_type
from tests.support.fakes.telegram.methods import Methods, secret_header
from tests.support.fakes.telegram.people import People
from tests.support.fakes.telegram.sending import Sending
from tests.support.fakes.telegram.world import Bot, Refused, World, bad

_RETURNS = {
    "getMe": "User",
    "getUpdates": "Array of Update",
    "getWebhookInfo": "WebhookInfo",
    "getFile": "File",
    "sendMessage": "Message",
    "sendPhoto": "Message",
    "sendDocument": "Message",
    "sendVoice": "Message",
    "editMessageText": "Message",
}
_COUNTED = frozenset({"sendMessage", "sendPhoto", "sendDocument", "sendVoice", "editMessageText"})
_OBJECTS = frozenset({"reply_markup", "reply_parameters", "link_preview_options", "entities", "caption_entities"})
_TEXTS = {429: "Too Many Requests: retry after {}", 500: "Internal Server Error", 502: "Bad Gateway"}


class FakeTelegram(FakeService):
    """`people` act, `world` is what there is. With `strict` too many messages are answered 429."""

    def __init__(self, *, strict: bool = False, habits: Habits | None = None, keep_calls: int = 20_000) -> None:
        super().__init__(keep_calls=keep_calls)
        # Measured where they arrive: what was sent a second apart may come a tenth closer.
        self.rates: dict[str, Rates] = {}
        self.is_strict = strict
        self.world = World()
        self.habits = habits or Habits()
        self._methods = Methods(self.world, Sending(self.world, self.arrived), self.habits, self.closing)
        self.people = People(self.world, self.deliver)
        acts = [name for name in dir(People) if not name.startswith("_")]
        self.controls = {name: getattr(self.people, name) for name in acts} | {
            "bot": self._new_bot,
            "revoke": self._revoke,
            "webhook": self._webhook,
            "pending": self._pending,
        }

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [
            web.route("*", "/bot{token:[^/]+}/{method}", self._asked),
            web.get("/file/bot{token:[^/]+}/{path:.+}", self._download),
        ]

    def bot(self, token: str, username: str = "", name: str = "Secretary") -> Bot:
        """A bot that exists from now on."""
        return self.world.bot(token, username, name)

    def deliver(self, bot: Bot, kind: str, body: dict[str, Any]) -> int:
        """An update for a bot: put where it waits to be asked for, or sent to its webhook. 0: it is not wanted."""
        if kind not in bot.allowed:
            return 0
        bot.next_update += 1
        update = {"update_id": bot.next_update, kind: body}
        self.violations += problems_of_type(update, "Update")
        if bot.pump is not None:
            bot.pump.put(orjson.dumps(update))
        else:
            bot.pending.append(orjson.loads(orjson.dumps(update)))
            bot.arrived.set()
        return bot.next_update

    async def push(self, bot: Bot, body: bytes, signature: Signature = "right") -> int:
        """Bring a body to a bot's webhook now, signed as told; the status of the answer."""
        assert bot.pump is not None, "the bot has no webhook"
        return await post(bot.pump.url, body, secret_header(bot.secret, signature))

    def refusal(self, call: Call, status: int, retry_after: int, words: str) -> web.StreamResponse:
        told = words or _TEXTS.get(status, "Bad Request: as you wish").format(retry_after)
        parameters = {"retry_after": retry_after} if retry_after else {}
        return _failed(Refused(status, told, **parameters))

    async def stopping(self) -> None:
        for bot in self.world.bots.values():
            bot.arrived.set()
            await self._methods.no_webhook(bot)

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        given = await _parameters(request, method)
        call = Call(method, _without_bytes(given), str(given.get("chat_id", "")), token, dict(request.headers))
        return await self.play(request, call, lambda: self._answer(token, method, given))

    async def _answer(self, token: str, method: str, given: dict[str, Any]) -> web.StreamResponse:
        try:
            result = await self._result(self._bot(token), method, given)
        except Refused as refused:
            return _failed(refused)
        if method in _RETURNS:
            self.violations += problems_of_type(result, _RETURNS[method])
        return web.json_response(body=orjson.dumps({"ok": True, "result": result}))

    def _bot(self, token: str) -> Bot:
        bot = self.world.bots.get(token)
        if bot is None or bot.is_revoked:
            raise Refused(401 if token.partition(":")[0].isdigit() else 404, "Unauthorized")
        return bot

    async def _result(self, bot: Bot, method: str, given: dict[str, Any]) -> Any:
        work = self._methods.all.get(method)
        if work is None:
            raise Refused(404, "Not Found: method not found")
        checked = {name: value for name, value in given.items() if name not in {"file_name", "media_type"}}
        problems = problems_of_call(method, checked)
        self.violations += problems
        if broken := [one for one in problems if "is not described" not in one]:
            raise bad(broken[0])
        if self.is_strict and method in _COUNTED:
            self._check_rate(bot, str(given.get("chat_id", "")))
        return await work(bot, given)

    def _check_rate(self, bot: Bot, chat: str) -> None:
        rates = self.rates.setdefault(bot.token, Rates(per_second=30, per_chat_s=0.9))
        if wait_s := rates.wait_s(chat):
            seconds = ceil(wait_s)
            raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        token, path = request.match_info["token"], request.match_info["path"]
        call = Call("download", {"path": path}, "", token, dict(request.headers))
        return await self.play(request, call, lambda: self._file(token, path))

    async def _file(self, token: str, path: str) -> web.StreamResponse:
        try:
            self._bot(token)
        except Refused as refused:
            return _failed(refused)
        found = next((one for one in self.world.files.values() if one.path == path), None)
        if found is None:
            return _failed(Refused(404, "Not Found"))
        return web.Response(body=found.data, content_type="application/octet-stream")

    async def _new_bot(self, token: str, username: str = "", name: str = "Secretary") -> dict[str, Any]:
        return self.bot(token, username, name).user

    async def _revoke(self, token: str) -> bool:
        self.world.bot(token).is_revoked = True
        return True

    async def _webhook(self, token: str, **habits: Any) -> dict[str, Any]:
        """How deliveries go from now on (`Habits`), and how they have gone."""
        for name, value in habits.items():
            setattr(self.habits, name, value)
        pump = self.world.bot(token).pump
        about = {"delivered": pump.delivered, "failures": pump.failures, "pending": pump.pending} if pump else {}
        return about | {"url": pump.url if pump else ""}

    async def _pending(self, token: str) -> int:
        bot = self.world.bot(token)
        return bot.pump.pending if bot.pump else len(bot.pending)


def _failed(refused: Refused) -> web.Response:
    about: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.words}
    about |= {"parameters": refused.parameters} if refused.parameters else {}
    return web.json_response(about, status=refused.status)


async def _parameters(request: web.Request, method: str) -> dict[str, Any]:
    """From the query, a form, a multipart form or JSON, as Telegram takes them."""
    given: dict[str, Any] = {name: _typed(method, name, value) for name, value in request.query.items()}
    if request.content_type == "application/json" and request.can_read_body:
        given |= orjson.loads(await request.read())
    elif request.can_read_body:
        for name, value in (await request.post()).items():
            given |= _field(method, name, value)
    return given


def _field(method: str, name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, web.FileField):
        return {name: value.file.read(), "file_name": value.filename, "media_type": value.content_type}
    return {name: _typed(method, name, value)}


def _typed(method: str, name: str, value: str) -> Any:
    """A form's text as what its parameter is described as; without a description, as its look and name tell."""
    kinds = kind_of(method, name)
    is_number = value.lstrip("-").isdigit()
    if kinds == ["String"] or ("String" in kinds and not is_number):
        return value
    if not kinds and not (name in _OBJECTS or (is_number and name.endswith("_id"))):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _without_bytes(given: dict[str, Any]) -> dict[str, Any]:
    return {name: f"{len(value)} bytes" if isinstance(value, bytes) else value for name, value in given.items()}
