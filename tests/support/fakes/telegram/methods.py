"""The Bot API's methods over a world: each takes checked parameters and returns its result."""

import asyncio
import re
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

import orjson

from tests.support.fakes.pump import Habits, Pump, Signature
from tests.support.fakes.telegram.sending import Parameters, Sending
from tests.support.fakes.telegram.world import DEFAULT_UPDATES, Bot, Refused, World, bad

MAX_DOWNLOAD = 20 << 20
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
Method = Callable[[Bot, Parameters], Awaitable[Any]]


class Methods:
    """`habits` are those of the webhook deliveries."""

    def __init__(self, world: World, sending: Sending, habits: Habits, closing: asyncio.Event) -> None:
        self._world = world
        self._sending = sending
        self._habits = habits
        self._closing = closing
        self.all: dict[str, Method] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "getFile": self._get_file,
            "answerCallbackQuery": self._answer_tap,
            "setMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "sendMessage": _plain(sending.send_message),
            "sendMessageDraft": _plain(sending.draft),
            "editMessageText": _plain(sending.edit_text),
            "deleteMessage": _plain(sending.delete),
            "sendChatAction": _plain(sending.action),
            "sendPhoto": _plain(lambda bot, given: sending.send_file(bot, given, "photo")),
            "sendDocument": _plain(lambda bot, given: sending.send_file(bot, given, "document")),
            "sendVoice": _plain(lambda bot, given: sending.send_file(bot, given, "voice")),
        }

    async def _get_me(self, bot: Bot, _: Parameters) -> dict[str, Any]:
        return bot.user | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    async def _get_updates(self, bot: Bot, given: Parameters) -> list[dict[str, Any]]:
        if bot.pump is not None:
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                " first",
            )
        if "allowed_updates" in given:
            bot.allowed = frozenset(given["allowed_updates"]) or DEFAULT_UPDATES
        me = asyncio.current_task()
        if bot.poller is not None and bot.poller is not me:
            bot.arrived.set()  # the one that has been waiting longer is sent away
        bot.poller = me
        offset = given.get("offset", 0)
        bot.pending = _after(bot.pending, offset)
        await self._wait(bot, me, min(given.get("timeout", 0), 50))
        bot.poller = None
        return bot.pending[: min(max(given.get("limit", 100), 1), 100)]

    async def _wait(self, bot: Bot, me: object, timeout_s: float) -> None:
        """Until there is an update, the time is over, or another asks."""
        ends = asyncio.get_running_loop().time() + timeout_s
        while not bot.pending and not self._closing.is_set():
            bot.arrived.clear()
            left = ends - asyncio.get_running_loop().time()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(bot.arrived.wait(), min(left, 1.0))
            except TimeoutError:
                continue
            if bot.poller is not me:
                raise Refused(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )

    async def _set_webhook(self, bot: Bot, given: Parameters) -> bool:
        secret = given.get("secret_token", "")
        if secret and not _SECRET.fullmatch(secret):
            raise bad("bad webhook: secret token contains unallowed characters")
        url = given["url"]
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        await self.no_webhook(bot)
        if "allowed_updates" in given:
            bot.allowed = frozenset(given["allowed_updates"]) or DEFAULT_UPDATES
        if given.get("drop_pending_updates"):
            bot.pending.clear()
        if url:
            self._begin_webhook(bot, url, secret)
        return True

    def _begin_webhook(self, bot: Bot, url: str, secret: str) -> None:
        def sign(_: bytes, signature: Signature) -> dict[str, str]:
            return secret_header(secret, signature)

        bot.secret = secret
        bot.pump = Pump(url, sign, self._habits)
        bot.pump.start()
        waiting, bot.pending = bot.pending, []
        for update in waiting:
            bot.pump.put(orjson.dumps(update))

    async def _delete_webhook(self, bot: Bot, given: Parameters) -> bool:
        await self.no_webhook(bot)
        if given.get("drop_pending_updates"):
            bot.pending.clear()
        return True

    async def no_webhook(self, bot: Bot) -> None:
        """What was not taken waits to be asked for."""
        if bot.pump is None:
            return
        pump, bot.pump = bot.pump, None
        await pump.stop()
        bot.pending += sorted((orjson.loads(one) for one in pump.take_back()), key=lambda one: one["update_id"])

    async def _webhook_info(self, bot: Bot, _: Parameters) -> dict[str, Any]:
        pump = bot.pump
        about: dict[str, Any] = {
            "url": pump.url if pump else "",
            "has_custom_certificate": False,
            "pending_update_count": pump.pending if pump else len(bot.pending),
        }
        if pump and pump.last_error:
            about |= {"last_error_date": int(time()), "last_error_message": pump.last_error}
        return about

    async def _get_file(self, _: Bot, given: Parameters) -> dict[str, Any]:
        file = self._world.files.get(given["file_id"])
        if file is None:
            raise bad("invalid file_id")
        if file.size > MAX_DOWNLOAD:
            raise bad("file is too big")
        about = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}
        return about | {"file_path": file.path}

    async def _answer_tap(self, bot: Bot, given: Parameters) -> bool:
        if given["callback_query_id"] not in bot.taps:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(given.get("text", "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        bot.taps[given["callback_query_id"]] = given.get("text", "")
        return True

    async def _set_commands(self, bot: Bot, given: Parameters) -> bool:
        for one in given["commands"]:
            if not _COMMAND.fullmatch(one["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(one["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        bot.commands[given.get("language_code", "")] = given["commands"]
        return True

    async def _get_commands(self, bot: Bot, given: Parameters) -> list[dict[str, str]]:
        return bot.commands.get(given.get("language_code", ""), [])


def secret_header(secret: str, signature: Signature) -> dict[str, str]:
    """The header by which a webhook knows us, right or as an attacker would send it."""
    value = {"right": secret, "wrong": secret[::-1] + "x", "empty": "", "absent": None}[signature]
    return {} if value is None or (signature == "right" and not secret) else {"X-Telegram-Bot-Api-Secret-Token": value}


def _after(pending: list[dict[str, Any]], offset: int) -> list[dict[str, Any]]:
    if offset < 0:
        return pending[offset:]
    return pending[bisect_left(pending, offset, key=lambda one: one["update_id"]) :]


def _plain(work: Callable[[Bot, Parameters], Any]) -> Method:
    async def method(bot: Bot, given: Parameters) -> Any:
        return work(bot, given)

    return method
