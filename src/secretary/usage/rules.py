"""The enabled limits as this process knows them: at most a second old, and decided on without the database."""

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

import structlog

from secretary.kernel.errors import SecretaryError
from secretary.kernel.freshness import Freshness
from secretary.kernel.unit import Unit, UnitFactory
from secretary.usage.events import LimitChanged
from secretary.usage.models import Period, UsageLimit
from secretary.usage.periods import period_end, period_start
from secretary.usage.ports import Amount, Call, Charge, LimitReached, Refusal, limit_reached
from secretary.usage.queries import limits as queries

HELD_BY_OTHERS_S = 10
log = structlog.get_logger(__name__)
Zone = Callable[[Unit], Awaitable[ZoneInfo]]


class Limits:
    """Which limits a call counts towards. `zone` tells the clock of the business."""

    def __init__(self, units: UnitFactory, zone: Zone, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._units = units
        self._zone_of = zone
        self._freshness = Freshness(monotonic)
        self._known: dict[str, UsageLimit] = {}
        self._by_place: Mapping[tuple[str, str], Sequence[UsageLimit]] = {}
        self._periods: dict[Period, tuple[datetime, datetime]] = {}
        self._zone = ZoneInfo("UTC")
        units.bus.subscribe(LimitChanged, self._on_change)

    def _on_change(self, _: LimitChanged) -> None:
        self._freshness.changed()

    async def charges(self, call: Call, estimate: Amount, now: datetime) -> tuple[Charge, ...]:
        """What `call` counts towards; a hard limit holds the estimate. Raises Internal until limits are known once."""
        await self._freshness.ensure(self._refresh)
        if not self._by_place:
            return ()
        return tuple(
            self._charge(limit, estimate, now)
            for scope in _scopes(call)
            for limit in self._by_place.get((call.service_type, scope), ())
        )

    def _charge(self, limit: UsageLimit, estimate: Amount, now: datetime) -> Charge:
        held = estimate.of(limit.measure, limit.currency) if limit.hard_limit else 0
        return Charge(limit.id, self._period(limit.limit_type, now)[0], limit.measure, limit.currency, held)

    def is_hard(self, charge: Charge) -> bool:
        """Does this charge need room before the call?"""
        limit = self._known.get(charge.limit_id)
        return limit is not None and limit.hard_limit

    def refusal(self, refusal: Refusal, now: datetime) -> LimitReached:
        """Why a call without room is not made. Room that others hold may be free again soon."""
        limit = self._known.get(refusal.charge.limit_id)
        if limit is None:
            return limit_reached("", HELD_BY_OTHERS_S)
        ends = period_end(refusal.charge.period_start, limit.limit_type, self._zone)
        left_s = max(1, ceil((ends - now).total_seconds()))
        return limit_reached(limit.scope, min(left_s, HELD_BY_OTHERS_S) if refusal.is_for_now else left_s)

    def _period(self, period: Period, now: datetime) -> tuple[datetime, datetime]:
        known = self._periods.get(period)
        if known is None or not known[0] <= now < known[1]:
            known = period_start(now, period, self._zone), period_end(now, period, self._zone)
            self._periods[period] = known
        return known

    async def _refresh(self) -> None:
        try:
            await self._ask()
        except (SecretaryError, OSError) as error:
            if not self._freshness.was_ever:
                raise
            log.warning("limits_not_read", reason=str(error))  # those of a moment ago still hold

    async def _ask(self) -> None:
        async with self._units.read() as unit:
            found = await queries.enabled(unit.db)
            zone = await self._zone_of(unit)
        by_place: defaultdict[tuple[str, str], list[UsageLimit]] = defaultdict(list)
        for limit in found:
            by_place[limit.service_type, limit.scope].append(limit)
        self._known, self._by_place = {limit.id: limit for limit in found}, by_place
        if zone != self._zone:
            self._zone, self._periods = zone, {}


def _scopes(call: Call) -> list[str]:
    """The installation's limits, and those of the call's assistant and key."""
    scopes = [""]
    scopes += [f"assistant:{call.assistant_id}"] if call.assistant_id else []
    return scopes + ([f"key:{call.api_key_id}"] if call.api_key_id else [])
