"""Storing what a document says: a version, its passages, and the news of it, in one unit. Knows no rights."""

from collections.abc import Sequence

from secretary.kernel.inflection import fold
from secretary.kernel.unit import Unit
from secretary.knowledge.documents import events, queries
from secretary.knowledge.documents.collections import queries as collections
from secretary.knowledge.documents.names import short_title
from secretary.knowledge.documents.passages import Text, text_hash
from secretary.knowledge.models import Document, DocumentState, DocumentVersion, SourceType


def new_document(
    unit: Unit, filename: str, source: SourceType, owner_id: str | None, *, title: str = "", url: str = ""
) -> Document:
    """The row of a document that nobody has read yet, not stored."""
    now, shown = unit.now(), short_title(title or filename)
    return Document(
        id=unit.new_id(), filename=filename, title=shown, source_type=source, source_url=url, owner_id=owner_id,
        state=DocumentState.WAITING, fault="", language="ru", content="", content_hash="", source_hash="",
        search_text=fold(f"{shown} {filename}"), version=0, file_size_bytes=0, section_count=0, created=now,
        updated=now,
    )  # fmt: skip


async def store_text(unit: Unit, document: Document, text: Text, author_id: str | None) -> bool:
    """Make `text` what the document says. False when it said so before: then no version is made.

    `document` is locked by this unit, or new in it.
    """
    is_same = document.version > 0 and (document.content_hash, document.title) == (text.content_hash, text.title)
    document.source_hash, document.file_size_bytes = text.source_hash, text.size_bytes
    set_state(unit, document, DocumentState.READY)
    if not is_same:
        await _add_version(unit, document, text, author_id)
    await unit.db.flush()
    return not is_same


def set_state(unit: Unit, document: Document, state: DocumentState, fault: str = "") -> None:
    """What has become of a document; what it says stays as it is."""
    if (document.state, document.fault) != (state, fault[:50]):
        document.state, document.fault = state, fault[:50]
        document.updated = unit.now()
        unit.record(events.DocumentState(document.id, state.value, document.owner_id))


async def put_into(unit: Unit, document: Document, collection_ids: Sequence[str]) -> None:
    """Let a document belong to these collections only. Repeatable."""
    before = (await queries.collections_of(unit.db, [document.id]))[document.id]
    if set(before) == set(collection_ids):
        return
    await queries.set_collections(unit.db, document.id, collection_ids)
    if document.version:
        await _announce(unit, document, "moved", [*before, *collection_ids])


async def rename(unit: Unit, document: Document, filename: str) -> None:
    """Give a document another name; what it says stays."""
    document.filename = filename
    document.search_text = fold(f"{document.title} {filename}")
    await unit.db.flush()
    await _announce(unit, document, "moved", (await queries.collections_of(unit.db, [document.id]))[document.id])


async def remove(unit: Unit, document: Document) -> None:
    """Remove a document and every trace of what it said."""
    collection_ids = (await queries.collections_of(unit.db, [document.id]))[document.id]
    await queries.remove(unit.db, document.id)
    unit.db.expunge(document)
    await _announce(unit, document, "removed", collection_ids)


async def _add_version(unit: Unit, document: Document, text: Text, author_id: str | None) -> None:
    now, is_first = unit.now(), document.version == 0
    document.version += 1
    document.title, document.content, document.content_hash = text.title, text.content, text.content_hash
    document.search_text = fold(f"{text.title} {document.filename}")
    document.language, document.section_count, document.updated = text.language, len(text.pieces), now
    await unit.db.flush()
    unit.db.add(
        DocumentVersion(
            document_id=document.id, number=document.version, title=text.title, content=text.content,
            author_id=author_id, created=now,
        )
    )  # fmt: skip
    rows = [
        {
            "id": unit.new_id(), "document_id": document.id, "position": position, "heading": piece.heading,
            "text": piece.text, "begins": piece.begins, "ends": piece.ends,
            "text_hash": text_hash(piece.heading, piece.text),
        }
        for position, piece in enumerate(text.pieces)
    ]  # fmt: skip
    await queries.replace_chunks(unit.db, document.id, rows)
    collection_ids = (await queries.collections_of(unit.db, [document.id]))[document.id]
    await _announce(unit, document, "added" if is_first else "changed", collection_ids)


async def _announce(unit: Unit, document: Document, action: events.Action, collection_ids: Sequence[str]) -> None:
    touched = tuple(dict.fromkeys(collection_ids))
    await collections.raise_versions(unit.db, touched)
    unit.record(events.DocumentChanged(document.id, action, document.owner_id, touched, document.version))
