"""Demo knowledge of a made-up shop, in Russian and English, so that a fresh installation answers at once."""

from secretary.kernel.unit import Unit
from secretary.knowledge import queries, service
from secretary.knowledge.seed.english import ENGLISH
from secretary.knowledge.seed.russian import RUSSIAN


async def seed_demo(unit: Unit) -> str:
    """The id of the default collection. Only when that did not exist is it filled: what an owner removed stays away."""
    found = await queries.default_collection(unit.db)
    if found is not None:
        return found.id
    made = await service.default_collection(unit)
    for content in (*RUSSIAN, *ENGLISH):
        await service.add_entry(unit, content, made.id)
    return made.id
