"""Imports as durable jobs: asked for, seen, stopped. What they do is in `jobs`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from pydantic import JsonValue

from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.kernel.jobs import (
    ClaimedJob,
    Job,
    JobId,
    JobState,
    JobsWanted,
    NewJob,
    cancel,
    enqueue,
    fail,
    get_job,
    list_jobs,
)
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge.documents import events, faults, queries, service, sites, storing
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.documents.names import name_of_address, safe_name, title_of
from secretary.knowledge.documents.sites import Every
from secretary.knowledge.documents.uploads import Received
from secretary.knowledge.models import Document, DocumentState, SourceType

PREFIX: Final = "documents."
READ, SITE, WATCH, REINDEX = f"{PREFIX}read", f"{PREFIX}site", f"{PREFIX}watch", f"{PREFIX}reindex"
_ATTEMPTS: Final = 4
_URL_LENGTH: Final = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A document that is to be read, and the job that does it; without one, it says already what was sent."""

    document: Document
    job_id: JobId | None


async def upload(unit: Unit, filename: str, file: Received, collection_ids: Sequence[str] | None) -> Asked:
    """Have a file read that lies on the shelf. The name of an upload that is there makes a new version of it.

    Raises Conflict for the name of a document that came another way, NotFound for collections of others.
    """
    name = safe_name(clean(filename))
    document, is_new = await _document(unit, name, SourceType.UPLOAD, "", collection_ids)
    is_settled = document.state is DocumentState.READY and document.source_hash == file.sha256
    if not is_new and is_settled:
        return Asked(document, None)
    return await _ask(unit, document, {"upload": file.name, "sha256": file.sha256, "size": file.size_bytes})


async def address(unit: Unit, url: str, collection_ids: Sequence[str] | None) -> Asked:
    """Have a page or a file read that an address leads to. The same address makes a new version. Raises Invalid."""
    url = plain_url(url)
    document, _ = await _document(unit, name_of_address(url), SourceType.URL, url, collection_ids)
    return await _ask(unit, document, {"url": url})


async def site(
    unit: Unit, url: str, pages: int, collection_ids: Sequence[str] | None, every: Every | None = None
) -> JobId:
    """Have a whole site read; the id of the walk that is under way where there is one. Raises Invalid, NotFound.

    `every` says when it is read again; None leaves that as it is.
    """
    url = plain_url(url)
    chosen = list(await collections.chosen(unit, collection_ids))
    owner_id = collections.owner_of(unit)
    remembered = await sites.find(unit, owner_id, url)
    remembered.collections, remembered.most_pages = chosen, pages
    await sites.keep(unit, remembered)
    if every is not None:
        await sites.repeat(unit, SITE, url, every)
    payload: dict[str, JsonValue] = {"url": url, "pages": pages, "collections": list(chosen), "owner": owner_id}
    key = f"{owner_id or ''}:{name_of_address(url)}"[-200:]
    job_id = await enqueue(unit, NewJob(SITE, payload, key=key, lane=SITE, max_attempts=_ATTEMPTS))
    unit.record(events.ImportAsked(job_id, "site"))
    return job_id


async def repeat_site(unit: Unit, url: str, every: Every) -> sites.Site:
    """Say when a site is read again. Raises Invalid, NotFound."""
    site = await sites.repeat(unit, SITE, plain_url(url), every)
    unit.record(events.SiteRepeats(sites.key_of(site.owner_id, site.url), every))
    return site


async def watched(unit: Unit) -> JobId:
    """Have the watched folder looked through now."""
    job_id = await enqueue(unit, NewJob(WATCH, key=WATCH, lane=WATCH))
    unit.record(events.ImportAsked(job_id, "watched"))
    return job_id


async def reindex(unit: Unit) -> JobId:
    """Have all vectors computed anew."""
    job_id = await enqueue(unit, NewJob(REINDEX, key=REINDEX, lane=REINDEX))
    unit.record(events.ImportAsked(job_id, "vectors"))
    return job_id


