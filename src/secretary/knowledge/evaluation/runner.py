"""Puts the questions of sets to a retriever and judges what it finds. It prints and stores nothing."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from secretary.knowledge.evaluation.metrics import gold_ranks
from secretary.knowledge.evaluation.shapes import Half, Question, QuestionSet, Retriever

DEPTH = 10
"""How many passages are asked for: what nDCG@10 needs."""

Clock = Callable[[], float]
"""Seconds, only ever growing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one question. `ranks` has a place for each gold quote; see `metrics`."""

    set_name: str
    id: str
    half: Half
    kind: str
    is_answerable: bool
    is_refused: bool
    ranks: tuple[int | None, ...]
    latency_ms: float

    @property
    def key(self) -> str:
        """What tells it from the questions of all sets."""
        return f"{self.set_name}/{self.id}"


@dataclass(frozen=True, slots=True)
class Run:
    """All judged questions of one retriever."""

    name: str
    judged: tuple[Judged, ...]

    @property
    def halves(self) -> tuple[Half, ...]:
        """Those that have questions here, in their order."""
        present = {one.half for one in self.judged}
        return tuple(half for half in Half if half in present)

    def of(self, half: Half) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if one.half is half)


async def run(
    name: str,
    retriever: Retriever,
    sets: Sequence[QuestionSet],
    *,
    halves: Sequence[Half] = tuple(Half),
    clock: Clock = time.perf_counter,
) -> Run:
    """Every question of those halves, one after the other, set by set. Errors of the retriever pass through.

    To choose a threshold, ask for `[Half.TUNING]` alone: the held-out questions are then not even put.
    """
    judged: list[Judged] = []
    for one in sets:
        questions = [question for half in halves for question in one.questions if question.half is half]
        if questions:
            await retriever.build(one.documents)
            judged += [await _judge(one.name, question, retriever, clock) for question in questions]
    return Run(name, tuple(judged))


async def _judge(set_name: str, question: Question, retriever: Retriever, clock: Clock) -> Judged:
    started = clock()
    retrieved = await retriever.retrieve(question.question, question.history, DEPTH)
    latency_ms = (clock() - started) * 1000
    return Judged(
        set_name=set_name, id=question.id, half=question.half, kind=question.kind,
        is_answerable=question.is_answerable, is_refused=retrieved.is_refused,
        ranks=gold_ranks(question.gold, retrieved.passages[:DEPTH]), latency_ms=latency_ms,
    )  # fmt: skip
