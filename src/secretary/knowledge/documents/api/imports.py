"""Ways for documents to come in, below `/admin/wiki-rag`: files, pasted text, addresses, sites; and stopping them."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile

from secretary.kernel.errors import Invalid
from secretary.kernel.jobs import JobState
from secretary.kernel.unit import Actor
from secretary.knowledge.documents import imports, service, sites
from secretary.knowledge.documents.api.deps import DocumentServices, Limit, MayEdit, Offered, Offset, Speaks
from secretary.knowledge.documents.api.import_schemas import (
    AddressIn,
    AskedOut,
    ImportOut,
    ImportsOut,
    JobOut,
    RepeatIn,
    SiteIn,
    SiteOut,
    SitesOut,
    TextIn,
)
from secretary.knowledge.documents.api.schemas import DocumentAnswer, DocumentOut
from secretary.knowledge.documents.imports import Asked
from secretary.knowledge.documents.passages import prepare
from secretary.web import forms
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/wiki-rag", tags=["knowledge"])

_FIELDS: Final = 200
_ID_LENGTH: Final = 36


@router.post("/documents/upload", status_code=202, openapi_extra=forms.described())
async def upload_document(request: Request, who: MayEdit, offered: Offered, language: Speaks) -> AskedOut:
    """Send a file; a job reads it. The name of an upload that is there already makes a new version of it.

    A form's fields `collection_ids` say which collections it goes into.
    """
    async with forms.one_file(request, _FIELDS) as (file, form):
        return await _upload(who, offered, language, file, _collection_ids(form))


@router.post("/documents/text")
async def paste_document(who: MayEdit, offered: Offered, language: Speaks, body: TextIn) -> DocumentAnswer:
    """Add pasted text; it can be searched at once."""
    text = await prepare(body.title, body.content)
    async with offered.units.write(who) as unit:
        document = await service.paste(unit, text, body.collection_ids)
        [shown] = await service.shown(unit, [document])
        return DocumentAnswer(document=DocumentOut.of(shown, language))


@router.post("/documents/url", status_code=202)
async def import_address(unit: UnitDep, _who: MayEdit, language: Speaks, body: AddressIn) -> AskedOut:
    """Have one page or file fetched and read. The same address makes a new version."""
    asked = await imports.address(unit, body.url, body.collection_ids)
    [shown] = await service.shown(unit, [asked.document])
    return AskedOut(document=DocumentOut.of(shown, language), job_id=asked.job_id)


@router.post("/sites", status_code=202)
async def import_site(unit: UnitDep, _who: MayEdit, body: SiteIn) -> JobOut:
    """Have a site read, a document a page: by its sitemap, else by its links, as its robots.txt allows."""
    return JobOut(job_id=await imports.site(unit, body.url, body.max_pages, body.collection_ids, body.every))


@router.get("/sites")
async def list_sites(unit: UnitDep, _who: MayEdit) -> SitesOut:
    """Sites that were imported: what the last walk came to, and when the next one is."""
    return SitesOut(sites=[SiteOut.of(one.site, one.next_walk) for one in await sites.listed(unit)])


@router.put("/sites")
async def repeat_site(unit: UnitDep, _who: MayEdit, body: RepeatIn) -> SitesOut:
    """Have one of the caller's sites read again daily, weekly, or no more."""
    await imports.repeat_site(unit, body.url, body.every)
    return await list_sites(unit, _who)


@router.get("/imports")
async def list_imports(
    unit: UnitDep, _who: MayEdit, language: Speaks, state: JobState | None = None, limit: Limit = 50, offset: Offset = 0
) -> ImportsOut:
    """The caller's imports, latest first; those that are done are kept for a week."""
    rows, total = await imports.list_imports(unit, state, limit=limit, offset=offset)
    return ImportsOut(imports=[ImportOut.of(row, language) for row in rows], total=total)


@router.get("/imports/{job_id}")
async def read_import(unit: UnitDep, _who: MayEdit, language: Speaks, job_id: str) -> ImportOut:
    """One import, with how far it is."""
    return ImportOut.of(await imports.find_import(unit, job_id), language)


@router.post("/imports/{job_id}/cancel")
async def cancel_import(who: MayEdit, offered: Offered, job_id: str) -> JobOut:
    """Stop an import, one that runs too. What it has read stays."""
    async with offered.units.write(who) as unit:
        upload = await imports.stop(unit, job_id)
    if upload:
        offered.documents.uploads.discard(upload)
    return JobOut(status="cancelled", job_id=job_id)


async def _upload(
    who: Actor, offered: DocumentServices, language: Speaks, sent: UploadFile, collection_ids: list[str] | None
) -> AskedOut:
    shelf = offered.documents.uploads
    received = await shelf.keep(offered.units.new_id(), forms.chunks(sent))
    asked: Asked | None = None
    try:
        async with offered.units.write(who) as unit:
            asked = await imports.upload(unit, sent.filename or "", received, collection_ids)
            [shown] = await service.shown(unit, [asked.document])
            answer = AskedOut(document=DocumentOut.of(shown, language), job_id=asked.job_id)
    except BaseException:
        shelf.discard(received.name)
        raise
    if asked.job_id is None:
        shelf.discard(received.name)
        answer.status = "unchanged"
    return answer


def _collection_ids(form: FormData) -> list[str] | None:
    """Repeated fields, or one with commas. None where nothing was said."""
    said = [value for value in form.getlist("collection_ids") if isinstance(value, str)]
    ids = [one.strip() for value in said for one in value.split(",") if one.strip()]
    if any(len(one) > _ID_LENGTH for one in ids):
        raise Invalid("bad_request", en="Please check: collection_ids.", ru="Проверьте: collection_ids.")
    return ids if said else None
