"""The words of a collection that lie in PostgreSQL, as somebody can ask for them who does not wait.

`understand` is asked with what is known so far, and what it wanted to know beside that is noted; the tables are asked
for all of it at once, and it is asked again, until nothing is lacking. Two statements are enough for most questions,
and what was once asked for is remembered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.search.asking import Asked, understand
from secretary.knowledge.search.postgresql.queries import asking as queries
from secretary.knowledge.search.vocabulary import LOOKED_AT, mask_of, most_slips, nearest

_ROUNDS = 8
_MOST_AT_ONCE = 4_000
_MOST_CORRECTED = 16
"""Words of one question that are corrected: each costs a walk through the terms of about its length."""
_REMEMBERED = 20_000


@dataclass(slots=True)
class Known:
    """What was learned of the words of a collection, as long as its passages do not change."""

    frequencies: dict[str, int] = field(default_factory=dict)
    similar: dict[str, Sequence[tuple[str, int]]] = field(default_factory=dict)

    async def understand(self, units: UnitFactory, collection_id: str, question: str, history: Sequence[str]) -> Asked:
        """What is asked of a collection."""
        asked, notes = self._as_known(question, history)
        if notes.is_empty:
            return asked
        async with units.read() as unit:
            for _ in range(_ROUNDS):
                await self._learn(unit, collection_id, notes)
                asked, notes = self._as_known(question, history)
                if notes.is_empty:
                    break
        return asked

    def _as_known(self, question: str, history: Sequence[str]) -> tuple[Asked, "Notes"]:
        notes = Notes(self)
        asked = understand(question, history, notes)
        for group in asked.groups:
            for term, _ in group.terms:
                notes.frequency(term)
        return asked, notes

    async def _learn(self, unit: Unit, collection_id: str, notes: "Notes") -> None:
        if len(self.frequencies) > _REMEMBERED:
            self.frequencies.clear()
            self.similar.clear()
        wanted = list(notes.frequencies)[:_MOST_AT_ONCE]
        if wanted:
            found = await queries.frequencies(unit.db, collection_id, wanted)
            self.frequencies |= {term: found.get(term, 0) for term in notes.frequencies}
        if notes.similar_to:
            await self._learn_similar(unit, collection_id, list(notes.similar_to))

    async def _learn_similar(self, unit: Unit, collection_id: str, terms: Sequence[str]) -> None:
        looked_for = [(term, most_slips(term), _signed(mask_of(term))) for term in terms[:_MOST_CORRECTED]]
        candidates: dict[str, list[str]] = {term: [] for term in terms}
        for term, other, passages in await queries.resembling(unit.db, collection_id, looked_for, LOOKED_AT):
            self.frequencies[other] = passages
            if other.isalpha():
                candidates[term].append(other)
        self.similar |= {term: nearest(term, others, most_slips(term)) for term, others in candidates.items()}


class Notes:
    """Implements `Lexicon` with what is known; what is not is 0 for now, and noted."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.frequencies: dict[str, None] = {}
        self.similar_to: dict[str, None] = {}

    @property
    def is_empty(self) -> bool:
        return not self.frequencies and not self.similar_to

    def frequency(self, term: str) -> int:
        found = self._known.frequencies.get(term)
        if found is None:
            self.frequencies[term] = None
        return found or 0

    def similar(self, term: str) -> Sequence[tuple[str, int]]:
        if self.frequencies or not most_slips(term):  # it may only be asked for because a frequency is lacking
            return ()
        found = self._known.similar.get(term)
        if found is None:
            self.similar_to[term] = None
        return found or ()


def _signed(bits: int) -> int:
    """As PostgreSQL writes 64 bits."""
    return bits - (1 << 64) if bits >> 63 else bits
