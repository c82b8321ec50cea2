"""The enabled limits as this process knows them: at most a second old, and decided on without the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from secretary.kernel.unit import Unit, UnitFactory
from secretary.usage import queries
from secretary.usage.events import LimitChanged
from secretary.usage.models import UsageLimit
from secretary.usage.periods import period_end, period_start
from secretary.usage.ports import Amount, Call, Charge, LimitReached, limit_reached

CHECK_INTERVAL_S = 1.0
Zone = Callable[[Unit], Awaitable[ZoneInfo]]


class Limits:
    """Which limits a call counts towards. `zone` tells the clock of the business."""

    def __init__(self, units: UnitFactory, zone: Zone, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._units = units
        self._zone_of = zone
        self._monotonic = monotonic
        self._known: dict[str, UsageLimit] = {}
        self._zone = ZoneInfo("UTC")
        self._changes = 0
        self._checked: tuple[int, float] | None = None
        self._checking = asyncio.Lock()
        units.bus.subscribe(LimitChanged, self._on_change)

    def _on_change(self, _: LimitChanged) -> None:
        self._changes += 1

    async def charges(self, call: Call, estimate: Amount, now: datetime) -> tuple[Charge, ...]:
        """What `call` counts towards; a hard limit holds the estimate."""
        await self._refresh()
        return tuple(
            Charge(
                limit.id,
                period_start(now, limit.limit_type, self._zone),
                limit.measure,
                limit.currency,
                estimate.of(limit.measure, limit.currency) if limit.hard_limit else 0,
            )
            for limit in self._known.values()
            if limit.service_type == call.service_type and limit.scope in _scopes(call)
        )

    def is_hard(self, charge: Charge) -> bool:
        """Does this charge need room before the call?"""
        limit = self._known.get(charge.limit_id)
        return limit is not None and limit.hard_limit

    def refusal(self, charge: Charge, now: datetime) -> LimitReached:
        """Why a call without room for `charge` is not made."""
        limit = self._known.get(charge.limit_id)
        if limit is None:
            return limit_reached("", 60)
        ends = period_end(charge.period_start, limit.limit_type, self._zone)
        return limit_reached(limit.scope, max(1, ceil((ends - now).total_seconds())))

    async def _refresh(self) -> None:
        if self._is_fresh():
            return
        async with self._checking:
            if self._is_fresh():
                return
            began = (self._changes, self._monotonic())  # a change during the question makes it stale at once
            async with self._units.read() as unit:
                found: Sequence[UsageLimit] = await queries.enabled_limits(unit.db)
                self._zone = await self._zone_of(unit)
            self._known = {limit.id: limit for limit in found}
            self._checked = began

    def _is_fresh(self) -> bool:
        if self._checked is None:
            return False
        changes, at = self._checked
        return changes == self._changes and self._monotonic() - at < CHECK_INTERVAL_S


def _scopes(call: Call) -> set[str]:
    return {"", f"assistant:{call.assistant_id}", f"key:{call.api_key_id}"}
