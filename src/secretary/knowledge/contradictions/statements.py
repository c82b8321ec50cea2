"""What the passages of a document state: that something has a price, a time, a number, or is so or not so. No I/O.

A statement is a row of a table with one of its values, or a sentence or list item with its values taken out. Two are
about the same when what is left has the same terms, so other goods never meet.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from secretary.kernel.inflection import fold
from secretary.knowledge.contradictions.quantities import Quantity, quantities_of
from secretary.knowledge.contradictions.shapes import Said
from secretary.knowledge.search.function_words import FUNCTION_TERMS, FUNCTION_WORDS
from secretary.knowledge.search.tokens import term_of, terms_of

_LONGEST: Final = 400
_LONGEST_VALUE: Final = 200
_MOST_TERMS, _MOST_TERMS_OF_A_YES = 14, 6
_MOST_QUANTITIES: Final = 4
_RULE: Final = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_HEADING: Final = re.compile(r"#{1,6}\s+(.*)")
_ITEM: Final = re.compile(r"^\s*(?:[-*+•–—]|\d{1,3}[.)])\s+")
_MARKS: Final = re.compile(r"[*_`~]{1,3}|!?\[([^\]]*)\]\([^)]*\)|<[^>]{1,80}>")
_SENTENCE: Final = re.compile(
    r"(?<=[.!?…;])(?<!\bул\.)(?<!\bг\.)(?<!\bд\.)(?<!\bтел\.)(?<!\bим\.)(?<!\bпр\.)(?<!\bстр\.)(?<!\bкв\.)\s+"
)
_NEGATIONS: Final = "не нет нельзя ни not no never cannot"
_NOT: Final = frozenset(map(term_of, _NEGATIONS.split()))
_CONTRARY: Final = {
    term_of(one): term_of(other) for one, other in (("невозможна", "возможна"), ("платно", "бесплатно"))
}
_CODE_COLUMN: Final = re.compile(r"№|#|артикул|код|п/п|no\.?|id|sku", re.IGNORECASE)
_MEASURES: Final = """
стоит стоят стоимость цена цены прайс расценка составляет составит равен равна рублей руб ₽ всего обычно примерно около
price cost costs
"""
_WITHOUT: Final = FUNCTION_TERMS | FUNCTION_WORDS | frozenset(map(term_of, _MEASURES.split()))
_SPEAKS_FOR_ITSELF: Final = frozenset({"time", "phone", "email", "date"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage to be read: its id, the path of its headings, and its text."""

    chunk_id: str
    heading: str
    text: str


def statements_of(title: str, passages: Iterable[Passage]) -> list[Said]:
    """All that a document states. What it says itself in more than one way is left out by who compares."""
    found: list[Said] = []
    for passage in passages:
        context = [telling(title), *(telling(part) for part in passage.heading.split(" › ") if part)]
        found += _of_passage(passage, context)
    return found


def telling(text: str) -> frozenset[str]:
    """The terms of a text without words and numbers that say nothing of what it is about."""
    return frozenset(term for term in terms_of(text) if term not in _WITHOUT)


def _of_passage(passage: Passage, context: Sequence[frozenset[str]]) -> Iterator[Said]:
    lines, at, heading = passage.text.split("\n"), 0, frozenset[str]()
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and "-" in lines[at + 1] and _RULE.fullmatch(lines[at + 1]):
            end = next((row for row in range(at + 2, len(lines)) if "|" not in lines[row]), len(lines))
            yield from _of_table(passage.chunk_id, lines[at], lines[at + 2 : end], [*context, heading])
            at = end
            continue
        if (title := _HEADING.match(lines[at])) is not None:
            heading = telling(title[1])
        else:
            yield from _of_line(passage.chunk_id, lines[at], [*context, heading])
        at += 1


