"""The requests of one bot: implements `channels.messenger.Connection`."""

import mimetypes
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

import structlog
from pydantic import JsonValue

from secretary.adapters.channels.telegram.api import POLL_S, BotApi, FileField
from secretary.adapters.channels.telegram.commands import COMMANDS
from secretary.adapters.channels.telegram.faults import fault, too_large
from secretary.adapters.channels.telegram.reading.batches import raw_update, stored
from secretary.adapters.channels.telegram.reading.threads import message_key, message_number
from secretary.adapters.channels.telegram.reading.wire import READ_KINDS
from secretary.adapters.channels.telegram.rendering.messages import shown_html
from secretary.adapters.channels.telegram.showing import Pauses, draft_number
from secretary.channels.messenger import Address, Identity, Part, RawUpdate
from secretary.kernel.errors import Upstream

MAX_DOWNLOAD: Final = 20 << 20
"""What Telegram hands out: core.telegram.org/bots/api#getfile, read 2026-11."""
_FILE_FIELDS: Final[Mapping[str, FileField]] = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVoice": "voice",
}
_CONNECTIONS: Final = 40
_MAX_TOAST: Final = 200
_TEXT_METHOD: Final = "sendMessage"
_PASSING: Final = frozenset({"channel_busy", "channel_unreachable", "channel_refused"})
"""What may go wrong with showing a growing answer without anybody missing anything."""

_log = structlog.get_logger(__name__)


