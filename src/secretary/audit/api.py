"""`/admin/audit`: read the log, take it away as a file, clean it up. `app` says by which right."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from secretary.audit import service
from secretary.audit.events import AuditExported
from secretary.audit.export import export_csv, export_json
from secretary.audit.ports import Audited
from secretary.audit.queries import pages
from secretary.audit.queries.pages import Wanted
from secretary.audit.schemas import CleanedOut, LogOut, LogsOut, StatsOut, wanted_rows, wanted_span
from secretary.audit.service import SHORTEST_RETENTION_DAYS
from secretary.kernel.unit import Actor, UnitFactory
from secretary.web.deps import UnitDep, services

Guard = Callable[..., Awaitable[Actor]]
Days = Annotated[int, Query(ge=SHORTEST_RETENTION_DAYS, le=36_500)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]
Rows = Annotated[Wanted, Depends(wanted_rows)]
Span = Annotated[Wanted, Depends(wanted_span)]


async def audit_services(request: Request) -> Audited:
    offered: Audited = services(request)
    return offered


Offered = Annotated[Audited, Depends(audit_services)]


def audit_router(may_view: Guard, may_manage: Guard) -> APIRouter:
    """The endpoints, behind dependencies that let only those through who have the right."""
    router = APIRouter(prefix="/admin/audit", tags=["audit"])
    MayView: Any = Annotated[Actor, Depends(may_view)]  # noqa: N806 -- a type, made for this router
    MayManage: Any = Annotated[Actor, Depends(may_manage)]  # noqa: N806

    @router.get("/logs")
    async def list_audit_logs(
        unit: UnitDep, _who: MayView, wanted: Rows, limit: Limit = 100, offset: Offset = 0
    ) -> LogsOut:
        """Who changed what, newest first."""
        found = await pages.page(unit.db, wanted, limit=limit, offset=offset)
        logs = [LogOut.model_validate(entry) for entry in found]
        return LogsOut(logs=logs, count=len(logs), total=await pages.count(unit.db, wanted))

    @router.get("/stats")
    async def audit_stats(unit: UnitDep, _who: MayView) -> StatsOut:
        """How much is in the log."""
        return StatsOut(stats=await service.totals(unit))

    @router.get("/export")
    async def export_audit_logs(
        who: MayView,
        offered: Offered,
        wanted: Span,
        format: Literal["json", "csv"] = "json",  # noqa: A002
    ) -> StreamingResponse:
        """The newest 100,000 rows of a span as a file."""
        async with offered.units.write(who) as unit:
            unit.record(AuditExported(format))
        return _file(offered.units, wanted, format)

    @router.post("/cleanup")
    async def clean_up_audit_logs(who: MayManage, offered: Offered, days: Days = 90) -> CleanedOut:
        """Remove rows older than so many days; a signed anchor keeps the rest provable."""
        deleted = await service.clean_up(offered.units, who, offered.audit.keyring, days)
        return CleanedOut(deleted=deleted, retention_days=days)

    return router


def _file(units: UnitFactory, wanted: Wanted, file_format: Literal["json", "csv"]) -> StreamingResponse:
    is_csv = file_format == "csv"
    return StreamingResponse(
        export_csv(units, wanted) if is_csv else export_json(units, wanted),
        media_type="text/csv; charset=utf-8" if is_csv else "application/json",
        headers={"content-disposition": f'attachment; filename="audit.{file_format}"', "cache-control": "no-store"},
    )
