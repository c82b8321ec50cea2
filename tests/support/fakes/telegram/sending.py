"""The methods that put something into a chat: what Telegram refuses, and what the chat then shows."""

import re
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from tests.support.fakes.shapes import Arrival
from tests.support.fakes.telegram.entities import BrokenMarkup, has_shape, length16, parse_html
from tests.support.fakes.telegram.world import Bot, Chat, Refused, World, bad

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_BUTTON_DATA = 64
_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_LARGEST = {"photo": 10 << 20}
_SCHEME = re.compile(r"(https?|tg|ton)$")
Parameters = dict[str, Any]


def chat_of(world: World, bot: Bot, parameters: Parameters) -> Chat:
    """The chat that is written to, or why it cannot be."""
    number = parameters["chat_id"]
    chat = world.chats.get(int(number)) if str(number).lstrip("-").isdigit() else None
    if chat is None:
        raise bad("chat not found")
    if chat.migrated_to:
        raise Refused(
            400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to
        )
    if bot.id in chat.blocked_by:
        raise Refused(403, f"Forbidden: {chat.blocked_by[bot.id]}")
    if chat.type == "private" and bot.id not in chat.known_to:
        raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
    thread = parameters.get("message_thread_id")
    if thread is not None and thread not in chat.threads:
        raise bad("message thread not found")
    return chat


def text_of(parameters: Parameters, field: str = "text", limit: int = MAX_TEXT) -> tuple[str, list[dict[str, Any]]]:
    """A text and its entities after parsing, which is when its length counts."""
    raw = parameters.get(field, "")
    mode = parameters.get("parse_mode", "")
    if mode and mode.lower() != "html":
        raise bad(f"unsupported parse_mode: the fake speaks HTML, not {mode}")
    try:
        text, entities = parse_html(raw) if mode else (raw.rstrip(), parameters.get("entities", []))
    except BrokenMarkup as error:
        raise bad(f"can't parse entities: {error}") from error
    if length16(text) > limit:
        raise bad("message is too long" if field == "text" else "message caption is too long")
    return text, entities


def checked_markup(parameters: Parameters, chat: Chat) -> dict[str, Any] | None:
    """The keyboard under a message. Raises Refused as Telegram would refuse it."""
    markup = parameters.get("reply_markup")
    if markup is None:
        return None
    for button in [one for row in markup.get("inline_keyboard", ()) for one in row]:
        _check_inline(button)
    for button in [one for row in markup.get("keyboard", ()) for one in row]:
        if not _button_text(button):
            raise bad("keyboard button text must be non-empty")
        if (button_asks := set(button) & {"request_contact", "request_location"}) and chat.type != "private":
            raise bad(f"{button_asks.pop()} can be used in private chats only")
    return markup


def _button_text(button: Any) -> str:
    return str(button.get("text", "") if isinstance(button, dict) else button).strip()


