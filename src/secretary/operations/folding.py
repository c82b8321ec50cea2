"""Folding: hours that are over are counted once and kept, so that an overview need not read every message.

An hour is folded when nothing in it can change: it ended a while ago (longer than any transaction takes) and every
answer asked for in it is over. Only then the mark moves, in the transaction that stores the counts; before it nothing
is read from messages, behind it nothing from counts. Folding an hour again gives the same, and a clock that was set
back moves the mark back.

What is deleted after its hour was folded stays counted: it happened. Counts are about nobody.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from secretary.kernel.unit import Unit
from secretary.operations import queries
from secretary.operations.counting import counted
from secretary.operations.queries import Hours, hour_of
from secretary.operations.tally import Tally, number_of

MARGIN = timedelta(minutes=10)
HOURS_A_STEP = 24


@dataclass(frozen=True, slots=True)
class Step:
    """How many hours were folded, and how many can be folded yet."""

    folded: int
    remaining: int


async def certain_until(unit: Unit) -> int:
    """The hour before which the folded counts are the truth, as far as the clock now tells."""
    folded = await queries.folded_until(unit.db)
    return 0 if folded is None else min(folded, hour_of(unit.now() - MARGIN))


async def fold_step(unit: Unit) -> Step:
    """Fold the next day's worth of hours. Repeatable; another one at the same time waits."""
    await queries.one_fold_at_a_time(unit.db)
    end = await _foldable_until(unit)
    first = await _first(unit)
    if first is None or first == end:
        return Step(0, 0)
    if first > end:
        await _fold(unit, end, end)
        return Step(0, 0)
    until = min(first + HOURS_A_STEP, end)
    if not await _fold(unit, first, until):
        until = await _next_activity(unit, until, end)
        await queries.set_folded_until(unit.db, until, unit.now())
    return Step(until - first, end - until)


async def _foldable_until(unit: Unit) -> int:
    ended = hour_of(unit.now() - MARGIN)
    unfinished = await queries.first_unfinished(unit.db)
    return ended if unfinished is None else min(ended, hour_of(unfinished))


async def _first(unit: Unit) -> int | None:
    """The first hour that is not folded; None while nothing has happened."""
    folded = await queries.folded_until(unit.db)
    if folded is not None:
        return folded
    begun = await queries.first_activity(unit.db)
    return None if begun is None else hour_of(begun)


async def _next_activity(unit: Unit, hour: int, end: int) -> int:
    """Nights and holidays are passed over at once."""
    following = await queries.first_activity(unit.db, queries.moment_of(hour))
    return end if following is None else max(hour, min(end, hour_of(following)))


async def _fold(unit: Unit, first: int, until: int) -> int:
    """Count the hours and move the mark. Returns how many rows that made."""
    cube: defaultdict[tuple[int, str, str], int] = defaultdict(int)
    for (hour, assistant_id, source), tally in (await counted(unit, Hours(first, until))).items():
        number = number_of(tally.packed())
        for place in {(assistant_id, source), ("", source), (assistant_id, ""), ("", "")}:
            cube[hour, *place] += number
    rows = [
        {"hour": hour, "assistant_id": assistant_id, "source": source, "counts": Tally.of(number).packed()}
        for (hour, assistant_id, source), number in sorted(cube.items())
    ]
    await queries.replace_hours(unit.db, first, rows)
    await queries.set_folded_until(unit.db, until, unit.now())
    return len(rows)
