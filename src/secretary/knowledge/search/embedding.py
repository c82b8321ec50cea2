"""Vectors of passages that have none yet: computed in the background, batch by batch, each stored before the next."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search import queries
from secretary.knowledge.search.ports import Vectors

BATCH = 16


async def embed_missing(units: UnitFactory, model: Vectors, limit: int = BATCH) -> int:
    """Compute and store up to `limit` vectors that `model` lacks. How many are lacking still? Repeatable.

    Raises Upstream where the model is not there. No unit is open while it computes.
    """
    async with units.read() as unit:
        lacking = await queries.unknown_to(unit.db, model.name, limit)
    if not lacking:
        return 0
    vectors = await model.of_passages([read_as(heading, text) for _, heading, text in lacking])
    found = {row[0]: packed(vector) for row, vector in zip(lacking, vectors, strict=True)}
    async with units.write() as unit:
        await queries.store_vectors(unit.db, model.name, found)
        await queries.raise_versions(unit.db, list(found))
        return await queries.count_unknown_to(unit.db, model.name)


async def embed_all(
    units: UnitFactory, model: Vectors, report: Callable[[int, int], Awaitable[None]], *, anew: bool = False
) -> int:
    """Compute all vectors that `model` lacks, or all `anew`; `report` hears how many of how many there are.

    Then what other models knew is forgotten. How many texts there are. Repeatable: what is stored stays.
    """
    if anew:
        async with units.write() as unit:
            await queries.forget_vectors(unit.db, model.name)
    async with units.read() as unit:
        total = await queries.count_texts(unit.db)
    lacking = total
    while lacking:
        lacking = await embed_missing(units, model)
        total = max(total, lacking)
        await report(total - lacking, total)
    async with units.write() as unit:
        await queries.forget_other_vectors(unit.db, [model.name])
    return total


def read_as(heading: str, text: str) -> str:
    """What a model reads of a passage: the same that its hash is of."""
    return f"{heading}\n{text}" if heading else text


def packed(vector: Sequence[float]) -> bytes:
    """As it is stored: 32-bit floats, little-endian, of length 1."""
    raw = np.asarray(vector, "<f4")
    length = float(np.linalg.norm(raw))
    return (raw / length if length else raw).astype("<f4").tobytes()
