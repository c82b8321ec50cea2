"""The figures of a run: per kind and in total, with how each one ought to move. It formats nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from secretary.knowledge.evaluation import metrics
from secretary.knowledge.evaluation.runner import Judged
from secretary.knowledge.evaluation.shapes import Kind

TOTAL = "all"
RECALL_DEPTH = 5
NDCG_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of some questions. Those of the order are of the answerable ones only; None where there are none."""

    questions: int
    recall_at_5: float | None
    ndcg_at_10: float | None
    mrr: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    false_refusals: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None
    quoted_right: float | None = None
    answered_right: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of `Scores`, as reports name it."""

    title: str
    of: Callable[[Scores], float | None]
    unit: Literal["share", "ms"] = "share"
    is_better_higher: bool = True


ORDER = (
    Measure("recall@5", lambda scores: scores.recall_at_5),
    Measure("nDCG@10", lambda scores: scores.ndcg_at_10),
    Measure("MRR", lambda scores: scores.mrr),
)
DECISIONS = (
    Measure("refusal precision", lambda scores: scores.refusal_precision),
    Measure("refusal recall", lambda scores: scores.refusal_recall),
    Measure("answerable refused", lambda scores: scores.false_refusals, is_better_higher=False),
)
LATENCY = (
    Measure("latency p50", lambda scores: scores.latency_p50_ms, "ms", is_better_higher=False),
    Measure("latency p95", lambda scores: scores.latency_p95_ms, "ms", is_better_higher=False),
)
ANSWERS = (
    Measure("quoted answer right", lambda scores: scores.quoted_right),
    Measure("model's answer right", lambda scores: scores.answered_right),
)


def score(judged: Sequence[Judged]) -> Scores:
    """The figures of these questions."""
    ranks = [one.ranks for one in judged if one.is_answerable]
    refusals = metrics.refusals([(one.is_answerable, one.is_refused) for one in judged])
    latencies = [one.latency_ms for one in judged]
    return Scores(
        questions=len(judged),
        recall_at_5=metrics.mean([metrics.recall(one, RECALL_DEPTH) for one in ranks]),
        ndcg_at_10=metrics.mean([metrics.ndcg(one, NDCG_DEPTH) for one in ranks]),
        mrr=metrics.mean([metrics.reciprocal_rank(one) for one in ranks]),
        refusal_precision=refusals.precision,
        refusal_recall=refusals.recall,
        false_refusals=refusals.false_refusals,
        latency_p50_ms=metrics.percentile(latencies, 50),
        latency_p95_ms=metrics.percentile(latencies, 95),
        quoted_right=_share([one.quoted for one in judged]),
        answered_right=_share([one.answered for one in judged]),
    )


def _share(verdicts: Sequence[bool | None]) -> float | None:
    """Of those that somebody looked at, the good ones."""
    return metrics.mean([float(one) for one in verdicts if one is not None])


def score_kinds(judged: Sequence[Judged]) -> Mapping[str, Scores]:
    """The figures of each kind, ours in our order and then others by name, and of all under `TOTAL`."""
    kinds = {one.kind for one in judged}
    ours = [kind.value for kind in Kind if kind in kinds]
    ordered = ours + sorted(kinds.difference(ours))
    return {kind: score([one for one in judged if one.kind == kind]) for kind in ordered} | {TOTAL: score(judged)}


def is_right(one: Judged) -> bool:
    """Did the customer get what he should: a passage with a gold quote among the first five, or a refusal?"""
    if not one.is_answerable or one.is_refused:
        return one.is_refused and not one.is_answerable
    return any(rank is not None and rank <= RECALL_DEPTH for rank in one.ranks)
