"""`/admin/llm/persona`, `params` and the presets as far as an assistant uses them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from secretary.assistant.backend import speaking
from secretary.assistant.backend.removal import delete_preset
from secretary.assistant.models import LlmParams
from secretary.kernel.text import CleanText
from secretary.llm.api.deps import InLanguage, MayEditPresets, MayManage, MaySee, MaySeePresets
from secretary.llm.api.prompt_schemas import Deleted, PresetOut
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm", tags=["llm"])


class ActivePersonaOut(BaseModel):
    """Who speaks by default."""

    status: str = "ok"
    id: str
    name: str
    persona: str

    @classmethod
    def of(cls, found: speaking.Speaker) -> "ActivePersonaOut":
        return cls(id=found.preset.id, name=found.preset.name, persona=found.preset.id)


class NewPersona(BaseModel):
    """Body of `POST /admin/llm/persona`."""

    persona: Annotated[CleanText, Field(min_length=1, max_length=50)]


class ParamsOut(BaseModel):
    """Generation parameters in force, and those of them that are the assistant's own (the rest are its persona's)."""

    status: str = "ok"
    params: LlmParams
    own: LlmParams

    @classmethod
    def of(cls, found: speaking.Speaker) -> "ParamsOut":
        return cls(params=found.params, own=found.assistant.llm_params)


class CurrentPresetOut(BaseModel):
    """The preset in force, and whether the assistant has a prompt or parameters of its own over it."""

    current: PresetOut
    has_own_prompt: bool
    own_params: LlmParams

    @classmethod
    def of(cls, found: speaking.Speaker, preset: PresetOut) -> "CurrentPresetOut":
        own = found.assistant
        return cls(current=preset, has_own_prompt=own.system_prompt is not None, own_params=own.llm_params)


class ActivatedOut(BaseModel):
    """The preset that is in force from now on."""

    status: str = "ok"
    preset: PresetOut
    message: str


@router.get("/persona")
async def read_persona(unit: UnitDep, _who: MaySee) -> ActivePersonaOut:
    """Who speaks by default."""
    return ActivePersonaOut.of(await speaking.speaker(unit))


@router.post("/persona")
async def choose_persona(unit: UnitDep, _who: MayManage, body: NewPersona) -> ActivePersonaOut:
    """Let somebody else speak, from the next turn on; the same as activating the preset."""
    return ActivePersonaOut.of(await speaking.activate(unit, body.persona))


@router.get("/params")
async def read_params(unit: UnitDep, _who: MaySee) -> ParamsOut:
    """The default assistant's generation parameters."""
    return ParamsOut.of(await speaking.speaker(unit))


@router.post("/params")
async def change_params(unit: UnitDep, _who: MayManage, body: LlmParams) -> ParamsOut:
    """Change those that are named, for every backend; one named as null is the persona's again."""
    return ParamsOut.of(await speaking.set_params(unit, body))


@router.get("/presets/current")
async def read_current_preset(unit: UnitDep, _who: MaySeePresets, language: InLanguage) -> CurrentPresetOut:
    """The preset that the default assistant speaks in."""
    found = await speaking.speaker(unit)
    return CurrentPresetOut.of(found, PresetOut.of(found.preset, language))


@router.post("/presets/{preset_id}/activate")
async def activate_preset(unit: UnitDep, _who: MayManage, language: InLanguage, preset_id: str) -> ActivatedOut:
    """Let the default assistant take this preset's prompt and parameters, and none of its own."""
    found = await speaking.activate(unit, preset_id)
    message = "From the next message on." if language == "en" else "Со следующего сообщения."
    return ActivatedOut(preset=PresetOut.of(found.preset, language), message=message)


@router.delete("/presets/{preset_id}")
async def remove_preset(unit: UnitDep, _who: MayEditPresets, preset_id: str) -> Deleted:
    """Delete a preset that no assistant uses."""
    return Deleted(deleted=(await delete_preset(unit, preset_id)).id)
