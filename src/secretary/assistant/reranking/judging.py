"""What was found, in the order of a reranker's judgement. One that is slow or dead leaves the order as it was."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

import structlog

from secretary.kernel.errors import Upstream
from secretary.knowledge.search.ports import Found, Reranker
from secretary.llm.routing.ask import Origin
from secretary.usage.ports import LimitReached

log = structlog.get_logger(__name__)

CANDIDATES: Final = 20
LONGEST_WAIT_S: Final = 1.5
FIRST_PAUSE_S, LONGEST_PAUSE_S = 15.0, 300.0
LONGEST_PASSAGE: Final = 4_000


@dataclass(frozen=True, slots=True)
class Judge:
    """Who reranks for a caller, and from which relevance on a passage answers."""

    reranker: Reranker
    name: str
    threshold: float


class Judges(Protocol):
    """Knows whom the installation has chosen."""

    async def for_origin(self, origin: Origin) -> Judge | None:
        """Who reranks what these ask; None where nobody does."""
        ...


@dataclass(slots=True)
class Standing:
    """How reranking has gone since the start of this process; `last_code` is why it failed the last time, empty where
    it did not.
    """

    name: str = ""
    judged: int = 0
    failed: int = 0
    last_code: str = ""


class Reranking:
    """One for the whole process: it remembers who was too slow."""

    def __init__(
        self, judges: Judges, *, wait_s: float = LONGEST_WAIT_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._judges, self._wait_s, self._now = judges, wait_s, monotonic
        self._silent_until: dict[str, tuple[float, float]] = {}
        self.standing = Standing()

    async def judge_for(self, origin: Origin) -> Judge | None:
        """Who will be asked; None where nobody is set, or he is left alone after failing."""
        judge = await self._judges.for_origin(origin)
        if judge is None or self._now() < self._silent_until.get(judge.name, (0.0, 0.0))[0]:
            return None
        return judge

    async def judged(self, judge: Judge, question: str, found: Found) -> Found:
        """The passages by relevance, best first. Neither an answer nor near where the best is not relevant enough."""
        passages = found.passages[:CANDIDATES]
        told = [f"{one.title}\n{one.heading}\n{one.text}"[:LONGEST_PASSAGE] for one in passages]
        try:
            async with asyncio.timeout(self._wait_s):
                scores = await judge.reranker.rerank(question, told)
        except (TimeoutError, Upstream, LimitReached) as error:
            self._failed(judge, getattr(error, "code", "too_slow"))
            return found
        self._silent_until.pop(judge.name, None)
        self._stands(judge, "")
        scored = [replace(one, score=score) for one, score in zip(passages, scores, strict=True)]
        best = sorted(scored, key=lambda one: -one.score)  # stable: equals keep the order of the search
        is_near = bool(best) and best[0].score >= judge.threshold
        engine = f"{found.engine}+rerank:{judge.name}"
        return Found(best, is_answer=found.is_answer and is_near, engine=engine, is_near=is_near)

    def _failed(self, judge: Judge, code: str) -> None:
        _, last_s = self._silent_until.get(judge.name, (0.0, 0.0))
        pause_s = min(max(FIRST_PAUSE_S, 2 * last_s), LONGEST_PAUSE_S)
        self._silent_until[judge.name] = (self._now() + pause_s, pause_s)
        self._stands(judge, code)
        log.warning("not_reranked", reranker=judge.name, code=code, pause_s=pause_s)

    def _stands(self, judge: Judge, code: str) -> None:
        now = self.standing
        now.name, now.last_code = judge.name, code
        now.judged, now.failed = now.judged + (not code), now.failed + bool(code)
