"""What the routes of the inbox have in common."""

from typing import Annotated

from fastapi import Depends, Query, Request

from secretary.accounts.access import require
from secretary.channels.ports import Outlet
from secretary.kernel.unit import Actor
from secretary.web.deps import services

MayRead = Annotated[Actor, Depends(require("requests", "view"))]
MayWrite = Annotated[Actor, Depends(require("requests", "edit"))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Words = Annotated[str, Query(max_length=200)]
Kind = Annotated[str | None, Query(max_length=20)]
PAGE = 50


async def outlet_of(request: Request) -> Outlet:
    """The way out of the joined program."""
    outlet: Outlet = services(request).outlet
    return outlet


OutletDep = Annotated[Outlet, Depends(outlet_of)]
