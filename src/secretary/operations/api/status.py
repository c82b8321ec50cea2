"""`/admin/status` and `/admin/deployment-mode`: how the installation is doing, and what kind it is."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from secretary.accounts.access import public, require
from secretary.kernel.jobs import count_jobs
from secretary.kernel.unit import Actor, Unit
from secretary.operations import queries
from secretary.operations.api.status_schemas import (
    ChannelOut,
    DatabaseOut,
    LlmConfigOut,
    ModelOut,
    ProcessOut,
    SearchOut,
    StatusOut,
)
from secretary.operations.ports import Installation
from secretary.web.deps import UnitDep, services
from secretary.web.problem import language_of

router = APIRouter(prefix="/admin", tags=["status"])

MaySee = Annotated[Actor, Depends(require("monitor", "view"))]


class StatusServices(Protocol):
    """What the application offers to these routes."""

    @property
    def deployment_mode(self) -> str: ...

    @property
    def installation(self) -> Installation: ...


async def status_services(request: Request) -> StatusServices:
    offered: StatusServices = services(request)
    return offered


Offered = Annotated[StatusServices, Depends(status_services)]


async def _searched(offered: Offered) -> SearchOut:
    return SearchOut.model_validate(await offered.installation.search())


Searched = Annotated[SearchOut, Depends(_searched)]
"""Asked for before a route's own unit is open: no connection is held while a model reads the question."""


class ModeOut(BaseModel):
    """Which engines are offered: `full`, `local` (the same) or `cloud`."""

    mode: str


@router.get("/deployment-mode", dependencies=[Depends(public("the panel asks before anybody is signed in"))])
async def deployment_mode(offered: Offered) -> ModeOut:
    """What kind of installation this is."""
    return ModeOut(mode=offered.deployment_mode)


@router.get("/status")
async def read_status(request: Request, _who: MaySee, search: Searched, unit: UnitDep, offered: Offered) -> StatusOut:
    """How everything is doing, as far as this process knows; names of old installations are kept beside the new."""
    here = offered.installation
    uptime_s = round((unit.now() - here.started_at).total_seconds())
    models = [ModelOut.model_validate(each) for each in here.models(language_of(request.scope))]
    process = ProcessOut(version=here.version, uptime_seconds=uptime_s, roles=list(here.roles))
    return StatusOut(
        **dict(process),
        deployment_mode=offered.deployment_mode,
        orchestrator=process,
        database=await _database(unit),
        search=search,
        jobs={state.value: count for state, count in (await count_jobs(unit)).items()},
        models=models,
        channels=[ChannelOut.model_validate(each) for each in (await here.channels(unit)).values()],
        turns=await queries.unfinished_answers(unit.db),
        services={each.name: each.state for each in models},
        llm_config=LlmConfigOut(backend=here.llm_backend, models=[each.model for each in models]),
    )


async def _database(unit: Unit) -> DatabaseOut:
    engine, size_bytes = await queries.database_size(unit.db)
    return DatabaseOut(engine=engine, size_bytes=size_bytes, revision=await queries.schema_revision(unit.db))
