"""The measures of a search, as pure functions. A rank counts from 1; None is a gold quote that was not found.

Two quotes found first in the same passage share a rank and count as one relevant passage.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from secretary.knowledge.evaluation.quotes import holds
from secretary.knowledge.evaluation.shapes import Gold, Passage

Ranks = Sequence[int | None]
"""Of each gold quote of a question, the rank of the first passage that holds it."""


def gold_ranks(gold: Sequence[Gold], passages: Sequence[Passage]) -> tuple[int | None, ...]:
    """Where each quote is found first, in a passage of its own file."""
    return tuple(_first_rank(one, passages) for one in gold)


def _first_rank(gold: Gold, passages: Sequence[Passage]) -> int | None:
    found = (
        rank for rank, one in enumerate(passages, start=1) if one.file == gold.file and holds(one.text, gold.quote)
    )
    return next(found, None)


def recall(ranks: Ranks, at: int) -> float:
    """recall@k: the share of gold quotes that the first `at` passages hold. Manning, Raghavan, Schütze,
    "Introduction to Information Retrieval" (2008), 8.3. `ranks` is not empty.
    """
    return sum(rank is not None and rank <= at for rank in ranks) / len(ranks)


def reciprocal_rank(ranks: Ranks) -> float:
    """1 / rank of the first passage that holds a quote, 0 without one; its mean is MRR.
    Voorhees, "The TREC-8 Question Answering Track Report" (1999).
    """
    return max((1 / rank for rank in ranks if rank is not None), default=0.0)


def ndcg(ranks: Ranks, at: int) -> float:
    """nDCG@k with gains 0 and 1, discount 1 / log2(rank + 1); 0 to 1, 1 when the relevant passages come first.
    Järvelin, Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002). `ranks` is not empty.
    """
    found = {rank for rank in ranks if rank is not None}
    relevant = len(found) + sum(rank is None for rank in ranks)
    ideal = sum(_discount(rank) for rank in range(1, min(relevant, at) + 1))
    return sum(_discount(rank) for rank in sorted(found) if rank <= at) / ideal


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)


@dataclass(frozen=True, slots=True)
class Refusals:
    """How well unanswerable questions are told from others. A share of nothing is None.

    Precision and recall of the class "unanswerable", as SQuAD 2.0 judges abstention: Rajpurkar, Jia, Liang,
    "Know What You Don't Know" (2018).
    """

    precision: float | None
    """Of the refused questions, the share that nobody could have answered."""
    recall: float | None
    """Of the unanswerable questions, the share that was refused."""
    false_refusals: float | None
    """Of the answerable questions, the share that was refused."""


def refusals(decisions: Sequence[tuple[bool, bool]]) -> Refusals:
    """From pairs (is answerable, is refused)."""
    refused = [is_answerable for is_answerable, is_refused in decisions if is_refused]
    rightly = refused.count(False)
    answerable = sum(is_answerable for is_answerable, _ in decisions)
    return Refusals(
        precision=_share(rightly, len(refused)),
        recall=_share(rightly, len(decisions) - answerable),
        false_refusals=_share(len(refused) - rightly, answerable),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile: the smallest value that `percent` of all do not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]
