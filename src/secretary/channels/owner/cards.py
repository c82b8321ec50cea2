"""Cards: a conversation as it is shown to somebody in his messenger. Pure: no database, no clock."""

import re
from dataclasses import dataclass
from typing import Final

from secretary.assistant.markup import as_data
from secretary.channels.messenger import Outgoing
from secretary.channels.owner.texts import BUTTONS, LINES, WHY
from secretary.conversations.ports import QuickReply
from secretary.kernel.errors import Language

QUESTION, NAME, LINE = 900, 80, 160
ACTION: Final = re.compile(r"!(?P<do>answer|take|teach|block|back):(?P<card_id>[0-9a-f-]{36})")
# What would make a link or a heading of a customer's words, as marks that look alike.
_PLAIN: Final = str.maketrans({"[": "(", "]": ")", "*": "∗", "`": "ʼ", "_": "‗", "~": "∼", "#": "＃", "|": "¦"})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card tells. `why` is a key of `texts.WHY`; `answered_by` is who has the conversation, empty: nobody."""

    card_id: str
    why: str
    channel: str
    who: str
    asked: str
    files: int = 0
    first: str = ""
    contact: str = ""
    call_back: str = ""
    waits_minutes: int = 0
    answered_by: str = ""
    is_mine: bool = False


def card(shown: Shown, language: Language) -> Outgoing:
    """The message that shows it, with what may be done."""
    who = plain(shown.who, NAME) or LINES["visitor"][language]
    lines = [f"**{WHY[shown.why][language]}**", " · ".join(part for part in (plain(shown.channel, NAME), who) if part)]
    if shown.asked:
        lines.append(f"«{plain(shown.asked, QUESTION)}»")
    if shown.files:
        lines.append(LINES["files"][language].format(n=shown.files))
    lines += [
        LINES[name][language].format(text=plain(text, LINE))
        for name, text in (("first", shown.first), ("contact", shown.contact), ("call_back", shown.call_back))
        if text
    ]
    if shown.answered_by:
        lines.append(LINES["has_it"][language].format(name=plain(shown.answered_by, NAME)))
    elif shown.waits_minutes:
        lines.append(LINES["waits"][language].format(minutes=shown.waits_minutes))
    return Outgoing(text="\n\n".join(lines), actions=actions(shown, language), language=language)


def actions(shown: Shown, language: Language) -> tuple[tuple[QuickReply, ...], ...]:
    """Whoever has it may give it back; a colleague may still have a look, and block."""
    rows: tuple[tuple[str, ...], ...]
    if shown.is_mine:
        rows = (("answer", "back"), ("teach",), ("block",))
    elif shown.answered_by:
        rows = (("block",),)
    else:
        rows = (("answer", "take"), ("teach",), ("block",))
    return tuple(
        tuple(QuickReply(label=BUTTONS[do][language], value=f"!{do}:{shown.card_id}") for do in row) for row in rows
    )


def plain(text: str, longest: int) -> str:
    """A customer's words on one line, with nothing in them that a messenger would make a link or letters of."""
    line = " ".join(as_data(text).translate(_PLAIN).split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
