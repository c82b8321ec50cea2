"""One transaction of the ledger: room for calls that need it, rows of calls that begin, and of calls that ended."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from secretary.kernel.unit import Unit
from secretary.usage import queries
from secretary.usage.events import LimitNear
from secretary.usage.models import CallStatus, Measure, UsageCounter, UsageLimit, UsageRow
from secretary.usage.ports import Amount, Call, Charge, Outcome, Ticket
from secretary.usage.queries import HourKey, HourSum


@dataclass(frozen=True, slots=True)
class Room:
    """A counter that is locked, and the limit it counts for."""

    counter: UsageCounter
    limit: UsageLimit

    def holds(self, amount: int) -> bool:
        """Is there room for so much more?"""
        return self.counter.used + self.counter.held + amount <= self.limit.limit_value

    @property
    def percent(self) -> int:
        return self.counter.used * 100 // self.limit.limit_value


Rooms = Mapping[tuple[str, datetime], Room]


@dataclass(eq=False, slots=True)
class Entry:
    """A call on its way into the database. `room` is resolved when the hard limits have let it through."""

    ticket: Ticket
    room: "asyncio.Future[None] | None" = None
    outcome: Outcome | None = None
    is_stored: bool = False
    is_refused: bool = False

    @property
    def needs_room(self) -> bool:
        return self.room is not None and not self.room.done() and self.outcome is None


@dataclass(slots=True)
class Batch:
    """What one transaction does."""

    opening: list[Entry] = field(default_factory=list)
    settling: list[Entry] = field(default_factory=list)


async def write(unit: Unit, batch: Batch) -> dict[str, Charge]:
    """Store `batch`; returns for each call that was refused the charge that found no room."""
    settling = [entry for entry in batch.settling if entry.outcome is not None and not entry.is_refused]
    rooms = await _rooms(unit, (*batch.opening, *settling))
    for entry in settling:  # first what is given back, then what is asked for
        _count(rooms, entry)
    refused = {entry.ticket.id: charge for entry in batch.opening if (charge := _take_room(rooms, entry))}
    opened = [entry for entry in batch.opening if entry.outcome is None and entry.ticket.id not in refused]
    await queries.add_rows(unit.db, [_open_row(entry.ticket) for entry in opened])
    await queries.add_rows(unit.db, [_whole_row(entry) for entry in settling if not entry.is_stored])
    await queries.close_rows(unit.db, [_ending(entry) for entry in settling if entry.is_stored])
    await queries.add_to_hours(unit.db, _hours(settling))
    await _warn(unit, rooms.values())
    await unit.db.flush()
    return refused


async def settle_lost(unit: Unit, before: datetime) -> int:
    """Count open rows from before a moment as estimated, and give back what was held for them."""
    rows = await queries.open_rows(unit.db, before)
    settling = [Entry(_ticket(row), outcome=_estimated(row), is_stored=True) for row in rows]
    rooms = await _rooms(unit, settling)
    for entry in settling:
        _count(rooms, entry)
    await queries.close_rows(unit.db, [_ending(entry) for entry in settling])
    await queries.add_to_hours(unit.db, _hours(settling))
    await unit.db.flush()
    return len(rows)


async def _rooms(unit: Unit, entries: Sequence[Entry]) -> Rooms:
    """The counters of all these calls, locked in one order, so that two processes never wait for each other."""
    keys = sorted({(charge.limit_id, charge.period_start) for entry in entries for charge in entry.ticket.charges})
    if not keys:
        return {}
    limits = {limit.id: limit for limit in await queries.limits_by_id(unit.db, {limit_id for limit_id, _ in keys})}
    await queries.begin_counters(unit.db, [key for key in keys if key[0] in limits], limits)
    found = await queries.lock_counters(unit.db, keys)
    return {(counter.limit_id, counter.period_start): Room(counter, limits[counter.limit_id]) for counter in found}


def _take_room(rooms: Rooms, entry: Entry) -> Charge | None:
    """Set aside what the call may consume, for all its limits or for none; returns the charge without room."""
    if not entry.needs_room:
        return None
    wanted = [
        (room, charge)
        for charge in entry.ticket.charges
        if (room := rooms.get((charge.limit_id, charge.period_start))) and room.limit.hard_limit
    ]
    if full := next((charge for room, charge in wanted if not room.holds(charge.held)), None):
        return full
    for room, charge in wanted:
        room.counter.held += charge.held
    return None


def _count(rooms: Rooms, entry: Entry) -> None:
    """What was held is given back, what was consumed is counted."""
    if entry.outcome is None:
        return
    for charge in entry.ticket.charges:
        if room := rooms.get((charge.limit_id, charge.period_start)):
            room.counter.used += _consumed(entry.outcome, charge)
            if entry.is_stored:
                room.counter.held = max(0, room.counter.held - charge.held)


def _consumed(outcome: Outcome, charge: Charge) -> int:
    return outcome.amount.of(charge.measure, charge.currency)


async def _warn(unit: Unit, rooms: Iterable[Room]) -> None:
    for room in rooms:
        if room.percent >= room.limit.warning_threshold and not room.counter.is_warned:
            room.counter.is_warned = True
            unit.record(LimitNear(room.limit.id, room.percent, room.percent >= 100))  # noqa: PLR2004 -- per cent


def _open_row(ticket: Ticket) -> dict[str, Any]:
    return _row(ticket) | {
        "status": CallStatus.OPEN,
        "units_consumed": ticket.estimate.units,
        "cost_micro": ticket.estimate.cost_micro,
        "currency": ticket.estimate.currency,
        "details": {"charges": [_packed(charge) for charge in ticket.charges]} if ticket.charges else {},
    }


def _whole_row(entry: Entry) -> dict[str, Any]:
    return _row(entry.ticket) | _values(entry)


def _ending(entry: Entry) -> dict[str, Any]:
    return {"row_id": entry.ticket.id} | _values(entry)


def _row(ticket: Ticket) -> dict[str, Any]:
    call = ticket.call
    return {
        "id": ticket.id,
        "at": ticket.at,
        "service_type": call.service_type,
        "action": call.action,
        "source": call.source,
        "source_id": call.source_id,
        "assistant_id": call.assistant_id,
        "api_key_id": call.api_key_id,
        "backend": call.backend,
        "model": call.model,
    }


def _values(entry: Entry) -> dict[str, Any]:
    outcome = entry.outcome or Outcome(CallStatus.LOST)
    return {
        "status": outcome.status,
        "code": outcome.code,
        "units_consumed": outcome.amount.units,
        "prompt_tokens": outcome.prompt_tokens,
        "completion_tokens": outcome.completion_tokens,
        "cached_tokens": outcome.cached_tokens,
        "cost_micro": outcome.amount.cost_micro,
        "currency": outcome.amount.currency,
        "first_token_ms": outcome.first_token_ms,
        "duration_ms": outcome.duration_ms,
        "details": dict(outcome.details),
    }


def _hours(entries: Iterable[Entry]) -> dict[HourKey, HourSum]:
    sums: defaultdict[HourKey, HourSum] = defaultdict(HourSum)
    for entry in entries:
        call, outcome = entry.ticket.call, entry.outcome
        if outcome is None:
            continue
        key = HourKey(
            int(entry.ticket.at.timestamp() // 3600),
            call.service_type,
            call.source,
            call.assistant_id,
            call.api_key_id,
            call.backend,
            outcome.amount.currency,
        )
        sums[key].add(outcome)
    return dict(sums)


def _packed(charge: Charge) -> list[Any]:
    return [charge.limit_id, charge.period_start.isoformat(), charge.measure.value, charge.currency, charge.held]


def _ticket(row: UsageRow) -> Ticket:
    charges = tuple(
        Charge(limit_id, datetime.fromisoformat(start), Measure(measure), currency, held)
        for limit_id, start, measure, currency, held in row.details.get("charges", ())
    )
    call = Call(
        row.service_type,  # type: ignore[arg-type]
        row.action,
        row.backend,
        row.model,
        row.source,
        row.source_id,
        row.assistant_id,
        row.api_key_id,
    )
    return Ticket(row.id, row.at, call, Amount(row.units_consumed, row.cost_micro, row.currency), charges)


def _estimated(row: UsageRow) -> Outcome:
    return Outcome(CallStatus.LOST, Amount(row.units_consumed, row.cost_micro, row.currency), code="process_died")
