"""Stage knowledge: finds what the business's documents say, for the stages after it. It says nothing itself."""

from collections.abc import AsyncGenerator

from secretary.assistant.asking import origin_of
from secretary.assistant.prompt import history_length
from secretary.assistant.reranking.judging import CANDIDATES, Reranking
from secretary.assistant.rewriting import Rewriting, leans_on_history
from secretary.assistant.tracing import note_found
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.tree import queries
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.search.ports import Found, Search

PASSAGES = 6


class Consult:
    """Adds the passages that answer the question, or that may, where a capable model will read them.

    None where the documents do not hold the answer.
    """

    stage = Stage.KNOWLEDGE

    def __init__(
        self,
        units: UnitFactory,
        search: Search,
        rewriting: Rewriting | None = None,
        reranking: Reranking | None = None,
    ) -> None:
        self._units, self._search = units, search
        self._rewriting, self._reranking = rewriting, reranking

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        for said in await self._consulted(turn):
            yield said

    async def _consulted(self, turn: Turn) -> tuple[Said, ...]:
        """Nothing to say: what was found is in the turn."""
        if turn.taking is None and not turn.is_wordless:
            async with self._units.read() as unit:
                await recall(unit, turn)
            found = await self._found(turn)
            turn.is_answered = found.is_answer
            if found.is_answer or (found.is_near and await self._has_reader(turn)):
                turn.passages = tuple(found.passages[:PASSAGES])
            note_found(turn, found)
        return ()

    async def _has_reader(self, turn: Turn) -> bool:
        return self._rewriting is not None and await self._rewriting.capable(turn) is not None

    async def _found(self, turn: Turn) -> Found:
        judge = await self._reranking.judge_for(origin_of(turn, "rerank")) if self._reranking else None
        limit = CANDIDATES if judge else PASSAGES
        asked = [content for role, content in turn.history if role == "user"]
        found = await self._search.find(turn.text, turn.assistant.collections, limit, asked)
        question = f"{asked[-1]} {turn.text}" if asked and leans_on_history(turn.text) else turn.text
        if found.passages and self._rewriting and (query := await self._rewriting.query(turn)):
            again = await self._search.find(query, turn.assistant.collections, limit)
            if again.is_answer or not found.is_answer:
                found, question = again, query
        if judge and self._reranking and (found.is_answer or found.is_near):
            return await self._reranking.judged(judge, question, found)
        return found


async def recall(unit: Unit, turn: Turn) -> None:
    """What was said before, read once a turn."""
    if not turn.is_recalled and (last := history_length(turn.messages_before)):
        turn.history = await queries.said_above(unit.db, turn.question_id, last=last)
    turn.is_recalled = True
