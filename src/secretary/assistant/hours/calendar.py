"""Is somebody there, and when will somebody be: pure functions of hours, a time zone and a moment.

A wall time that the clocks skip counts as the first moment after the gap, one that they show twice as the first of the
two (`kernel.jobs.rules.moment_of`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from secretary.assistant.hours.shapes import BusinessHours, Span
from secretary.kernel.errors import Language
from secretary.kernel.jobs.rules import WEEKDAYS, moment_of

HORIZON_DAYS: Final = 400  # over a year of holidays in a row is a business that is closed
DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_NAMES_THE_YEAR_DAYS: Final = 300

_ON_DAY: Final = {
    "ru": ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
}
_MONTHS: Final = {
    "ru": ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
           "декабря"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
_NEAR: Final = {"ru": ("сегодня", "завтра"), "en": ("today", "tomorrow")}
_AT: Final = {"ru": "в", "en": "at"}


def is_open(hours: BusinessHours, zone: ZoneInfo, at: datetime) -> bool:
    """Is somebody there at this moment?"""
    today = at.astimezone(zone).date()
    return any(begins <= at < ends for day in (today - DAY, today) for begins, ends in _moments(hours, zone, day))


def opens_next(hours: BusinessHours, zone: ZoneInfo, at: datetime) -> datetime | None:
    """The first moment from `at` on at which somebody is there: `at` itself where that is so now.

    None where nobody is there for over a year.
    """
    day = at.astimezone(zone).date() - DAY
    for ahead in range(HORIZON_DAYS + 1):
        coming = [max(begins, at) for begins, ends in _moments(hours, zone, day + ahead * DAY) if ends > at]
        if coming:
            return min(coming)
    return None


def in_words(moment: datetime, language: Language, zone: ZoneInfo, now: datetime) -> str:
    """A coming moment as one says it to a customer, on the clock of the business: «завтра в 9:00»."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    return f"{_day_in_words(local.date(), today, language)} {_AT[language]} {local.hour}:{local:%M}"


def _day_in_words(day: date, today: date, language: Language) -> str:
    days = (day - today).days
    if days < len(_NEAR[language]):
        return _NEAR[language][max(days, 0)]
    if days < _WEEK:
        return _ON_DAY[language][day.weekday()]
    named = f"{day.day} {_MONTHS[language][day.month - 1]}"
    if days > _NAMES_THE_YEAR_DAYS:
        named += f" {day.year}" + (" года" if language == "ru" else "")
    return named if language == "ru" else f"on {named}"


def _moments(hours: BusinessHours, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The spans of a day as moments; one that lies in a gap of the clocks is none."""
    for span in _spans(hours, day):
        begins = moment_of(day, span.begins, zone)
        ends = moment_of(day + DAY if span.ends_next_day else day, span.ends, zone)
        if begins < ends:
            yield begins, ends


def _spans(hours: BusinessHours, day: date) -> Sequence[Span]:
    for holiday in hours.holidays:
        if holiday.first <= day <= holiday.last:
            return holiday.spans
    return hours.weekly.get(WEEKDAYS[day.weekday()], ())
