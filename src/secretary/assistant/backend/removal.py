"""Deleting what an assistant may still be using: refused, with the names of those that do."""

from collections.abc import Sequence

from secretary.assistant.backend import queries
from secretary.kernel.errors import Conflict
from secretary.kernel.unit import Unit
from secretary.llm.models import LlmPreset
from secretary.llm.presets import service as presets
from secretary.llm.queries import chosen_backend
from secretary.llm.registry import service as registry


async def delete_provider(unit: Unit, provider_id: str) -> str:
    """Delete a provider; its name. Raises NotFound, Conflict."""
    row = await registry.find(unit, provider_id, to_change=True)
    names = frozenset({row.backend, row.id})
    if used := await queries.names_with_backend(unit.db, names):
        raise _in_use("provider_in_use", used)
    if await chosen_backend(unit) in names:
        raise Conflict(
            "provider_in_use",
            en="The whole installation answers with this provider. Choose another backend first.",
            ru="Через этого провайдера отвечает вся установка. Сначала выберите другой.",
        )
    await registry.delete(unit, row)
    return row.name


async def delete_preset(unit: Unit, preset_id: str) -> LlmPreset:
    """Delete a preset. Raises NotFound, Forbidden, Conflict."""
    preset = await presets.changeable(unit, preset_id)
    if not preset.is_builtin and (used := await queries.names_with_persona(unit.db, preset.id)):
        raise _in_use("preset_in_use", used)
    await presets.delete(unit, preset)
    return preset


def _in_use(code: str, used: Sequence[str]) -> Conflict:
    names = ", ".join(used)
    return Conflict(
        code,
        en=f"Still in use by the assistants: {names}. Give them another one first.",
        ru=f"Ещё используется ассистентами: {names}. Сначала выберите им другое.",
        fields={"assistants": list(used)},
    )
