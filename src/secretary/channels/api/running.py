"""Starting and stopping a messenger's instances, their state and log."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.accounts.rights import Module
from secretary.channels.api.deps import Offered
from secretary.channels.api.endpoints import MessengerEndpoints, pid_of
from secretary.channels.api.logs import read_log
from secretary.channels.api.shapes import LogsOut, OneStatusOut, SwitchedOut
from secretary.channels.messenger import Messenger
from secretary.channels.models import ChannelInstance
from secretary.channels.running import queries as runs
from secretary.channels.running import service as running
from secretary.channels.running.service import state_of
from secretary.kernel.unit import Actor, Unit
from secretary.web.deps import UnitDep

Lines = Annotated[int, Query(ge=1, le=1000)]


def running_router(messenger: Messenger, module: Module) -> APIRouter:
    """`/admin/{messenger}/instances/{id}/…`: start, stop, restart, state, log."""
    own = MessengerEndpoints(messenger, module)
    router = APIRouter(prefix=f"/admin/{messenger.kind}/instances", tags=[messenger.kind])
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806 -- a class
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.post("/{instance_id}/start")
    async def start_instance(unit: UnitDep, offered: Offered, actor: MayEdit, instance_id: str) -> SwitchedOut:
        row = await own.touched(unit, actor, instance_id)
        await running.start(unit, messenger, row, own.secrets_of(offered, row))
        return await switched(unit, row)

    @router.post("/{instance_id}/stop")
    async def stop_instance(unit: UnitDep, actor: MayEdit, instance_id: str) -> SwitchedOut:
        row = await own.touched(unit, actor, instance_id)
        await running.stop(unit, row)
        return await switched(unit, row)

    @router.post("/{instance_id}/restart")
    async def restart_instance(unit: UnitDep, offered: Offered, actor: MayEdit, instance_id: str) -> SwitchedOut:
        row = await own.touched(unit, actor, instance_id)
        await running.start(unit, messenger, row, own.secrets_of(offered, row))
        return await switched(unit, row)

    @router.get("/{instance_id}/status")
    async def read_status(unit: UnitDep, actor: MayView, instance_id: str) -> OneStatusOut:
        return OneStatusOut(status=await own.status(unit, await own.visible(unit, actor, instance_id)))

    @router.get("/{instance_id}/logs")
    async def read_logs(unit: UnitDep, actor: MayView, instance_id: str, lines: Lines = 100) -> LogsOut:
        return await read_log(unit, await own.visible(unit, actor, instance_id), lines)

    return router


async def switched(unit: Unit, row: ChannelInstance) -> SwitchedOut:
    """How it stands right after: whoever holds it looks at once."""
    run = await runs.run(unit.db, row.id)
    state = state_of(row, run, unit.now())
    return SwitchedOut(status=state.status, pid=pid_of(run) if state.is_running else None)
