"""Fitting a calibration: a logistic regression with few parameters, so that it holds for texts it has not seen."""

from collections.abc import Sequence
from dataclasses import astuple, replace

import numpy as np
from numpy.typing import NDArray

from secretary.knowledge.search.scoring import Calibration, Signs, log_odds

_ROUNDS = 50
_RIDGE = 1.0


def fit(
    told: Sequence[Signs], answers: Sequence[bool], *, lost: float, unread: float, sets: Sequence[str] = ()
) -> Calibration:
    """The calibration for questions whose best passages were `told` of; `answers` says which can be answered at all.

    Its threshold is where the share `lost` of those that can be answered is refused, and it is near where the share
    `unread` of them would not even be read. `sets` says of each question whose it is: each is then judged by what the
    others taught, as a business that nobody has seen will be, and no business loses more. Both kinds must be there, in
    every set.
    """
    values = np.array([astuple(one) for one in told])
    wanted = np.array(answers, float)
    found = _fitted(values, wanted)
    businesses = list(sets) or [""] * len(told)
    lowest: list[NDArray[np.float64]] = []
    for name in sorted(set(businesses)):
        own = np.array([one == name for one in businesses])
        taught = found if own.all() else _fitted(values[~own], wanted[~own])
        odds = [log_odds(one, taught) for one, is_asked in zip(told, own & (wanted == 1), strict=True) if is_asked]
        lowest.append(np.quantile(odds, [lost, unread]))
    threshold, near = (1 / (1 + np.exp(-np.min(lowest, axis=0)))).tolist()
    return replace(found, threshold=threshold, near=near)


def _fitted(values: NDArray[np.float64], wanted: NDArray[np.float64]) -> Calibration:
    centre, spread = values.mean(0), values.std(0) + 1e-9
    weights = _weights((values - centre) / spread, wanted)
    slopes = weights[1:] / spread
    return Calibration(float(weights[0] - slopes @ centre), Signs(*map(float, slopes)), threshold=0.5, near=0.5)


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