def _check_inline(button: dict[str, Any]) -> None:
    if not _button_text(button):
        raise bad("inline keyboard button text must be non-empty")
    kinds = set(button) - {"text", "style", "icon_custom_emoji_id"}
    if len(kinds) != 1:
        raise bad("text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_BUTTON_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not _is_link(button["url"]):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _is_link(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_SCHEME.match(parts.scheme)) and bool(parts.netloc)


class Sending:
    """`arrived` is told what chats show; `parameters` have been checked against the description."""

    def __init__(self, world: World, arrived: dict[str, list[Arrival]]) -> None:
        self._world = world
        self._arrived = arrived

    def send_message(self, bot: Bot, parameters: Parameters) -> dict[str, Any]:
        chat = chat_of(self._world, bot, parameters)
        text, entities = text_of(parameters)
        if not has_shape(text):
            raise bad("message text is empty")
        return self._shown("sendMessage", bot, chat, parameters, text, {"text": text, "entities": entities or None})

    def send_file(self, bot: Bot, parameters: Parameters, kind: str) -> dict[str, Any]:
        """`kind` is photo, document or voice."""
        chat = chat_of(self._world, bot, parameters)
        caption, entities = text_of(parameters, "caption", MAX_CAPTION)
        data = parameters[kind]
        if not data:
            raise bad("file must be non-empty")
        if isinstance(data, bytes) and len(data) > _LARGEST.get(kind, 50 << 20):
            raise Refused(413, "Request Entity Too Large")
        content = {kind: self._file(kind, data, parameters.get("file_name", kind), parameters.get("media_type", ""))}
        if caption:
            content |= {"caption": caption, "caption_entities": entities or None}
        method = f"send{kind.capitalize()}"
        return self._shown(method, bot, chat, parameters, caption, content)

    def _file(self, kind: str, data: bytes | str, name: str, media_type: str) -> Any:
        known = self._world.files.get(data) if isinstance(data, str) else None
        if isinstance(data, str) and known is None:
            raise bad("wrong remote file identifier specified: Wrong string length")
        file = known or self._world.keep(data if isinstance(data, bytes) else b"", name, media_type)
        about = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": file.size}
        if kind == "photo":
            return [about | {"width": 90, "height": 60}, about | {"width": 900, "height": 600}]
        if kind == "voice":
            return about | {"duration": 1, "mime_type": "audio/ogg"}
        return about | {"file_name": name, "mime_type": media_type or "application/octet-stream"}

    def _shown(
        self, method: str, bot: Bot, chat: Chat, parameters: Parameters, text: str, content: dict[str, Any]
    ) -> dict[str, Any]:
        markup = checked_markup(parameters, chat)
        quoted = self._quoted(bot, chat, parameters.get("reply_parameters"))
        thread = parameters.get("message_thread_id")
        about = {"message_thread_id": thread, "is_topic_message": True if thread else None}
        inline = markup if markup and "inline_keyboard" in markup else None
        message = self._world.message(
            bot, chat, bot.user, reply_to_message=quoted, reply_markup=inline, **about, **content
        )
        for key in [one for one in bot.drafts if one[0] == chat.id]:
            del bot.drafts[key]
        kept = {"reply_markup": markup, **{k: v for k, v in content.items() if k.endswith("entities")}, **about}
        self._arrived[str(chat.id)].append(Arrival(str(message["message_id"]), text, method, kept, account=bot.token))
        return message

    def _quoted(self, bot: Bot, chat: Chat, wanted: dict[str, Any] | None) -> dict[str, Any] | None:
        if wanted is None:
            return None
        found = chat.messages.get((bot.id, wanted["message_id"]))
        if found is None and not wanted.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return {key: value for key, value in found.items() if key != "reply_to_message"} if found else None

    def edit_text(self, bot: Bot, parameters: Parameters) -> dict[str, Any]:
        chat = chat_of(self._world, bot, parameters)
        message = chat.messages.get((bot.id, parameters.get("message_id", 0)))
        if message is None:
            raise bad("message to edit not found")
        if message.get("from", {}).get("id") != bot.id or "text" not in message:
            raise bad("message can't be edited")
        text, entities = text_of(parameters)
        if not has_shape(text):
            raise bad("message text is empty")
        markup = checked_markup(parameters, chat)
        new = {"text": text, "entities": entities or None, "reply_markup": markup}
        if all(message.get(key) == value for key, value in new.items()):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a"
                " current content and reply markup of the message"
            )
        message.update({key: value for key, value in new.items() if value is not None})
        for key in [key for key, value in new.items() if value is None]:
            message.pop(key, None)
        message["edit_date"] = message["date"]
        self._edited(chat, message["message_id"], text)
        return message

    def _edited(self, chat: Chat, message_id: int, text: str) -> None:
        shown = next((one for one in self._arrived[str(chat.id)] if one.id == str(message_id)), None)
        if shown is not None:
            shown.text, shown.at, shown.edits = text, monotonic(), shown.edits + 1

    def delete(self, bot: Bot, parameters: Parameters) -> bool:
        chat = chat_of(self._world, bot, parameters)
        if chat.messages.pop((bot.id, parameters["message_id"]), None) is None:
            raise bad("message to delete not found")
        for one in self._arrived[str(chat.id)]:
            one.is_gone |= one.id == str(parameters["message_id"])
        return True

    def draft(self, bot: Bot, parameters: Parameters) -> bool:
        chat = chat_of(self._world, bot, parameters)
        if chat.type != "private":
            raise bad("message drafts can be sent to private chats only")
        if not parameters["draft_id"]:
            raise bad("DRAFT_ID_INVALID")
        text, _ = text_of(parameters)
        bot.drafts.setdefault((chat.id, parameters["draft_id"]), []).append(text)
        return True

    def action(self, bot: Bot, parameters: Parameters) -> bool:
        chat_of(self._world, bot, parameters)
        if parameters["action"] not in _ACTIONS:
            raise bad("wrong parameter action in request")
        return True
