"""`/admin/llm/prompt/{persona}`: the prompt of a persona, and what it said before."""

from fastapi import APIRouter

from secretary.llm.api.deps import InLanguage, Limit, MayEditPresets, MaySeePresets, Offset
from secretary.llm.api.prompt_schemas import ComparedOut, NewPrompt, PersonaPromptOut, VersionsOut
from secretary.llm.presets import history, service
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm/prompt/{persona}", tags=["llm"])


@router.get("")
async def read_persona_prompt(
    unit: UnitDep, _who: MaySeePresets, language: InLanguage, persona: str
) -> PersonaPromptOut:
    """What a persona is told."""
    return PersonaPromptOut.of(await service.visible(unit, persona), language)


@router.post("")
async def save_persona_prompt(
    unit: UnitDep, _who: MayEditPresets, language: InLanguage, persona: str, body: NewPrompt
) -> PersonaPromptOut:
    """Change it; the version before stays in the history."""
    preset = await service.changeable(unit, persona)
    await service.set_prompt(unit, preset, body.prompt)
    return PersonaPromptOut.of(preset, language)


@router.post("/reset")
async def reset_persona_prompt(
    unit: UnitDep, _who: MayEditPresets, language: InLanguage, persona: str
) -> PersonaPromptOut:
    """Back to the shipped text."""
    preset = await service.changeable(unit, persona)
    await service.reset(unit, preset)
    return PersonaPromptOut.of(preset, language)


@router.get("/history")
async def list_persona_prompts(
    unit: UnitDep, _who: MaySeePresets, persona: str, limit: Limit = 100, offset: Offset = 0
) -> VersionsOut:
    """What it said before, newest first."""
    preset = await service.visible(unit, persona)
    found = await history.page(unit, history.of_preset(preset.id), limit=limit, offset=offset)
    return VersionsOut.of(found.versions, found.total)


@router.get("/history/{version_id}")
async def read_persona_version(
    unit: UnitDep, _who: MaySeePresets, language: InLanguage, persona: str, version_id: str
) -> ComparedOut:
    """A version, and what it changed."""
    preset = await service.visible(unit, persona)
    found = await history.compared(unit, history.of_preset(preset.id), version_id)
    return ComparedOut.of(found, language)


@router.post("/history/{version_id}/restore")
async def restore_persona_version(
    unit: UnitDep, _who: MayEditPresets, language: InLanguage, persona: str, version_id: str
) -> PersonaPromptOut:
    """Make it read as it did; that is a change like any other."""
    preset = await service.changeable(unit, persona)
    version = await history.find(unit, history.of_preset(preset.id), version_id)
    await service.restore(unit, preset, version.prompt)
    return PersonaPromptOut.of(preset, language)
