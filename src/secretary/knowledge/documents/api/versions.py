"""`/admin/wiki-rag/documents/{id}/versions`: what a document said before."""

from fastapi import APIRouter

from secretary.knowledge.documents import service
from secretary.knowledge.documents.api.deps import Limit, MayEdit, MaySee, Offered, Offset, Speaks
from secretary.knowledge.documents.api.schemas import (
    DocumentAnswer,
    DocumentOut,
    OneVersionOut,
    VersionOut,
    VersionsOut,
)
from secretary.knowledge.documents.passages import prepare
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/wiki-rag/documents/{doc_id}/versions", tags=["knowledge"])


@router.get("")
async def list_versions(unit: UnitDep, _who: MaySee, doc_id: str, limit: Limit = 50, offset: Offset = 0) -> VersionsOut:
    """Versions, latest first."""
    return VersionsOut.of(*await service.list_versions(unit, doc_id, limit=limit, offset=offset))


@router.get("/{number}")
async def read_version(unit: UnitDep, _who: MaySee, doc_id: str, number: int) -> OneVersionOut:
    """One version with its text."""
    found = await service.find_version(unit, doc_id, number)
    return OneVersionOut(version=VersionOut.model_validate(found), content=found.content)


@router.post("/{number}/restore")
async def restore_version(who: MayEdit, offered: Offered, language: Speaks, doc_id: str, number: int) -> DocumentAnswer:
    """Let the document say again what it said then; that is a new version."""
    async with offered.units.read(who) as unit:
        found = await service.find_version(unit, doc_id, number)
    text = await prepare(found.title, found.content)
    async with offered.units.write(who) as unit:
        document = await service.edit(unit, doc_id, text, None)
        [shown] = await service.shown(unit, [document])
        return DocumentAnswer(document=DocumentOut.of(shown, language))
