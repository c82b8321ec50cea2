"""How the default assistant speaks: its own prompt, its persona, its parameters. The next turn hears each change."""

from dataclasses import dataclass

from secretary.assistant import service as assistants
from secretary.assistant.models import Assistant, LlmParams
from secretary.assistant.service import AssistantFields
from secretary.kernel.errors import Conflict, Language
from secretary.kernel.unit import Unit
from secretary.llm.models import LlmPreset
from secretary.llm.presets import history
from secretary.llm.service import get_preset, preset_for


@dataclass(frozen=True, slots=True)
class Speaker:
    """The default assistant with its persona."""

    assistant: Assistant
    preset: LlmPreset

    def prompt(self, language: Language) -> str:
        """Its own prompt, else the persona's."""
        return self.assistant.system_prompt or self.preset.system_prompt.in_language(language)

    @property
    def params(self) -> LlmParams:
        """Its own parameters over the persona's."""
        own = self.assistant.llm_params.model_dump(exclude_none=True)
        return LlmParams(**{name: getattr(self.preset, name) for name in LlmParams.model_fields} | own)


async def speaker(unit: Unit) -> Speaker:
    """Who speaks by default. Raises NotFound before the first start."""
    assistant = await assistants.get_default(unit)
    return Speaker(assistant, await get_preset(unit, assistant.persona_id))


async def set_prompt(unit: Unit, text: str) -> Speaker:
    """Give the default assistant a prompt of its own; with an empty one it speaks as its persona does."""
    found = await speaker(unit)
    await assistants.change(unit, found.assistant, AssistantFields(system_prompt=text if text.strip() else None))
    return found


async def restore_prompt(unit: Unit, version_id: str) -> Speaker:
    """Its prompt as it was once; that is a change like any other. Raises NotFound."""
    assistant = await assistants.get_default(unit)
    version = await history.find(unit, history.of_assistant(assistant.id), version_id)
    return await set_prompt(unit, version.prompt.in_language("ru"))


async def set_params(unit: Unit, params: LlmParams) -> Speaker:
    """Change the parameters that are named; one named as null is the persona's again."""
    found = await speaker(unit)
    named = {name: getattr(params, name) for name in params.model_fields_set}
    own = found.assistant.llm_params.model_copy(update=named)
    await assistants.change(unit, found.assistant, AssistantFields(llm_params=own))
    return found


async def activate(unit: Unit, preset_id: str) -> Speaker:
    """Let the default assistant speak in a persona, with its prompt and its parameters and none of its own.

    Raises NotFound for a persona that is somebody's own, Conflict for one that is switched off.
    """
    assistant = await assistants.get_default(unit)
    preset = await preset_for(unit, preset_id, assistant.owner_id)
    if not preset.enabled:
        raise Conflict(
            "preset_disabled",
            en="This persona is switched off. Switch it on first.",
            ru="Эта персона отключена. Сначала включите её.",
        )
    fields = AssistantFields(persona_id=preset.id, system_prompt=None, llm_params=LlmParams())
    await assistants.change(unit, assistant, fields)
    return Speaker(assistant, preset)
