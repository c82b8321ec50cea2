"""Vectors in PostgreSQL: that it has what the embedding models computed, with an index where there are many."""

import asyncio
import hashlib
from collections.abc import Sequence

import numpy as np

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.postgresql.queries import vectors as queries
from secretary.knowledge.search.segment import Floats

INDEXED_FROM = 2_048
"""Vectors of a model from which on they have an index; fewer are compared one by one, which is exact and as fast."""
_INDEXED_TO = 4_000
"""Dimensions: what pgvector's index of half precision takes at most."""
_RARE = 10
_COPIED_AT_ONCE = 1_000
_PREFIX = "search_vectors_of_"


def is_by_index(size: int, here: int, everywhere: int) -> bool:
    """Is the index of a model's vectors the faster way to a collection's? Not where most of them are others'."""
    return here >= INDEXED_FROM and size <= _INDEXED_TO and here * _RARE >= everywhere


async def copy(units: UnitFactory, models: Sequence[str]) -> bool:
    """Let the table have some more of what these models know, and at last an index. Has it everything now?"""
    has_everything = True
    for model in models:
        async with units.read() as unit:
            rows = await queries.uncopied(unit.db, model, _COPIED_AT_ONCE)
        if not rows:
            continue
        written = await asyncio.to_thread(_written, rows)
        async with units.write() as unit:
            await queries.copy(unit.db, model, written)
        has_everything = has_everything and len(rows) < _COPIED_AT_ONCE
    if has_everything:  # not before: to make an index of many takes a tenth of the time that they take one by one
        await _make_indexes(units)
    return has_everything


async def _make_indexes(units: UnitFactory) -> None:
    """Those that are lacking; those go whose vectors were forgotten."""
    async with units.read() as unit:
        known = {
            index_name(model, size): (model, size)
            for model, size, count in await queries.known(unit.db)
            if count >= INDEXED_FROM and size <= _INDEXED_TO
        }
        made = set(await queries.indexes(unit.db, _PREFIX))
    if made == known.keys():
        return
    async with units.write() as unit:
        for name in made - known.keys():
            await queries.drop_index(unit.db, name)
        for name in known.keys() - made:
            await queries.make_index(unit.db, name, *known[name])


def _written(rows: Sequence[queries.Vector]) -> list[tuple[str, int, str]]:
    return [(text_hash, len(data) // 4, as_text(np.frombuffer(data, "<f4"))) for text_hash, data in rows]


def as_text(vector: Floats) -> str:
    """As pgvector reads it."""
    return "[" + ",".join(map(repr, np.round(vector.astype(np.float64), 6).tolist())) + "]"


def index_name(model: str, size: int) -> str:
    """A plain name, for the model's own may be anything."""
    return f"{_PREFIX}{hashlib.sha256(model.encode()).hexdigest()[:16]}_{size}"
