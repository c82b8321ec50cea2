"""Fitting a calibration: a logistic regression with few parameters, so that it holds for texts it has not seen."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from secretary.knowledge.search.scoring import Calibration, Signs, log_odds

_ROUNDS = 50
_RIDGE = 1.0


def fit(told: Sequence[Signs], answers: Sequence[bool], *, lost: float) -> Calibration:
    """The calibration for questions whose best passages were `told` of; `answers` says which can be answered at all.

    The threshold is where the share `lost` of those that can be answered is refused. Both kinds must be there.
    """
    values = np.array([[one.score, one.lead, one.coverage] for one in told])
    wanted = np.array(answers, float)
    centre, spread = values.mean(0), values.std(0) + 1e-9
    weights = _weights((values - centre) / spread, wanted)
    slopes = weights[1:] / spread
    score, lead, coverage = map(float, slopes)
    found = Calibration(float(weights[0] - slopes @ centre), score, lead, coverage, threshold=0.5)
    odds = [log_odds(one, found) for one, answer in zip(told, answers, strict=True) if answer]
    threshold = 1 / (1 + np.exp(-np.quantile(odds, lost)))
    return replace(found, threshold=float(threshold))


def _weights(values: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Newton's method; both kinds weigh the same, however many there are of each."""
    rows = np.column_stack([np.ones(len(values)), values])
    share = np.where(wanted == 1, 1 / (2 * wanted.mean()), 1 / (2 * (1 - wanted.mean())))
    ridge = _RIDGE * np.diag([0.0] + [1.0] * values.shape[1])
    found = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        sure = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (share * (sure - wanted)) + ridge @ found
        curve = (rows * (share * sure * (1 - sure))[:, None]).T @ rows + ridge
        found -= np.linalg.solve(curve, slope)
    return found
