"""What was consumed, summed up: by service, source, backend and model, and by the day on the clock of the business."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from secretary.kernel.jobs.rules import moment_of
from secretary.kernel.unit import Unit
from secretary.usage.models import Measure, Period
from secretary.usage.periods import period_start
from secretary.usage.queries import limits, reading
from secretary.usage.queries.reading import SECONDS_A_DAY
from secretary.usage.queries.rows import SECONDS_AN_HOUR, hour_of

SERVICES = ("tts", "stt", "llm")
EPOCH_DAY = date(1970, 1, 1)


@dataclass(slots=True)
class Total:
    """Sums of calls that are over; costs are millionths by their currency."""

    requests: int = 0
    failed: int = 0
    units: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    costs: dict[str, int] = field(default_factory=dict)

    def add(self, currency: str, numbers: Sequence[int]) -> None:
        requests, failed, units, prompt, completion, cost = numbers
        self.requests += requests
        self.failed += failed
        self.units += units
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        if currency:
            self.costs[currency] = self.costs.get(currency, 0) + cost

    def join(self, other: "Total") -> None:
        self.add("", (other.requests, other.failed, other.units, other.prompt_tokens, other.completion_tokens, 0))
        for currency, cost in other.costs.items():
            self.costs[currency] = self.costs.get(currency, 0) + cost


@dataclass(frozen=True, slots=True)
class Stats:
    """Sums of some days, the last one today."""

    first: date
    last: date
    total: Total
    by_service: Mapping[str, Total]
    by_source: Mapping[str, Total]
    by_backend: Mapping[str, Total]
    by_model: Mapping[str, Total]
    daily: Mapping[date, Total]
    """Every day has one."""


async def stats(unit: Unit, zone: ZoneInfo, days: int, service_type: str = "") -> Stats:
    """The sums of the last `days` days. An hour belongs to the day it begins in, whatever the zone."""
    last = unit.now().astimezone(zone).date()
    first = last - timedelta(days=days - 1)
    begins = -(-int(moment_of(first, time(), zone).timestamp()) // SECONDS_AN_HOUR)
    ends = hour_of(unit.now()) + 1
    found = [
        row for span in _segments(begins, ends, zone) for row in await reading.day_sums(unit.db, *span, service_type)
    ]
    names = await reading.places(unit.db, {row.place: row.hour for row in found})
    daily = {first + timedelta(days=day): Total() for day in range(days)}
    total, by_place = Total(), defaultdict[int, Total](Total)
    for row in found:
        currency, numbers = names[row.place][4], row[3:]
        daily[EPOCH_DAY + timedelta(days=row.start_s // SECONDS_A_DAY)].add(currency, numbers)
        by_place[row.place].add(currency, numbers)
        total.add(currency, numbers)
    grouped = [_grouped(by_place, names, part) for part in range(4)]
    return Stats(first, last, total, grouped[0], grouped[1], grouped[2], grouped[3], daily)


def _grouped(totals: Mapping[int, Total], names: Mapping[int, Sequence[str]], part: int) -> Mapping[str, Total]:
    """The totals of places by one part of their names."""
    found: defaultdict[str, Total] = defaultdict(Total)
    for place, each in totals.items():
        found[names[place][part]].join(each)
    return found


def _segments(begins: int, ends: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """The hours cut where the clocks are moved: (first, end, seconds ahead of UTC)."""
    first, ahead = begins, _ahead_s(begins, zone)
    for hour in range(begins, ends, 24):
        later = min(hour + 24, ends)
        if later < ends and _ahead_s(later, zone) != ahead:
            moved = next(each for each in range(hour, later + 1) if _ahead_s(each, zone) != ahead)
            yield first, moved, ahead
            first, ahead = moved, _ahead_s(moved, zone)
    yield first, ends, ahead


def _ahead_s(hour: int, zone: ZoneInfo) -> int:
    ahead = datetime.fromtimestamp(hour * SECONDS_AN_HOUR, UTC).astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0


@dataclass(slots=True)
class Span:
    """What a service has consumed in a running period, and the installation's limit of units, if there is one."""

    used: int = 0
    requests: int = 0
    limit: int | None = None
    costs: dict[str, int] = field(default_factory=dict)

    @property
    def percent(self) -> float:
        return round(self.used * 100 / self.limit, 1) if self.limit else 0.0

    def add(self, currency: str, requests: Any, units: Any, cost_micro: Any) -> None:
        self.requests += int(requests)
        self.used += int(units)
        if currency:
            self.costs[currency] = self.costs.get(currency, 0) + int(cost_micro)


async def summary(unit: Unit, zone: ZoneInfo) -> Mapping[str, Mapping[Period, Span]]:
    """Today and this month, service by service."""
    now = unit.now()
    spans = {service: {period: Span() for period in Period} for service in SERVICES}
    month, day = (hour_of(period_start(now, period, zone)) for period in (Period.MONTHLY, Period.DAILY))
    for service, currency, *numbers in await reading.since(unit.db, month, day):
        if service in spans:
            spans[service][Period.MONTHLY].add(currency, *numbers[:3])
            if numbers[3]:
                spans[service][Period.DAILY].add(currency, *numbers[3:])
    for limit in await limits.listed(unit.db, enabled_only=True):
        if not limit.scope and limit.measure is Measure.UNITS and limit.service_type in spans:
            spans[limit.service_type][limit.limit_type].limit = limit.limit_value
    return spans
