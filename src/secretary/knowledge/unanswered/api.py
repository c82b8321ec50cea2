"""Unanswered questions over HTTP: `/admin/knowledge/unanswered`."""

from collections.abc import Sequence
from typing import Annotated, Protocol

from fastapi import APIRouter, Body, Depends, Query, Request

from secretary.accounts.access import require
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.knowledge.documents.api.deps import Limit, Offset
from secretary.knowledge.unanswered import answering, service
from secretary.knowledge.unanswered.answering import Answered, Given
from secretary.knowledge.unanswered.schemas import (
    AnsweredOut,
    AnswerIn,
    DocumentAnswerIn,
    GroupOut,
    GroupsOut,
    MergeIn,
    OneGroupOut,
    SplitIn,
)
from secretary.knowledge.unanswered.service import SAMPLES, Filter
from secretary.knowledge.unanswered.shapes import Order, Reason, State
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix="/admin/knowledge/unanswered", tags=["knowledge"])

MaySee = Annotated[Actor, Depends(require("chat", "view"))]
MayEdit = Annotated[Actor, Depends(require("chat", "edit"))]
MayAnswer = Annotated[Actor, Depends(require("knowledge", "edit"))]
_MOST = 500


class AnsweringServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    async def collections_of(self, unit: Unit, assistant_id: str) -> Sequence[str] | None:
        """Which collections an assistant searches; None is the default one."""
        ...


async def _offered(request: Request) -> AnsweringServices:
    offered: AnsweringServices = services(request)
    return offered


Offered = Annotated[AnsweringServices, Depends(_offered)]


@router.get("")
async def list_unanswered(
    unit: UnitDep,
    _who: MaySee,
    q: Annotated[CleanText, Query(max_length=200)] = "",
    state: State | None = None,
    reason: Reason | None = None,
    sort: Order = Order.COUNT,
    limit: Limit = 50,
    offset: Offset = 0,
) -> GroupsOut:
    """Groups of questions, each with its latest ones; `q`: one of its questions holds every word."""
    shown, total = await service.list_groups(unit, Filter(q, state, reason, sort), limit=limit, offset=offset)
    return GroupsOut(groups=[GroupOut.of(one) for one in shown], total=total)


@router.get("/{group_id}")
async def read_unanswered(unit: UnitDep, _who: MaySee, group_id: str) -> OneGroupOut:
    """A group with its latest 500 questions."""
    return await _answer(unit, group_id, _MOST)


@router.post("/{group_id}/dismiss")
async def dismiss_unanswered(unit: UnitDep, _who: MayEdit, group_id: str) -> OneGroupOut:
    """These questions need no answer."""
    return await _answer(unit, (await service.dismiss(unit, group_id)).id)


@router.post("/{group_id}/reopen")
async def reopen_unanswered(unit: UnitDep, _who: MayEdit, group_id: str) -> OneGroupOut:
    """These questions wait for an answer again."""
    return await _answer(unit, (await service.reopen(unit, group_id)).id)


@router.post("/{group_id}/merge")
async def merge_unanswered(unit: UnitDep, _who: MayEdit, group_id: str, body: MergeIn) -> OneGroupOut:
    """Put the questions of other groups into this one."""
    return await _answer(unit, (await service.merge(unit, group_id, body.group_ids)).id)


@router.post("/{group_id}/split")
async def split_unanswered(unit: UnitDep, _who: MayEdit, group_id: str, body: SplitIn) -> OneGroupOut:
    """Put some questions into a group of their own, which is returned."""
    return await _answer(unit, (await service.split(unit, group_id, body.message_ids)).id)


@router.post("/{group_id}/answer", dependencies=[Depends(require("chat", "edit"))])
async def answer_unanswered(
    who: MayAnswer, offered: Offered, group_id: str, body: Annotated[AnswerIn, Body(discriminator="as_")]
) -> AnsweredOut:
    """Answer once: an entry of the FAQ, a document or a section of one, and a regression question that guards it."""
    answered = await _answered(offered, who, group_id, body)
    async with offered.units.read(who) as unit:
        return AnsweredOut.of(answered, await service.read_group(unit, answered.group.id, SAMPLES))


async def _answered(offered: AnsweringServices, who: Actor, group_id: str, body: AnswerIn) -> Answered:
    given, of = Given(body.answer, body.question, body.collection_id), offered.collections_of
    if isinstance(body, DocumentAnswerIn):
        return await answering.as_document(offered.units, who, group_id, given, body.document_id, of)
    async with offered.units.write(who) as unit:
        return await answering.as_faq(unit, group_id, given, body.phrasings, of)


async def _answer(unit: Unit, group_id: str, most: int = SAMPLES) -> OneGroupOut:
    return OneGroupOut(group=GroupOut.of(await service.read_group(unit, group_id, most)))
