"""`/admin/push`: this installation's public key, and the caller's own devices that are told of what waits for him."""

from datetime import datetime
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from secretary.accounts.access import require
from secretary.kernel.errors import Language
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Actor, UnitFactory
from secretary.operations.push import queries, service
from secretary.operations.push.models import NAME_LENGTH
from secretary.operations.push.service import Devices, Subscription
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix="/admin/push", tags=["push"])

MaySee = Annotated[Actor, Depends(require("profile", "view"))]
MayEdit = Annotated[Actor, Depends(require("profile", "edit"))]


class PushServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def devices(self) -> Devices: ...


async def push_services(request: Request) -> PushServices:
    offered: PushServices = services(request)
    return offered


Offered = Annotated[PushServices, Depends(push_services)]


class PushKeyOut(BaseModel):
    """`applicationServerKey` for the browser's `pushManager.subscribe`."""

    public_key: str


class DeviceOut(BaseModel):
    """A browser that is told. Its address is never shown; `host` is its push service."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    host: str
    language: Language
    created: datetime
    is_this_sign_in: bool = False


class DevicesOut(BaseModel):
    devices: list[DeviceOut]
    total: int


class OneDeviceOut(BaseModel):
    device: DeviceOut


class DeviceIn(BaseModel):
    """What `PushSubscription.toJSON()` says, its keys laid flat."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(min_length=10, max_length=1_000)
    p256dh: str = Field(min_length=80, max_length=100)
    auth: str = Field(min_length=16, max_length=40)
    name: Annotated[CleanText, Field(max_length=NAME_LENGTH)] = ""
    language: Language = "ru"


class DoneOut(BaseModel):
    """It is done."""

    status: Literal["ok"] = "ok"


class TriedOut(DoneOut):
    """How many devices a notification is on its way to."""

    devices: int


@router.get("/key")
async def read_key(offered: Offered, _who: MaySee) -> PushKeyOut:
    """The public key that browsers subscribe with."""
    return PushKeyOut(public_key=await offered.devices.public_key(offered.units))


@router.get("/devices")
async def list_devices(unit: UnitDep, actor: MaySee) -> DevicesOut:
    """The caller's own devices, the latest first."""
    rows = [_shown(device, actor) for device in await queries.devices(unit.db, actor.id)]
    return DevicesOut(devices=rows, total=len(rows))


@router.post("/devices", status_code=201)
async def add_device(unit: UnitDep, offered: Offered, actor: MayEdit, body: DeviceIn) -> OneDeviceOut:
    """Tell this browser when a message waits, as long as this sign-in lasts. Repeatable."""
    wanted = Subscription(body.endpoint, body.p256dh, body.auth, body.name, body.language)
    return OneDeviceOut(device=_shown(await offered.devices.add(unit, actor, wanted), actor))


@router.delete("/devices/{device_id}")
async def remove_device(unit: UnitDep, actor: MayEdit, device_id: str) -> DoneOut:
    """Tell this browser nothing any more."""
    await service.remove(unit, [await service.own_device(unit, actor, device_id)], "asked")
    return DoneOut()


@router.post("/test", status_code=202)
async def try_devices(unit: UnitDep, actor: MayEdit) -> TriedOut:
    """Send a notification to each of the caller's devices."""
    return TriedOut(devices=await service.try_out(unit, actor))


def _shown(device: object, actor: Actor) -> DeviceOut:
    shown = DeviceOut.model_validate(device)
    return shown.model_copy(update={"is_this_sign_in": getattr(device, "session_id", "") == actor.session_id})
