"""`/admin/setup`: the first steps of an owner, for the guide that leads him through them."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from secretary.accounts.access import require
from secretary.kernel.unit import Actor, Unit
from secretary.operations.api.status import Offered
from secretary.operations.ports import Installation
from secretary.operations.setup import service
from secretary.operations.setup.service import Step
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/setup", tags=["setup"])

MaySetUp = Annotated[Actor, Depends(require("settings", "edit"))]


class StepOut(BaseModel):
    """A step, and whether the state of things shows that it is done."""

    key: Step
    is_done: bool


class SetupOut(BaseModel):
    """All steps in their order. The guide is shown until it is complete or dismissed."""

    steps: list[StepOut]
    done: int
    total: int
    is_complete: bool
    is_dismissed: bool


class SetupIn(BaseModel):
    """Body of `PUT /admin/setup`."""

    model_config = ConfigDict(extra="forbid")

    is_dismissed: bool


@router.get("")
async def read_setup(unit: UnitDep, actor: MaySetUp, offered: Offered) -> SetupOut:
    """Which first steps are done."""
    return await _shown(unit, actor, offered.installation)


@router.put("")
async def dismiss_setup(unit: UnitDep, actor: MaySetUp, offered: Offered, body: SetupIn) -> SetupOut:
    """Put the guide away for everybody, or take it out again."""
    await service.dismiss(unit, is_dismissed=body.is_dismissed)
    return await _shown(unit, actor, offered.installation)


async def _shown(unit: Unit, actor: Actor, here: Installation) -> SetupOut:
    steps = [StepOut(key=key, is_done=is_done) for key, is_done in (await service.steps(unit, actor, here)).items()]
    done = sum(step.is_done for step in steps)
    return SetupOut(
        steps=steps,
        done=done,
        total=len(steps),
        is_complete=done == len(steps),
        is_dismissed=await service.is_dismissed(unit),
    )
