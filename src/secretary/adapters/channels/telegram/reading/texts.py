"""Texts with entities: whether they are to us, and what they say without our name. Offsets are UTF-16 code units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretary.adapters.channels.telegram.reading.wire import Entity, Message

_SPACES: Final = re.compile(r"[ \t]{2,}")
_COMMAND: Final = "bot_command"
_BOT_NAME_ENDS: Final = "bot"


@dataclass(frozen=True, slots=True)
class Us:
    """Who we are to Telegram. The name is empty until it has told us: then any bot's name may be ours, for a group's
    talk reaches only the bots that it mentions.
    """

    id: int
    username: str = ""

    def is_named(self, name: str) -> bool:
        name = name.removeprefix("@").casefold()
        return name == self.username.casefold() if self.username else name.endswith(_BOT_NAME_ENDS)


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it was meant: without our name. `command` is what it begins with (`start`), `rest` what follows."""

    text: str
    command: str = ""
    rest: str = ""
    names_us: bool = False


def words_of(message: Message, us: Us) -> Words:
    """The text, or the words beside a file."""
    text, entities = (message.text, message.entities) if message.text else (message.caption, message.caption_entities)
    raw = text.encode("utf-16-le", "surrogatepass")
    cuts: list[tuple[int, int]] = []
    command, command_ends, is_another_bots = "", 0, False
    for entity in entities:
        begin, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        said = raw[begin:end].decode("utf-16-le", "ignore")
        if entity.type == _COMMAND and entity.offset == 0:
            name, _, whose = said.partition("@")
            is_another_bots = bool(whose) and not us.is_named(whose)
            command, command_ends = ("" if is_another_bots else name[1:].lower()), end
            if whose and not is_another_bots:
                cuts.append((begin + 2 * _units(name), end))
        elif _is_us(entity, said, us):
            cuts.append((begin, end))
    rest = raw[command_ends:].decode("utf-16-le", "ignore").strip() if command else ""
    names_us = bool(cuts) or bool(command)
    return Words(_without(raw, cuts), command, rest, names_us)


def is_addressed(message: Message, words: Words, us: Us) -> bool:
    """Is this talk in a group to us: by name, as an answer to us, or as a command?"""
    answered = message.reply_to_message
    is_answer = answered is not None and answered.sender is not None and answered.sender.id == us.id
    return words.names_us or is_answer


def _is_us(entity: Entity, said: str, us: Us) -> bool:
    if entity.type == "text_mention":
        return entity.user is not None and entity.user.id == us.id
    return entity.type == "mention" and us.is_named(said)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _without(raw: bytes, cuts: Sequence[tuple[int, int]]) -> str:
    if not cuts:
        return raw.decode("utf-16-le", "replace").strip()
    kept, at = b"", 0
    for begin, end in sorted(cuts):
        kept += raw[at:begin]
        at = max(at, end)
    text = (kept + raw[at:]).decode("utf-16-le", "replace")
    return _SPACES.sub(" ", text).strip().removeprefix(",").removeprefix(":").strip()
