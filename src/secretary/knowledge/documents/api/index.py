"""`/admin/wiki-rag`: what the search knows, trying it, and having it look anew."""

from fastapi import APIRouter

from secretary.accounts.reach import owner_filter
from secretary.knowledge.documents import imports, queries
from secretary.knowledge.documents.api.deps import MayEdit, MaySee, Offered
from secretary.knowledge.documents.api.index_schemas import (
    HealthOut,
    IndexOut,
    ReindexOut,
    ReloadOut,
    ResultOut,
    SearchIn,
    SearchOut,
    StatsOut,
)
from secretary.knowledge.documents.collections import service as collections

router = APIRouter(prefix="/admin/wiki-rag", tags=["knowledge"])

_FILES = 1_000


@router.get("/stats")
async def read_stats(who: MaySee, offered: Offered) -> IndexOut:
    """Numbers of the index, whether it finds what is there, and the documents in it."""
    numbers = await offered.documents.index.numbers()
    health = await offered.search.check()
    async with offered.units.read(who) as unit:
        names = await queries.file_names(unit.db, owner_filter(who, "knowledge"), _FILES)
    checked = HealthOut.model_validate(health) if health is not None else None
    return IndexOut(stats=StatsOut.model_validate(numbers), health=checked, source_files=names)


@router.post("/reload", status_code=202)
async def reload(who: MayEdit, offered: Offered) -> ReloadOut:
    """Have the watched folder looked through now."""
    async with offered.units.write(who) as unit:
        job_id = await imports.watched(unit)
    numbers = await offered.documents.index.numbers()
    return ReloadOut(job_id=job_id, sections=numbers.sections_indexed, files=numbers.files_indexed)


@router.post("/reindex-embeddings", status_code=202)
async def reindex(who: MayEdit, offered: Offered) -> ReindexOut:
    """Have all vectors computed anew."""
    async with offered.units.write(who) as unit:
        job_id = await imports.reindex(unit)
    numbers = await offered.documents.index.numbers()
    return ReindexOut(job_id=job_id, count=numbers.embedding_sections, engine=numbers.embedding_engine)


@router.post("/search")
async def search(who: MaySee, offered: Offered, body: SearchIn) -> SearchOut:
    """What would be found for this question; `max_chars` bounds all bodies together."""
    async with offered.units.read(who) as unit:
        chosen = None
        if body.collection_ids is not None:
            chosen = [(await collections.find(unit, one)).id for one in dict.fromkeys(body.collection_ids)]
    found = await offered.documents.search.find(body.query, chosen, body.top_k)
    results: list[ResultOut] = []
    left = body.max_chars
    for passage in found.passages[: body.top_k]:
        if left <= 0:
            break
        results.append(ResultOut.of(passage, found.engine, left))
        left -= len(results[-1].body)
    return SearchOut(results=results, query=body.query, is_answer=found.is_answer)
