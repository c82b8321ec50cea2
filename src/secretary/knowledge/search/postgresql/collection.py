"""One collection as PostgreSQL searches it: what is counted here is the order of a few passages that it found."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.search.asking import Asked
from secretary.knowledge.search.engine import Size
from secretary.knowledge.search.held import chosen
from secretary.knowledge.search.index import (
    SAMPLE,
    Candidate,
    Group,
    Scale,
    Seen,
    rarity_of,
    saturated,
    scale_of,
    the_most,
)
from secretary.knowledge.search.postgresql import meanings
from secretary.knowledge.search.postgresql.filling import catch_up
from secretary.knowledge.search.postgresql.lexicon import Known
from secretary.knowledge.search.postgresql.pgvector import Pgvector
from secretary.knowledge.search.postgresql.queries import asking, filling, vectors
from secretary.knowledge.search.postgresql.rows import quoted, tag
from secretary.knowledge.search.scoring import SCALES
from secretary.knowledge.search.segment import Floats, Numbers

log = structlog.get_logger(__name__)

_READ_AT_MOST = 1_000
"""Passages that are compared for one question: those with its rarest words, for the common ones decide little."""
_TELLING = 0.1
"""Of what the rarest word is worth: a word worth less tells nothing when PostgreSQL chooses."""
_MOST_RANKED = 8
_COUNTED = 100
"""Passages whose words are counted, the best by PostgreSQL's own rank of each word, the rare ones weighing more."""


