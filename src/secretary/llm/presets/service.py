"""Use cases of presets. Those without an owner are the installation's: everybody uses them, an admin changes them."""

from dataclasses import dataclass

from secretary.accounts.reach import may_touch, reach
from secretary.accounts.rights import Scope
from secretary.kernel.errors import Conflict, Forbidden, NotFound
from secretary.kernel.unit import Unit
from secretary.llm.events import PresetChanged
from secretary.llm.models import LlmPreset, Localised
from secretary.llm.presets import history
from secretary.llm.presets.fields import NewPreset, PresetFields, PromptIn, merged
from secretary.llm.presets.shipped import shipped_prompt

RESERVED = frozenset({"current", "history", "reset"})
ID_LENGTH = 8


def no_such_preset() -> NotFound:
    return NotFound("no_such_preset", en="There is no such persona.", ru="Такой персоны нет.")


@dataclass(frozen=True, slots=True)
class Sees:
    """Whose presets are seen: everybody's, or the installation's and one's own."""

    owner_id: str | None
    everything: bool = False


def seen_by(unit: Unit) -> Sees:
    """What the actor of this unit sees."""
    return Sees(unit.actor.owner_id, reach(unit.actor, "presets", "edit") is Scope.ALL)


async def visible(unit: Unit, preset_id: str) -> LlmPreset:
    """A preset that the actor sees. Raises NotFound, for somebody else's, too."""
    preset, sees = await unit.db.get(LlmPreset, preset_id), seen_by(unit)
    if preset is None or not (sees.everything or preset.owner_id in {None, sees.owner_id}):
        raise no_such_preset()
    return preset


async def changeable(unit: Unit, preset_id: str) -> LlmPreset:
    """A preset that the actor may change. Raises NotFound; Forbidden for the installation's."""
    preset = await visible(unit, preset_id)
    if not may_touch(unit.actor, "presets", preset.owner_id):
        raise Forbidden(
            "preset_is_shared",
            en="This preset belongs to the whole installation: only an administrator may change it. Make a copy.",
            ru="Этот пресет общий: его меняет только администратор. Сделайте себе копию.",
        )
    return preset


async def create(unit: Unit, fields: NewPreset) -> LlmPreset:
    """A new preset: an admin's is the installation's. Raises Conflict for an id that is taken."""
    preset_id = fields.id or f"preset-{unit.new_id()[-ID_LENGTH:]}"
    if preset_id in RESERVED or await unit.db.get(LlmPreset, preset_id) is not None:
        raise Conflict(
            "preset_exists",
            en=f"The id “{preset_id}” is taken. Choose another one.",
            ru=f"Идентификатор «{preset_id}» занят. Выберите другой.",
        )
    values = {"name": preset_id} | fields.sent()
    preset = LlmPreset(id=preset_id, system_prompt=Localised(), is_builtin=False, **values)
    preset.owner_id = None if seen_by(unit).everything else unit.actor.owner_id
    preset.created = preset.updated = unit.now()
    if fields.system_prompt is not None:
        preset.system_prompt = merged(fields.system_prompt, Localised())
    unit.db.add(preset)
    await unit.db.flush()
    await history.keep(unit, history.of_preset(preset_id), None, preset.system_prompt, since=unit.now())
    unit.record(PresetChanged(preset_id, "create", owner_id=preset.owner_id))
    return preset


async def change(unit: Unit, preset: LlmPreset, fields: PresetFields) -> None:
    """Change what is named."""
    changed = {name: value for name, value in fields.sent().items() if getattr(preset, name) != value}
    prompt = preset.system_prompt
    if fields.system_prompt is not None:
        prompt = merged(fields.system_prompt, prompt)
    if prompt != preset.system_prompt:
        await history.keep(
            unit, history.of_preset(preset.id), preset.system_prompt, prompt, since=preset.updated
        )  # fmt: skip
        changed["system_prompt"] = prompt
    if not changed:
        return
    for name, value in changed.items():
        setattr(preset, name, value)
    preset.updated = unit.now()
    await unit.db.flush()
    unit.record(PresetChanged(preset.id, "update", tuple(sorted(changed)), preset.owner_id))


async def set_prompt(unit: Unit, preset: LlmPreset, prompt: PromptIn) -> None:
    """Change the prompt alone."""
    await change(unit, preset, PresetFields(system_prompt=prompt))


async def reset(unit: Unit, preset: LlmPreset) -> None:
    """Back to the text that is shipped. Raises Conflict for a preset that is not."""
    text = shipped_prompt(preset.id) if preset.is_builtin else None
    if text is None:
        raise Conflict(
            "preset_not_shipped",
            en="Only a shipped persona has a text to go back to. Choose an older version from its history.",
            ru="Исходный текст есть только у поставляемых персон. Выберите прежнюю версию в истории.",
        )
    await restore(unit, preset, text)


async def restore(unit: Unit, preset: LlmPreset, prompt: Localised) -> None:
    """The prompt as it was once, in both languages."""
    await change(unit, preset, PresetFields.model_validate({"system_prompt": prompt.model_dump()}))


async def delete(unit: Unit, preset: LlmPreset) -> None:
    """Delete a preset with its history. Raises Conflict for a shipped one; who uses it is for others to ask."""
    if preset.is_builtin:
        raise Conflict(
            "preset_is_shipped",
            en="A shipped persona cannot be deleted. It can be switched off.",
            ru="Поставляемую персону удалить нельзя. Её можно отключить.",
        )
    await history.forget(unit, history.of_preset(preset.id))
    await unit.db.delete(preset)
    await unit.db.flush()
    unit.record(PresetChanged(preset.id, "delete", owner_id=preset.owner_id))
