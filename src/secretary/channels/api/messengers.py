"""The endpoints under `/admin/{messenger}/instances`: create, read, change, delete."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.accounts.rights import Module
from secretary.channels import schemas, service
from secretary.channels.api.deps import Offered
from secretary.channels.api.endpoints import MessengerEndpoints
from secretary.channels.api.shapes import LiveFields, MessengerFields
from secretary.channels.messenger import Messenger
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]


def messenger_router(messenger: Messenger, module: Module) -> APIRouter:
    """Create, read, change, delete."""
    own = MessengerEndpoints(messenger, module)
    router = APIRouter(prefix=f"/admin/{messenger.kind}/instances", tags=[messenger.kind])
    Body: Any = schemas.body_of(messenger, messenger.secrets, MessengerFields)  # noqa: N806 -- a class, made for this kind
    many, one, _, _ = schemas.answers_of(messenger, messenger.secrets, LiveFields)
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.get("", response_model=many)
    async def list_instances(
        unit: UnitDep,
        offered: Offered,
        actor: MayView,
        enabled_only: bool = False,
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> dict[str, Any]:
        return await own.listing(unit, offered, actor, enabled_only=enabled_only, limit=limit, offset=offset)

    @router.post("", response_model=one)
    async def create_instance(unit: UnitDep, offered: Offered, actor: MayEdit, body: Body) -> dict[str, Any]:
        return {"instance": await own.one(unit, offered, await own.create(unit, offered, actor, body))}

    @router.get("/{instance_id}", response_model=one)
    async def read_instance(unit: UnitDep, offered: Offered, actor: MayView, instance_id: str) -> dict[str, Any]:
        return {"instance": await own.one(unit, offered, await own.visible(unit, actor, instance_id))}

    @router.put("/{instance_id}", response_model=one)
    async def change_instance(
        unit: UnitDep, offered: Offered, actor: MayEdit, instance_id: str, body: Body
    ) -> dict[str, Any]:
        row = await own.touched(unit, actor, instance_id)
        await own.change(unit, offered, actor, row, body)
        return {"instance": await own.one(unit, offered, row)}

    @router.delete("/{instance_id}")
    async def delete_instance(unit: UnitDep, actor: MayEdit, instance_id: str) -> schemas.InstanceDeletedOut:
        row = await own.touched(unit, actor, instance_id)
        await service.delete_instance(unit, row)
        return schemas.InstanceDeletedOut(message=f"{row.name} deleted")

    return router
