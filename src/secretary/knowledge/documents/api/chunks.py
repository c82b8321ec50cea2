"""`/admin/wiki-rag/documents/{id}/chunks`: the passages of a document, for a reader beside its text."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from secretary.knowledge.documents import queries, service
from secretary.knowledge.documents.api.deps import Limit, MaySee, Offset
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/wiki-rag/documents", tags=["knowledge"])


class ChunkOut(BaseModel):
    """A passage; `begins` and `ends` are its place in the document's text, in characters."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    position: int
    heading: str
    text: str
    begins: int
    ends: int


class ChunksOut(BaseModel):
    """A page of passages, in the order of the text."""

    chunks: list[ChunkOut]
    total: int


@router.get("/{doc_id}/chunks")
async def list_chunks(unit: UnitDep, _who: MaySee, doc_id: str, limit: Limit = 100, offset: Offset = 0) -> ChunksOut:
    """The passages that a document's current text is searched and cited by."""
    found = await service.find(unit, doc_id)
    rows, total = await queries.chunks(unit.db, found.id, limit=limit, offset=offset)
    return ChunksOut(chunks=[ChunkOut.model_validate(row) for row in rows], total=total)
