"""The commands in the bot's menu, by the language of who looks; the empty one is everybody else's."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

_START: Final = {"ru": "Начать разговор", "en": "Start the conversation"}

COMMANDS: Final[Mapping[str, Sequence[JsonValue]]] = {
    "": [{"command": "start", "description": _START["en"]}],
    "ru": [{"command": "start", "description": _START["ru"]}],
}
