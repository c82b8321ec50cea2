"""`/admin/canned-answers`: what somebody writes often, by a word."""

from fastapi import APIRouter

from secretary.accounts.reach import owner_filter
from secretary.channels.inbox.access import touched_canned
from secretary.channels.inbox.api.deps import PAGE, Limit, MayRead, MayWrite, Offset, Words
from secretary.channels.inbox.schemas import ChangedCanned, NewCanned
from secretary.channels.inbox.shapes import CannedAnswers, CannedOut, Done, OneCanned
from secretary.conversations.canned import queries, service
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/canned-answers", tags=["inbox"])


@router.get("")
async def list_canned(
    unit: UnitDep, actor: MayRead, search: Words = "", limit: Limit = PAGE, offset: Offset = 0
) -> CannedAnswers:
    """By shortcut; `search` looks for it as it is written."""
    owner_id = owner_filter(actor, "requests")
    rows, total = await queries.page(unit.db, owner_id, search=search.strip(), limit=limit, offset=offset)
    return CannedAnswers(canned_answers=[CannedOut.model_validate(row) for row in rows], total=total)


@router.post("", status_code=201)
async def create_canned(unit: UnitDep, _actor: MayWrite, body: NewCanned) -> OneCanned:
    """Keep an answer; 409 where the caller has one of this shortcut."""
    row = await service.create(unit, body.shortcut, body.title, body.text)
    return OneCanned(canned_answer=CannedOut.model_validate(row))


@router.get("/{canned_id}")
async def read_canned(unit: UnitDep, actor: MayWrite, canned_id: str) -> OneCanned:
    return OneCanned(canned_answer=CannedOut.model_validate(await touched_canned(unit, actor, canned_id)))


@router.put("/{canned_id}")
async def change_canned(unit: UnitDep, actor: MayWrite, canned_id: str, body: ChangedCanned) -> OneCanned:
    """Change what is named."""
    row = await touched_canned(unit, actor, canned_id)
    await service.change(unit, row, body.model_dump(exclude_none=True))
    return OneCanned(canned_answer=CannedOut.model_validate(row))


@router.delete("/{canned_id}")
async def delete_canned(unit: UnitDep, actor: MayWrite, canned_id: str) -> Done:
    await service.delete(unit, await touched_canned(unit, actor, canned_id))
    return Done()