def _of_line(chunk_id: str, line: str, context: Sequence[frozenset[str]]) -> Iterator[Said]:
    plain = _MARKS.sub(lambda match: match[1] or "", _ITEM.sub("", line, count=1)).strip()
    for sentence in _SENTENCE.split(plain):
        if len(sentence) <= _LONGEST and not sentence.rstrip().endswith("?"):
            said = _of_sentence(chunk_id, sentence, context)
            if said is not None:
                yield said


def _of_sentence(chunk_id: str, sentence: str, context: Sequence[frozenset[str]]) -> Said | None:
    folded = fold(sentence)
    quantities = [one for one in quantities_of(folded) if one.kind != "number"][: _MOST_QUANTITIES + 1]
    every = list(terms_of(_without(folded, quantities)))
    is_not = not (_NOT | _CONTRARY.keys()).isdisjoint(every)
    terms = frozenset(_CONTRARY.get(term, term) for term in every if term not in _WITHOUT)
    if not _is_fit(terms, quantities, is_not=is_not):
        return None
    if quantities:
        value = [one.key for one in quantities]
        shown = ", ".join(folded[one.begins : one.ends] for one in quantities)
        return _said(terms, [*value, *(["not"] if is_not else [])], context, chunk_id, sentence, shown)
    return _said(terms, ["no" if is_not else "yes"], context, chunk_id, sentence, sentence)


def _is_fit(terms: frozenset[str], quantities: Sequence[Quantity], *, is_not: bool) -> bool:
    if not quantities:
        least = 1 if is_not or len(terms) == 1 else 2
        return least <= len(terms) <= _MOST_TERMS_OF_A_YES
    least = 1 if all(one.kind in _SPEAKS_FOR_ITSELF for one in quantities) else 2
    return least <= len(terms) <= _MOST_TERMS and len(quantities) <= _MOST_QUANTITIES


def _of_table(chunk_id: str, head: str, rows: Sequence[str], context: Sequence[frozenset[str]]) -> Iterator[Said]:
    """Of each row a statement for each cell that is a value; the other cells say of what."""
    header = _cells(head)
    for row in rows:
        cells = _cells(row)
        values = {at: found for at, cell in enumerate(cells) if at and (found := _value_of(cell, header, at))}
        names = [cell for at, cell in enumerate(cells) if at not in values and not _is_code(header, at)]
        subject = telling(" ".join(names))
        for at, value in values.items():
            column = telling(header[at]) if at < len(header) else frozenset[str]()
            if subject:
                text = f"{' | '.join(names)} | {header[at] if at < len(header) else ''}: {cells[at]}"
                yield _said(subject | column, value, context, chunk_id, text, cells[at], is_row=True)


def _value_of(cell: str, header: Sequence[str], at: int) -> list[str]:
    """The value that a cell is, or nothing: a text with a number in it is none."""
    if _is_code(header, at):
        return []
    folded = fold(_MARKS.sub(lambda match: match[1] or "", cell))
    quantities = quantities_of(folded)
    rest = [term for term in terms_of(_without(folded, quantities)) if term not in _WITHOUT]
    return [one.key for one in quantities] if quantities and not rest else []


def _said(
    terms: frozenset[str], value: Sequence[str], context: Sequence[frozenset[str]], chunk_id: str, text: str,
    shown: str, *, is_row: bool = False,
) -> Said:  # fmt: skip
    plain = " ".join(text.split())[:_LONGEST]
    return Said(terms, tuple(value), tuple(context), chunk_id, plain, " ".join(shown.split())[:_LONGEST_VALUE], is_row)


def _without(folded: str, quantities: Sequence[Quantity]) -> str:
    kept, at = [], 0
    for one in quantities:
        kept.append(folded[at : one.begins])
        at = one.ends
    return " ".join((*kept, folded[at:]))


def _is_code(header: Sequence[str], at: int) -> bool:
    return at < len(header) and _CODE_COLUMN.fullmatch(header[at].strip()) is not None


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