class TelegramConnection:
    """`met` is told who we are as soon as Telegram says so."""

    def __init__(
        self, api: BotApi, met: Callable[[int, str], None], *, types: bool = True, pauses: Pauses | None = None
    ) -> None:
        self._api = api
        self._met = met
        self._types = types
        self._pauses = pauses or Pauses()

    async def open(self, webhook_url: str, webhook_secret: str) -> Identity:
        """As the port says. Nothing that waits at Telegram is dropped."""
        me = await self._api.call("getMe")
        number, username = int(me["id"]), str(me.get("username", ""))
        self._met(number, username)
        if webhook_url:
            await self._api.call(
                "setWebhook",
                {
                    "url": webhook_url,
                    "secret_token": webhook_secret,
                    "max_connections": _CONNECTIONS,
                    "allowed_updates": list[JsonValue](READ_KINDS),
                },
            )
        else:
            await self._api.call("deleteWebhook", {"drop_pending_updates": False})
        for language, commands in COMMANDS.items():
            body: dict[str, JsonValue] = {"commands": list(commands)}
            await self._api.call("setMyCommands", body | ({"language_code": language} if language else {}))
        name = f"{me.get('first_name', '')} @{username}".strip() if username else str(me.get("first_name", ""))
        return Identity(str(number), name, f"https://t.me/{username}" if username else "")

    async def poll(self, after: int | None) -> AsyncIterator[Sequence[RawUpdate]]:
        """As the port says; an empty batch every 25 seconds tells that Telegram is there."""
        offset = None if after is None else after + 1
        while True:
            body: dict[str, JsonValue] = {"timeout": POLL_S, "allowed_updates": list[JsonValue](READ_KINDS)}
            found = await self._api.call("getUpdates", body if offset is None else body | {"offset": offset})
            batch = [raw_update(stored(one)) for one in found]
            if batch:
                offset = batch[-1].order + 1
            yield batch

    async def send(self, address: Address, part: Part, shown_id: str = "") -> str:
        """As the port says. A shown answer becomes the first text; where it cannot, it makes room."""
        if shown_id and part.method == _TEXT_METHOD:
            if await self._edited(address, part.body, shown_id):
                return shown_id
        elif shown_id:
            await self._removed(address, shown_id)
        file = (_FILE_FIELDS[part.method], part.file) if part.file else None
        sent = await self._api.call(part.method, {**address, **part.body}, file)
        return self._told(sent)

    async def typing(self, address: Address, quoted_id: str = "") -> None:
        del quoted_id
        if self._types:
            await self._api.call("sendChatAction", {**address, "action": "typing"})

    async def show(self, address: Address, answer_id: str, text: str, shown_id: str = "") -> str:
        """As the port says: a draft in private, an edited message in a group, both with pauses."""
        in_group = not _is_private(address)
        if not self._pauses.is_due(answer_id, in_group=in_group) or not (html := shown_html(text)):
            return shown_id
        try:
            if in_group:
                return await self._shown_in_group(address, html, shown_id)
            draft: dict[str, JsonValue] = {"draft_id": draft_number(answer_id), "text": html, "parse_mode": "HTML"}
            await self._api.call("sendMessageDraft", {**address, **draft, "can_stop": True})
        except Upstream as error:
            if error.code not in _PASSING:
                raise
            _log.debug("telegram_not_shown", code=error.code)
            self._pauses.wait(answer_id, error.retry_after_s or 0.0)
        return shown_id

    async def tapped(self, callback_id: str, text: str = "") -> None:
        """As the port says. Telegram refuses an answer that comes late; nobody waits for it any more."""
        body: dict[str, JsonValue] = {"callback_query_id": callback_id}
        try:
            await self._api.call("answerCallbackQuery", body | ({"text": text[:_MAX_TOAST]} if text else {}))
        except Upstream as error:
            if error.code != "channel_refused":
                raise
            _log.debug("telegram_tap_too_old")

    async def fetch(self, ref: Mapping[str, JsonValue], max_bytes: int) -> tuple[bytes, str]:
        """As the port says."""
        try:
            about = await self._api.call("getFile", {"file_id": ref["file_id"]})
        except Upstream as error:
            raise too_large() if error.fields.get("refused_for") == "too_big" else _gone_or(error) from None
        if int(about.get("file_size") or 0) > min(max_bytes, MAX_DOWNLOAD):
            raise too_large()
        path = str(about.get("file_path", ""))
        data = await self._api.download(path, max_bytes)
        return data, str(ref.get("media_type") or mimetypes.guess_type(path)[0] or "application/octet-stream")

    async def close(self) -> None:
        """As the port says: nothing is held."""

    async def _edited(self, address: Address, body: Mapping[str, JsonValue], shown_id: str) -> bool:
        """Was the shown message given this text? Not, where it is gone."""
        new = {name: value for name, value in body.items() if name != "reply_parameters"}  # an edit quotes nobody
        wanted = {"chat_id": address["chat_id"], "message_id": message_number(shown_id), **new}
        try:
            await self._api.call("editMessageText", wanted)
        except Upstream as error:
            if error.code != "channel_refused":
                raise
            return error.fields.get("refused_for") == "not_modified"
        return True

    async def _removed(self, address: Address, shown_id: str) -> None:
        wanted: dict[str, JsonValue] = {"chat_id": address["chat_id"], "message_id": message_number(shown_id)}
        try:
            await self._api.call("deleteMessage", wanted)
        except Upstream as error:
            if error.code != "channel_refused":
                raise
            _log.debug("telegram_shown_stays")

    async def _shown_in_group(self, address: Address, html: str, shown_id: str) -> str:
        body: dict[str, JsonValue] = {
            "text": html,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if shown_id:
            await self._edited(address, body, shown_id)
            return shown_id
        return self._told(await self._api.call(_TEXT_METHOD, {**address, **body}))

    def _told(self, message: Mapping[str, Any]) -> str:
        """A message's id; it says who we are, too."""
        sender = message.get("from") or {}
        if sender.get("is_bot") and sender.get("username"):
            self._met(int(sender["id"]), str(sender["username"]))
        return message_key(int(message["chat"]["id"]), int(message["message_id"]))


def _is_private(address: Address) -> bool:
    """Telegram numbers people from 1 up and groups from -1 down."""
    number = address["chat_id"]
    return isinstance(number, int) and number > 0


def _gone_or(error: Upstream) -> Upstream:
    return fault("channel_file_gone") if error.code == "channel_refused" else error
