"""Use cases of people: limits set and removed, how full they are, old rows cleaned up. Calls are the ledger's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.usage.events import LimitChanged, UsageCleaned
from secretary.usage.models import Measure, Period, UsageLimit
from secretary.usage.periods import period_start
from secretary.usage.queries import counters, limits, reading
from secretary.usage.queries.limits import LimitKey

REMOVED_AT_ONCE = 2_000
SHORTEST_RETENTION_DAYS = 7


@dataclass(frozen=True, slots=True)
class LimitPlace:
    """Which limit is meant: of the whole installation, or of one assistant or API key."""

    service_type: str
    limit_type: Period
    measure: Measure = Measure.UNITS
    currency: str = ""
    assistant_id: str | None = None
    api_key_id: str | None = None

    @property
    def key(self) -> LimitKey:
        """Raises Invalid for a limit of two things at once, and for a cost without a currency."""
        if self.assistant_id and self.api_key_id:
            raise Invalid(
                "one_of_two",
                en="A limit is for an assistant or for an API key, not for both.",
                ru="Лимит задаётся либо для ассистента, либо для ключа API, не для обоих сразу.",
            )
        if self.measure is Measure.COST and not self.currency:
            raise Invalid(
                "no_currency",
                en="A limit of costs needs a currency: currency=RUB, for example.",
                ru="Для лимита по стоимости нужна валюта, например currency=RUB.",
            )
        scope = f"assistant:{self.assistant_id}" if self.assistant_id else ""
        scope = f"key:{self.api_key_id}" if self.api_key_id else scope
        currency = self.currency if self.measure is Measure.COST else ""
        return LimitKey(self.service_type, self.limit_type, self.measure, currency, scope)


@dataclass(frozen=True, slots=True)
class LimitRule:
    """What a limit says."""

    limit_value: int
    hard_limit: bool = False
    warning_threshold: int = 80
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A limit and how full it is in the running period."""

    limit: UsageLimit
    used: int
    held: int

    @property
    def percent(self) -> float:
        return round(self.used * 100 / self.limit.limit_value, 1)

    @property
    def is_blocking(self) -> bool:
        """Is any further call refused?"""
        return self.limit.enabled and self.limit.hard_limit and self.used + self.held >= self.limit.limit_value


async def limit_at(unit: Unit, place: LimitPlace) -> UsageLimit:
    """Raises NotFound, Invalid."""
    limit = await limits.find(unit.db, place.key)
    if limit is None:
        raise NotFound("no_such_limit", en="There is no such limit.", ru="Такого лимита нет.")
    return limit


async def set_limit(unit: Unit, place: LimitPlace, rule: LimitRule, zone: ZoneInfo) -> UsageLimit:
    """Create or change a limit; what the running period has consumed counts. Repeatable. Raises NotFound, Invalid."""
    key = place.key
    await _check_foreign(unit, place)
    limit = await limits.find(unit.db, key)
    is_new, was_on = limit is None, limit is not None and limit.enabled
    if limit is None:
        limit = UsageLimit(
            id=unit.new_id(),
            scope=key.scope,
            assistant_id=place.assistant_id or None,
            api_key_id=place.api_key_id or None,
            service_type=key.service_type,
            limit_type=key.limit_type,
            measure=key.measure,
            currency=key.currency,
            created=unit.now(),
        )
        unit.db.add(limit)
    limit.limit_value, limit.hard_limit = rule.limit_value, rule.hard_limit
    limit.warning_threshold, limit.enabled, limit.updated = rule.warning_threshold, rule.enabled, unit.now()
    await unit.db.flush()
    await _begin(unit, limit, zone, is_recounted=not was_on)
    unit.record(LimitChanged(limit.id, "create" if is_new else "update"))
    return limit


async def _check_foreign(unit: Unit, place: LimitPlace) -> None:
    for table, row_id in (("assistants", place.assistant_id), ("api_keys", place.api_key_id)):
        if row_id and not await limits.exists(unit.db, table, row_id):
            raise NotFound(
                "no_such_target",
                en="There is no such assistant or API key.",
                ru="Такого ассистента или ключа API нет.",
            )


async def _begin(unit: Unit, limit: UsageLimit, zone: ZoneInfo, *, is_recounted: bool) -> None:
    """Its counter of the running period: counted anew after a time without counting; what was told is told again only
    when it is true again.
    """
    key = (limit.id, period_start(unit.now(), limit.limit_type, zone))
    await counters.begin(unit.db, [key])
    for room in await counters.lock(unit.db, [key]):
        if is_recounted:
            room.used = await counters.consumed_since(unit.db, limit, key[1])
        room.told, room.is_changed = min(room.told, room.news), True
        await counters.write_back(unit.db, [room])


async def remove_limit(unit: Unit, place: LimitPlace) -> None:
    """Raises NotFound, Invalid."""
    limit = await limit_at(unit, place)
    await limits.remove(unit.db, limit)
    unit.record(LimitChanged(limit.id, "delete"))


async def filled(unit: Unit, found: Sequence[UsageLimit], zone: ZoneInfo) -> Sequence[Filled]:
    """How full these limits are."""
    starts = {limit.id: period_start(unit.now(), limit.limit_type, zone) for limit in found}
    known = await counters.of_limits(unit.db, list(starts.items()))
    return [
        Filled(limit, *numbers)
        if limit.enabled and (numbers := known.get((limit.id, starts[limit.id])))
        else Filled(limit, await counters.consumed_since(unit.db, limit, starts[limit.id]), 0)
        for limit in found
    ]


async def clean_up(units: UnitFactory, actor: Actor, days: int) -> int:
    """Remove calls that are over and older than `days`, some a unit; the hours stay. How many. Repeatable."""
    before = units.clock() - timedelta(days=max(days, SHORTEST_RETENTION_DAYS))
    removed = 0
    while True:
        async with units.write(actor) as unit:
            now_removed = await reading.remove_some(unit.db, before, REMOVED_AT_ONCE)
            removed += now_removed
            if now_removed < REMOVED_AT_ONCE:
                unit.record(UsageCleaned(days, removed))
                return removed
