"""How much two questions ask the same: by their words, mistakes, order and endings forgiven, and by their meaning.

No I/O. The numbers were fitted on pairs of questions that were written for it, and on the questions of the shipped
evaluation sets, no two of which ask the same.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from secretary.kernel.inflection import fold, words_of
from secretary.knowledge.search.function_words import FUNCTION_TERMS, FUNCTION_WORDS
from secretary.knowledge.search.tokens import term_of, terms_of

MOST_TERMS: Final = 24
SAME: Final = 0.62
SAME_BY_MEANING: Final = 0.85
"""A cosine of the packaged model: unlike questions about one business reach 0.83, unless they are alike but for one
word that matters, which `_contrast` sees.
"""
_SLIP: Final = 0.85
_VERB_WEIGHT: Final = 0.5
_PART_WEIGHT: Final = 0.4
_VERB: Final = "~"
_SHORTEST_SLIP, _SHORTEST_TWO_SLIPS, _MOST_SLIPS = 4, 8, 2
_DIGIT: Final = re.compile(r"\d")
_IS_VERB: Final = re.compile(r"[а-я]{2,}(?:[аяеиуыо]ть(?:ся)?|[еи]те(?:сь)?|[ею]тся|[еи]т)")
_PRICES: Final = """
стоит стоят стоимость цена цены почем прайс расценки price prices cost
"""
_ASKING: Final = """
делаете имеется принимаете оформить получить купить продаете
"""
_PRICE: Final = frozenset(map(term_of, _PRICES.split()))
_ASKED_FOR: Final = frozenset(map(term_of, _ASKING.split()))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is compared: what it is about, and what it means to a model (a vector of length 1).

    A verb says less of what a question is about than a noun.
    """

    nouns: frozenset[str]
    verbs: frozenset[str] = frozenset()
    meaning: Sequence[float] | None = None

    @classmethod
    def of(cls, text: str, meaning: Sequence[float] | None = None) -> Self:
        """Without words that say nothing; of nothing but such words, these."""
        folded = fold(text)
        verbs = {term_of(word) for word in words_of(folded) if _IS_VERB.fullmatch(word)}
        terms = ["#price" if term in _PRICE else term for term in dict.fromkeys(terms_of(folded))]
        telling = [term for term in terms if term not in FUNCTION_TERMS | FUNCTION_WORDS | _ASKED_FOR] or terms
        kept = frozenset(telling[:MOST_TERMS])
        return cls(kept - verbs, kept & verbs, meaning)

    @classmethod
    def stored(cls, line: str, meaning: Sequence[float] | None = None) -> Self:
        """What `line` was made of."""
        terms = line.split()
        verbs = frozenset(term.removeprefix(_VERB) for term in terms if term.startswith(_VERB))
        return cls(frozenset(term for term in terms if not term.startswith(_VERB)), verbs, meaning)

    @property
    def line(self) -> str:
        """The terms as they are stored: equal for questions of the same words in any order."""
        return " ".join([*sorted(self.nouns), *(_VERB + term for term in sorted(self.verbs))])


def likeness(one: Asked, other: Asked) -> float:
    """From 0 to 1; from `SAME` on they ask the same.

    Other numbers or articles (an oil 5W-30, one 5W-40) are other questions, however alike the words are.
    """
    if _numbers(one) != _numbers(other):
        return 0.0
    both, only_one, only_other = _matched(one.nouns | one.verbs, other.nouns | other.verbs)
    shared = sum(sure * _weight(term, one) for term, sure in both.items())
    everything = [*(_weight(term, one) for term in (*both, *only_one)), *(_weight(term, other) for term in only_other)]
    by_words = shared / sum(everything) if shared else 0.0
    if one.meaning is None or other.meaning is None or _contrast(both, only_one & one.nouns, only_other & other.nouns):
        return by_words
    cosine = sum(a * b for a, b in zip(one.meaning, other.meaning, strict=True))
    return max(by_words, min(SAME + cosine - SAME_BY_MEANING, 1.0))


def _contrast(both: Iterable[str], only_one: frozenset[str], only_other: frozenset[str]) -> bool:
    """Do they say the same of different things: delivery to Kazan, delivery to Perm?"""
    return any(both) and bool(only_one) and bool(only_other)


def _matched(one: frozenset[str], other: frozenset[str]) -> tuple[dict[str, float], frozenset[str], frozenset[str]]:
    """The terms that both have with how surely, a slip counting less, and those that each has alone."""
    both = dict.fromkeys(one & other, 1.0)
    left, right = set(one - other), set(other - one)
    for term in sorted(left):
        near = min((candidate for candidate in right if is_slip(term, candidate)), default=None)
        if near is not None:
            left.remove(term)
            right.remove(near)
            both[term] = _SLIP
    return both, frozenset(left), frozenset(right)


def is_slip(one: str, other: str) -> bool:
    """Is one of these the other, mistyped? Two slips are forgiven in long words only, in numbers none."""
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_SLIP or abs(len(one) - len(other)) > _MOST_SLIPS:
        return False
    if len(set(one) ^ set(other)) > 2 * _MOST_SLIPS or _DIGIT.search(one + other):
        return False
    return _slips(one, other) <= (_MOST_SLIPS if shorter >= _SHORTEST_TWO_SLIPS else 1)


@lru_cache(maxsize=16_384)
def _slips(one: str, other: str) -> int:
    """Letters that are wrong, missing, too many, or have changed places."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return row[-1]


def _weight(term: str, asked: Asked) -> float:
    """A code is three terms: whole and in parts."""
    if len(term) == 1 or term[0] == "#" or _DIGIT.search(term):
        return _PART_WEIGHT
    return _VERB_WEIGHT if term in asked.verbs else 1.0


def _numbers(asked: Asked) -> frozenset[str]:
    return frozenset(term for term in asked.nouns if _DIGIT.search(term))
