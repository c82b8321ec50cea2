"""Texts as terms: stems, numbers, quantities with their unit, article codes whole and in parts. No I/O.

A term that stands for several words together begins with `#`, which no word does.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from secretary.kernel.inflection import fold, stem, without_apostrophes

_LONGEST = 60
_UNITS = {
    form: forms[0]
    for forms in (
        ("кг", "kg", "килограмм", "килограмма", "килограммов"),
        ("г", "гр", "g", "грамм", "грамма", "граммов"),
        ("мл", "ml"),
        ("л", "l", "литр", "литра", "литров"),
        ("мм", "mm"),
        ("см", "cm", "сантиметр", "сантиметра", "сантиметров"),
        ("м", "m", "метр", "метра", "метров"),
        ("км", "km", "километр", "километра", "километров"),
        ("шт", "pcs", "штук", "штука", "штуки"),
        ("мин", "min", "минут", "минута", "минуты", "minutes"),
        ("ч", "h", "час", "часа", "часов", "hours", "hour"),
        ("₽", "руб", "рублей", "рубля", "рубль", "rub", "rubles", "р"),
        ("%", "процент", "процента", "процентов", "percent"),
        ("вт", "w"),
        ("квт", "kw"),
        ("гб", "gb"),
    )
    for form in forms
}
_THOUSANDS = re.compile(r"(?<![\d.,:/-])\d{1,3}(?: \d{3})+(?![\d.,:/-]?\d)")
_RUN = re.compile(r"[^\W_]+(?:[-./:,'’ʼ+][^\W_]+)*|[%₽№]")
_PART = re.compile(r"\d+|[^\W\d_]+")
_DECIMAL = re.compile(r"\d+[.,]\d+")
_DIGIT = re.compile(r"\d")
_HYPHENS = re.compile("[\u2010-\u2015\u2212]")
# What looks the same on a price list: an article is typed in either alphabet.
_LOOKALIKE = str.maketrans("abcehkmoptxy", "авсенкмортху")


def terms_of(text: str) -> Iterator[str]:
    """The terms of a text, in order. The same for a passage and for a question."""
    folded = _HYPHENS.sub("-", without_apostrophes(fold(text)))
    runs = [term for run in _RUN.findall(_THOUSANDS.sub(_joined, folded)) for term in _of_run(run)]
    yield from runs
    for number, unit in pairwise(runs):
        if unit in _UNITS and number[0].isdecimal():
            yield f"#{number}{_UNITS[unit]}"


def _joined(number: re.Match[str]) -> str:
    return number[0].replace(" ", "")


@lru_cache(maxsize=16_384)
def _of_run(run: str) -> tuple[str, ...]:
    return tuple(_terms_of_run(run))


def _terms_of_run(run: str) -> Iterator[str]:
    """The terms of characters that no space parts."""
    if run.isalpha():
        yield term_of(run)
        return
    if run.isdecimal() or run in _UNITS:
        yield run[:_LONGEST]
        return
    if _DECIMAL.fullmatch(run):
        yield run.replace(",", ".")
        return
    parts = _PART.findall(run)
    for part in parts:
        yield part if part.isdecimal() or part in _UNITS else term_of(part)
    if len(parts) > 1:
        yield from _compound(parts)


def _compound(parts: list[str]) -> Iterator[str]:
    """A code or a word with a hyphen, as if written in one."""
    whole = "".join(parts)[:_LONGEST]
    if not _DIGIT.search(whole):
        yield term_of(whole)
    elif not whole.isdecimal():
        is_quantity = len(parts) == 2 and parts[0].isdecimal() and parts[1] in _UNITS  # noqa: PLR2004  "5kg"
        if not is_quantity:
            yield "#" + whole.translate(_LOOKALIKE)
    else:
        yield "#" + ":".join(parts)[:_LONGEST]


def term_of(word: str) -> str:
    """The stem of a folded word."""
    return stem(word)[:_LONGEST]
