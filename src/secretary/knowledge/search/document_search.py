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
from secretary.knowledge.search.engine import Engine, Searched
from secretary.knowledge.search.freshness import Indexes
from secretary.knowledge.search.ports import Found, Passage, Vectors
from secretary.knowledge.search.scoring import WITH_MEANING, WORDS_ONLY, Judgement, Ranked, Signs, judged, ranked, signs
from secretary.knowledge.search.segment import Floats

log = structlog.get_logger(__name__)

_CANDIDATES = 50
_LONGEST_QUESTION = 4_096

EngineOf = Callable[[UnitFactory, Sequence[str], Callable[[], float]], Engine]
"""Makes an engine, with the names of the embedding models that can be asked, and a clock."""
Meanings = dict[tuple[str, str], Floats | None]
"""What a text means to a model, by both their names, as far as it was asked for; None: it did not answer."""


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The passages of one collection in order, and what tells of the first; None where there is none."""

    best: Sequence[Ranked]
    told: Signs | None
    has_meaning: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one collection has to say."""

    judgement: Judgement
    engine: str

    @property
    def score(self) -> float:
        return self.judgement.best[0].score if self.judgement.best else 0.0


class DocumentSearch:
    """Implements `Search`. One for the whole process: it holds the indexes. For the tasks of one event loop.

    `models` are the embedding models that can be asked: the wanted one, and behind it those whose vectors serve until
    the wanted one knows all passages. Without any, words alone are searched.
    """

    def __init__(
        self,
        units: UnitFactory,
        models: Sequence[Vectors] = (),
        monotonic: Callable[[], float] = time.monotonic,
        engine: EngineOf = Indexes,
    ) -> None:
        self._units = units
        self._models = {model.name: model for model in models}
        self.indexes = engine(units, list(self._models), monotonic)
        self._warming: asyncio.Task[None] | None = None

    async def find(
        self, question: str, collections: Sequence[str] | None, limit: int = 5, history: Sequence[str] = ()
    ) -> Found:
        """As the port says. An embedding model that does not answer leaves the words, and `engine` says so."""
        held = await self.indexes.of(collections)
        meanings: Meanings = {}
        answers = [await self._ask(one, question[:_LONGEST_QUESTION], history, meanings) for one in held]
        answers.sort(key=lambda one: one.score, reverse=True)
        if not answers:
            return Found((), is_answer=False, engine="words")
        best = sorted((one for answer in answers for one in answer.judgement.best), key=lambda one: -one.score)
        passages = await self._passages(list({one.chunk_id: one for one in best}.values())[:limit])
        first, has_any = answers[0].judgement, bool(passages)
        is_answer, is_near = first.is_answer and has_any, first.is_near and has_any
        return Found(passages, is_answer=is_answer, engine=answers[0].engine, is_near=is_near)

    async def signs(
        self, question: str, collections: Sequence[str] | None, history: Sequence[str] = ()
    ) -> Signs | None:
        """What tells whether the best passage answers, for fitting a calibration; None where nothing is found."""
        held = await self.indexes.of(collections)
        found = [await self._ranked(one, question, history, {}) for one in held]
        return next((one.told for one in found if one.told), None)

    async def places(self, held: Searched, question: str, limit: int) -> tuple[Sequence[str], Sequence[str] | None]:
        """The best passages by words alone and, where meanings are searched, by meaning alone: for the health check."""
        asked = await held.understand(question, ())
        by_words = ranked(await held.find(asked.groups, None, limit), asked.own, None)
        words = [one.chunk_id for one in by_words[:limit]]
        if held.scale is None:
            return words, None
        meant = await self._meaning(held.model, asked.text, {})
        by_meaning = [] if meant is None else ranked(await held.find((), meant, limit), 0, held.scale)
        return words, [one.chunk_id for one in by_meaning[:limit]]

    def use(self, models: Sequence[Vectors]) -> None:
        """Ask these from now on, the wanted one first. What is asked just now is answered without those that went."""
        self._models = {model.name: model for model in models}
        self.indexes.use(list(self._models))

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

    async def _ask(self, held: Searched, question: str, history: Sequence[str], meanings: Meanings) -> _Answer:
        found = await self._ranked(held, question, history, meanings)
        judgement = judged(found.best, found.told, WITH_MEANING if found.has_meaning else WORDS_ONLY)
        return _Answer(judgement, held.engine if found.has_meaning else held.words_engine)

    async def _ranked(self, held: Searched, question: str, history: Sequence[str], meanings: Meanings) -> _Ranking:
        asked, scale = await held.understand(question, history), held.scale
        meant = await self._meaning(held.model, asked.text, meanings) if scale is not None else None
        seen = await held.find(asked.groups, meant, _CANDIDATES)
        used = scale if meant is not None else None
        best = ranked(seen, asked.own, used)
        return _Ranking(best, signs(best, seen, asked.own, used) if best else None, meant is not None)

    async def _meaning(self, model: str, text: str, known: Meanings) -> Floats | None:
        """The question's vector, asked for once; None where the model does not answer."""
        if (model, text) not in known:
            asked = self._models.get(model)
            try:
                known[model, text] = np.array(await asked.of_question(text), np.float32) if asked else None
            except SecretaryError as error:
                log.warning("question_not_embedded", model=model, code=error.code)
                known[model, text] = None
        return known[model, text]

    async def _passages(self, best: Sequence[Ranked]) -> Sequence[Passage]:
        async with self._units.read() as unit:
            found: Mapping[str, Passage] = await queries.passages(unit.db, [one.chunk_id for one in best])
        return [replace(found[one.chunk_id], score=one.score) for one in best if one.chunk_id in found]
