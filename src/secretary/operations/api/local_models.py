"""`/admin/llm/local-models`: models on this machine's disk. How far a download is, `/admin/jobs/{id}` tells too."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query, Request

from secretary.accounts.access import require
from secretary.kernel.errors import Language
from secretary.kernel.unit import Actor, UnitFactory
from secretary.operations.api.local_model_schemas import (
    LocalModelOut,
    LocalModelsOut,
    ModelDoneOut,
    PullAskedOut,
    PullIn,
    PullOut,
    RunningOut,
)
from secretary.operations.local_models import pulls
from secretary.operations.local_models.pull import Order
from secretary.operations.local_models.service import LocalModel, LocalModels, Overview
from secretary.web.deps import services
from secretary.web.problem import language_of

router = APIRouter(prefix="/admin/llm/local-models", tags=["local models"])

MaySee = Annotated[Actor, Depends(require("models", "view"))]
MayManage = Annotated[Actor, Depends(require("models", "manage"))]


class LocalModelServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def local_models(self) -> LocalModels: ...


async def local_model_services(request: Request) -> LocalModelServices:
    offered: LocalModelServices = services(request)
    return offered


async def caller_language(request: Request) -> Language:
    return language_of(request.scope)


Offered = Annotated[LocalModelServices, Depends(local_model_services)]
Speaks = Annotated[Language, Depends(caller_language)]


@router.get("")
async def list_local_models(
    offered: Offered,
    actor: MaySee,
    speaks: Speaks,
    language: Language | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> LocalModelsOut:
    """Recommended models by memory, then what else is installed. `language` leaves out those that do not speak it."""
    found = await offered.local_models.overview(speaks)
    async with offered.units.read(actor) as unit:
        under_way = [PullOut.of(pull, speaks) for pull in await pulls.pulls(unit)]
    rows = _speaking(found, language)
    return LocalModelsOut(
        models=[LocalModelOut.of(one, speaks) for one in rows[offset : offset + limit]],
        total=len(rows),
        memory_total_bytes=found.memory.total_bytes,
        memory_available_bytes=found.memory.available_bytes,
        running=RunningOut.model_validate(found.running) if found.running else None,
        pulls=under_way,
    )


@router.post("/pull", status_code=202)
async def pull_local_model(offered: Offered, actor: MayManage, body: PullIn) -> PullAskedOut:
    """Download a model in the background. Asking again for one that is being downloaded gives the same job."""
    order = Order(body.wanted(), is_update=body.update, is_chosen=body.use)
    job_id, exact = await offered.local_models.ask(offered.units, actor, order)
    return PullAskedOut(job_id=job_id, model=exact.name)


@router.post("/pulls/{job_id}/cancel")
async def cancel_local_model_pull(offered: Offered, actor: MayManage, job_id: str) -> ModelDoneOut:
    """Stop a download, one that has begun too, and delete what came of it."""
    await offered.local_models.stop(offered.units, actor, job_id)
    return ModelDoneOut()


@router.post("/{name}/use")
async def use_local_model(offered: Offered, actor: MayManage, name: str) -> ModelDoneOut:
    """Let an installed model be the one that is run, from the next answer on."""
    return ModelDoneOut(model=await offered.local_models.choose(offered.units, actor, name))


@router.delete("/{name}")
async def delete_local_model(offered: Offered, actor: MayManage, name: str, *, unload: bool = False) -> ModelDoneOut:
    """Delete a model from the disk. The one that is run is refused, unless `unload`."""
    return ModelDoneOut(model=await offered.local_models.remove(offered.units, actor, name, unload=unload))


def _speaking(found: Overview, language: Language | None) -> list[LocalModel]:
    if language is None:
        return list(found.models)
    return [one for one in found.models if one.installed or (one.recommended and language in one.recommended.languages)]
