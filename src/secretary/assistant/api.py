"""Admin endpoints of the heart: assistants, and the messages that were taken."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict

from secretary.accounts.access import require
from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.assistant import queries, service
from secretary.assistant.handover.rules import HandOverRules
from secretary.assistant.hours.shapes import BusinessHours
from secretary.assistant.models import Assistant, Card, LlmParams
from secretary.assistant.service import AssistantFields
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Actor, Unit
from secretary.llm.routing.chain import ChainLink, When
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin", tags=["assistants"])

MayView = Annotated[Actor, Depends(require("assistants", "view"))]
MayEdit = Annotated[Actor, Depends(require("assistants", "edit"))]
MayReadRequests = Annotated[Actor, Depends(require("requests", "view"))]
MaySettleRequests = Annotated[Actor, Depends(require("requests", "edit"))]


def _as_written(link: object) -> object:
    """A link without conditions is shown as the plain name that it may be written as."""
    return link.backend if isinstance(link, ChainLink) and link.when == When() else link


class AssistantOut(BaseModel):
    """An assistant as the panel shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    description: str
    owner_id: str | None
    is_default: bool
    persona_id: str
    system_prompt: str | None
    backends: list[Annotated[ChainLink | str, BeforeValidator(_as_written)]]
    llm_params: LlmParams
    card: Card
    collections: list[str] | None
    hours: BusinessHours | None
    handover: HandOverRules
    created: datetime
    updated: datetime


class OneAssistantOut(BaseModel):
    assistant: AssistantOut


class AssistantsOut(BaseModel):
    assistants: list[AssistantOut]
    total: int


class AssistantDeletedOut(BaseModel):
    """It is gone."""

    status: Literal["ok"] = "ok"
    deleted: str


class RequestOut(BaseModel):
    """A message taken: who, how to reach him, what, how urgent, when to call back."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    session_id: str
    status: str
    question: str
    name: str
    contact: str
    urgency: str
    call_back: str
    created: datetime
    updated: datetime


class OneRequestOut(BaseModel):
    request: RequestOut


class RequestsOut(BaseModel):
    requests: list[RequestOut]
    total: int


class Settle(BaseModel):
    """Body of `PUT /admin/requests/{id}`."""

    status: Literal["new", "done"]


async def _visible(unit: Unit, actor: Actor, assistant_id: str) -> Assistant:
    assistant = await service.get(unit, assistant_id)
    if assistant.owner_id is not None:
        ensure_may_touch(actor, "assistants", assistant.owner_id, "view")
    return assistant


@router.get("/assistants")
async def list_assistants(unit: UnitDep, actor: MayView) -> AssistantsOut:
    rows = await queries.assistants(unit.db, owner_id=owner_filter(actor, "assistants"))
    return AssistantsOut(assistants=[AssistantOut.model_validate(row) for row in rows], total=len(rows))


@router.post("/assistants", status_code=201)
async def create_assistant(unit: UnitDep, actor: MayEdit, body: AssistantFields) -> OneAssistantOut:
    del actor  # the unit knows him
    return OneAssistantOut(assistant=AssistantOut.model_validate(await service.create(unit, body)))


@router.get("/assistants/{assistant_id}")
async def read_assistant(unit: UnitDep, actor: MayView, assistant_id: str) -> OneAssistantOut:
    return OneAssistantOut(assistant=AssistantOut.model_validate(await _visible(unit, actor, assistant_id)))


@router.put("/assistants/{assistant_id}")
async def change_assistant(unit: UnitDep, actor: MayEdit, assistant_id: str, body: AssistantFields) -> OneAssistantOut:
    assistant = await _visible(unit, actor, assistant_id)
    ensure_may_touch(actor, "assistants", assistant.owner_id)
    await service.change(unit, assistant, body)
    return OneAssistantOut(assistant=AssistantOut.model_validate(assistant))


@router.delete("/assistants/{assistant_id}")
async def delete_assistant(unit: UnitDep, actor: MayEdit, assistant_id: str) -> AssistantDeletedOut:
    assistant = await _visible(unit, actor, assistant_id)
    ensure_may_touch(actor, "assistants", assistant.owner_id)
    await service.delete(unit, assistant)
    return AssistantDeletedOut(deleted=assistant_id)


@router.get("/requests")
async def list_requests(
    unit: UnitDep,
    actor: MayReadRequests,
    status: Literal["new", "done"] | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> RequestsOut:
    rows, total = await queries.requests(
        unit.db, status=status, owner_id=owner_filter(actor, "requests"), limit=limit, offset=offset
    )
    return RequestsOut(requests=[RequestOut.model_validate(row) for row in rows], total=total)


@router.put("/requests/{request_id}")
async def settle_request(unit: UnitDep, actor: MaySettleRequests, request_id: str, body: Settle) -> OneRequestOut:
    found = await queries.request(unit.db, request_id)
    if found is None or found[0].status not in ("new", "done"):
        raise NotFound("no_such_request", en="There is no such message.", ru="Такого сообщения нет.")
    request, owner_id = found
    ensure_may_touch(actor, "requests", owner_id)
    await service.settle_request(unit, request, body.status)
    return OneRequestOut(request=RequestOut.model_validate(request))
