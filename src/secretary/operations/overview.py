"""The overview: what happened between two days, from the folded hours and, for the latest ones, from the messages."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from secretary.kernel.errors import Invalid
from secretary.kernel.jobs.rules import moment_of as moment_in
from secretary.kernel.unit import Unit
from secretary.operations import queries
from secretary.operations.counting import counted
from secretary.operations.folding import certain_until
from secretary.operations.queries import HOUR_S, Hours
from secretary.operations.tally import Tally, number_of

Group = Literal["day", "hour"]
LONGEST: dict[Group, int] = {"day": 400, "hour": 31}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which numbers: whole days on the clock of `zone`, both included, of one assistant or source or of all."""

    first: date
    last: date
    zone: ZoneInfo
    group: Group = "day"
    assistant_id: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A day or an hour: when it begins, on the clock of the caller, and what happened in it."""

    start: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class Overview:
    """The numbers of the whole time, and of each part."""

    total: Tally
    slots: Sequence[Slot]


async def overview(unit: Unit, wanted: Wanted) -> Overview:
    """The numbers. Raises Invalid for a time that ends before it begins, or is too long for its parts.

    Hours are counted whole: where a zone is off by half an hour, the hour over midnight belongs to the day in which
    it begins.
    """
    starts = _starts(wanted)
    edges = [-(-int(start.timestamp()) // HOUR_S) for start in starts]
    hours = Hours(edges[0], edges[-1], wanted.assistant_id, wanted.source)
    sums: defaultdict[int, int] = defaultdict(int)
    for hour, number in await _numbers(unit, hours):
        sums[bisect_right(edges, hour) - 1] += number
    tallies = [Tally.of(sums[place]) for place in range(len(starts) - 1)]
    slots = [Slot(start.astimezone(wanted.zone), tally) for start, tally in zip(starts, tallies, strict=False)]
    return Overview(Tally.of(sum(sums.values())), slots)


async def _numbers(unit: Unit, hours: Hours) -> list[tuple[int, int]]:
    """The hours that anything happened in, each with its tally as a number."""
    until = await certain_until(unit)
    known = Hours(hours.first, min(hours.end, until), hours.assistant_id, hours.source)
    numbers = [(hour, number_of(packed)) for hour, packed in await queries.folded(unit.db, known)]
    fresh = Hours(max(hours.first, until), hours.end, hours.assistant_id, hours.source)
    if fresh.first < fresh.end:
        for (hour, _, _), tally in (await counted(unit, fresh)).items():
            numbers.append((hour, number_of(tally.packed())))
    return numbers


def _starts(wanted: Wanted) -> list[datetime]:
    """When each part begins, and when the last one ends (UTC)."""
    days = (wanted.last - wanted.first).days + 1
    if days < 1 or days > LONGEST[wanted.group]:
        raise Invalid(
            "bad_range",
            en=f"Choose 1 to {LONGEST[wanted.group]} days.",
            ru=f"Выберите от 1 до {LONGEST[wanted.group]} дней.",
        )
    midnights = [moment_in(wanted.first + timedelta(days=day), time(), wanted.zone) for day in range(days + 1)]
    if wanted.group == "day":
        return midnights
    first, end = (-(-int(edge.timestamp()) // HOUR_S) for edge in (midnights[0], midnights[-1]))
    return [datetime.fromtimestamp(hour * HOUR_S, UTC) for hour in range(first, end + 1)]