@dataclass(slots=True)
class Collection:
    """Implements `Kept`. `size` is how many numbers a vector of `model` has; without pgvector there is no model."""

    collection_id: str
    units: UnitFactory
    pgvector: Pgvector
    version: int = 0
    passages: int = 0
    mean_length: float = 0.0
    model: str = ""
    dimensions: int = 0
    scale: Scale | None = None
    sampled: int = 0
    is_by_index: bool = False
    has_pgvector: bool = False
    known: Known = field(default_factory=Known)

    @property
    def engine(self) -> str:
        return f"postgresql:words+vectors:{self.model}" if self.scale is not None else self.words_engine

    @property
    def words_engine(self) -> str:
        return "postgresql:words" if self.has_pgvector else "postgresql:words (no pgvector)"

    def as_it_is(self) -> "Collection":
        return replace(self)

    async def refresh(self, units: UnitFactory, version: int, models: Sequence[str]) -> bool:
        """As `Kept` says. Vectors are copied in parts; where nothing can be stored, what is there is searched."""
        try:
            is_whole, has_more = await catch_up(units, self.collection_id), False
            self.has_pgvector = await self.pgvector.is_there(units)
            if self.has_pgvector:
                has_more = not await meanings.copy(units, models)
        except SecretaryError as error:
            log.warning("search_rows_not_stored", collection_id=self.collection_id, code=error.code)
            is_whole, has_more = False, False
        await self._read_state(units, models if self.has_pgvector else ())
        self.version = version if is_whole and not has_more else self.version
        return has_more

    async def _read_state(self, units: UnitFactory, models: Sequence[str]) -> None:
        async with units.read() as unit:
            passages, length = await filling.totals(unit.db, self.collection_id)
            rows = await vectors.known_to(unit.db, self.collection_id) if models else ()
            numbers = {model: (size, count) for model, size, count in reversed(rows)}
            model = chosen(models, {name: count for name, (_, count) in numbers.items()}, passages)
            size, count = numbers.get(model, (0, 0))
            scale = await self._usual(unit, model, size, count)
            everywhere = {(name, its): total for name, its, total in await vectors.known(unit.db)} if count else {}
        self.passages, self.mean_length, self.known = passages, length / max(passages, 1), Known()
        self.model, self.dimensions, self.scale, self.sampled = model, size, scale, count
        self.is_by_index = bool(count) and meanings.is_by_index(size, count, everywhere[model, size])

    async def _usual(self, unit: Unit, model: str, size: int, count: int) -> Scale | None:
        """What cosines are usual to a model. Of many vectors it does not change with each."""
        if not count or model in SCALES:
            return SCALES[model] if count else None
        is_as_before = (model, size) == (self.model, self.dimensions) and SAMPLE < count < 2 * self.sampled
        if is_as_before and self.scale is not None:
            return self.scale
        some = await vectors.sample(unit.db, self.collection_id, model, size, SAMPLE)
        return scale_of(np.stack([np.frombuffer(one, "<f4") for one in some])) if some else None

    async def understand(self, question: str, history: Sequence[str]) -> Asked:
        return await self.known.understand(self.units, self.collection_id, question, history)

    async def find(self, groups: Sequence[Group], meant: Floats | None, most: int) -> Seen:
        """As `Searched` says. Of the passages that have common words of the question only, some may be missed."""
        rarity = np.array([self._rarity(group) for group in groups], np.float32)
        terms = list(dict.fromkeys(term for group in groups for term, _ in group.terms))
        words = self._sought(groups, rarity, most)
        meaning = None
        if meant is not None and len(meant) == self.dimensions:
            meaning = asking.Meaning(self.model, self.dimensions, meanings.as_text(meant), most, self.is_by_index)
        if words is None and meaning is None:
            return Seen((), rarity)
        async with self.units.read() as unit:
            rows = await asking.candidates(unit.db, self.collection_id, terms, words, meaning)
        if not rows:
            return Seen((), rarity)
        ids, lengths, counts, cosines = zip(*rows, strict=True)
        counted = np.array(counts, np.int32).reshape(len(rows), len(terms)).T
        found = self._found(groups, dict(zip(terms, counted, strict=True)), np.array(lengths, np.int32))
        worths = (rarity @ found).tolist() if len(groups) else [0.0] * len(rows)
        likeness = [float("nan") if one is None else one for one in cosines]
        columns = zip(ids, found.T, worths, likeness, strict=True)
        return Seen(the_most([Candidate(*column) for column in columns], most), rarity)

    async def size(self) -> Size:
        async with self.units.read() as unit:
            documents, terms = await filling.diversity(unit.db, self.collection_id)
            lacking = self.passages
            if self.dimensions:
                lacking = await vectors.lacking(unit.db, self.collection_id, self.model, self.dimensions)
        return Size(self.passages, documents, terms, lacking, self.mean_length)

    async def any_passage(self, choose: Callable[[int], int]) -> tuple[str, bool] | None:
        if not self.passages:
            return None
        async with self.units.read() as unit:
            found = await filling.passage_at(unit.db, self.collection_id, choose(self.passages))
            if found is None:
                return None
            chunk_id, text_hash = found
            known = self.dimensions and await vectors.has_vector(unit.db, text_hash, self.model, self.dimensions)
        return chunk_id, bool(known)

    def _rarity(self, group: Group) -> float:
        standing = max((self._frequency(term) for term, _ in group.terms), default=0)
        return rarity_of(group, min(standing, self.passages), self.passages)  # frequencies may be newer than passages

    def _frequency(self, term: str) -> int:
        return self.known.frequencies.get(term, 0)

    def _sought(self, groups: Sequence[Group], rarity: Floats, most: int) -> asking.Words | None:
        """The rarest words, until they stand in as many passages as may be compared; all words tell their order."""
        needed, reached = [], 0
        present = [place for place in np.argsort(-rarity, kind="stable").tolist() if self._count(groups[place])]
        for place in present:
            count = self._count(groups[place])
            if reached >= most and reached + count > _READ_AT_MOST:
                break
            needed.append(_query(groups[place]))
            reached += count
        if not needed:
            return None
        telling = [place for place in present if rarity[place] >= _TELLING * rarity[present[0]]][:_MOST_RANKED]
        ranks = [(_query(groups[place]), float(rarity[place])) for place in telling]
        return asking.Words(f"({' | '.join(needed)}) & {tag(self.collection_id)}", ranks, max(_COUNTED, most))

    def _count(self, group: Group) -> int:
        return sum(self._frequency(term) for term, _ in group.terms)

    def _found(self, groups: Sequence[Group], counts: Mapping[str, Numbers], lengths: Numbers) -> Floats:
        """How well each passage has each group."""
        scores = np.zeros((len(groups), len(lengths)), np.float32)
        for row, group in zip(scores, groups, strict=True):
            for term, sureness in group.terms:
                row[:] = np.maximum(row, sureness * saturated(counts[term], lengths, self.mean_length))
        return scores


def _query(group: Group) -> str:
    """As a tsquery: any of its terms."""
    return f"({' | '.join(quoted(term) for term, _ in group.terms)})"
