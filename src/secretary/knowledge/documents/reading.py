"""Reading one document that waits: from a file on the shelf or from an address, to a version or a clear fault.

A worker may die at any point: the file is deleted only after the version is stored, and a version that is stored
completes the job in the same unit.
"""

import hashlib
from dataclasses import dataclass

from secretary.kernel.jobs import ClaimedJob, complete
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.documents import faults, queries, storing
from secretary.knowledge.documents.faults import Unread
from secretary.knowledge.documents.names import title_of
from secretary.knowledge.documents.passages import Text, prepare
from secretary.knowledge.documents.ports import Fetched
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.models import Document, DocumentState

EXTENSION_OF = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": "",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What is to be read, as it is known before."""

    filename: str
    title: str
    is_titled: bool


async def read_document(units: UnitFactory, tools: Tools, job: ClaimedJob) -> None:
    """One attempt. Raises Upstream where a later one may succeed."""
    waiting = await _begin(units, job)
    upload = str(job.payload.get("upload") or "")
    if waiting is not None:
        try:
            text = await _text(tools, job, waiting, upload)
        except Unread as unread:
            await _give_up(units, job, unread)
        else:
            await _finish(units, job, text)
    else:
        async with units.write() as unit:
            await complete(unit, job)
    if upload:
        tools.uploads.discard(upload)


def name_for(fetched: Fetched) -> str:
    """A name by which the reader knows what an address answered."""
    return f"page{EXTENSION_OF.get(fetched.kind, '')}"


async def _begin(units: UnitFactory, job: ClaimedJob) -> _Waiting | None:
    """Say that it is being read. None where it was deleted meanwhile."""
    async with units.write() as unit:
        document = await _document(unit, job)
        if document is None:
            return None
        storing.set_state(unit, document, DocumentState.READING)
        await unit.db.flush()
        return _Waiting(document.filename, document.title, is_titled=document.version > 0)


async def _text(tools: Tools, job: ClaimedJob, waiting: _Waiting, upload: str) -> Text:
    if upload:
        try:
            found = await tools.reader.read(tools.uploads.path(upload), waiting.filename)
        except FileNotFoundError as error:
            raise Unread("file_gone") from error
        source_hash, size = str(job.payload.get("sha256", "")), job.payload.get("size")
        return await prepare(
            found.title or title_of(waiting.filename), found.markdown, source_hash=source_hash,
            size_bytes=size if isinstance(size, int) else None,
        )  # fmt: skip
    fetched = await tools.web.fetch(str(job.payload["url"]), tools.site.page_bytes)
    found = await tools.reader.read(fetched.body, name_for(fetched), fetched.charset)
    if not found.markdown.strip():
        raise Unread("empty")
    digest = hashlib.sha256(fetched.body).hexdigest()
    title = found.title or title_of(waiting.filename)
    return await prepare(title, found.markdown, source_hash=digest, size_bytes=len(fetched.body))


async def _finish(units: UnitFactory, job: ClaimedJob, text: Text) -> None:
    async with units.write() as unit:
        document = await _document(unit, job)
        if document is not None:
            await storing.store_text(unit, document, text, _author(job))
        await complete(unit, job)


async def _give_up(units: UnitFactory, job: ClaimedJob, unread: Unread) -> None:
    """Say why; the text of the last good version stays. Raises Upstream where a later attempt may do better."""
    is_last = not unread.may_pass or job.attempt >= job.max_attempts
    async with units.write() as unit:
        document = await _document(unit, job)
        if document is not None:
            state = DocumentState.FAILED if is_last else DocumentState.WAITING
            storing.set_state(unit, document, state, unread.fault)
            await unit.db.flush()
        if is_last:
            await complete(unit, job)
    if not is_last:
        raise faults.later(unread)


async def _document(unit: Unit, job: ClaimedJob) -> Document | None:
    return await queries.document(unit.db, str(job.payload["document_id"]), lock=True)


def _author(job: ClaimedJob) -> str | None:
    author = job.payload.get("author")
    return author if isinstance(author, str) else None
