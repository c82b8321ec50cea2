"""The answer to a message, if the FAQ has one: what a turn asks. It changes nothing but the count of hits."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge import service
from secretary.knowledge.faq.cache import FaqCache
from secretary.knowledge.faq.matcher import Candidate, best_first
from secretary.knowledge.faq.phrasing import Kind
from secretary.knowledge.faq.templates import render
from secretary.knowledge.ports import BusinessCard


@dataclass(frozen=True, slots=True)
class FaqHit:
    """An answer, its templates filled, and why it was given."""

    entry_id: str
    question: str
    answer: str
    matched_by: Kind
    phrasing: str


class FaqLookup:
    """Finds answers. One for the whole process: it holds the indexes."""

    def __init__(self, units: UnitFactory, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._cache = FaqCache(units, monotonic)

    async def find(
        self, text: str, collection_ids: Sequence[str] | None, now: datetime, card: BusinessCard, language: Language
    ) -> FaqHit | None:
        """The answer of these collections (of the default one for `None`) to `text`, any string.

        `now` is aware and shown on the clock of `card`; `language` serves answers that have no letters of their own.
        """
        found = await self.candidates(text, collection_ids)
        return hit(found[0], now, card, language) if found else None

    async def candidates(self, text: str, collection_ids: Sequence[str] | None) -> Sequence[Candidate]:
        """All entries that fit, the winner first."""
        found = [index.candidates(text) for index in await self._cache.indexes(collection_ids)]
        return found[0] if len(found) == 1 else best_first(candidate for some in found for candidate in some)

    async def record_hit(self, unit: Unit, entry_id: str) -> None:
        """Count an answer in the unit that stores it."""
        await service.record_hit(unit, entry_id)

    def forget(self) -> None:
        """Load everything anew when it is asked for."""
        self._cache.forget()


def hit(candidate: Candidate, now: datetime, card: BusinessCard, language: Language) -> FaqHit:
    """What a candidate answers."""
    entry = candidate.entry
    answer = render(entry.answer, now, card, language)
    return FaqHit(entry.id, entry.question, answer, candidate.kind, candidate.phrasing)
