"""Puts the questions of sets to a retriever and judges what it finds. It prints and stores nothing."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from secretary.knowledge.evaluation.answers import is_satisfied
from secretary.knowledge.evaluation.metrics import gold_ranks
from secretary.knowledge.evaluation.shapes import Half, Passage, Question, QuestionSet, Retrieved, Retriever

DEPTH = 10
"""How many passages are asked for: what nDCG@10 needs."""

KEPT = 3
KEPT_CHARS = 300
"""How much is kept of what was found, for the owner to see what was found instead."""

Clock = Callable[[], float]
"""Seconds, only ever growing."""

Answering = Callable[[Question], Awaitable[str]]
"""What a customer would read; empty where he is told that nothing is known."""

Tell = Callable[[str, int, int], Awaitable[None]]
"""Hears what is being done, and how many of how many are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one question. `ranks` has a place for each gold quote; see `metrics`.

    `quoted` and `answered`: was the answer without, and with, a model what it must be? None where nobody looked.
    `found` are the first passages, shortened.
    """

    set_name: str
    id: str
    half: Half
    kind: str
    is_answerable: bool
    is_refused: bool
    ranks: tuple[int | None, ...]
    latency_ms: float
    question: str = ""
    quoted: bool | None = None
    answered: bool | None = None
    found: tuple[Passage, ...] = ()

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


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What looks on while questions are put: who answers without and with a model, and who hears how far it is."""

    quote: Answering | None = None
    answer: Answering | None = None
    tell: Tell | None = None


async def run(
    name: str,
    retriever: Retriever,
    sets: Sequence[QuestionSet],
    *,
    halves: Sequence[Half] = tuple(Half),
    clock: Clock = time.perf_counter,
    witnesses: Witnesses | None = None,
) -> Run:
    """Every question of those halves, one after the other, set by set. Errors of the retriever pass through.

    To choose a threshold, ask for `[Half.TUNING]` alone: the held-out questions are then not even put.
    """
    chosen = [(one, [q for half in halves for q in one.questions if q.half is half]) for one in sets]
    total = sum(len(questions) for _, questions in chosen)
    watching, judged = witnesses or Witnesses(), list[Judged]()
    for one, questions in chosen:
        if questions:
            await retriever.build(one.documents)
        for question in questions:
            judged.append(await _judge(one.name, question, retriever, clock, watching))
            if watching.tell is not None:
                await watching.tell("asking", len(judged), total)
    return Run(name, tuple(judged))


async def _judge(set_name: str, question: Question, retriever: Retriever, clock: Clock, watching: Witnesses) -> Judged:
    started = clock()
    retrieved = await retriever.retrieve(question.question, question.history, DEPTH)
    latency_ms = (clock() - started) * 1000
    return Judged(
        set_name=set_name, id=question.id, half=question.half, kind=question.kind,
        is_answerable=question.is_answerable, is_refused=retrieved.is_refused,
        ranks=gold_ranks(question.gold, retrieved.passages[:DEPTH]), latency_ms=latency_ms,
        question=question.question, quoted=await _is_good(watching.quote, question),
        answered=await _is_good(watching.answer, question), found=_kept(retrieved),
    )  # fmt: skip


async def _is_good(answering: Answering | None, question: Question) -> bool | None:
    if answering is None or not question.has_expectations:
        return None
    return is_satisfied(await answering(question), question.answer_contains, question.answer_must_not_contain)


def _kept(retrieved: Retrieved) -> tuple[Passage, ...]:
    return tuple(replace(one, text=one.text[:KEPT_CHARS]) for one in retrieved.passages[:KEPT])
