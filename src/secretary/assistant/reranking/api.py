"""`/admin/knowledge/reranker`: who judges passages anew, and how that goes."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from secretary.accounts.access import require
from secretary.assistant.reranking.choice import THRESHOLD, RerankerConfig, choose, chosen
from secretary.assistant.reranking.judging import Reranking
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Actor, UnitFactory
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix="/admin/knowledge/reranker", tags=["knowledge"])

MaySee = Annotated[Actor, Depends(require("llm", "view"))]
MayManage = Annotated[Actor, Depends(require("llm", "manage"))]


class RerankerServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def reranking(self) -> Reranking: ...


async def _offered(request: Request) -> RerankerServices:
    offered: RerankerServices = services(request)
    return offered


Offered = Annotated[RerankerServices, Depends(_offered)]


class RerankerIn(BaseModel):
    """A provider of the installation and its reranking model; an empty provider switches it off."""

    provider_id: Annotated[CleanText, Field(max_length=50)] = ""
    model: Annotated[CleanText, Field(max_length=200)] = ""
    threshold: float = Field(default=THRESHOLD, ge=0, le=1)
    """A best passage of less relevance is no answer. Each model has its own scale: try yours."""


class RerankerOut(BaseModel):
    """What is set, and how it has gone since this process started; `last_code` says why the last call failed."""

    provider_id: str
    model: str
    threshold: float
    judged: int
    failed: int
    last_code: str


@router.get("")
async def read_reranker(unit: UnitDep, _who: MaySee, offered: Offered) -> RerankerOut:
    """Who reranks, and how that goes."""
    return _shown(await chosen(unit), offered.reranking)


@router.put("")
async def set_reranker(who: MayManage, offered: Offered, body: RerankerIn) -> RerankerOut:
    """Choose who reranks, from the next question on."""
    config = RerankerConfig(**body.model_dump())
    async with offered.units.write(who) as unit:
        await choose(unit, config)
    return _shown(config, offered.reranking)


def _shown(config: RerankerConfig, reranking: Reranking) -> RerankerOut:
    standing = reranking.standing
    return RerankerOut(
        **config.model_dump(), judged=standing.judged, failed=standing.failed, last_code=standing.last_code
    )
