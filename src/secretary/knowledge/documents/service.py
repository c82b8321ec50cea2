"""Use cases of documents: list, read, paste, edit, remove, their versions, and the collections they belong to.

Texts are prepared (`passages.prepare`) before a unit is opened, because cutting a long one takes a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.accounts.reach import ensure_may_touch, owner_filter
from secretary.kernel.errors import Conflict, Invalid
from secretary.kernel.inflection import fold
from secretary.kernel.text import clean
from secretary.kernel.unit import Unit
from secretary.knowledge.documents import faults, queries, storing
from secretary.knowledge.documents.collections import service as collections
from secretary.knowledge.documents.names import safe_name
from secretary.knowledge.documents.passages import Text
from secretary.knowledge.documents.queries import Wanted
from secretary.knowledge.models import Document, DocumentState, DocumentVersion, SourceType


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as it is shown, and the collections it is in."""

    document: Document
    collection_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a list shows; None is any, an empty collection those in none."""

    search: str = ""
    state: DocumentState | None = None
    source: SourceType | None = None
    collection_id: str | None = None


async def list_documents(unit: Unit, chosen: Filter, *, limit: int, offset: int) -> tuple[Sequence[Shown], int]:
    """What the actor sees, latest first, and how many there are in all. Texts are left out."""
    wanted = Wanted(
        owner_id=owner_filter(unit.actor, "knowledge"),
        state=chosen.state,
        source=chosen.source,
        collection_id=None if chosen.collection_id is None else clean(chosen.collection_id),
        words=fold(clean(chosen.search)).split(),
    )
    rows, total = await queries.documents(unit.db, wanted, limit=limit, offset=offset)
    return await shown(unit, rows), total


async def shown(unit: Unit, rows: Sequence[Document]) -> Sequence[Shown]:
    """Documents with their collections."""
    belongs = await queries.collections_of(unit.db, [row.id for row in rows])
    return [Shown(row, belongs[row.id]) for row in rows]


async def find(unit: Unit, document_id: str) -> Document:
    """A document that the actor sees, with its text. Raises NotFound."""
    found = await queries.document(unit.db, clean(document_id))
    if found is None:
        raise faults.no_such_document()
    owner_id = owner_filter(unit.actor, "knowledge")
    if owner_id is not None and found.owner_id != owner_id:
        raise faults.no_such_document()
    return found


async def find_to_change(unit: Unit, document_id: str) -> Document:
    """A document that the actor may change, locked. Raises NotFound."""
    found = await queries.document(unit.db, clean(document_id), lock=True)
    if found is None:
        raise faults.no_such_document()
    ensure_may_touch(unit.actor, "knowledge", found.owner_id)
    return found


async def paste(unit: Unit, text: Text, collection_ids: Sequence[str] | None) -> Document:
    """A new document of pasted text. Raises Invalid for an empty one, Conflict for a name that is taken."""
    ensure_says_something(text)
    owner_id = collections.owner_of(unit)
    filename = safe_name(text.title.replace("/", " ").replace("\\", " ") + ".md")
    document = storing.new_document(unit, filename, SourceType.MANUAL, owner_id, title=text.title)
    chosen = await collections.chosen(unit, collection_ids)
    if not await queries.store(unit.db, document):
        taken = await queries.by_name(unit.db, owner_id, filename)
        raise faults.name_taken(taken.id if taken else "")
    await queries.set_collections(unit.db, document.id, chosen)
    await storing.store_text(unit, document, text, unit.actor.owner_id)
    return document


async def edit(unit: Unit, document_id: str, text: Text, seen_version: int | None) -> Document:
    """Write over what a document says. Raises NotFound, Invalid, and Conflict when it has changed since
    `seen_version`, or is being read.
    """
    ensure_says_something(text)
    document = await find_to_change(unit, document_id)
    if seen_version is not None and seen_version != document.version:
        raise Conflict(
            "document_changed",
            en="Somebody has changed this document meanwhile. Load it anew.",
            ru="Документ тем временем изменили. Загрузите его заново.",
        )
    if document.state in {DocumentState.WAITING, DocumentState.READING}:
        raise faults.busy()
    before = document.source_hash if document.source_type is SourceType.WIKI else ""
    await storing.store_text(unit, document, text, unit.actor.owner_id)
    document.source_hash = before  # a watched file counts as new only when the file itself changes
    await unit.db.flush()
    return document


async def move(unit: Unit, document_id: str, collection_ids: Sequence[str]) -> Document:
    """Let a document belong to these collections only.

    Those that it joins or leaves the actor must be allowed to change. Raises NotFound.
    """
    document = await find_to_change(unit, document_id)
    before = (await queries.collections_of(unit.db, [document.id]))[document.id]
    for one in {*before} ^ {*collection_ids}:
        await collections.find_to_change(unit, one)
    await storing.put_into(unit, document, list(dict.fromkeys(collection_ids)))
    return document


async def list_versions(
    unit: Unit, document_id: str, *, limit: int, offset: int
) -> tuple[Sequence[DocumentVersion], int]:
    """The versions of a document that the actor sees, latest first. Raises NotFound."""
    found = await find(unit, document_id)
    return await queries.versions(unit.db, found.id, limit=limit, offset=offset)


async def find_version(unit: Unit, document_id: str, number: int) -> DocumentVersion:
    """What a document said. Raises NotFound."""
    found = await queries.version(unit.db, (await find(unit, document_id)).id, number)
    if found is None:
        raise faults.no_such_version()
    return found


def ensure_says_something(text: Text) -> None:
    """Raises Invalid for a text or a title of nothing but blanks."""
    if not text.content.strip():
        raise faults.Unread("empty")
    if not text.title:
        raise Invalid("document_title_empty", en="A document needs a title.", ru="Документу нужно название.")
