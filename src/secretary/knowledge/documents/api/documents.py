"""`/admin/wiki-rag/documents`: what there is, what it says, changing it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from secretary.kernel.text import CleanText
from secretary.kernel.unit import Unit
from secretary.knowledge.documents import queries, service, storing, watching
from secretary.knowledge.documents.api.deps import Limit, MayEdit, MaySee, Offered, Offset, Speaks
from secretary.knowledge.documents.api.schemas import (
    PREVIEW,
    ChangeIn,
    ContentOut,
    DeletedOut,
    DocumentAnswer,
    DocumentOut,
    DocumentsOut,
    MovedIn,
    OneDocumentOut,
)
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.documents.service import Filter
from secretary.knowledge.models import Document, DocumentState, SourceType
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/wiki-rag/documents", tags=["knowledge"])


@router.get("")
async def list_documents(
    unit: UnitDep,
    _who: MaySee,
    language: Speaks,
    q: Annotated[CleanText, Query(max_length=200)] = "",
    state: DocumentState | None = None,
    source: SourceType | None = None,
    collection_id: Annotated[CleanText, Query(max_length=36)] | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> DocumentsOut:
    """Documents, latest first, whose title or name holds every word of `q`. An empty `collection_id` asks for those
    that belong to no collection, and so are not used.
    """
    chosen = Filter(q, state, source, collection_id)
    rows, total = await service.list_documents(unit, chosen, limit=limit, offset=offset)
    synced = await queries.watched_count(unit.db)
    return DocumentsOut(documents=[DocumentOut.of(row, language) for row in rows], total=total, synced=synced)


@router.get("/{doc_id}")
async def read_document(unit: UnitDep, _who: MaySee, language: Speaks, doc_id: str) -> OneDocumentOut:
    """A document and the first 2000 characters of its text."""
    found = await service.find(unit, doc_id)
    return OneDocumentOut(document=await _out(unit, found, language), content_preview=found.content[:PREVIEW])


@router.get("/{doc_id}/content")
async def read_content(unit: UnitDep, _who: MaySee, doc_id: str) -> ContentOut:
    """All of a document's text."""
    found = await service.find(unit, doc_id)
    return ContentOut(id=found.id, version=found.version, title=found.title, content=found.content)


@router.put("/{doc_id}")
async def change_document(
    who: MayEdit, offered: Offered, language: Speaks, doc_id: str, body: ChangeIn
) -> DocumentAnswer:
    """Change title, text or collections. A changed title or text is a new version."""
    async with offered.units.read(who) as unit:
        seen = await service.find(unit, doc_id)
    title = seen.title if body.title is None else body.title
    text = await prepare(title, seen.content if body.content is None else body.content)
    async with offered.units.write(who) as unit:
        document = await service.find_to_change(unit, doc_id)
        if body.title is not None or body.content is not None:
            expected = seen.version if body.version is None else body.version
            document = await service.edit(unit, doc_id, text, expected)
        if body.collection_ids is not None:
            document = await service.move(unit, doc_id, body.collection_ids)
        return DocumentAnswer(document=await _out(unit, document, language))


@router.put("/{doc_id}/collections")
async def move_document(unit: UnitDep, _who: MayEdit, language: Speaks, doc_id: str, body: MovedIn) -> DocumentAnswer:
    """Let a document belong to these collections only; to none, and it is kept but not used."""
    document = await service.move(unit, doc_id, body.collection_ids)
    return DocumentAnswer(document=await _out(unit, document, language))


@router.delete("/{doc_id}")
async def delete_document(unit: UnitDep, _who: MayEdit, offered: Offered, doc_id: str) -> DeletedOut:
    """Delete a document with every trace of it: versions, passages, vectors, and its file in the watched folder."""
    document = await service.find_to_change(unit, doc_id)
    await storing.remove(unit, document)
    if document.source_type is SourceType.WIKI:
        await asyncio.to_thread(watching.unlink, offered.documents.wiki, document.filename)
    return DeletedOut(deleted=document.id)


async def _out(unit: Unit, document: Document, language: Speaks) -> DocumentOut:
    [shown] = await service.shown(unit, [document])
    return DocumentOut.of(shown, language)
