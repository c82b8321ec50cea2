"""`/admin/inbox/{id}/brief`: what somebody reads who takes a conversation over."""

from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from secretary.assistant.briefing.service import Briefing
from secretary.channels.inbox.access import seen
from secretary.channels.inbox.api.deps import MayRead
from secretary.kernel.errors import Language
from secretary.kernel.unit import UnitFactory
from secretary.web.deps import services

router = APIRouter(prefix="/admin/inbox", tags=["inbox"])


class BriefServices(Protocol):
    """What the application offers to this route."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def briefing(self) -> Briefing: ...


async def brief_services(request: Request) -> BriefServices:
    offered: BriefServices = services(request)
    return offered


class SuggestionOut(BaseModel):
    """An answer that might do, and where it is from: nothing is sent before a person sends it."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    source: str
    kind: Literal["faq", "document", "model"]


class BriefOut(BaseModel):
    """At most three sentences on the conversation, and answers to its last question, surest first."""

    model_config = ConfigDict(from_attributes=True)

    summary: str
    suggestions: list[SuggestionOut]


@router.get("/{session_id}/brief")
async def read_brief(
    offered: Annotated[BriefServices, Depends(brief_services)],
    actor: MayRead,
    session_id: str,
    language: Language | None = None,
) -> BriefOut:
    """What a conversation is about, in the reader's `language`, and what might be answered.

    May take some seconds where a model is asked; the same conversation is asked about once.
    """
    async with offered.units.read(actor) as unit:
        await seen(unit, actor, session_id)
    return BriefOut.model_validate(await offered.briefing.brief(session_id, language))
