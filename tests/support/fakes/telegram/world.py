"""What the service knows: bots, people, chats, messages, files."""

import asyncio
from dataclasses import dataclass, field
from time import time
from typing import Any

from tests.support.fakes.pump import Pump

DEFAULT_UPDATES = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "my_chat_member",
        "inline_query",
        "poll",
        "business_message",
        "stopped_message_generation",
    }
)
"""Without `chat_member` and the reactions, which are sent to those only who ask for them (getUpdates)."""

_KEPT = 200  # messages a chat: a long run must not fill the memory


class Refused(Exception):
    """A request is answered with an error."""

    def __init__(self, status: int, words: str, **parameters: int) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameters = parameters


def bad(words: str) -> Refused:
    return Refused(400, f"Bad Request: {words}")


@dataclass(slots=True)
class File:
    id: str
    path: str
    size: int
    data: bytes = b""
    media_type: str = ""


@dataclass
class Chat:
    """`messages` are those that a bot sees, by its number and theirs."""

    id: int
    type: str = "private"
    title: str = ""
    blocked_by: dict[int, str] = field(default_factory=dict)
    known_to: set[int] = field(default_factory=set)
    migrated_to: int = 0
    threads: set[int] = field(default_factory=set)
    messages: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    last_message: int = 0


@dataclass
class Bot:
    """`pending` are updates that wait to be asked for; a webhook has a pump instead."""

    token: str
    username: str
    name: str = "Secretary"
    is_revoked: bool = False
    allowed: frozenset[str] = DEFAULT_UPDATES
    last_message: int = 0
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)
    next_update: int = 100_000
    pump: Pump | None = None
    secret: str = ""
    max_connections: int = 40
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    poller: asyncio.Task[Any] | None = None
    taps: dict[str, str | None] = field(default_factory=dict)
    drafts: dict[tuple[int, int], list[str]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


class World:
    """Everything there is. Chats and people come to be when they are first spoken of."""

    def __init__(self) -> None:
        self.bots: dict[str, Bot] = {}
        self.chats: dict[int, Chat] = {}
        self.people: dict[int, dict[str, Any]] = {}
        self.files: dict[str, File] = {}

    def bot(self, token: str, username: str = "", name: str = "Secretary") -> Bot:
        if token not in self.bots:
            self.bots[token] = Bot(token, username or f"bot{token.partition(':')[0]}_bot", name)
        return self.bots[token]

    def person(self, number: int, **about: Any) -> dict[str, Any]:
        known = self.people.setdefault(
            number, {"id": number, "is_bot": False, "first_name": f"Person {number}", "language_code": "ru"}
        )
        known.update(about)
        return known

    def chat(self, number: int, kind: str = "", title: str = "") -> Chat:
        found = self.chats.get(number)
        if found is None:
            found = self.chats[number] = Chat(number, kind or ("private" if number > 0 else "supergroup"), title)
        return found

    def chat_object(self, chat: Chat) -> dict[str, Any]:
        if chat.type != "private":
            about: dict[str, Any] = {"id": chat.id, "type": chat.type, "title": chat.title or f"Group {-chat.id}"}
            return about | ({"is_forum": True} if chat.threads else {})
        person = self.person(chat.id)
        known = {name: person[name] for name in ("username", "first_name", "last_name") if name in person}
        return {"id": chat.id, "type": "private", **known}

    def message(self, bot: Bot, chat: Chat, sender: dict[str, Any] | None, **content: Any) -> dict[str, Any]:
        """A new message in a chat, which the bot sees."""
        counted = chat if chat.type in {"supergroup", "channel"} else bot  # as Telegram numbers them
        counted.last_message += 1
        about: dict[str, Any] = {
            "message_id": counted.last_message,
            "date": int(time()),
            "chat": self.chat_object(chat),
            **({"from": sender} if sender else {}),
            **{name: value for name, value in content.items() if value is not None},
        }
        chat.messages[bot.id, about["message_id"]] = about
        if len(chat.messages) > _KEPT:
            del chat.messages[next(iter(chat.messages))]
        return about

    def keep(self, data: bytes, name: str, media_type: str = "", size: int | None = None) -> File:
        """A file; its contents may be absent where only its size matters."""
        number = len(self.files) + 1
        file = File(f"file-{number}", f"files/{number}-{name}", len(data) if size is None else size, data, media_type)
        self.files[file.id] = file
        return file
