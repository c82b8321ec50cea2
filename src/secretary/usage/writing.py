"""One transaction of the ledger: room for calls that need it, rows of calls that begin, and of calls that ended.

Counters are locked before calls, calls before hours, each in the order of their keys: two processes may wait for each
other's end, but never in a circle.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from secretary.kernel.unit import Unit
from secretary.usage import rows
from secretary.usage.events import LimitNear
from secretary.usage.models import Told
from secretary.usage.ports import Charge, Outcome, Refusal, Ticket
from secretary.usage.queries import counters
from secretary.usage.queries import rows as statements
from secretary.usage.queries.counters import CounterKey, Room

SURELY_OURS = timedelta(minutes=10)  # nobody takes a younger call for that of a dead process: see `Ledger.recover`
LOST_AT_ONCE = 1_000
Rooms = Mapping[CounterKey, Room]


@dataclass(eq=False, slots=True)
class Entry:
    """A call on its way into the database. `room` is resolved when the hard limits have let it through."""

    ticket: Ticket
    room: "asyncio.Future[None] | None" = None
    outcome: Outcome | None = None
    is_stored: bool = False
    is_void: bool = False
    """Nothing was called: nothing is counted."""
    charges: Sequence[Charge] = ()
    """What the call counts towards; once it is stored, with what is really held."""

    def __post_init__(self) -> None:
        self.charges = self.ticket.charges


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction does: calls that begin and have not ended, and calls that ended. Neither changes meanwhile:
    a call that ends while its beginning is being stored ends in the next batch.
    """

    opening: Sequence[Entry] = ()
    settling: Sequence[tuple[Entry, Outcome]] = ()

    def __len__(self) -> int:
        return len(self.opening) + len(self.settling)


@dataclass(slots=True)
class Written:
    """What became of the calls of a batch, by their ids; true once the transaction is committed."""

    charges: dict[str, Sequence[Charge]] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    counters: Collection[CounterKey] = ()


async def write(unit: Unit, batch: Batch, begun: Collection[CounterKey]) -> Written:
    """Store `batch`. `begun` are counters that are known to be there."""
    entries = [*batch.opening, *(entry for entry, _ in batch.settling)]
    rooms = await _rooms(unit, entries, begun)
    ended = await _count_ended(unit, rooms, batch.settling, unit.now() - SURELY_OURS)
    written = Written(counters=rooms.keys())
    for entry in batch.opening:  # what was given back is free for them
        _let_in(rooms, entry, written)
    begins = [entry.ticket for entry in batch.opening if entry.ticket.id in written.charges]
    new = [rows.open_row(ticket, written.charges[ticket.id]) for ticket in begins]
    new += [rows.whole_row(entry.ticket, outcome) for entry, outcome in ended if not entry.is_stored]
    await statements.add_rows(unit.db, new)
    await _close(unit, ended)
    _tell(unit, rooms.values())
    await counters.write_back(unit.db, rooms.values())
    return written


async def settle_lost(unit: Unit, before: datetime) -> tuple[int, bool]:
    """Count open rows from before a moment as estimated, and give back what was held for them.

    Returns how many, and whether there may be more.
    """
    found = [rows.ticket_of(row) for row in await statements.open_rows(unit.db, before, LOST_AT_ONCE)]
    lost = [(Entry(ticket, is_stored=True), rows.estimated(ticket)) for ticket in found]
    rooms = await _rooms(unit, [entry for entry, _ in lost], ())
    ended = await _count_ended(unit, rooms, lost, before)
    await _close(unit, ended)
    _tell(unit, rooms.values())
    await counters.write_back(unit.db, rooms.values())
    return len(ended), len(found) == LOST_AT_ONCE and bool(ended)


async def _rooms(unit: Unit, entries: Sequence[Entry], begun: Collection[CounterKey]) -> Rooms:
    """The counters of all these calls, locked."""
    keys = sorted({(charge.limit_id, charge.period_start) for entry in entries for charge in entry.charges})
    if not keys:
        return {}
    if new := [key for key in keys if key not in begun]:
        await counters.begin(unit.db, new)
    return {(room.limit_id, room.period_start): room for room in await counters.lock(unit.db, keys)}


async def _count_ended(
    unit: Unit, rooms: Rooms, settling: Sequence[tuple[Entry, Outcome]], old: datetime
) -> Sequence[tuple[Entry, Outcome]]:
    """Count those that nobody has counted yet: one as old as `old` may have been taken for lost."""
    doubtful = [entry.ticket.id for entry, _ in settling if entry.is_stored and entry.ticket.at <= old]
    gone = set(doubtful) - await statements.still_open(unit.db, sorted(doubtful))
    ended = [(entry, outcome) for entry, outcome in settling if entry.ticket.id not in gone]
    for entry, outcome in ended:
        for charge in entry.charges:
            if room := rooms.get((charge.limit_id, charge.period_start)):
                room.used += outcome.amount.of(charge.measure, charge.currency)
                room.held -= charge.held if entry.is_stored else 0
                room.is_changed = True
    return ended


async def _close(unit: Unit, ended: Sequence[tuple[Entry, Outcome]]) -> None:
    endings = [rows.ending(entry.ticket, outcome) for entry, outcome in ended if entry.is_stored]
    await statements.close_rows(unit.db, endings)
    await statements.add_to_hours(unit.db, rows.hours_of((entry.ticket, outcome) for entry, outcome in ended))


def _let_in(rooms: Rooms, entry: Entry, written: Written) -> None:
    """Set aside what the call may consume, for all its limits or for none."""
    there = [(room, charge) for charge in entry.ticket.charges if (room := rooms.get(_key(charge)))]
    held = [(room, replace(charge, held=charge.held if room.hard_limit else 0)) for room, charge in there]
    full = next(((room, charge) for room, charge in held if room.hard_limit and not room.holds(charge.held)), None)
    if full is not None and entry.room is not None:
        room, charge = full
        is_for_now = room.used + charge.held <= room.limit_value
        written.refused[entry.ticket.id] = Refusal(charge, is_for_now=is_for_now)
        room.is_full = room.is_full or not is_for_now
        return
    for room, charge in held:
        room.held += charge.held
        room.is_changed = room.is_changed or charge.held > 0
    written.charges[entry.ticket.id] = [charge for _, charge in held]


def _key(charge: Charge) -> CounterKey:
    return charge.limit_id, charge.period_start


def _tell(unit: Unit, rooms: Iterable[Room]) -> None:
    for room in rooms:
        news = Told.REACHED if room.is_full else room.news
        if news > room.told:
            room.told, room.is_changed = news, True
            unit.record(LimitNear(room.limit_id, room.percent, news is Told.REACHED))
