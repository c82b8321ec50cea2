"""The requests and answers of evaluations over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from secretary.kernel.jobs import Job, JobState
from secretary.kernel.text import CleanText
from secretary.knowledge.evaluation.changes import Change, Changes
from secretary.knowledge.evaluation.models import EvaluationRun, Origin, RunState
from secretary.knowledge.evaluation.report import Report, table
from secretary.knowledge.evaluation.runner import Judged, Run
from secretary.knowledge.evaluation.scores import is_right, score_kinds
from secretary.knowledge.evaluation.service import NewRun
from secretary.knowledge.evaluation.shapes import Half

WORST = 50
Id = Annotated[CleanText, Field(min_length=1, max_length=36)]


class EvaluationIn(BaseModel):
    """What to test: `questions` (JSON Lines, a gold file is a document's name) about these collections, or about the
    default one; without questions, the shipped sets. `with_model` asks the default assistant's models, too.
    """

    questions: Annotated[str, Field(min_length=1, max_length=2_000_000)] | None = None
    name: Annotated[CleanText, Field(max_length=200)] = ""
    half: Half | None = None
    with_model: bool = False
    collection_ids: Annotated[list[Id], Field(max_length=100)] | None = None

    def new_run(self) -> NewRun:
        """As the use case takes it."""
        return NewRun(**dict(self))


class EvaluationOut(BaseModel):
    """A run, and how far it is. `fault` is why it could not be done."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    owner_id: str | None
    origin: Origin
    name: str
    half: str
    with_model: bool
    state: RunState
    progress: Mapping[str, JsonValue] | None = None
    engine: str
    fault: str
    fault_text: str
    created: datetime
    finished: datetime | None

    @classmethod
    def of(cls, row: EvaluationRun, job: Job | None) -> Self:
        made = cls.model_validate(row)
        if job is not None:
            made.progress = job.progress
            if job.state is JobState.DEAD:
                made.state, made.fault = RunState.FAILED, job.last_error or "internal"
        return made


class EvaluationsOut(BaseModel):
    """A page of runs."""

    runs: Sequence[EvaluationOut]
    total: int


class EvaluationAnswer(BaseModel):
    """A run that was asked for, or stopped."""

    status: str = "accepted"
    run: EvaluationOut


class ScoresOut(BaseModel):
    """Figures of some questions; null where there is nothing to measure. Shares are 0 to 1."""

    model_config = ConfigDict(from_attributes=True)

    questions: int
    recall_at_5: float | None
    ndcg_at_10: float | None
    mrr: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    false_refusals: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    quoted_right: float | None
    answered_right: float | None


class HalfOut(BaseModel):
    """One half: by kind, and together under `all`; the product and plain BM25 beside it."""

    half: Half
    product: Mapping[str, ScoresOut]
    peer: Mapping[str, ScoresOut]

    @classmethod
    def of(cls, half: Half, report: Report) -> Self:
        return cls(half=half, product=_by_kind(report.product, half), peer=_by_kind(report.peers[0], half))


class FoundOut(BaseModel):
    """A passage that was found, its beginning."""

    model_config = ConfigDict(from_attributes=True)

    file: str
    text: str
    score: float


class WrongOut(BaseModel):
    """A question that was not answered as it should be, and what was found instead."""

    id: str
    half: Half
    kind: str
    question: str
    is_answerable: bool
    is_refused: bool
    best_rank: int | None
    found: Sequence[FoundOut]

    @classmethod
    def of(cls, one: Judged) -> Self:
        return cls(
            id=one.key, half=one.half, kind=one.kind, question=one.question, is_answerable=one.is_answerable,
            is_refused=one.is_refused, best_rank=_best(one),
            found=[FoundOut.model_validate(passage) for passage in one.found],
        )  # fmt: skip


class FigureOut(BaseModel):
    """A figure before and now, over the questions that both runs have. `gain` above 0 is better."""

    half: Half
    figure: str
    before: float | None
    now: float | None
    gain: float

    @classmethod
    def of(cls, change: Change) -> Self:
        before, now = change.measure.of(change.before), change.measure.of(change.now)
        return cls(half=change.half, figure=change.measure.title, before=before, now=now, gain=change.gain)


class ChangesOut(BaseModel):
    """What has changed since the last run of the same questions; ids are `set/id`."""

    figures: Sequence[FigureOut]
    won: Sequence[str]
    lost: Sequence[str]
    added: Sequence[str]
    removed: Sequence[str]

    @classmethod
    def of(cls, found: Changes) -> Self:
        return cls(
            figures=[FigureOut.of(one) for one in found.figures], won=found.won, lost=found.lost, added=found.added,
            removed=found.removed,
        )  # fmt: skip


class ReportOut(BaseModel):
    """A run with everything that came of it; the last four are null until it is done."""

    run: EvaluationOut
    halves: Sequence[HalfOut] | None = None
    worst: Sequence[WrongOut] | None = None
    changes: ChangesOut | None = None
    table: str | None = None

    @classmethod
    def of(cls, run: EvaluationOut, report: Report | None, changes: Changes | None) -> Self:
        if report is None:
            return cls(run=run)
        return cls(
            run=run,
            halves=[HalfOut.of(half, report) for half in report.product.halves],
            worst=[WrongOut.of(one) for one in worst(report.product)],
            changes=ChangesOut.of(changes) if changes is not None else None,
            table=table(report),
        )


def worst(done: Run) -> Sequence[Judged]:
    """Questions that went wrong: first those whose passage was not found at all, then those it was found late for."""
    wrong = [one for one in done.judged if not is_right(one)]
    return sorted(wrong, key=lambda one: (not one.is_answerable, -(_best(one) or 1_000)))[:WORST]


def _best(one: Judged) -> int | None:
    return min((rank for rank in one.ranks if rank is not None), default=None)


def _by_kind(done: Run, half: Half) -> Mapping[str, ScoresOut]:
    return {kind: ScoresOut.model_validate(scores) for kind, scores in score_kinds(done.of(half)).items()}
