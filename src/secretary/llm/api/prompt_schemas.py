"""What the endpoints of presets and prompts show: a prompt in the caller's language, and in both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from secretary.kernel.errors import Language
from secretary.llm.models import LlmPreset, Localised, PromptVersion
from secretary.llm.presets.fields import PromptIn
from secretary.llm.presets.history import Compared


class PresetOut(BaseModel):
    """A preset; `system_prompt` is in the caller's language, `prompts` has both."""

    id: str
    name: str
    description: str
    system_prompt: str
    prompts: Localised
    temperature: float
    max_tokens: int
    top_p: float
    repetition_penalty: float
    is_builtin: bool
    enabled: bool
    owner_id: str | None
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, row: LlmPreset, language: Language) -> Self:
        values = {name: getattr(row, name) for name in cls.model_fields if name not in {"system_prompt", "prompts"}}
        prompt = row.system_prompt
        return cls(system_prompt=prompt.in_language(language), prompts=prompt, **values)


class PresetsOut(BaseModel):
    """A page of presets."""

    presets: list[PresetOut]
    total: int


class PresetShown(BaseModel):
    """One preset."""

    status: str = "ok"
    preset: PresetOut


class Deleted(BaseModel):
    """What is gone."""

    status: str = "ok"
    deleted: str


class PersonaOut(BaseModel):
    """A preset as somebody who speaks."""

    id: str
    name: str
    full_name: str
    description: str

    @classmethod
    def of(cls, row: LlmPreset) -> Self:
        return cls(id=row.id, name=row.name, full_name=row.name, description=row.description)


class PersonasOut(BaseModel):
    """Personas by id."""

    personas: dict[str, PersonaOut]
    total: int


class NewPrompt(BaseModel):
    """A prompt: one text for both languages, or `{"ru": …, "en": …}`; a language left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    prompt: PromptIn


class PersonaPromptOut(BaseModel):
    """The prompt of a persona, in the caller's language and in both."""

    status: str = "ok"
    persona: str
    prompt: str
    prompts: Localised

    @classmethod
    def of(cls, row: LlmPreset, language: Language) -> Self:
        return cls(persona=row.id, prompt=row.system_prompt.in_language(language), prompts=row.system_prompt)


class VersionOut(BaseModel):
    """A prompt as it was after a change; without an author it was the installation itself."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    author_id: str | None
    created: datetime
    characters: int = 0

    @classmethod
    def of(cls, row: PromptVersion) -> Self:
        shown = cls.model_validate(row)
        shown.characters = max(len(row.prompt.ru), len(row.prompt.en))
        return shown


class VersionsOut(BaseModel):
    """A page of a prompt's history, newest first."""

    versions: list[VersionOut]
    total: int

    @classmethod
    def of(cls, rows: Sequence[PromptVersion], total: int) -> Self:
        return cls(versions=[VersionOut.of(row) for row in rows], total=total)


class ComparedOut(BaseModel):
    """A version with its text and a unified diff to the version before it, in the caller's language and in both."""

    version: VersionOut
    prompt: str
    prompts: Localised
    diff: str
    diffs: Localised

    @classmethod
    def of(cls, found: Compared, language: Language) -> Self:
        prompts, diffs = found.version.prompt, found.diff
        return cls(
            version=VersionOut.of(found.version),
            prompt=prompts.in_language(language),
            prompts=prompts,
            diff=diffs.in_language(language),
            diffs=diffs,
        )
