"""When something that recurs is due next: rules in a time zone, no clock, no database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.errors import Invalid

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Daily(_Rule):
    """Every day at a time of the wall clock."""

    every: Literal["day"] = "day"
    at: time


class Weekly(_Rule):
    """On some days of the week at a time of the wall clock."""

    every: Literal["week"] = "week"
    on: frozenset[Weekday] = Field(min_length=1)
    at: time


class Interval(_Rule):
    """Every so many minutes, counted from one moment for all processes; the time zone does not matter."""

    every: Literal["interval"] = "interval"
    minutes: int = Field(ge=1, le=60 * 24 * 366)


Rule = Annotated[Daily | Weekly | Interval, Field(discriminator="every")]


def zone_of(name: str) -> ZoneInfo:
    """An IANA time zone by its name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            "no_such_time_zone",
            en="There is no such time zone. Example: Europe/Moscow.",
            ru="Такого часового пояса нет. Пример: Europe/Moscow.",
        ) from error


def next_run(rule: Daily | Weekly | Interval, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment (UTC) after `after` at which the rule is due.

    A time that the clocks skip is due as soon as they go on; one that they show twice is due the first time.
    """
    if isinstance(rule, Interval):
        step = timedelta(minutes=rule.minutes)
        return EPOCH + ((after - EPOCH) // step + 1) * step
    moments = (moment_of(day, rule.at, zone) for day in _days(rule, after.astimezone(zone).date()))
    return next(moment for moment in moments if moment > after)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which the clocks of `zone` first show, or have just passed, this time of this day."""
    wall = datetime.combine(day, at.replace(tzinfo=None))
    while not _is_shown(wall, zone):
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _is_shown(wall: datetime, zone: ZoneInfo) -> bool:
    """A wall time in a gap comes back from UTC as another one."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    return moment.astimezone(zone).replace(tzinfo=None) == wall


def _days(rule: Daily | Weekly, today: date) -> Iterator[date]:
    """Days on which the rule applies, from yesterday on: a gap may have pushed yesterday's time over midnight."""
    day = today - timedelta(days=1)
    while True:
        if isinstance(rule, Daily) or WEEKDAYS[day.weekday()] in rule.on:
            yield day
        day += timedelta(days=1)
