"""What a question asks for: its words as groups of terms, mistakes forgiven, and the text whose meaning is sought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from secretary.kernel.inflection import fold, words_of
from secretary.knowledge.search.engine import Lexicon
from secretary.knowledge.search.function_words import CONNECTORS, FUNCTION_TERMS, FUNCTION_WORDS, POINTERS
from secretary.knowledge.search.index import Group
from secretary.knowledge.search.layout import switched
from secretary.knowledge.search.tokens import term_of, terms_of

_LONGEST = 2_000
_MOST_GROUPS = 24
_MOST_SIMILAR = 6
_SURENESS_OF_SLIPS = {1: 0.8, 2: 0.6}
_SHORTEST_PART = 3
_SHORTEST_GLUED = 6
_SHORT_QUESTION = 2
_EARLIER_WEIGHT = 0.35
_FILLER_WEIGHT = 0.15
"""Of words that say nothing: they decide between passages that are equal otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The first `own` of the `groups` are what the question itself is about; then what was spoken of before, and words
    that say little. `text` is what an embedding model should read.
    """

    groups: Sequence[Group]
    own: int
    text: str


def understand(question: str, history: Sequence[str], index: Lexicon) -> Asked:
    """What `question` asks of this index, after `history` (what the customer said before, oldest first)."""
    said, text = _typed(question[:_LONGEST], index)
    own = _groups(said, index)
    earlier = [one for one in history if one.strip()]
    if not earlier or not _goes_on(said, own):
        return Asked([*own, *_fillers(said)], len(own), text)
    before, text_before = _typed(earlier[-1][:_LONGEST], index)
    known = {term for group in own for term, _ in group.terms}
    more = [
        Group(group.terms, _EARLIER_WEIGHT)
        for group in _groups(before, index)
        if not known.intersection(term for term, _ in group.terms)
    ]
    return Asked([*own, *more, *_fillers(said)], len(own), f"{text_before} {text}")


def _fillers(said: str) -> list[Group]:
    terms = dict.fromkeys(terms_of(said))
    return [Group(((term, 1.0),), _FILLER_WEIGHT) for term in terms if term in FUNCTION_TERMS][:_MOST_GROUPS]


def _goes_on(said: str, own: Sequence[Group]) -> bool:
    """Is it understood only together with what was said before?"""
    words = words_of(said)
    return len(own) <= _SHORT_QUESTION or (bool(words) and words[0] in CONNECTORS) or not POINTERS.isdisjoint(words)


def _typed(text: str, index: Lexicon) -> tuple[str, str]:
    """The text folded, and as it was meant: in the other layout where more of its words are words then."""
    folded = fold(text)
    other = switched(folded)
    if other != folded and _known(other, index) > _known(folded, index):
        return other, other
    return folded, " ".join(text.split())


def _known(folded: str, index: Lexicon) -> int:
    return sum(len(word) * _is_known(word, index) for word in words_of(folded))


def _is_known(word: str, index: Lexicon) -> bool:
    return word in FUNCTION_WORDS or index.frequency(term_of(word)) > 0


def _groups(said: str, index: Lexicon) -> list[Group]:
    """A group for each term that says something."""
    words = {term_of(word): word for word in words_of(said)}
    terms = dict.fromkeys(terms_of(said))
    telling = [term for term in terms if term not in FUNCTION_TERMS and words.get(term) not in FUNCTION_WORDS]
    found = [group for term in telling for group in _of_term(term, words.get(term, term), index)]
    return list({group.terms: group for group in found}.values())[:_MOST_GROUPS]


def _of_term(term: str, word: str, index: Lexicon) -> Iterator[Group]:
    if index.frequency(term) > 0 or not term.rstrip("~").isalpha():
        yield Group(((term, 1.0),))
    elif parts := _glued(word, index):
        for part in parts:
            if part not in FUNCTION_WORDS:
                yield Group(((term_of(part), 1.0),))
    else:
        yield from _corrected(term, index)


def _glued(word: str, index: Lexicon) -> Sequence[str]:
    """Two known words that were written as one, the longest first part preferred."""
    if len(word) < _SHORTEST_GLUED:
        return ()
    for cut in range(len(word) - _SHORTEST_PART, 1, -1):
        parts = word[:cut], word[cut:]
        if all(_is_part(part, index) for part in parts):
            return parts
    return ()


def _is_part(part: str, index: Lexicon) -> bool:
    return part in FUNCTION_WORDS if len(part) < _SHORTEST_PART else _is_known(part, index)


def _corrected(term: str, index: Lexicon) -> Iterator[Group]:
    """The known words nearest to an unknown one; itself where there is none, for a word that nobody wrote counts."""
    near = [(other, slips) for other, slips in index.similar(term) if index.frequency(other)]
    chosen = tuple((other, _SURENESS_OF_SLIPS[slips]) for other, slips in near[:_MOST_SIMILAR])
    yield Group(chosen or ((term, 1.0),))
