"""`/admin/overview`: what happened between two days."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.kernel.jobs import zone_of
from secretary.kernel.unit import Actor
from secretary.operations.overview import Group, Wanted, overview
from secretary.operations.schemas import OverviewOut
from secretary.web.deps import UnitDep

DAYS = 30

router = APIRouter(prefix="/admin/overview", tags=["overview"])

MaySee = Annotated[Actor, Depends(require("dashboard", "view"))]
Day = Annotated[date | None, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]
Id = Annotated[str | None, Query(max_length=36)]


@router.get("")
async def read_overview(
    unit: UnitDep,
    _who: MaySee,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
    group: Group = "day",
    tz: Annotated[str, Query(max_length=64)] = "UTC",
    assistant_id: Id = None,
    source: Id = None,
) -> OverviewOut:
    """Numbers of whole days on the clock of `tz`, both included; the last 30 days when nothing is said."""
    zone = zone_of(tz)
    last = last or unit.now().astimezone(zone).date()
    first = first or last - timedelta(days=DAYS - 1)
    found = await overview(unit, Wanted(first, last, zone, group, assistant_id or None, source or None))
    return OverviewOut.of(found, tz, group)
