"""Documents in a database for tests of the search, and a model of meaning that a test can reason about."""

import hashlib
from collections.abc import Sequence

from secretary.kernel.errors import Upstream
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.chunking import chunks_of
from secretary.knowledge.documents.events import DocumentChanged
from secretary.knowledge.models import (
    Chunk,
    Document,
    DocumentCollection,
    DocumentState,
    KnowledgeCollection,
    SourceType,
)
from secretary.knowledge.search import queries

MEANINGS = {
    "price": ("цена", "стоит", "стоимость", "дорого", "почём", "₽", "price"),
    "road": ("доставка", "привезти", "курьер", "довезёте", "delivery"),
    "time": ("часы", "работаем", "открыты", "когда", "hours"),
    "love": ("свадьба", "невеста", "жениться"),
}


class ScriptedVectors:
    """Knows four meanings by their words; every other text means nothing in particular."""

    def __init__(self, name: str = "scripted", *, is_there: bool = True) -> None:
        self.name = name
        self.is_there = is_there
        self.read: list[str] = []

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self._answer()
        self.read += texts
        return [vector_of(text) for text in texts]

    async def of_question(self, text: str) -> Sequence[float]:
        self._answer()
        return vector_of(text)

    async def close(self) -> None: ...

    def _answer(self) -> None:
        if not self.is_there:
            raise Upstream("embedding_failed", en="Gone.", ru="Нет.", retryable=True)


def vector_of(text: str) -> list[float]:
    noise = [(byte - 128) / 400 for byte in hashlib.sha256(text.encode("utf-8", "replace")).digest()]
    raw = [*noise, *(2.0 * sum(word in text.lower() for word in words) for words in MEANINGS.values())]
    length = sum(value * value for value in raw) ** 0.5
    return [value / length for value in raw]


class Library:
    """A collection of documents."""

    def __init__(self, units: UnitFactory) -> None:
        self.units = units
        self.collection_id = ""

    async def open(self, name: str = "Shop", *, is_default: bool = False) -> str:
        async with self.units.write() as unit:
            row = KnowledgeCollection(
                id=unit.new_id(), name=name, is_default=is_default, created=unit.now(), updated=unit.now()
            )
            unit.db.add(row)
            self.collection_id = row.id
        return row.id

    async def put(self, filename: str, markdown: str, *, title: str = "", collection_id: str = "") -> str:
        """Add a document, or a new version of the one of that name in this collection."""
        where = collection_id or self.collection_id
        async with self.units.write() as unit:
            document_id = hashlib.md5(f"{where}{filename}".encode(), usedforsecurity=False).hexdigest()
            document = await unit.db.get(Document, document_id)
            if document is None:
                document = Document(
                    id=document_id,
                    filename=f"{where[-12:]}-{filename}",
                    title=title or filename,
                    source_type=SourceType.MANUAL,
                    state=DocumentState.READY,
                    version=0,
                    created=unit.now(),
                    updated=unit.now(),
                )
                unit.db.add(document)
                await unit.db.flush()
                unit.db.add(DocumentCollection(document_id=document_id, collection_id=where))
            document.version += 1
            document.updated, document.content = unit.now(), markdown
            await unit.db.flush()
            await unit.db.run_sync(lambda db: db.query(Chunk).filter_by(document_id=document_id).delete())
            for position, piece in enumerate(chunks_of(markdown, document.title)):
                text_hash = hashlib.sha256(f"{piece.heading}\n{piece.text}".encode()).hexdigest()
                unit.db.add(
                    Chunk(
                        id=unit.new_id(),
                        document_id=document_id,
                        position=position,
                        heading=piece.heading,
                        text=piece.text,
                        begins=piece.begins,
                        ends=piece.ends,
                        text_hash=text_hash,
                    )
                )
            await self._changed(unit, document_id, where)
        return document_id

    async def remove(self, document_id: str) -> None:
        async with self.units.write() as unit:
            await unit.db.delete(await unit.db.get_one(Document, document_id))
            await unit.db.flush()
            await self._changed(unit, document_id, self.collection_id)

    async def _changed(self, unit, document_id: str, collection_id: str) -> None:
        await unit.db.flush()
        collection = await unit.db.get_one(KnowledgeCollection, collection_id)
        collection.documents_version += 1
        unit.record(DocumentChanged(document_id, "changed", None, (collection_id,)))


async def passages_of(units: UnitFactory, collection_id: str) -> set[str]:
    async with units.read() as unit:
        stamps = await queries.stamps(unit.db, collection_id)
        return {entry.chunk_id for entry in await queries.entries(unit.db, list(stamps))}
