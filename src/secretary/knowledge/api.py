"""The FAQ over HTTP: `/admin/faq`. `trigger` is the question of an entry, `response` its answer."""

from pathlib import Path
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from secretary.accounts.access import require
from secretary.kernel.language import detect_language
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge import service
from secretary.knowledge.faq.export import export_json, save_export
from secretary.knowledge.faq.lookup import FaqLookup, hit
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.ports import BusinessCard
from secretary.knowledge.schemas import (
    ChangedEntryIn,
    CollectionId,
    DeletedOut,
    EntryOut,
    ExplanationOut,
    ExportedOut,
    FaqOut,
    NewEntryIn,
    ReloadedOut,
    SavedOut,
    TrialIn,
    TrialOut,
)
from secretary.web.deps import UnitDep, services

MAX_LISTED = 10_000

router = APIRouter(prefix="/admin/faq", tags=["faq"])

MaySee = Annotated[Actor, Depends(require("faq", "view"))]
MayEdit = Annotated[Actor, Depends(require("faq", "edit"))]


class FaqServices(Protocol):
    """What the application offers to these routes."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def faq(self) -> FaqLookup: ...

    @property
    def data_dir(self) -> Path: ...

    async def business_card(self) -> BusinessCard:
        """The card of the default assistant: a trial answer shows its facts."""
        ...


async def faq_services(request: Request) -> FaqServices:
    offered: FaqServices = services(request)
    return offered


Offered = Annotated[FaqServices, Depends(faq_services)]


@router.get("")
async def list_faq(
    unit: UnitDep,
    _who: MaySee,
    q: Annotated[CleanText, Query(max_length=200)] = "",
    collection_id: CollectionId | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LISTED)] = MAX_LISTED,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> FaqOut:
    """Entries that hold every word of `q`, oldest first. Without `limit` all: old clients know no pages."""
    page = await service.list_entries(unit, search=q, collection_id=collection_id, limit=limit, offset=offset)
    return FaqOut(
        faq={entry.question: entry.answer for entry in page.entries},
        entries=[EntryOut.model_validate(entry) for entry in page.entries],
        total=page.total,
    )


@router.post("")
async def add_entry(unit: UnitDep, _who: MayEdit, body: NewEntryIn) -> SavedOut:
    """Add an entry. A question is there once in its collection, whatever its case and word forms."""
    return SavedOut.of(await service.add_entry(unit, body.over(Content("", "")), body.collection_id))


@router.get("/export")
async def export(who: MaySee, offered: Offered) -> StreamingResponse:
    """All entries that the caller sees, as a JSON file."""
    async with offered.units.write(who) as unit:
        service.record_export(unit, "download")
    return StreamingResponse(
        export_json(offered.units, who),
        media_type="application/json",
        headers={"content-disposition": 'attachment; filename="faq.json"', "cache-control": "no-store"},
    )


@router.post("/reload")
async def reload(unit: UnitDep, _who: MayEdit) -> ReloadedOut:
    """Make every process read the entries anew. Needed only after a change past this interface."""
    return ReloadedOut(count=await service.reload(unit))


@router.post("/save")
async def save(who: MayEdit, offered: Offered) -> ExportedOut:
    """Export all entries that the caller sees to a file on the server."""
    async with offered.units.write(who) as unit:
        service.record_export(unit, "file")
    file = await save_export(offered.units, who, offered.data_dir / "exports")
    return ExportedOut(message=f"Saved to {file.name}.", name=file.name, size_bytes=file.size_bytes)


@router.post("/test")
async def try_out(who: MaySee, offered: Offered, body: TrialIn) -> TrialOut:
    """Would this text be answered, by what, and why. Counts no hit."""
    chosen = None if body.collection_id is None else [body.collection_id]
    async with offered.units.read(who) as unit:
        if body.collection_id is not None:
            await service.find_collection(unit, body.collection_id)
    found = await offered.faq.candidates(body.text, chosen)
    explanation = ExplanationOut.of(body.text, found)
    if not found:
        return TrialOut(match=False, explanation=explanation)
    card = await offered.business_card()
    async with offered.units.read(who) as unit:
        entry = await service.find_entry_by_id(unit, found[0].entry.id)
    won = hit(found[0], offered.units.clock(), card, detect_language(body.text))
    return TrialOut(
        match=True,
        response=won.answer,
        entry=EntryOut.model_validate(entry),
        matched_by=won.matched_by,
        phrasing=won.phrasing,
        explanation=explanation,
    )


@router.put("/{trigger:path}")
async def change_entry(
    unit: UnitDep, _who: MayEdit, trigger: str, body: ChangedEntryIn, collection_id: CollectionId | None = None
) -> SavedOut:
    """Replace an entry; its question may change too. `collection_id` says which, where several have the question."""
    entry = await service.find_entry(unit, trigger, collection_id)
    content = body.over(service.content_of(entry))
    return SavedOut.of(await service.change_entry(unit, entry, content, seen_version=body.updated))


@router.delete("/{trigger:path}")
async def delete_entry(
    unit: UnitDep, _who: MayEdit, trigger: str, collection_id: CollectionId | None = None
) -> DeletedOut:
    """Remove an entry for good."""
    entry = await service.find_entry(unit, trigger, collection_id)
    await service.remove_entry(unit, entry)
    return DeletedOut(deleted=entry.question)
