"""What people do in a messenger: each act becomes the update that Telegram would send."""

from time import time
from typing import Any, Protocol
from uuid import uuid4

from tests.support.fakes.telegram.entities import marks
from tests.support.fakes.telegram.world import Bot, Chat, World

Message = dict[str, Any]


class Updates(Protocol):
    def __call__(self, bot: Bot, kind: str, body: dict[str, Any]) -> int:
        """Hand an update to a bot; its id."""
        ...


class People:
    """`token` says to which bot; `chat` is a group's id (private without); `user` a person's id."""

    def __init__(self, world: World, deliver: Updates) -> None:
        self._world = world
        self._deliver = deliver

    async def say(self, token: str, user: int, text: str, chat: int = 0, **extra: Any) -> Message:
        """A message; `extra` are further fields of it."""
        marked = {"entities": marks(text) or None}
        return self._send(token, user, chat, {"text": text, **marked, **extra})

    async def say_all(self, token: str, said: list[tuple[int, str]]) -> int:
        """Many messages at once: (user, text)."""
        for user, text in said:
            self._send(token, user, 0, {"text": text, "entities": marks(text) or None})
        return len(said)

    async def send(self, token: str, user: int, kind: str, content: Any, chat: int = 0, **extra: Any) -> Message:
        """A message with something beside words: `kind` is the field of Message, `content` its value."""
        return self._send(token, user, chat, {kind: content, **extra})

    async def send_file(
        self, token: str, user: int, kind: str, size: int, media_type: str = "", name: str = "", caption: str = "",
        chat: int = 0,
    ) -> Message:  # fmt: skip
        """A file of so many bytes; its contents are kept only below a megabyte."""
        data = b"x" * size if size <= 1 << 20 else b""
        file = self._world.keep(data, name or kind, media_type, size)
        about: dict[str, Any] = {"file_id": file.id, "file_unique_id": f"u{file.id}", "file_size": size}
        content = about | _SHAPES.get(kind, {}) | ({"mime_type": media_type} if media_type else {})
        content |= {"file_name": name} if name else {}
        sizes = [about | {"file_size": 1, "width": 9, "height": 6}, about | {"width": 900, "height": 600}]
        extra = {"caption": caption, "caption_entities": marks(caption) or None} if caption else {}
        return self._send(token, user, chat, {kind: sizes if kind == "photo" else content, **extra})

    async def edit(self, token: str, user: int, message_id: int, text: str, chat: int = 0) -> int:
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        message = where.messages[bot.id, message_id]
        message.update(text=text, edit_date=int(time()))
        return self._deliver(bot, "edited_message", message)

    async def tap(self, token: str, user: int, data: str, message_id: int, chat: int = 0) -> str:
        """A button under a message of the bot; the id of the tap."""
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        tap = uuid4().hex
        bot.taps[tap] = None
        about = {"id": tap, "from": self._world.person(user), "chat_instance": str(where.id), "data": data}
        message = where.messages.get((bot.id, message_id))
        shown = message or {"chat": self._world.chat_object(where), "message_id": message_id, "date": 0}
        self._deliver(bot, "callback_query", about | {"message": shown})
        return tap

    async def react(self, token: str, user: int, message_id: int, emoji: str = "", chat: int = 0) -> int:
        """A reaction; without an emoji it is taken back."""
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        about = {"chat": self._world.chat_object(where), "message_id": message_id, "date": int(time())}
        return self._deliver(
            bot, "message_reaction", about | {"user": self._world.person(user), "old_reaction": [], "new_reaction": new}
        )

    async def block(self, token: str, user: int, chat: int = 0) -> int:
        """A person blocks the bot, or throws it out of a group."""
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        where.blocked_by[bot.id] = "bot was kicked from the supergroup chat" if chat else "bot was blocked by the user"
        return self._membership(bot, where, user, "member", "kicked")

    async def unblock(self, token: str, user: int, chat: int = 0) -> int:
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        where.blocked_by.pop(bot.id, None)
        return self._membership(bot, where, user, "kicked", "member")

    async def stop(self, token: str, user: int, draft_id: int) -> int:
        """The stop button of a growing answer."""
        bot, where = self._world.bot(token), self._world.chat(user)
        about = {"chat": self._world.chat_object(where), "draft_id": draft_id}
        return self._deliver(bot, "stopped_message_generation", about)

    async def migrate(self, token: str, chat: int, to: int) -> int:
        """A group becomes a supergroup: the bot hears of it in both."""
        bot, old = self._world.bot(token), self._world.chat(chat, "group")
        new = self._world.chat(to, "supergroup", old.title)
        old.migrated_to = to
        new.known_to |= old.known_to
        self._deliver(bot, "message", self._world.message(bot, old, None, migrate_to_chat_id=to))
        return self._deliver(bot, "message", self._world.message(bot, new, None, migrate_from_chat_id=chat))

    async def group(
        self, chat: int, title: str = "", kind: str = "supergroup", threads: list[int] | None = None
    ) -> int:
        """A group comes to be, with topics where `threads` names them."""
        made = self._world.chat(chat, kind, title)
        made.threads |= set(threads or ())
        return made.id

    async def person(self, user: int, **about: Any) -> dict[str, Any]:
        """Names and language of somebody."""
        return self._world.person(user, **about)

    async def update(self, token: str, kind: str, body: dict[str, Any]) -> int:
        """An update of any kind, as it is given."""
        return self._deliver(self._world.bot(token), kind, body)

    def _send(self, token: str, user: int, chat: int, content: dict[str, Any]) -> Message:
        bot, where = self._world.bot(token), self._world.chat(chat or user)
        where.known_to.add(bot.id)
        message = self._world.message(bot, where, self._world.person(user), **content)
        self._deliver(bot, "message", message)
        return message

    def _membership(self, bot: Bot, where: Chat, user: int, old: str, new: str) -> int:
        about = {"chat": self._world.chat_object(where), "from": self._world.person(user), "date": int(time())}
        was, now = _member(bot, old), _member(bot, new)
        return self._deliver(bot, "my_chat_member", about | {"old_chat_member": was, "new_chat_member": now})


def _member(bot: Bot, status: str) -> dict[str, Any]:
    return {"user": bot.user, "status": status} | ({"until_date": 0} if status == "kicked" else {})


_SHAPES: dict[str, dict[str, Any]] = {
    "voice": {"duration": 3},
    "audio": {"duration": 60},
    "video": {"width": 640, "height": 360, "duration": 5},
    "video_note": {"length": 240, "duration": 5},
    "animation": {"width": 320, "height": 240, "duration": 2},
    "sticker": {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"},
    "document": {},
}
