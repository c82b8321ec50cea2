"""Where two documents disagree, by what they state. No I/O. When in doubt they do not: a false alarm costs trust."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secretary.knowledge.contradictions.shapes import Said
from secretary.knowledge.search.tokens import term_of

_SAYS_ENOUGH: Final = 3
"""Terms from which on a sentence says of what it speaks, whatever it stands under."""
_OF_ANY_DOCUMENT: Final = """
прайс лист прайслист услуга услуги тариф тарифы условия информация общая общее главная вопрос вопросы ответ ответы
частые правила каталог меню описание раздел контакты компания нас сайт страница документ файл новый старый актуальный
действующий год года памятка клиентам справка список таблица наши основное кратко коротко
faq about price list prices services terms contacts questions answers general info
"""
_GENERIC: Final = frozenset(map(term_of, _OF_ANY_DOCUMENT.split()))


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What one document says, and what the other."""

    one: Said
    other: Said


def disagreements(one: Sequence[Said], other: Sequence[Said]) -> Iterator[Disagreement]:
    """Where two documents say another value of the same, each of it one only."""
    theirs = _by_key(other)
    for key, ours in _by_key(one).items():
        if key in theirs:
            yield from _of_subject(ours, theirs[key])


def _of_subject(ours: Sequence[Said], theirs: Sequence[Said]) -> Iterator[Disagreement]:
    """What is said in several ways within one document is no statement about one thing."""
    told: set[tuple[str, ...]] = set()
    for a in ours:
        those = [b for b in theirs if can_be_same(a, b)]
        if len({b.value for b in those}) != 1 or a.value in told:
            continue
        b = those[0]
        if {same.value for same in ours if can_be_same(same, b)} == {a.value} and differs(a, b):
            told.add(a.value)
            yield Disagreement(a, b)


def differs(one: Said, other: Said) -> bool:
    """Do the values disagree? Of several quantities only one may be another, or they are of another case ("300 from
    2000 on", "200 from 5000 on"); all may where they are of one kind and none is a bound, as in a list of prices.
    """
    different = sum(a != b for a, b in zip(one.value, other.value, strict=True))
    is_list = len(set(one.kinds)) == 1 and " " not in one.kinds[0]
    return different == 1 or (different > 1 and is_list)


def can_be_same(one: Said, other: Said) -> bool:
    """Do two statements with the same terms speak of the same thing, by what they stand under?

    A row of a table, and whatever is short, says what it speaks of by its headings: those of one must be among those of
    the other. Of two documents or sections that are named alike but for a word (a branch each, a month each) both are
    right.
    """
    if any(_are_parallel(a, b) for a in one.context for b in other.context):
        return False
    if len(one.terms) >= _SAYS_ENOUGH and not one.is_row and not other.is_row:
        return True
    ours, theirs = _under(one), _under(other)
    return ours <= theirs or theirs <= ours


def _are_parallel(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) and bool(_specific(one - other)) and bool(_specific(other - one))


def _under(said: Said) -> frozenset[str]:
    everything = frozenset[str]().union(*said.context)
    return _specific(everything) - said.terms


def _specific(terms: frozenset[str]) -> frozenset[str]:
    """Without words that all documents share, and numbers: a price list of another year is the same list."""
    return frozenset(term for term in terms if term not in _GENERIC and not any(one.isdigit() for one in term))


def _by_key(said: Sequence[Said]) -> Mapping[str, Sequence[Said]]:
    found: dict[str, list[Said]] = {}
    for one in said:
        found.setdefault(one.subject_key, []).append(one)
    return found
