"""Values in a text: prices, times, dates, phones, weights, numbers with their unit, in a normal form. No I/O."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from secretary.kernel.inflection import stem
from secretary.knowledge.search.tokens import terms_of

# What a unit is in its smallest: 1 hour and 60 minutes are the same.
_BASE: Final[Mapping[str, tuple[str, float]]] = {
    "кг": ("г", 1000), "г": ("г", 1), "л": ("мл", 1000), "мл": ("мл", 1), "км": ("мм", 1_000_000), "м": ("мм", 1000),
    "см": ("мм", 10), "мм": ("мм", 1), "ч": ("мин", 60), "мин": ("мин", 1), "квт": ("вт", 1000), "вт": ("вт", 1),
}  # fmt: skip
_MORE_UNITS: Final[Mapping[str, tuple[str, float]]] = {
    form: unit
    for forms, unit in (
        ("рубль рубля рублей рублю рублям", ("₽", 1.0)),
        ("тыс тысяч тысячи тысяча", ("₽", 1000.0)),
        ("час часа часов часы hour hours", ("мин", 60.0)),
        ("минута минуты минут минуту minute minutes", ("мин", 1.0)),
        ("килограмм килограмма килограммов", ("г", 1000.0)),
        ("грамм грамма граммов", ("г", 1.0)),
        ("литр литра литров", ("мл", 1000.0)),
        ("километр километра километров", ("мм", 1_000_000.0)),
        ("метр метра метров", ("мм", 1000.0)),
        ("сантиметр сантиметра сантиметров", ("мм", 10.0)),
        ("процент процента процентов percent", ("%", 1.0)),
        ("штука штуки штук", ("шт", 1.0)),
        ("день дня дней сутки суток сут day days", ("day", 1.0)),
        ("неделя недели недель неделю week weeks", ("day", 7.0)),
        ("месяц месяца месяцев мес month months", ("month", 1.0)),
        ("год года лет year years", ("month", 12.0)),
        ("человек человека чел мест места место гостя гостей", ("people", 1.0)),
    )
    for form in forms.split()
}
_MONTH_STEMS: Final = "январ феврал март апрел май июн июл август сентябр октябр ноябр декабр"
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_STEMS.split(), 1)} | {"ма": 5, "мая": 5}
_PHONE: Final = re.compile(r"(?<![\d.,])(?:\+7|8)[\s(-]{0,3}\d{3}\)?[\s-]{0,2}\d{3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)")
_EMAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_DATE: Final = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?![\d.])")
_DAY: Final = re.compile(r"(?<!\d)(\d{1,2})\s+([а-я]{3,9})(?:\s+(\d{4}))?(?!\w)")
_TIME: Final = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-4])[:.]([0-5]\d)(?![\d:.,]?\d)(?!\s*(?:%|₽|руб|р\b|кг|г\b|л\b|мл|м\b))"
)
_HOUR: Final = re.compile(r"(?<![а-яa-z])(с|до|в)\s+([01]?\d|2[0-4])(?=\s*(?:до|часов|утра|вечера|[.,;]|$))")
_NUMBER: Final = re.compile(
    r"(?<![\w.,])(?<![^\W\d_]-)(\d{1,3}(?: \d{3})+|\d+)([.,]\d+)?(?:\s?(%|₽|[^\W\d_]{1,10}))?(?!\w|-?\d)"
)
_RANGE: Final = re.compile(r"\s*(?:[-–—]|до|и|или|to|and|or)\s*")
_BOUND: Final = re.compile(
    r"(?:^|\W)(от|до|после|при|за каждые|около|свыше|более|менее|from|up to|over|under|about)\s*$"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value at its place in a folded text. `kind` is what it is of: `₽`, `time`, `phone`, `мин`, or `number`.

    `bound` is what stands before it ("from", "up to"): a bound is another thing than a value.
    """

    kind: str
    value: str
    begins: int
    ends: int
    bound: str = ""

    @property
    def key(self) -> str:
        return f"{self.bound} {self.value} {self.kind}".strip()


def quantities_of(folded: str) -> list[Quantity]:
    """All values of a folded text, in order, none of them within another."""
    found: list[Quantity] = []
    for quantity in (*_phones(folded), *_dates(folded), *_times(folded), *_numbers(folded)):
        if all(quantity.ends <= other.begins or quantity.begins >= other.ends for other in found):
            found.append(quantity)
    return sorted(found, key=lambda one: one.begins)


def _phones(folded: str) -> Iterator[Quantity]:
    for match in _PHONE.finditer(folded):
        yield Quantity("phone", re.sub(r"\D", "", match[0])[-10:], match.start(), match.end())
    for match in _EMAIL.finditer(folded):
        yield Quantity("email", match[0], match.start(), match.end())


def _dates(folded: str) -> Iterator[Quantity]:
    for match in _DATE.finditer(folded):
        day, month, year = int(match[1]), int(match[2]), int(match[3]) % 100
        yield Quantity("date", f"{day}.{month}.{year}", match.start(), match.end())
    for match in _DAY.finditer(folded):
        if (number := _MONTHS.get(stem(match[2]), _MONTHS.get(match[2]))) is not None:
            ending = f".{int(match[3]) % 100}" if match[3] else ""
            yield Quantity("date", f"{int(match[1])}.{number}{ending}", match.start(), match.end())


def _times(folded: str) -> Iterator[Quantity]:
    for match in _TIME.finditer(folded):
        yield Quantity("time", f"{int(match[1])}:{match[2]}", match.start(), match.end())
    for match in _HOUR.finditer(folded):
        yield Quantity("time", f"{int(match[2])}:00", match.start(2), match.end(2))


def _numbers(folded: str) -> Iterator[Quantity]:
    """Of a range ("from 500 to 700 roubles") both ends have the unit of the second."""
    matches = list(_NUMBER.finditer(folded))
    kind, factor, begins = "number", 1.0, len(folded)
    for match in reversed(matches):
        own, its = _unit(match[3] or "")
        ends = match.end() if own != "number" else match.end(2) if match[2] else match.end(1)
        if own != "number" or not _RANGE.fullmatch(folded[ends:begins]):
            kind, factor = own, its
        whole = match[1].replace(" ", "") + (match[2] or "").replace(",", ".")
        bound = _BOUND.search(folded[max(0, match.start() - 12) : match.start()])
        value = f"{float(whole) * factor:.4f}".rstrip("0").rstrip(".")
        yield Quantity(kind, value, match.start(), ends, bound[1] if bound else "")
        begins = match.start()


@lru_cache(maxsize=4_096)
def _unit(word: str) -> tuple[str, float]:
    """The unit that a word behind a number is; `number` for a word that is none."""
    if word in _MORE_UNITS:
        return _MORE_UNITS[word]
    name = next((term[2:] for term in terms_of(f"1 {word}") if term.startswith("#1") and len(term) > 2), "")  # noqa: PLR2004
    return _BASE.get(name, (name, 1.0)) if name else ("number", 1.0)
