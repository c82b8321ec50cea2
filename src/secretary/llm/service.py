"""Use cases that the rest of the house asks of language models: personas, and which backends a chain may name."""

from collections.abc import Iterable

from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Unit
from secretary.llm import queries
from secretary.llm.models import LlmPreset
from secretary.llm.presets.service import no_such_preset
from secretary.llm.presets.shipped import shipped
from secretary.llm.routing.chain import AUTO, NONE

OF_THE_ENVIRONMENT = frozenset({"vllm", "local", "gemini"})
"""Backends that a chain may name before there is one: the environment may bring them at the next start."""


async def get_preset(unit: Unit, preset_id: str) -> LlmPreset:
    """A preset by its id, whoever asks. Raises NotFound."""
    preset = await unit.db.get(LlmPreset, preset_id)
    if preset is None:
        raise no_such_preset()
    return preset


async def preset_for(unit: Unit, preset_id: str, owner_id: str | None) -> LlmPreset:
    """A preset that something of this owner may speak in: his own, or the installation's. Raises NotFound."""
    preset = await get_preset(unit, preset_id)
    if preset.owner_id not in {None, owner_id}:
        raise no_such_preset()
    return preset


async def ensure_backends(unit: Unit, names: Iterable[str], owner_id: str | None) -> None:
    """Raises NotFound where something of this owner names a backend that is not there, or is somebody else's.

    A provider that is named is not deleted before this transaction is over.
    """
    for name in set(names) - OF_THE_ENVIRONMENT - {AUTO, NONE}:
        provider = await queries.provider_to_name(unit.db, name.removeprefix("cloud:"))
        if provider is None or provider.owner_id not in {None, owner_id}:
            raise NotFound(
                "no_such_backend",
                en=f"There is no model by the name “{name}”.",
                ru=f"Модели с именем «{name}» нет.",
            )


async def seed_personas(unit: Unit) -> None:
    """Store the shipped personas that are not there yet. Repeatable."""
    for preset in shipped():
        if await unit.db.get(LlmPreset, preset.id) is None:
            preset.created = preset.updated = unit.now()
            unit.db.add(preset)
    await unit.db.flush()
