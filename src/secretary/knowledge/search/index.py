"""The passages of one collection in memory: found by words (BM25) and by meaning. No I/O.

An index never changes: adding and removing make a new one that shares its parts, so that questions go on meanwhile.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from secretary.knowledge.search.entry import Entry
from secretary.knowledge.search.matrix import Matrix
from secretary.knowledge.search.segment import LARGEST, Floats, Segment, build, merged
from secretary.knowledge.search.vocabulary import Vocabulary

# BM25, https://en.wikipedia.org/wiki/Okapi_BM25; passages are of one size, so that length says little.
_K1 = 1.2
_B = 0.5
_MOST_SEGMENTS = 8
_REMEMBERED = 4_096
"""Terms whose frequency is remembered: questions ask for the same ones again, and several times each."""
SAMPLE = 200
"""Vectors by which the usual cosines are known."""
_FEW_PAIRS = 3
_SUPPOSED_SPREAD, _SUPPOSED_PAIRS = 0.1, 20
"""What is known of a model before it is seen, and how many pairs that is worth: a few passages are often alike."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What cosines of a model are usual: of a question with a passage that has nothing to do with it, and how far
    they are spread. With it, the models' scores compare.
    """

    centre: float
    spread: float


_USUAL = Scale(0.3, 0.12)


@dataclass(frozen=True, slots=True)
class Group:
    """A word that was asked for: terms that stand for it, each with how surely, and how much the word says."""

    terms: tuple[tuple[str, float], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may be meant. `words` has what each group found in it, between 0 and 1, and `worth` their sum,
    rare ones counting more; `meaning` is a cosine, NaN where nobody knows it.
    """

    chunk_id: str
    words: Floats
    worth: float
    meaning: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The candidates, and how rare each group is, its weight included."""

    candidates: Sequence[Candidate]
    rarity: Floats


@dataclass(frozen=True, slots=True)
class Index:
    """Safe to read from any thread."""

    segments: tuple[Segment, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _frequencies: dict[str, int] = field(default_factory=dict, compare=False)

    def __len__(self) -> int:
        return sum(int(segment.alive.sum()) for segment in self.segments)

    def replaced(self, documents: Iterable[str], entries: Sequence[Entry]) -> "Index":
        """Without the passages of `documents`, and with these. Takes a time that grows with `entries` alone."""
        gone = list(documents)
        kept = [segment.without(gone) for segment in self.segments] if gone else list(self.segments)
        fresh = [build(entries[at : at + LARGEST], self.vocabulary) for at in range(0, len(entries), LARGEST)]
        return Index(tuple(_tidied([*kept, *fresh])), self.vocabulary)

    def frequency(self, term: str) -> int:
        """In how many passages it stands."""
        known = self._frequencies.get(term)
        if known is None:
            if len(self._frequencies) >= _REMEMBERED:
                self._frequencies.clear()
            known = self._frequencies[term] = self._counted(term)
        return known

    def _counted(self, term: str) -> int:
        number = self.vocabulary.number(term)
        if number is None:
            return 0
        return sum(int(one.alive[one.postings(number)[0]].sum()) for one in self.segments)

    def similar(self, term: str) -> Sequence[tuple[str, int]]:
        """As `Lexicon` says."""
        return self.vocabulary.similar(term)

    def find(self, groups: Sequence[Group], meant: Floats | None, most: int) -> Seen:
        """The best `most` by words, and the best `most` by how like `meant` they are."""
        rarity = np.array([self._rarity(group) for group in groups], np.float32)
        mean_length = self.mean_length
        found = [
            candidate
            for segment in self.segments
            for candidate in _in_segment(segment, self._found(segment, groups, mean_length), rarity, meant, most)
        ]
        return Seen(the_most(found, most), rarity)

    def give_meanings(self, vectors: Mapping[str, Floats]) -> None:
        """Vectors of passages, by their ids; unknown ids are passed over."""
        wanted = np.array([chunk_id.encode() for chunk_id in vectors], dtype="S36")
        for segment in self.segments:
            slots = np.flatnonzero(np.isin(segment.chunk_ids, wanted) & segment.alive).tolist()
            found = [vectors[chunk_id.decode()] for chunk_id in segment.chunk_ids[slots].tolist()]
            if found:
                segment.matrix.set(slots, np.stack(found))

    def meaningless(self) -> Sequence[str]:
        """The passages without a vector."""
        return [
            chunk_id.decode()
            for segment in self.segments
            for chunk_id in segment.chunk_ids[segment.alive & ~segment.matrix.has].tolist()
        ]

    def without_meanings(self) -> "Index":
        """The same passages without their vectors."""
        return Index(tuple(replace(one, matrix=Matrix(len(one))) for one in self.segments), self.vocabulary)

    def scale(self) -> Scale | None:
        """What cosines are usual here: from those of passages with each other. None where there is no vector."""
        rows = [one.matrix.sample(SAMPLE) for one in self.segments]
        some = [one for one in rows if len(one)]
        if not some:
            return None
        return scale_of(np.concatenate(some)[:SAMPLE])

    @property
    def documents(self) -> int:
        """How many documents have a passage here."""
        return len({one for segment in self.segments for one in segment.documents[segment.alive].tolist()})

    @property
    def mean_length(self) -> float:
        """Of a passage, in terms; those of its headings count more."""
        total = sum(int(one.lengths[one.alive].sum(dtype=np.int64)) for one in self.segments)
        return total / max(len(self), 1)

    @property
    def bytes_held(self) -> int:
        """Memory of all but the vectors; there are arrays and nothing else."""
        return self.vocabulary.bytes_held + sum(segment.bytes_held for segment in self.segments)

    def chunk_id(self, number: int) -> str:
        """The passage of that number, counted from 0 through all of them."""
        for segment in self.segments:
            living = np.flatnonzero(segment.alive)
            if number < len(living):
                found: bytes = segment.chunk_ids[living[number]]
                return found.decode()
            number -= len(living)
        raise IndexError(number)

    def _rarity(self, group: Group) -> float:
        return rarity_of(group, max((self.frequency(term) for term, _ in group.terms), default=0), len(self))

    def _found(self, segment: Segment, groups: Sequence[Group], mean_length: float) -> Floats:
        """How well each slot has each group: BM25 without the rarity, scaled to 1."""
        scores = np.zeros((len(groups), len(segment)), np.float32)
        for row, group in zip(scores, groups, strict=True):
            for term, sureness in group.terms:
                number = self.vocabulary.number(term)
                if number is None:
                    continue
                slots, counts = segment.postings(number)
                value = sureness * saturated(counts, segment.lengths[slots], mean_length)
                row[slots] = np.maximum(row[slots], value)
        return scores


def rarity_of(group: Group, frequency: int, passages: int) -> float:
    """What a group is worth at most, where its commonest term stands in `frequency` of all the passages."""
    return group.weight * float(np.log1p((passages - frequency + 0.5) / (frequency + 0.5)))


def saturated(counts: NDArray[np.integer], lengths: NDArray[np.integer], mean_length: float) -> Floats:
    """BM25 without the rarity, of passages with these lengths in which a term stands so often: from 0 to 1."""
    norm = _K1 * (1 - _B + _B * lengths / max(mean_length, 1.0))
    found: Floats = (counts / (counts + norm)).astype(np.float32)
    return found


def scale_of(sample: Floats) -> Scale:
    """What cosines are usual among passages with these vectors, a row each.

    Measured with three models on the shipped documents, from 3 passages on: the cosines of questions with any passage
    are then within half a spread of where they should be (by a constant, they were 2 to 4 off).
    """
    cosines = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    if len(cosines) < _FEW_PAIRS:
        return _USUAL
    supposed = _SUPPOSED_PAIRS * _SUPPOSED_SPREAD**2
    spread = math.sqrt((len(cosines) * float(cosines.var()) + supposed) / (len(cosines) + _SUPPOSED_PAIRS))
    return Scale(float(cosines.mean()) - spread, spread)


def _in_segment(
    segment: Segment, found: Floats, rarity: Floats, meant: Floats | None, most: int
) -> Sequence[Candidate]:
    by_words = rarity @ found if len(rarity) else np.zeros(len(segment), np.float32)
    by_words = np.where(segment.alive, by_words, 0)
    slots = _best(by_words, most)
    if meant is not None:
        slots = np.union1d(slots, segment.matrix.nearest(meant, segment.alive, most))
    cosines = np.full(len(slots), np.nan) if meant is None else segment.matrix.likeness(meant, slots)
    ids, worth = segment.chunk_ids[slots].tolist(), by_words[slots].tolist()
    columns = zip(ids, found[:, slots].T, worth, cosines.tolist(), strict=True)
    return [Candidate(one.decode(), words, its_worth, cosine) for one, words, its_worth, cosine in columns]


def the_most(found: Sequence[Candidate], most: int) -> Sequence[Candidate]:
    """The best of all segments, by words and by meaning."""
    if len(found) <= most:
        return found
    by_words = sorted(found, key=lambda one: -one.worth)[:most]
    by_meaning = sorted((one for one in found if not math.isnan(one.meaning)), key=lambda one: -one.meaning)[:most]
    return list({one.chunk_id: one for one in (*by_words, *by_meaning)}.values())


def _best(scores: Floats, most: int) -> NDArray[np.intp]:
    """Where the `most` largest are that are above 0."""
    positive = np.flatnonzero(scores)
    if len(positive) <= most:
        return positive
    return positive[np.argpartition(-scores[positive], most)[:most]]


def _tidied(segments: Sequence[Segment]) -> Sequence[Segment]:
    """Empty ones left out, mostly dead ones cleaned, and the small ones made one where they are many."""
    living = [one for one in segments if one.alive.any()]
    living = [one if one.alive.sum() * 2 > len(one) else merged([one]) for one in living]
    if len(living) <= _MOST_SEGMENTS:
        return living
    total = min(sum(map(len, living)), LARGEST)
    large = [one for one in living if len(one) > total // 4]
    small = [one for one in living if len(one) <= total // 4]
    return [*large, *_together(small)]


def _together(segments: Sequence[Segment]) -> Sequence[Segment]:
    """As few as their size allows."""
    parts: list[list[Segment]] = [[]]
    for one in segments:
        if sum(map(len, parts[-1])) + len(one) > LARGEST:
            parts.append([])
        parts[-1].append(one)
    return [merged(part) for part in parts if part]
