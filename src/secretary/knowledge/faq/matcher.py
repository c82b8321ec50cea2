"""Which entry answers a message: an immutable index over the entries of a collection. No I/O.

When several fit, the order is: higher priority; then the more certain kind (exact, wildcard, regex, keywords); then
the longer phrasing; then the older entry.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from secretary.knowledge.faq.expressions import expression_pattern
from secretary.knowledge.faq.linear import PatternSet
from secretary.knowledge.faq.normalise import MAX_MESSAGE_CHARS, Utterance, understand
from secretary.knowledge.faq.phrasing import CERTAINTY, Kind, Phrasing
from secretary.knowledge.faq.wildcards import encode, wildcard_pattern

Reason = Literal["priority", "kind", "length", "age"]


@dataclass(frozen=True, slots=True, eq=False)
class IndexedEntry:
    """What the index needs of an entry. Each is itself only: entries are compared by identity."""

    id: str
    question: str
    answer: str
    phrasings: Sequence[Phrasing]
    keywords: Sequence[str]
    priority: int
    created: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An entry that fits a message, and the phrasing by which it does."""

    entry: IndexedEntry
    kind: Kind
    phrasing: str

    @property
    def rank(self) -> tuple[int, int, int, datetime, str]:
        """The smallest wins."""
        return (-self.entry.priority, CERTAINTY[self.kind], -len(self.phrasing), self.entry.created, self.entry.id)

    def loses_by(self, winner: "Candidate") -> Reason:
        """The first thing in the order in which it is behind `winner`."""
        if self.entry.priority != winner.entry.priority:
            return "priority"
        if self.kind != winner.kind:
            return "kind"
        return "length" if len(self.phrasing) != len(winner.phrasing) else "age"


@dataclass(frozen=True, slots=True)
class _Keywords:
    stems: frozenset[str]
    candidate: Candidate


class FaqIndex:
    """Finds the entries that fit. Exact phrasings cost one look-up, however many there are."""

    def __init__(self, entries: Sequence[IndexedEntry]) -> None:
        self._exact: defaultdict[str, list[Candidate]] = defaultdict(list)
        patterns: dict[Kind, list[tuple[str, Candidate]]] = {Kind.WILDCARD: [], Kind.REGEX: []}
        for entry in entries:
            for phrasing in (Phrasing.plain(entry.question), *entry.phrasings):
                candidate = Candidate(entry, phrasing.kind, phrasing.text)
                if phrasing.kind is Kind.EXACT:
                    self._exact[understand(phrasing.text).key].append(candidate)
                else:
                    patterns[phrasing.kind].append((_pattern(phrasing), candidate))
        self._keywords = _by_rarest_stem([_keywords(entry) for entry in entries if entry.keywords])
        self._wildcards = PatternSet(patterns[Kind.WILDCARD], is_case_sensitive=True)
        self._expressions = PatternSet(patterns[Kind.REGEX], is_case_sensitive=False)

    def candidates(self, message: str) -> Sequence[Candidate]:
        """The entries that fit `message`, the best first, each once, by its best phrasing. Takes any string."""
        if len(message) > MAX_MESSAGE_CHARS:
            return ()
        said = understand(message)
        return best_first(self._fitting(said)) if said.says_something else ()

    def _fitting(self, said: Utterance) -> Iterable[Candidate]:
        yield from self._exact.get(said.key, ())
        yield from self._wildcards.matching(encode(said.words))
        if said.words != said.all_words:
            yield from self._wildcards.matching(encode(said.all_words))
        yield from self._expressions.matching(said.folded)
        yield from self._by_keywords(said)

    def _by_keywords(self, said: Utterance) -> Iterable[Candidate]:
        stems = {word.stem for word in said.words}
        for stem in stems:
            for keywords in self._keywords.get(stem, ()):
                if keywords.stems <= stems:
                    yield keywords.candidate


def best_first(candidates: Iterable[Candidate]) -> Sequence[Candidate]:
    """In the order of winning, each entry once."""
    by_entry: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank):
        by_entry.setdefault(candidate.entry.id, candidate)
    return tuple(by_entry.values())


def _pattern(phrasing: Phrasing) -> str:
    return wildcard_pattern(phrasing.text) if phrasing.kind is Kind.WILDCARD else expression_pattern(phrasing.text)


def _keywords(entry: IndexedEntry) -> _Keywords:
    stems = frozenset(word.stem for keyword in entry.keywords for word in understand(keyword).all_words)
    return _Keywords(stems, Candidate(entry, Kind.KEYWORDS, " ".join(entry.keywords)))


def _by_rarest_stem(all_keywords: Sequence[_Keywords]) -> Mapping[str, Sequence[_Keywords]]:
    """Under one stem each, which must be in a message anyway: the one that the fewest entries have."""
    numbers = Counter(stem for keywords in all_keywords for stem in keywords.stems)
    found: defaultdict[str, list[_Keywords]] = defaultdict(list)
    for keywords in all_keywords:
        if keywords.stems:
            found[min(keywords.stems, key=lambda stem: (numbers[stem], stem))].append(keywords)
    return found
