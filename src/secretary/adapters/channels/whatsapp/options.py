"""What may be tapped instead of typed: three buttons, a list of ten rows, or numbered lines.

Limits of Meta's description v23.0: a button's title 20, a row's 24 and its description 72, ids 200; titles unique.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from secretary.adapters.channels.whatsapp.cutting import length, shortened
from secretary.conversations.ports import QuickReply
from secretary.kernel.errors import Language

MAX_BODY: Final = 1024
"""Of the text of a message that has buttons or a list."""
MAX_ROWS: Final = 10
_MAX_BUTTONS: Final = 3
_MAX_BUTTON: Final = 20
_MAX_ROW: Final = 24
_MAX_DESCRIPTION: Final = 72
_MAX_ID: Final = 200
_CHOOSE: Final[Mapping[Language, str]] = {"ru": "Выбрать", "en": "Choose"}
BELOW: Final[Mapping[Language, str]] = {"ru": "Выберите, пожалуйста:", "en": "Please choose:"}
"""Stands over the buttons where the text itself is too long to."""


def fits(options: Sequence[QuickReply]) -> bool:
    """Can these be shown to be tapped at all? Else they are numbered lines."""
    return (
        0 < len(options) <= MAX_ROWS
        and all(0 < length(_id(one)) <= _MAX_ID and _title(one) for one in options)
        and len({_id(one) for one in options}) == len(options)
        and len({_title(one) for one in options}) == len(options)
    )


def interactive(body: str, options: Sequence[QuickReply], language: Language) -> dict[str, JsonValue]:
    """The `interactive` of a message: buttons where they are few and short, else a list. `options` must fit."""
    if len(options) <= _MAX_BUTTONS and all(length(_title(one)) <= _MAX_BUTTON for one in options):
        buttons: list[JsonValue] = [
            {"type": "reply", "reply": {"id": _id(one), "title": _title(one)}} for one in options
        ]
        return {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}}
    rows: list[JsonValue] = [_row(one, title) for one, title in zip(options, _row_titles(options), strict=True)]
    return {
        "type": "list",
        "body": {"text": body},
        "action": {"button": _CHOOSE[language], "sections": [{"rows": rows}]},
    }


def numbered(options: Sequence[QuickReply]) -> str:
    """The options as lines of Markdown that is no list: a list would swallow the text before it."""
    return "\n".join(f"{number}\\. {_title(one) or one.value}" for number, one in enumerate(options, 1))


def _row_titles(options: Sequence[QuickReply]) -> Sequence[str]:
    """Short and all different: numbered where they differ only in what is cut off."""
    titles = [shortened(_title(one), _MAX_ROW) for one in options]
    if len(set(titles)) == len(titles):
        return titles
    return [shortened(f"{number}. {_title(one)}", _MAX_ROW) for number, one in enumerate(options, 1)]


def _row(option: QuickReply, title: str) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = {"id": _id(option), "title": title}
    whole = _title(option)
    return row if title == whole else row | {"description": shortened(whole, _MAX_DESCRIPTION)}


def _title(option: QuickReply) -> str:
    """On one line: a title may have no other."""
    return " ".join(option.label.split())


def _id(option: QuickReply) -> str:
    return option.value.strip()
