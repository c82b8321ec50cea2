"""`/admin/usage`: calls and what they cost, limits and how full they are. `app` says by which right, on whose clock."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.usage import limit_schemas, schemas, service, sums
from secretary.usage.events import UsageExported
from secretary.usage.export import export_csv
from secretary.usage.ledger import Ledger
from secretary.usage.limit_schemas import wanted_place
from secretary.usage.models import Period
from secretary.usage.ports import Service
from secretary.usage.queries import limits, reading
from secretary.usage.queries.reading import Wanted
from secretary.usage.rules import Zone
from secretary.usage.schemas import wanted_rows
from secretary.usage.service import SHORTEST_RETENTION_DAYS, LimitPlace
from secretary.web.deps import UnitDep, services

Guard = Callable[..., Awaitable[Actor]]
Days = Annotated[int, Query(ge=SHORTEST_RETENTION_DAYS, le=365)]
PeriodDays = Annotated[int, Query(ge=1, le=365)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=100_000)]
Rows = Annotated[Wanted, Depends(wanted_rows)]
Place = Annotated[LimitPlace, Depends(wanted_place)]


class Offers(Protocol):
    """What the application offers to these endpoints."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def ledger(self) -> Ledger: ...


async def offers(request: Request) -> Offers:
    offered: Offers = services(request)
    return offered


Offered = Annotated[Offers, Depends(offers)]


def usage_router(may_view: Guard, may_manage: Guard, zone: Zone) -> APIRouter:
    """The endpoints, behind dependencies that let only those through who have the right."""
    router = APIRouter(prefix="/admin/usage", tags=["usage"])
    MayView: Any = Annotated[Actor, Depends(may_view)]  # noqa: N806 -- a type, made for this router
    _add_calls(router, MayView, Annotated[Actor, Depends(may_manage)])
    _add_sums(router, MayView, zone)
    _add_limits(router, MayView, Annotated[Actor, Depends(may_manage)], zone)
    return router


def _add_calls(router: APIRouter, MayView: Any, MayManage: Any) -> None:  # noqa: N803 -- types
    @router.get("/logs")
    async def list_usage_logs(
        unit: UnitDep, _who: MayView, wanted: Rows, limit: Limit = 100, offset: Offset = 0, before: schemas.RowId = ""
    ) -> schemas.LogsOut:
        """Calls, newest first. `before` is the id of the last call seen: the fast way through many pages."""
        last = await _row(unit, before) if before else None
        found = await reading.page(unit.db, wanted, limit=limit, offset=offset, before=last)
        rows = [schemas.LogOut.of(row) for row in found]
        return schemas.LogsOut.of(rows, await reading.count_some(unit.db, wanted), limit=limit)

    @router.get("/logs/export")
    async def export_usage_logs(who: MayView, offered: Offered, wanted: Rows) -> StreamingResponse:
        """The newest 100,000 of these calls as a CSV file."""
        async with offered.units.write(who) as unit:
            unit.record(UsageExported())
        return StreamingResponse(
            export_csv(offered.units, wanted),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": 'attachment; filename="usage.csv"', "cache-control": "no-store"},
        )

    @router.post("/log")
    async def add_usage_log(who: MayManage, offered: Offered, body: schemas.NewLog) -> schemas.LogAnswer:
        """Write down a call that was made elsewhere. It counts towards limits and is never refused by one."""
        ticket = await offered.ledger.record(body.call, body.outcome, who)
        async with offered.units.read(who) as unit:
            return schemas.LogAnswer(log=schemas.LogOut.of(await _row(unit, ticket.id)))

    @router.post("/cleanup")
    async def clean_up_usage(who: MayManage, offered: Offered, days: Days = 90) -> schemas.CleanedOut:
        """Remove calls older than so many days; what they sum up to stays."""
        deleted = await service.clean_up(offered.units, who, days)
        return schemas.CleanedOut(deleted=deleted, retention_days=days)


async def _row(unit: Unit, row_id: str) -> Any:
    found = await reading.row(unit.db, row_id)
    if found is None:
        raise NotFound("no_such_call", en="There is no such call.", ru="Такого вызова нет.")
    return found


def _add_sums(router: APIRouter, MayView: Any, zone: Zone) -> None:  # noqa: N803
    @router.get("/stats")
    async def usage_stats(
        unit: UnitDep, _who: MayView, service_type: Service | None = None, period_days: PeriodDays = 30
    ) -> schemas.StatsOut:
        """What was consumed in the last days, on the clock of the business."""
        clock = await zone(unit)
        return schemas.StatsOut.of(await sums.stats(unit, clock, period_days, service_type or ""), clock.key)

    @router.get("/summary")
    async def usage_summary(unit: UnitDep, _who: MayView) -> schemas.SummaryOut:
        """Today and this month at a glance."""
        return schemas.SummaryOut.of(await sums.summary(unit, await zone(unit)))

    @router.get("/check/{service_type}")
    async def check_usage(
        unit: UnitDep, _who: MayView, service_type: Service, limit_type: Period = Period.DAILY
    ) -> limit_schemas.CheckOut:
        """May calls of this service go on?"""
        clock = await zone(unit)
        found = await limits.listed(unit.db, enabled_only=True, service_type=service_type, limit_type=limit_type)
        used = (await sums.summary(unit, clock))[service_type][limit_type].used
        filled = await service.filled(unit, found, clock)
        return limit_schemas.CheckOut.of((service_type, limit_type), used, list(filled))


def _add_limits(router: APIRouter, MayView: Any, MayManage: Any, zone: Zone) -> None:  # noqa: N803
    @router.get("/limits")
    async def list_usage_limits(unit: UnitDep, _who: MayView, enabled_only: bool = True) -> limit_schemas.LimitsOut:
        """The installation's limits first, then those of assistants and keys."""
        found = await service.filled(unit, await limits.listed(unit.db, enabled_only=enabled_only), await zone(unit))
        return limit_schemas.LimitsOut(limits=[limit_schemas.LimitOut.of(each) for each in found], total=len(found))

    @router.get("/limits/{service_type}/{limit_type}")  # noqa: FAST003 -- `Place` takes both
    async def get_usage_limit(unit: UnitDep, _who: MayView, place: Place) -> limit_schemas.LimitAnswer:
        """One limit: the installation's of units, unless the query says otherwise."""
        (found,) = await service.filled(unit, [await service.limit_at(unit, place)], await zone(unit))
        return limit_schemas.LimitAnswer(limit=limit_schemas.LimitOut.of(found))

    @router.post("/limits")
    async def set_usage_limit(
        unit: UnitDep, _who: MayManage, body: limit_schemas.NewLimit
    ) -> limit_schemas.LimitAnswer:
        """Create a limit, or change the one that is there. What the running period has consumed counts."""
        clock = await zone(unit)
        limit = await service.set_limit(unit, body.place, body.rule, clock)
        (found,) = await service.filled(unit, [limit], clock)
        return limit_schemas.LimitAnswer(limit=limit_schemas.LimitOut.of(found))

    @router.delete("/limits/{service_type}/{limit_type}")  # noqa: FAST003
    async def delete_usage_limit(unit: UnitDep, _who: MayManage, place: Place) -> limit_schemas.DoneOut:
        """Remove one limit."""
        await service.remove_limit(unit, place)
        return limit_schemas.DoneOut()
