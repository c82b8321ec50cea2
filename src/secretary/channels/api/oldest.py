"""The endpoints of old, which speak of one instance: the oldest."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.accounts.rights import Module
from secretary.channels import schemas
from secretary.channels.api.deps import Offered
from secretary.channels.api.endpoints import MessengerEndpoints
from secretary.channels.api.running import switched
from secretary.channels.api.shapes import DoneOut, LiveFields, MessengerFields, OneStatusOut, SwitchedOut, ThreadsOut
from secretary.channels.api.threads import clear, listing
from secretary.channels.messenger import Messenger
from secretary.channels.queries import default_instance
from secretary.channels.running import service as running
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]
DEFAULT = "default"


def config_router(messenger: Messenger, module: Module) -> APIRouter:
    """Its settings. Saving them makes an instance where there is none."""
    own = MessengerEndpoints(messenger, module)
    router = APIRouter(prefix=f"/admin/{messenger.kind}", tags=[messenger.kind])
    Body: Any = schemas.body_of(messenger, messenger.secrets, MessengerFields)  # noqa: N806 -- a class, made for this kind
    _, _, default, configured = schemas.answers_of(messenger, messenger.secrets, LiveFields)
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.get("/config", response_model=default)
    async def read_default_config(unit: UnitDep, offered: Offered, actor: MayView) -> dict[str, Any]:
        return {"config": await own.one(unit, offered, await own.visible(unit, actor, DEFAULT))}

    @router.post("/config", response_model=configured)
    async def save_default_config(unit: UnitDep, offered: Offered, actor: MayEdit, body: Body) -> dict[str, Any]:
        if await default_instance(unit.db, messenger.kind) is None:
            row = await own.create(unit, offered, actor, body)
        else:
            row = await own.touched(unit, actor, DEFAULT)
            await own.change(unit, offered, actor, row, body)
        return {"status": "ok", "config": await own.one(unit, offered, row)}

    return router


def default_router(messenger: Messenger, module: Module) -> APIRouter:
    """Its state, starting and stopping it, and who writes to it."""
    own = MessengerEndpoints(messenger, module)
    router = APIRouter(prefix=f"/admin/{messenger.kind}", tags=[messenger.kind])
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806 -- a class
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.get("/status")
    async def read_default_status(unit: UnitDep, actor: MayView) -> OneStatusOut:
        return OneStatusOut(status=await own.status(unit, await own.visible(unit, actor, DEFAULT)))

    @router.post("/start")
    async def start_default(unit: UnitDep, offered: Offered, actor: MayEdit) -> SwitchedOut:
        row = await own.touched(unit, actor, DEFAULT)
        await running.start(unit, messenger, row, own.secrets_of(offered, row))
        return await switched(unit, row)

    @router.post("/stop")
    async def stop_default(unit: UnitDep, actor: MayEdit) -> SwitchedOut:
        row = await own.touched(unit, actor, DEFAULT)
        await running.stop(unit, row)
        return await switched(unit, row)

    @router.post("/restart")
    async def restart_default(unit: UnitDep, offered: Offered, actor: MayEdit) -> SwitchedOut:
        row = await own.touched(unit, actor, DEFAULT)
        await running.start(unit, messenger, row, own.secrets_of(offered, row))
        return await switched(unit, row)

    @router.get("/sessions")
    async def list_default_sessions(
        unit: UnitDep, actor: MayView, limit: Limit = 100, offset: Offset = 0
    ) -> ThreadsOut:
        return await listing(unit, await own.visible(unit, actor, DEFAULT), limit, offset)

    @router.delete("/sessions")
    async def clear_default_sessions(unit: UnitDep, actor: MayEdit) -> DoneOut:
        return await clear(unit, await own.touched(unit, actor, DEFAULT))

    return router
