"""The FAQ as JSON, in pieces, so that no size is too large for memory; and as a file."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from secretary.kernel.unit import Actor, UnitFactory
from secretary.knowledge import queries, service
from secretary.knowledge.models import FaqEntry

FORMAT = 1
_PAGE = 200


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file that was written: its name in the folder of exports, and its size."""

    name: str
    size_bytes: int


async def export_json(units: UnitFactory, actor: Actor) -> AsyncIterator[bytes]:
    """One JSON object, `{format, exported, entries}`, with all entries that `actor` sees, oldest first."""
    yield b'{"format":%d,"exported":%s,"entries":[' % (FORMAT, orjson.dumps(units.clock()))
    last_id, separator = "", b"\n"
    while page := await _page(units, actor, last_id):
        yield separator + b",\n".join(orjson.dumps(_exported(entry)) for entry in page)
        last_id, separator = page[-1].id, b",\n"
    yield b"\n]}\n"


async def _page(units: UnitFactory, actor: Actor, after_id: str) -> Sequence[FaqEntry]:
    """In a unit of its own: a slow reader of the export holds no connection."""
    async with units.read(actor) as unit:
        return await queries.entries_after(unit.db, service.seen_by(actor), after_id=after_id, limit=_PAGE)


async def save_export(units: UnitFactory, actor: Actor, folder: Path) -> ExportFile:
    """Write `export_json` into a new file of `folder`, whole or not at all."""
    name = f"faq-{units.clock():%Y%m%d-%H%M%S}-{units.new_id()[-8:]}.json"
    unfinished = folder / f".{name}"
    try:
        size = await _write(unfinished, export_json(units, actor))
        await asyncio.to_thread(unfinished.replace, folder / name)
    finally:
        with suppress(FileNotFoundError):
            await asyncio.to_thread(unfinished.unlink)
    return ExportFile(name, size)


async def _write(path: Path, pieces: AsyncIterator[bytes]) -> int:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    file = await asyncio.to_thread(path.open, "wb")
    try:
        return sum([await asyncio.to_thread(file.write, piece) async for piece in pieces])
    finally:
        await asyncio.to_thread(file.close)


def _exported(entry: FaqEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "collection_id": entry.collection_id,
        "question": entry.question,
        "answer": entry.answer,
        "phrasings": [phrasing.model_dump(mode="json") for phrasing in entry.phrasings],
        "keywords": entry.keywords,
        "priority": entry.priority,
        "enabled": entry.enabled,
        "hit_count": entry.hit_count,
        "last_hit": entry.last_hit,
        "created": entry.created,
        "updated": entry.updated,
    }
