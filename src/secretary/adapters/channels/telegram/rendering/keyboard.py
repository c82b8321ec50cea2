"""Buttons under a message. Telegram carries 1 to 64 bytes with each: core.telegram.org/bots/api#inlinekeyboardbutton.

A value that is longer is replaced by the label, which then is what the customer says; where that is too long as well,
by the button's number, and reading looks the label up in the message that was tapped.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from secretary.conversations.ports import QuickReply

MAX_DATA: Final = 64
MAX_BUTTONS: Final = 100
_SIDE_BY_SIDE: Final = 18
"""Labels up to so many characters share a row of two: more is cut off on a telephone."""

Keyboard = dict[str, JsonValue]


def keyboard_of(buttons: Sequence[QuickReply], actions: Sequence[Sequence[QuickReply]]) -> Keyboard | None:
    """The keyboard, or None where there is no button."""
    shown = [one for one in buttons if one.label.strip()][:MAX_BUTTONS]
    rows: list[JsonValue] = [[_button(one, number) for number, one in row] for row in _rows(shown)]
    rows += [[_button(one, 0) for one in row] for row in actions if row]
    return {"inline_keyboard": rows} if rows else None


def _rows(buttons: Sequence[QuickReply]) -> Iterator[Sequence[tuple[int, QuickReply]]]:
    waiting: list[tuple[int, QuickReply]] = []
    for number, button in enumerate(buttons):
        is_short = len(button.label) <= _SIDE_BY_SIDE
        if waiting and (not is_short or len(waiting) == 2):  # noqa: PLR2004 -- two in a row
            yield waiting
            waiting = []
        waiting.append((number, button))
        if not is_short:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _button(button: QuickReply, number: int) -> JsonValue:
    fitting = (one for one in (button.value, button.label, f"label:{number}") if 0 < len(one.encode()) <= MAX_DATA)
    return {"text": button.label, "callback_data": next(fitting)}
