"""A part of the index that does not change: some passages, where each term stands in them, and what they mean.

Only two things are written after it is built: that a passage is gone, into a copy, and its vector, once.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.matrix import Matrix
from secretary.knowledge.search.tokens import terms_of
from secretary.knowledge.search.vocabulary import Vocabulary

Floats = NDArray[np.float32]
Slots = NDArray[np.uint16]
Numbers = NDArray[np.int32]
LARGEST = 65_000
"""Passages of one segment: their slots are numbers of 16 bits."""
_HEADING_WEIGHT = 2
MOST = 255
MOST_TERMS = 65_535


@dataclass(frozen=True, slots=True)
class Segment:
    """Passages in slots from 0 on. `slots[offsets[i]:offsets[i + 1]]` are those with the term `terms[i]`."""

    chunk_ids: NDArray[np.bytes_]
    documents: NDArray[np.bytes_]
    lengths: NDArray[np.uint16]
    alive: NDArray[np.bool_]
    terms: Numbers
    offsets: Numbers
    slots: Slots
    counts: NDArray[np.uint8]
    matrix: Matrix

    def __len__(self) -> int:
        return len(self.alive)

    @property
    def bytes_held(self) -> int:
        """Memory of all but the vectors, their signs included."""
        own = (self.chunk_ids, self.documents, self.lengths, self.alive)
        of_terms = (self.terms, self.offsets, self.slots, self.counts)
        return sum(one.nbytes for one in (*own, *of_terms)) + self.matrix.bytes_of_signs

    def postings(self, term: int) -> tuple[Slots, NDArray[np.uint8]]:
        """The slots with a term, living or not, and how often it stands in each."""
        at = int(np.searchsorted(self.terms, np.int32(term)))  # of its own type: else all are converted
        if at == len(self.terms) or self.terms[at] != term:
            return self.slots[:0], self.counts[:0]
        span = slice(int(self.offsets[at]), int(self.offsets[at + 1]))
        return self.slots[span], self.counts[span]

    def without(self, documents: Iterable[str]) -> "Segment":
        """The same without the passages of these documents."""
        gone = np.isin(self.documents, np.array([one.encode() for one in documents], dtype="S36"))
        return replace(self, alive=self.alive & ~gone) if gone.any() else self


def build(entries: Sequence[Entry], vocabulary: Vocabulary) -> Segment:
    """A segment of these passages, `LARGEST` at most."""
    local: dict[str, int] = {}
    numbers, slots, counts, lengths = array("i"), array("H"), array("B"), array("H")
    for slot, entry in enumerate(entries):
        found = counted(entry)
        lengths.append(min(sum(found.values()), MOST_TERMS))
        for term, count in found.items():
            numbers.append(local.setdefault(term, len(local)))
            slots.append(slot)
            counts.append(min(count, MOST))
    of_term = vocabulary.add(list(local))[np.array(numbers, np.int32)]
    ids = np.array([entry.chunk_id.encode() for entry in entries], dtype="S36")
    documents = np.array([entry.document_id.encode() for entry in entries], dtype="S36")
    postings = _grouped(of_term, np.array(slots, np.uint16), np.array(counts, np.uint8))
    alive = np.ones(len(entries), np.bool_)
    return Segment(ids, documents, np.array(lengths, np.uint16), alive, *postings, Matrix(len(entries)))


def merged(segments: Sequence[Segment]) -> Segment:
    """One segment of all that lives in these."""
    terms, slots, counts = [], [], []
    first = 0
    for segment in segments:
        moved = np.cumsum(segment.alive, dtype=np.int32) - 1 + first
        of_term = np.repeat(segment.terms, np.diff(segment.offsets))
        living = segment.alive[segment.slots]
        terms.append(of_term[living])
        slots.append(moved[segment.slots[living]].astype(np.uint16))
        counts.append(segment.counts[living])
        first += int(segment.alive.sum())
    return Segment(
        np.concatenate([one.chunk_ids[one.alive] for one in segments]),
        np.concatenate([one.documents[one.alive] for one in segments]),
        np.concatenate([one.lengths[one.alive] for one in segments]),
        np.ones(first, np.bool_),
        *_grouped(np.concatenate(terms), np.concatenate(slots), np.concatenate(counts)),
        Matrix.merged([(one.matrix, one.alive) for one in segments]),
    )


def _grouped(
    of_term: Numbers, slots: Slots, counts: NDArray[np.uint8]
) -> tuple[Numbers, Numbers, Slots, NDArray[np.uint8]]:
    order = np.argsort(of_term, kind="stable")
    terms, begins = np.unique(of_term[order], return_index=True)
    offsets = np.append(begins, len(order)).astype(np.int32)
    return terms.astype(np.int32), offsets, slots[order], counts[order]


def counted(entry: Entry) -> Counter[str]:
    """How often each term stands in a passage; in its headings it counts more, and once in its title."""
    found = Counter(terms_of(entry.text))
    for term in terms_of(entry.heading):
        found[term] += _HEADING_WEIGHT
    for term in set(terms_of(entry.title)):
        found[term] += 1
    return found
