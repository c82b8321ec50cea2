"""Schedules at work: kept, changed, and fired once each time, however many processes look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.jobs import schedule_selects as selects
from secretary.kernel.jobs.queue import enqueue
from secretary.kernel.jobs.rules import Daily, Interval, Weekly, next_run, zone_of
from secretary.kernel.jobs.schedule_table import Schedule
from secretary.kernel.jobs.shapes import NewJob, Payload, ScheduleChanged, WorkAvailable
from secretary.kernel.unit import Unit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """Work that recurs: jobs of `kind` with `payload`, whenever `rule` says so in `zone`."""

    key: str
    kind: str
    rule: Daily | Weekly | Interval
    zone: str = "UTC"
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScheduleChange:
    """What an owner may change; None leaves it."""

    rule: Daily | Weekly | Interval | None = None
    zone: str | None = None
    enabled: bool | None = None


async def ensure_schedules(unit: Unit, wanted: Sequence[NewSchedule]) -> None:
    """Store those that are not there; what an owner has changed stays changed. Repeatable. Raises Invalid."""
    for new in wanted:
        values = {
            "key": new.key,
            "kind": new.kind,
            "payload": dict(new.payload),
            "rule": new.rule,
            "zone": new.zone,
            "enabled": True,
            "next_run": next_run(new.rule, zone_of(new.zone), unit.now()),
            "updated": unit.now(),
        }
        await selects.insert(unit.db, values)


async def list_schedules(unit: Unit) -> Sequence[Schedule]:
    """All of them, by key."""
    return await selects.all_schedules(unit.db)


async def change_schedule(unit: Unit, key: str, change: ScheduleChange) -> Schedule:
    """Change when it runs, or whether. It is due next as if it had never been otherwise. Raises NotFound, Invalid."""
    schedule = await selects.one(unit.db, key)
    if schedule is None:
        raise NotFound("no_such_schedule", en="There is no such schedule.", ru="Такого расписания нет.")
    schedule.rule = change.rule or schedule.rule
    schedule.zone = change.zone or schedule.zone
    schedule.enabled = schedule.enabled if change.enabled is None else change.enabled
    schedule.next_run = next_run(schedule.rule, zone_of(schedule.zone), unit.now())
    schedule.updated = unit.now()
    await unit.db.flush()
    changed = tuple(name for name in ("rule", "zone", "enabled") if getattr(change, name) is not None)
    unit.record(ScheduleChanged(schedule.key, changed))
    unit.record(WorkAvailable(schedule.kind))  # the workers look anew when it is due
    return schedule


async def fire_due(unit: Unit, kinds: Collection[str]) -> int:
    """Enqueue what is due now, each once, also if several times were missed. Returns how many.

    The job's key is that of the schedule and the planned time: a second process finds the schedule moved on, or the
    job there.
    """
    due = await selects.due(unit.db, kinds, unit.now())
    for schedule in due:
        planned, now = schedule.next_run, unit.now()
        await enqueue(unit, NewJob(schedule.kind, schedule.payload, f"{schedule.key}@{planned.isoformat()}"))
        schedule.last_run = now
        schedule.next_run = next_run(schedule.rule, _known_zone(schedule), max(now, planned))
    await unit.db.flush()
    return len(due)


def _known_zone(schedule: Schedule) -> ZoneInfo:
    """Its zone; UTC where this machine does not know it any more: one schedule must not stop the others."""
    try:
        return zone_of(schedule.zone)
    except Invalid:
        log.warning("time_zone_unknown", schedule=schedule.key, zone=schedule.zone)
        return ZoneInfo("UTC")


async def next_due(unit: Unit, kinds: Collection[str]) -> datetime | None:
    """When the next schedule will be due."""
    return await selects.next_due(unit.db, kinds)
