"""Admin endpoints of channel instances that hold the line themselves; `/config` speaks of the oldest one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from secretary.accounts.access import require
from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.accounts.rights import Module
from secretary.assistant import service as assistants
from secretary.channels import queries, schemas, service
from secretary.channels.models import ChannelInstance
from secretary.channels.ports import Channel
from secretary.kernel.unit import Actor, Unit
from secretary.web.deps import UnitDep

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]


class _Endpoints:
    """The handlers for one kind."""

    def __init__(self, channel: Channel, module: Module) -> None:
        self.channel = channel
        self.module = module

    async def listing(self, unit: Unit, actor: Actor, enabled_only: bool, limit: int, offset: int) -> dict[str, Any]:
        owner = owner_filter(actor, self.module)
        rows, total = await queries.instances(
            unit.db, self.channel.kind, owner_id=owner, enabled_only=enabled_only, limit=limit, offset=offset
        )
        return {"instances": [await self.shown(unit, row) for row in rows], "total": total}

    async def visible(self, unit: Unit, actor: Actor, instance_id: str) -> ChannelInstance:
        row = await service.get_instance(unit, self.channel.kind, instance_id)
        if row.owner_id is not None:
            ensure_may_touch(actor, self.module, row.owner_id, "view")
        return row

    async def create(self, unit: Unit, actor: Actor, body: BaseModel) -> dict[str, Any]:
        fields = schemas.OwnFields().model_dump(exclude={"assistant_id"}) | schemas.own_fields(body)
        await self._check_assistant(unit, actor, fields.get("assistant_id"))
        settings = self.channel.settings.model_validate(schemas.settings_sent(self.channel, body)).model_dump(
            mode="json"
        )
        row = await service.create_instance(unit, self.channel.kind, fields, settings, schemas.assistant_sent(body))
        return await self.shown(unit, row)

    async def change(self, unit: Unit, actor: Actor, instance_id: str, body: BaseModel) -> dict[str, Any]:
        row = await self.visible(unit, actor, instance_id)
        ensure_may_touch(actor, self.module, row.owner_id)
        fields = schemas.own_fields(body)
        await self._check_assistant(unit, actor, fields.get("assistant_id"))
        await service.change_instance(
            unit, row, fields, schemas.settings_sent(self.channel, body), schemas.assistant_sent(body)
        )
        return await self.shown(unit, row)

    async def delete(self, unit: Unit, actor: Actor, instance_id: str) -> schemas.InstanceDeletedOut:
        row = await self.visible(unit, actor, instance_id)
        ensure_may_touch(actor, self.module, row.owner_id)
        await service.delete_instance(unit, row)
        return schemas.InstanceDeletedOut(message=f"{row.name} deleted")

    async def shown(self, unit: Unit, row: ChannelInstance) -> dict[str, Any]:
        return schemas.shown(self.channel, row, await assistants.get(unit, row.assistant_id))

    async def _check_assistant(self, unit: Unit, actor: Actor, assistant_id: str | None) -> None:
        """An instance may point at an assistant that its owner sees, at no other."""
        if assistant_id is not None:
            assistant = await assistants.get(unit, assistant_id)
            if assistant.owner_id is not None:
                ensure_may_touch(actor, "assistants", assistant.owner_id, "view")


def instances_router(channel: Channel, module: Module) -> APIRouter:
    """The endpoints under `/admin/{kind}`."""
    own = _Endpoints(channel, module)
    router = APIRouter(prefix=f"/admin/{channel.kind}", tags=[channel.kind])
    Body: Any = schemas.body_of(channel)  # noqa: N806 -- a class, made for this kind
    many, one, default, configured = schemas.answers_of(channel)
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.get("/instances", response_model=many)
    async def list_instances(
        unit: UnitDep, actor: MayView, enabled_only: bool = False, limit: Limit = 100, offset: Offset = 0
    ) -> dict[str, Any]:
        return await own.listing(unit, actor, enabled_only, limit, offset)

    @router.post("/instances", response_model=one)
    async def create_instance(unit: UnitDep, actor: MayEdit, body: Body) -> dict[str, Any]:
        return {"instance": await own.create(unit, actor, body)}

    @router.get("/instances/{instance_id}", response_model=one)
    async def read_instance(unit: UnitDep, actor: MayView, instance_id: str) -> dict[str, Any]:
        return {"instance": await own.shown(unit, await own.visible(unit, actor, instance_id))}

    @router.put("/instances/{instance_id}", response_model=one)
    async def change_instance(unit: UnitDep, actor: MayEdit, instance_id: str, body: Body) -> dict[str, Any]:
        return {"instance": await own.change(unit, actor, instance_id, body)}

    @router.delete("/instances/{instance_id}")
    async def delete_instance(unit: UnitDep, actor: MayEdit, instance_id: str) -> schemas.InstanceDeletedOut:
        return await own.delete(unit, actor, instance_id)

    @router.get("/config", response_model=default)
    async def read_default(unit: UnitDep, actor: MayView) -> dict[str, Any]:
        return {"config": await own.shown(unit, await own.visible(unit, actor, "default"))}

    @router.post("/config", response_model=configured)
    async def change_default(unit: UnitDep, actor: MayEdit, body: Body) -> dict[str, Any]:
        return {"status": "ok", "config": await own.change(unit, actor, "default", body)}

    return router
