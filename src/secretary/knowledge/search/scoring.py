"""From what was found to an order and a decision: words and meaning as one score, and how surely the best one answers.

The numbers were fitted on the tuning half of the shipped evaluation sets (`secretary.knowledge.search.tuning` fits
them anew); docs/decisions/0012-search.md has what they were measured to do.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from secretary.knowledge.search.index import Candidate, Scale, Seen


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells whether the best passage answers. The words are the question's own, those that say something.

    `score`: the best one's, and `lead` how far it is before the next three. `lead_unnamed`: the same, where the
    passage has none of the words (a paraphrase that stands alone is one; one of many that are alike is a guess).
    `coverage`: which share of the words stands in it, rare ones counting more, and `anywhere` the most that
    stands in any passage. `known`: how many words any passage has, `missed`: how many the best one lacks, `nothing`: 1
    where it has none. `meaning_lead`: how much nearer in meaning the nearest is than the next three, in spreads.
    """

    score: float
    lead: float
    lead_unnamed: float
    coverage: float
    anywhere: float
    known: float
    missed: float
    nothing: float
    meaning_lead: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds that the best passage answers, as a line through what tells it.

    Refused below `threshold`; below `near` it is not worth reading either.
    """

    bias: float
    weights: Signs
    threshold: float
    near: float


SCALES = {"e5-small-q4+use-m3": Scale(0.663, 0.036)}
WORDS_WEIGHT = 5.5
"""Of the words beside the meaning, in spreads: from 4 to 8 the order is equally good."""
WITH_MEANING = Calibration(
    bias=-5.369,
    weights=Signs(
        score=0.708, lead=0.360, lead_unnamed=2.835, coverage=4.201, anywhere=3.037,
        known=-0.802, missed=1.121, nothing=-0.088, meaning_lead=-1.114,
    ),
    threshold=0.2033,
    near=0.1480,
)  # fmt: skip
WORDS_ONLY = Calibration(
    bias=-5.155,
    weights=Signs(
        score=0.736, lead=0.133, lead_unnamed=7.593, coverage=1.830, anywhere=5.279,
        known=-0.607, missed=1.215, nothing=0.863, meaning_lead=0.0,
    ),
    threshold=0.2488,
    near=0.1874,
)  # fmt: skip
_RIVALS = 3
_STEEPNESS = 0.5
_MOST_WORDS = 6
"""Are counted: a long message has more words that no passage has."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage and its place: `score` is within 0 and 1, and compares across questions."""

    chunk_id: str
    raw: float
    coverage: float
    score: float = 0.0


def ranked(seen: Seen, own: int, scale: Scale | None) -> Sequence[Ranked]:
    """The candidates, best first, with raw scores; without `scale` by their words only."""
    total = float(seen.rarity.sum()) or 1.0
    of_own = seen.rarity[:own]
    total_own = float(of_own.sum()) or 1.0
    covered = (_has(seen, own) @ of_own / total_own).tolist()
    found = [
        Ranked(one.chunk_id, WORDS_WEIGHT * one.worth / total + _meaning(one, scale), its)
        for one, its in zip(seen.candidates, covered, strict=True)
    ]
    return sorted(found, key=lambda one: (-one.raw, one.chunk_id))


def signs(best: Sequence[Ranked], seen: Seen, own: int, scale: Scale | None) -> Signs:
    """What tells of the first of `best`, of which there is at least one; they are what was `seen`, in order."""
    has = _has(seen, own)
    its = has[next(at for at, one in enumerate(seen.candidates) if one.chunk_id == best[0].chunk_id)]
    lead, nothing = _lead([one.raw for one in best]), float(not its.any())
    meanings = sorted((_meaning(one, scale) for one in seen.candidates), reverse=True)
    return Signs(
        score=best[0].raw,
        lead=lead,
        lead_unnamed=lead * nothing,
        coverage=best[0].coverage,
        anywhere=max(one.coverage for one in best),
        known=min(int(has.any(0).sum()), _MOST_WORDS),
        missed=min(int((~its).sum()), _MOST_WORDS),
        nothing=nothing,
        meaning_lead=_lead(meanings),
    )


@dataclass(frozen=True, slots=True)
class Judgement:
    """Passages with their final scores, and what the first of them is good for: see `Found`."""

    best: Sequence[Ranked]
    is_answer: bool
    is_near: bool


def judged(best: Sequence[Ranked], told: Signs | None, calibration: Calibration) -> Judgement:
    """What `best` are worth; `told` are the signs of the first."""
    if told is None:
        return Judgement((), is_answer=False, is_near=False)
    odds = log_odds(told, calibration)
    scored = [replace(one, score=_sigmoid(odds - _STEEPNESS * (best[0].raw - one.raw))) for one in best]
    first = scored[0].score
    return Judgement(scored, is_answer=first >= calibration.threshold, is_near=first >= calibration.near)


def log_odds(told: Signs, calibration: Calibration) -> float:
    """How surely the best passage answers."""
    pairs = zip(astuple(calibration.weights), astuple(told), strict=True)
    return calibration.bias + math.fsum(weight * value for weight, value in pairs)


def _has(seen: Seen, own: int) -> NDArray[np.bool_]:
    """Which of the question's own words each candidate has, a row each."""
    words = np.array([one.words for one in seen.candidates], np.float32)
    found: NDArray[np.bool_] = words.reshape(len(seen.candidates), len(seen.rarity))[:, :own] > 0
    return found


def _lead(values: Sequence[float]) -> float:
    """How far the first is before the next, on average."""
    rivals = values[1 : 1 + _RIVALS]
    return values[0] - (sum(rivals) / len(rivals) if rivals else 0.0)


def _meaning(one: Candidate, scale: Scale | None) -> float:
    """In spreads; a passage that has no vector yet means as little as any."""
    if scale is None or math.isnan(one.meaning):
        return 0.0
    return (one.meaning - scale.centre) / max(scale.spread, 1e-3)


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
