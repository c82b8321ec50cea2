"""Every term that was ever indexed, by number, and those that are written almost like a word that is not among them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_SHORTEST = 4
_SHORTEST_FOR_TWO = 8
LOOKED_AT = 120


def mask_of(term: str) -> int:
    """Which letters there are, in 64 bits."""
    bits = 0
    for letter in term:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _hashes(terms: Sequence[str]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, terms), np.int64, len(terms))


@dataclass(frozen=True, slots=True)
class _Table:
    """Terms by number: where each ends in the letters of all, which letters it has and how many.

    `hashes` are sorted, and `of_hash` are their numbers. In 64 bits no two of a million terms are alike, in all
    likelihood (1 : 40 million). A dictionary would take five times the memory.
    """

    hashes: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    of_hash: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    ends: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    masks: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    sizes: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))

    def numbers(self, hashes: NDArray[np.int64]) -> NDArray[np.int32]:
        """Of the terms with these hashes; -1 for those that are not here."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, np.int32)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[at] == hashes, self.of_hash[at], np.int32(-1))

    def with_terms(self, terms: Sequence[str], encoded: Sequence[bytes]) -> "_Table":
        """With new terms, which get the next numbers."""
        first, end = len(self.ends), int(self.ends[-1]) if len(self.ends) else 0
        hashes = np.concatenate([self.hashes, _hashes(terms)])
        numbers = np.concatenate([self.of_hash, np.arange(first, first + len(terms), dtype=np.int32)])
        order = np.argsort(hashes, kind="stable")
        ends = np.cumsum([len(one) for one in encoded], dtype=np.int32) + np.int32(end)
        return _Table(
            hashes[order],
            numbers[order],
            np.concatenate([self.ends, ends]),
            np.concatenate([self.masks, np.array([mask_of(term) for term in terms], np.uint64)]),
            np.concatenate([self.sizes, np.array([len(term) for term in terms], np.int8)]),
        )


class Vocabulary:
    """Numbers of terms. Grows only; one thread adds while others read."""

    def __init__(self) -> None:
        self._table = _Table()
        self._letters = bytearray()

    def __len__(self) -> int:
        return len(self._table.ends)

    @property
    def bytes_held(self) -> int:
        """Memory of all terms."""
        table = self._table
        arrays = (table.hashes, table.of_hash, table.ends, table.masks, table.sizes)
        return len(self._letters) + sum(one.nbytes for one in arrays)

    def add(self, terms: Sequence[str]) -> NDArray[np.int32]:
        """The numbers of these terms, each given once; new ones where they have none."""
        hashes = _hashes(terms)
        found = self._table.numbers(hashes)
        if new := [terms[at] for at in np.flatnonzero(found < 0).tolist()]:
            encoded = [term.encode("utf-8", "replace") for term in new]
            self._letters += b"".join(encoded)
            self._table = self._table.with_terms(new, encoded)  # after the letters: a reader believes it
        return self._table.numbers(hashes)

    def number(self, term: str) -> int | None:
        """The number of a term, if it has one."""
        found = int(self._table.numbers(_hashes([term]))[0])
        return found if found >= 0 else None

    def similar(self, term: str) -> Sequence[tuple[str, int]]:
        """Terms that one slip makes of this one, or two of a long one, with the number of slips; the fewest only."""
        most = most_slips(term)
        return nearest(term, self._resembling(term, most), most) if most else ()

    def _resembling(self, term: str, most: int) -> Iterator[str]:
        """Terms of about that length and nearly those letters: a cheap sieve."""
        table = self._table
        near = np.flatnonzero(np.abs(table.sizes - len(term)) <= most)
        differing = np.bitwise_count(table.masks[near] ^ np.uint64(mask_of(term)))
        close = near[differing <= 2 * most]
        if len(close) > LOOKED_AT:
            order = np.argsort(differing[differing <= 2 * most], kind="stable")
            close = close[order[:LOOKED_AT]]
        for number in close.tolist():
            begin, end = int(table.ends[number - 1]) if number else 0, int(table.ends[number])
            other = self._letters[begin:end].decode()
            if other.isalpha():
                yield other


def most_slips(term: str) -> int:
    """How many slips are forgiven in a word; none in a short one, and where it is no word."""
    if len(term) < _SHORTEST or not term.isalpha():
        return 0
    return 2 if len(term) >= _SHORTEST_FOR_TWO else 1


def nearest(term: str, others: Iterable[str], most: int) -> Sequence[tuple[str, int]]:
    """Those with the fewest slips, `most` at most, and how many these are; in the order of the alphabet."""
    found = [(other, slips) for other in others if (slips := distance(term, other, most))]
    least = min((slips for _, slips in found), default=0)
    return sorted(pair for pair in found if pair[1] == least)


def distance(one: str, other: str, most: int) -> int:
    """Slips between two words: a letter more, less, another, or two swapped. 0 where they are more than `most`."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    if max(len(one), len(other)) <= 1:
        return 1
    if abs(len(one) - len(other)) > most:
        return 0
    if most == 1:
        return int(len(one) == 2 and one == other[::-1])  # noqa: PLR2004  two letters in the wrong order
    slips = _table(one, other)
    return slips if slips <= most else 0


def _table(one: str, other: str) -> int:
    """Levenshtein's distance; two letters swapped are two slips."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i]
        for j, its in enumerate(other, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != its)))
    return row[-1]
