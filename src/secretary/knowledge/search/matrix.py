"""What the passages of a segment mean, and which of them are nearest to a question. numpy, exact where that is fast.

Of many passages those are compared whose signs agree most with the question's: a bit instead of a number of 32, so
that 2 of 100 are looked at. It may miss one that is only a little nearer than others, hardly one that is near
(bench/retrieval.py plants such).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_EXACT_UP_TO = 2_048
_SIEVED = 500
_SIEVED_SHARE = 50


class Matrix:
    """A row a slot; rows arrive later than the passages, in any order. One thread writes while others read."""

    def __init__(self, size: int) -> None:
        self.has = np.zeros(size, np.bool_)
        self.rows: NDArray[np.float32] | None = None
        self._signs: NDArray[np.uint64] | None = None

    def set(self, slots: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Vectors of length 1 for these slots. Those of another size than the first are passed over."""
        if self.rows is None:
            size = len(self.has)
            self._signs = np.zeros((-(-vectors.shape[1] // 64), size), np.uint64)  # so that sums run along rows
            self.rows = np.zeros((size, vectors.shape[1]), np.float32)
        if self._signs is None or vectors.shape[1] != self.rows.shape[1]:
            return
        self.rows[slots] = vectors
        self._signs[:, slots] = _signs(vectors).T
        self.has[slots] = True  # last: a reader believes it

    def nearest(self, question: NDArray[np.float32], alive: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
        """The slots that mean the most similar, in no order."""
        usable = alive & self.has
        if self.rows is None or self._signs is None or self.rows.shape[1] != len(question) or not usable.any():
            return np.zeros(0, np.intp)
        slots = np.flatnonzero(usable)
        if len(slots) > _EXACT_UP_TO:
            differing = np.bitwise_count(self._signs ^ _signs(question[None]).T).sum(axis=0, dtype=np.uint16)
            differing[~usable] = np.iinfo(np.uint16).max
            most_sieved = max(_SIEVED, len(slots) // _SIEVED_SHARE)
            slots = np.argpartition(differing, most_sieved)[:most_sieved]
            slots = slots[usable[slots]]
        scores = self.rows[slots] @ question if len(slots) < len(self.has) else self.rows @ question
        return slots if len(slots) <= most else slots[np.argpartition(-scores, most)[:most]]

    def likeness(self, question: NDArray[np.float32], slots: NDArray[np.intp]) -> NDArray[np.float32]:
        """The cosine of each slot's vector with the question's; NaN where there is none."""
        if self.rows is None or self.rows.shape[1] != len(question):
            return np.full(len(slots), np.nan, np.float32)
        found: NDArray[np.float32] = self.rows[slots] @ question
        found[~self.has[slots]] = np.nan
        return found

    @property
    def bytes_of_signs(self) -> int:
        """Memory of what is kept beside the vectors."""
        return self.has.nbytes + (0 if self._signs is None else self._signs.nbytes)

    def sample(self, most: int) -> NDArray[np.float32]:
        """Some of the vectors, the same each time, from everywhere."""
        known = np.flatnonzero(self.has)
        if self.rows is None or not len(known):
            return np.zeros((0, 0), np.float32)
        return self.rows[known[:: max(1, len(known) // most)][:most]]

    @classmethod
    def merged(cls, parts: Sequence[tuple["Matrix", NDArray[np.bool_]]]) -> "Matrix":
        """The rows of several, without the slots that do not live."""
        whole = cls(sum(int(alive.sum()) for _, alive in parts))
        first = 0
        for matrix, alive in parts:
            kept = np.flatnonzero(alive & matrix.has)
            moved = np.cumsum(alive) - 1 + first
            if matrix.rows is not None and len(kept):
                whole.set(moved[kept].tolist(), matrix.rows[kept])
            first += int(alive.sum())
        return whole


def _signs(vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
    bits = np.packbits(vectors > 0, axis=1)
    spare = -bits.shape[1] % 8
    return np.ascontiguousarray(np.pad(bits, ((0, 0), (0, spare)))).view(np.uint64)