async def list_imports(unit: Unit, state: JobState | None, *, limit: int, offset: int) -> tuple[Sequence[Job], int]:
    """Imports that the actor has begun (an admin: all), latest first."""
    wanted = JobsWanted(state, PREFIX, owner_filter(unit.actor, "knowledge", "edit"))
    return await list_jobs(unit, wanted, limit, offset)


async def find_import(unit: Unit, job_id: str) -> Job:
    """An import of the actor's. Raises NotFound."""
    job = await get_job(unit, clean(job_id))
    if not job.kind.startswith(PREFIX):
        raise faults.no_such_import()
    ensure_may_touch(unit.actor, "knowledge", job.created_by)
    return job


async def stop(unit: Unit, job_id: str) -> str:
    """Forget an import, one that runs too: its worker hears of it with its next word. What is read stays.

    Returns the name of the file on the shelf that nobody will read now, or "". Raises NotFound.
    """
    job = await find_import(unit, job_id)
    if job.state is JobState.DONE:
        raise faults.no_such_import()
    document_id, upload = job.payload.get("document_id"), str(job.payload.get("upload") or "")
    if job.state is JobState.RUNNING:
        await fail(unit, _as_claimed(job), Failure("cancelled", is_final=True), 0)
        unit.db.expire(job)
    await cancel(unit, job_id)
    unit.record(events.ImportCancelled(job_id))
    if isinstance(document_id, str):
        await give_up(unit, document_id, "cancelled")
    return upload


async def give_up(unit: Unit, document_id: str, fault: str) -> None:
    """Say of a document that waits or is being read that nobody does so any more."""
    document = await queries.document(unit.db, document_id, lock=True)
    if document is not None and document.state in {DocumentState.WAITING, DocumentState.READING}:
        storing.set_state(unit, document, DocumentState.FAILED, fault)
        await unit.db.flush()


def plain_url(url: str) -> str:
    """An address as somebody typed it, with a scheme and without its fragment. Raises Invalid("not_allowed")."""
    typed = clean(url).strip()
    typed = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(typed)
        _ = parts.port  # a nonsensical one is noticed only here
    except ValueError as error:
        raise faults.Unread("not_allowed") from error
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname or len(typed) > _URL_LENGTH:
        raise faults.Unread("not_allowed")
    return parts._replace(fragment="", path=parts.path or "/").geturl()


async def _document(
    unit: Unit, name: str, source: SourceType, url: str, collection_ids: Sequence[str] | None
) -> tuple[Document, bool]:
    """The actor's document of this name, and whether it is new. Raises Conflict, NotFound."""
    owner_id = collections.owner_of(unit)
    made = storing.new_document(unit, name, source, owner_id, title=url or title_of(name), url=url)
    found = await queries.by_name(unit.db, owner_id, name)
    if found is None:
        chosen = await collections.chosen(unit, collection_ids)
        if await queries.store(unit.db, made):
            await queries.set_collections(unit.db, made.id, chosen)
            return made, True
        found = await queries.by_name(unit.db, owner_id, name)  # somebody was quicker
    if found is None or found.source_type is not source:
        raise faults.name_taken(found.id if found else "")
    if collection_ids is not None:
        await service.move(unit, found.id, collection_ids)
    return found, False


async def _ask(unit: Unit, document: Document, payload: dict[str, JsonValue]) -> Asked:
    storing.set_state(unit, document, DocumentState.WAITING)
    await unit.db.flush()
    whole: dict[str, JsonValue] = {"document_id": document.id, "author": unit.actor.owner_id, **payload}
    job_id = await enqueue(unit, NewJob(READ, whole, lane=document.id, max_attempts=_ATTEMPTS))
    unit.record(events.DocumentAsked(document.id, document.owner_id))
    return Asked(document, job_id)


def _as_claimed(job: Job) -> ClaimedJob:
    """The job as its worker holds it."""
    return ClaimedJob(
        id=JobId(job.id), kind=job.kind, payload=job.payload, key=job.key, lane=job.lane, attempt=job.attempts,
        max_attempts=job.max_attempts, holder=job.holder or "", progress=job.progress, created_by=job.created_by,
    )  # fmt: skip
