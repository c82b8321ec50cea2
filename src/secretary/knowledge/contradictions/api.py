"""Contradictions between documents over HTTP: `/admin/knowledge/contradictions`."""

from typing import Annotated

from fastapi import APIRouter, Query

from secretary.kernel.text import CleanText
from secretary.knowledge.contradictions import service
from secretary.knowledge.contradictions.schemas import ContradictionOut, ContradictionsOut, OneContradictionOut
from secretary.knowledge.contradictions.shapes import State
from secretary.knowledge.documents.api.deps import Limit, MayEdit, MaySee, Offset
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/knowledge/contradictions", tags=["knowledge"])


@router.get("")
async def list_contradictions(
    unit: UnitDep,
    _who: MaySee,
    state: State | None = None,
    document_id: Annotated[CleanText, Query(max_length=36)] | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ContradictionsOut:
    """Where documents disagree, the latest first; of one document with `document_id`."""
    rows, total = await service.list_contradictions(unit, state, document_id, limit=limit, offset=offset)
    return ContradictionsOut(contradictions=[ContradictionOut.of(row) for row in rows], total=total)


@router.post("/{contradiction_id}/dismiss")
async def dismiss_contradiction(unit: UnitDep, _who: MayEdit, contradiction_id: str) -> OneContradictionOut:
    """It is none; it stays dismissed until one of the documents says something else."""
    shown = await service.judge(unit, contradiction_id, State.DISMISSED)
    return OneContradictionOut(contradiction=ContradictionOut.of(shown))


@router.post("/{contradiction_id}/reopen")
async def reopen_contradiction(unit: UnitDep, _who: MayEdit, contradiction_id: str) -> OneContradictionOut:
    """It is one after all."""
    shown = await service.judge(unit, contradiction_id, State.OPEN)
    return OneContradictionOut(contradiction=ContradictionOut.of(shown))
