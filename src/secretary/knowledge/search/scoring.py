"""From what was found to an order and a decision: words and meaning as one score, and how surely the best one answers.

The numbers were fitted on the tuning half of the shipped evaluation sets (`secretary.knowledge.search.tuning` fits
them anew); docs/decisions/0012-search.md has what they were measured to do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from secretary.knowledge.search.index import Candidate, Scale, Seen


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds that the best passage answers, as a line through what tells it. Refused below `threshold`."""

    bias: float
    score: float
    lead: float
    coverage: float
    threshold: float


SCALES = {"e5-small-q4+use-m3": Scale(0.663, 0.036)}
WORDS_WEIGHT = 5.5
"""Of the words beside the meaning, in spreads: from 4 to 8 the order is equally good."""
WITH_MEANING = Calibration(bias=-1.264, score=0.215, lead=0.348, coverage=0.436, threshold=0.293)
WORDS_ONLY = Calibration(bias=-0.834, score=0.0, lead=0.940, coverage=0.625, threshold=0.303)
_RIVALS = 3
_STEEPNESS = 0.5


@dataclass(frozen=True, slots=True)
class Signs:
    """What tells whether the best passage answers: its score, its lead over the next three, and which share of the
    question's own words, the rare ones counting more, stands in it.
    """

    score: float
    lead: float
    coverage: float


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
    found = []
    for one in seen.candidates:
        covered = float(of_own @ (one.words[:own] > 0)) / total_own
        found.append(Ranked(one.chunk_id, WORDS_WEIGHT * one.worth / total + _meaning(one, scale), covered))
    return sorted(found, key=lambda one: (-one.raw, one.chunk_id))


def signs(best: Sequence[Ranked]) -> Signs:
    """What tells of the first of these, of which there is at least one."""
    rivals = [one.raw for one in best[1 : 1 + _RIVALS]]
    return Signs(best[0].raw, best[0].raw - (sum(rivals) / len(rivals) if rivals else 0.0), best[0].coverage)


def judged(best: Sequence[Ranked], calibration: Calibration) -> tuple[Sequence[Ranked], bool]:
    """The same with their final scores, and whether the first is good enough to answer from."""
    if not best:
        return (), False
    odds = log_odds(signs(best), calibration)
    scored = [replace(one, score=_sigmoid(odds - _STEEPNESS * (best[0].raw - one.raw))) for one in best]
    return scored, scored[0].score >= calibration.threshold


def log_odds(told: Signs, calibration: Calibration) -> float:
    """How surely the best passage answers."""
    return (
        calibration.bias
        + calibration.score * told.score
        + calibration.lead * told.lead
        + calibration.coverage * told.coverage
    )


def _meaning(one: Candidate, scale: Scale | None) -> float:
    """In spreads; a passage that has no vector yet means as little as any."""
    if scale is None or math.isnan(one.meaning):
        return 0.0
    return (one.meaning - scale.centre) / max(scale.spread, 1e-3)


def _sigmoid(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
