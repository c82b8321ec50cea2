"""Entries for tests of the index."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from secretary.knowledge.faq.matcher import FaqIndex, IndexedEntry
from secretary.knowledge.faq.phrasing import Kind, Phrasing

BORN = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count()


def entry(
    question: str, *phrasings: str | Phrasing, keywords: Sequence[str] = (), priority: int = 0, age_days: int = 0
) -> IndexedEntry:
    """An entry whose answer is its question; plain texts are exact, or wildcards where they have a star."""
    ways = [Phrasing.plain(way) if isinstance(way, str) else way for way in phrasings]
    born = BORN - timedelta(days=age_days)
    return IndexedEntry(f"{next(_numbers):06}", question, question, ways, keywords, priority, born)


def regex(text: str) -> Phrasing:
    return Phrasing(text=text, kind=Kind.REGEX)


def answers(index: FaqIndex, message: str) -> list[str]:
    """The questions of the entries that fit, the winner first."""
    return [candidate.entry.question for candidate in index.candidates(message)]
