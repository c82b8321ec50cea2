"""Words in braces inside an answer: {current_time}, {current_date}, {day_of_week} and the facts of the business."""

import re
from collections.abc import Mapping
from datetime import datetime

from secretary.kernel.errors import Language
from secretary.kernel.language import detect_language
from secretary.knowledge.ports import BusinessCard

_NAMES = "current_time|current_date|day_of_week|company|phone|address|hours"
_PLACE = re.compile(rf"(?P<before>[ \t]*)\{{(?P<name>{_NAMES})\}}(?P<after>[ \t]*)")
_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip
_DAYS: Mapping[Language, tuple[str, ...]] = {
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def render(answer: str, now: datetime, card: BusinessCard, language: Language) -> str:
    """`answer` with its templates filled, dates in the answer's own language (`language` where it has no letters).

    A template without a value is left out together with one space beside it; unknown braces stay as they are.
    """
    if "{" not in answer:
        return answer
    values = _values(card.local(now), card, detect_language(_PLACE.sub(" ", answer), language))
    return _PLACE.sub(lambda place: _filled(place, values), answer)


def _values(now: datetime, card: BusinessCard, language: Language) -> Mapping[str, str]:
    return {
        "current_time": f"{now:%H:%M}",
        "current_date": f"{now.day} {_MONTHS[language][now.month - 1]} {now.year}",
        "day_of_week": _DAYS[language][now.weekday()],
        "company": card.company,
        "phone": card.phone,
        "address": card.address,
        "hours": card.hours,
    }


def _filled(place: re.Match[str], values: Mapping[str, str]) -> str:
    before, value, after = place["before"], values[place["name"]].strip(), place["after"]
    if value:
        return before + value + after
    return " " if before and after else ""
