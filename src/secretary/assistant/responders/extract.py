"""Stage extract: no model answered, but the documents do: the best passage is quoted, with its source."""

import re
from collections.abc import AsyncGenerator

from secretary.assistant.ports import Delta, SourcesFound
from secretary.assistant.sources import quoted, source_of
from secretary.assistant.turn import Said, Stage, Turn
from secretary.kernel.errors import Language
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.contradictions.service import to_believe
from secretary.knowledge.search.ports import Passage

LONGEST_QUOTE = 900
INTRODUCTION: dict[Language, str] = {
    "ru": "Вот что сказано об этом в наших материалах:",
    "en": "This is what our documents say about it:",
}


class Quote:
    """Quotes the best passage as it stands, or the newer one that contradicts it."""

    stage = Stage.EXTRACT

    def __init__(self, units: UnitFactory) -> None:
        self._units = units

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if not turn.passages or not turn.is_answered or turn.taking is not None:
            return
        best = await self._best(turn)
        quote = shortened(quoted(best.text, turn.allowed_hosts))
        yield Delta(f"{INTRODUCTION[turn.language]}\n\n{quote}")
        yield SourcesFound((source_of(best, turn.allowed_hosts),))

    async def _best(self, turn: Turn) -> Passage:
        if len({passage.document_id for passage in turn.passages}) == 1:
            return turn.passages[0]
        async with self._units.read() as unit:
            return await to_believe(unit, turn.text, turn.passages)


def shortened(text: str) -> str:
    """At most so much of a passage as somebody reads in a chat, cut between sentences or lines where that is so."""
    text = text.strip()
    if len(text) <= LONGEST_QUOTE:
        return text
    cut = text[:LONGEST_QUOTE]
    ends = [match.end() for match in re.finditer(r"[.!?…](?=\s)|\n", cut)]
    return (cut[: ends[-1]] if ends and ends[-1] > LONGEST_QUOTE // 3 else cut.rsplit(" ", 1)[0]).rstrip() + " …"
