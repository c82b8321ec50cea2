"""`DocumentSearch`: finds the passages that answer a question, and says whether they do."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search import queries
from secretary.knowledge.search.asking import understand
from secretary.knowledge.search.freshness import Indexes
from secretary.knowledge.search.held import Held
from secretary.knowledge.search.ports import Found, Passage, Vectors
from secretary.knowledge.search.scoring import WITH_MEANING, WORDS_ONLY, Ranked, Signs, judged, ranked, signs
from secretary.knowledge.search.segment import Floats

log = structlog.get_logger(__name__)

_CANDIDATES = 50
_LONGEST_QUESTION = 4_096

Meanings = dict[tuple[str, str], Floats | None]
"""What a text means to a model, by both their names, as far as it was asked for; None: it did not answer."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one collection has to say."""

    best: Sequence[Ranked]
    is_answer: bool
    engine: str


class DocumentSearch:
    """Implements `Search`. One for the whole process: it holds the indexes. For the tasks of one event loop.

    `models` are the embedding models that can be asked: the wanted one, and behind it those whose vectors serve until
    the wanted one knows all passages. Without any, words alone are searched.
    """

    def __init__(
        self, units: UnitFactory, models: Sequence[Vectors] = (), monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._units = units
        self._models = {model.name: model for model in models}
        self.indexes = Indexes(units, list(self._models), monotonic)
        self._warming: asyncio.Task[None] | None = None

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        """As the port says. An embedding model that does not answer leaves the words, and `engine` says so."""
        held = await self.indexes.of(collections)
        meanings: Meanings = {}
        answers = [await self._ask(one, question[:_LONGEST_QUESTION], history, meanings) for one in held]
        answers.sort(key=lambda one: one.best[0].score if one.best else 0.0, reverse=True)
        if not answers:
            return Found((), is_answer=False, engine="words")
        best = sorted((one for answer in answers for one in answer.best), key=lambda one: -one.score)
        passages = await self._passages(list({one.chunk_id: one for one in best}.values())[:limit])
        is_answer = answers[0].is_answer and bool(passages)
        return Found(passages, is_answer=is_answer, engine=answers[0].engine)

    async def signs(
        self, question: str, collections: Sequence[str] | None, history: Sequence[str] = ()
    ) -> Signs | None:
        """What tells whether the best passage answers, for fitting a calibration; None where nothing is found."""
        held = await self.indexes.of(collections)
        found = [await self._ranked(one, question, history, {}) for one in held]
        return next((signs(best) for best, _ in found if best), None)

    async def places(self, held: Held, question: str, limit: int) -> tuple[Sequence[str], Sequence[str] | None]:
        """The best passages by words alone and, where meanings are searched, by meaning alone: for the health check."""
        asked = understand(question, (), held.index)
        by_words = ranked(held.index.find(asked.groups, None, limit), asked.own, None)
        words = [one.chunk_id for one in by_words[:limit]]
        if held.scale is None:
            return words, None
        meant = await self._meaning(held.model, asked.text, {})
        by_meaning = [] if meant is None else ranked(held.index.find((), meant, limit), 0, held.scale)
        return words, [one.chunk_id for one in by_meaning[:limit]]

    def warm_up(self) -> None:
        """Read all collections in the background, so that the first question need not wait."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._warm(), name="search warm-up")

    async def close(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self.indexes.close()

    async def _warm(self) -> None:
        try:
            await self.indexes.all()
        except SecretaryError as error:
            log.warning("search_not_warm", code=error.code)

    async def _ask(self, held: Held, question: str, history: Sequence[str], meanings: Meanings) -> _Answer:
        best, has_meaning = await self._ranked(held, question, history, meanings)
        scored, is_answer = judged(best, WITH_MEANING if has_meaning else WORDS_ONLY)
        return _Answer(scored, is_answer, held.engine if has_meaning else "words")

    async def _ranked(
        self, held: Held, question: str, history: Sequence[str], meanings: Meanings
    ) -> tuple[Sequence[Ranked], bool]:
        index, scale = held.index, held.scale
        asked = understand(question, history, index)
        meant = await self._meaning(held.model, asked.text, meanings) if scale is not None else None
        seen = index.find(asked.groups, meant, _CANDIDATES)
        return ranked(seen, asked.own, scale if meant is not None else None), meant is not None

    async def _meaning(self, model: str, text: str, known: Meanings) -> Floats | None:
        """The question's vector, asked for once; None where the model does not answer."""
        if (model, text) not in known:
            try:
                known[model, text] = np.array(await self._models[model].of_question(text), np.float32)
            except SecretaryError as error:
                log.warning("question_not_embedded", model=model, code=error.code)
                known[model, text] = None
        return known[model, text]

    async def _passages(self, best: Sequence[Ranked]) -> Sequence[Passage]:
        async with self._units.read() as unit:
            found: Mapping[str, Passage] = await queries.passages(unit.db, [one.chunk_id for one in best])
        return [replace(found[one.chunk_id], score=one.score) for one in best if one.chunk_id in found]
