"""Stage knowledge: finds what the business's documents say, for the stages after it. It says nothing itself."""

from collections.abc import AsyncGenerator

from secretary.assistant.prompt import history_length
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.tree import queries
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.search.ports import Search

PASSAGES = 6


class Consult:
    """Adds the passages that answer the question; none where the documents do not hold the answer."""

    stage = Stage.KNOWLEDGE

    def __init__(self, units: UnitFactory, search: Search) -> None:
        self._units = units
        self._search = search

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        for said in await self._consulted(turn):
            yield said

    async def _consulted(self, turn: Turn) -> tuple[Said, ...]:
        """Nothing to say: what was found is in the turn."""
        if turn.taking is None:
            async with self._units.read() as unit:
                await recall(unit, turn)
            asked = [content for role, content in turn.history if role == "user"]
            found = await self._search.find(turn.text, turn.assistant.collections, PASSAGES, asked)
            turn.passages = tuple(found.passages) if found.is_answer else ()
        return ()


async def recall(unit: Unit, turn: Turn) -> None:
    """What was said before, read once a turn."""
    if not turn.is_recalled and (last := history_length(turn.messages_before)):
        turn.history = await queries.said_above(unit.db, turn.question_id, last=last)
    turn.is_recalled = True
