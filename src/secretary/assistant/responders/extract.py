"""Stage extract: no model answered, but the documents do: the best passage is quoted, with its source."""

import re
from collections.abc import AsyncGenerator

from secretary.assistant.citations import Citations
from secretary.assistant.ports import Delta, SourcesFound
from secretary.assistant.sources import source_of
from secretary.assistant.tables import as_lines
from secretary.assistant.turn import Said, Stage, Turn
from secretary.kernel.errors import Language

LONGEST_QUOTE = 900
INTRODUCTION: dict[Language, str] = {
    "ru": "Вот что сказано об этом в наших материалах:",
    "en": "This is what our documents say about it:",
}


class Quote:
    """Quotes the best passage as it stands."""

    stage = Stage.EXTRACT

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if not turn.passages or turn.taking is not None:
            return
        best = turn.passages[0]
        tidy = Citations(0, turn.allowed_hosts)
        quote = tidy.feed(shortened(as_lines(best.text))) + tidy.end()
        yield Delta(f"{INTRODUCTION[turn.language]}\n\n{quote}")
        yield SourcesFound((source_of(best),))


def shortened(text: str) -> str:
    """At most so much of a passage as somebody reads in a chat, cut between sentences or lines where that is so."""
    text = text.strip()
    if len(text) <= LONGEST_QUOTE:
        return text
    cut = text[:LONGEST_QUOTE]
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s)|\n", cut)]
    return (cut[: ends[-1]] if ends and ends[-1] > LONGEST_QUOTE // 3 else cut.rsplit(" ", 1)[0]).rstrip() + " …"
