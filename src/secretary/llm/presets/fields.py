"""What may be set on a preset. A prompt is one text for both languages, or a text for each."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from secretary.kernel.text import CleanText
from secretary.llm.models import Localised

PromptText = Annotated[CleanText, Field(max_length=20_000)]


class PromptsIn(BaseModel):
    """A prompt by language; a language that is not named keeps its text."""

    model_config = ConfigDict(extra="forbid")

    ru: PromptText | None = None
    en: PromptText | None = None

    def over(self, before: Localised) -> Localised:
        """The prompt `before` with these texts in it."""
        return before.model_copy(update=self.model_dump(exclude_none=True))


PromptIn = PromptText | PromptsIn


def merged(given: PromptIn, before: Localised) -> Localised:
    """What a prompt reads after it was set to `given`."""
    return Localised(ru=given, en=given) if isinstance(given, str) else given.over(before)


class PresetFields(BaseModel):
    """Everything optional: only what is named changes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[CleanText, Field(min_length=1, max_length=100)] | None = None
    description: Annotated[CleanText, Field(max_length=500)] | None = None
    system_prompt: PromptIn | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1, le=32_000)
    top_p: float | None = Field(default=None, gt=0, le=1)
    repetition_penalty: float | None = Field(default=None, gt=0, le=2)
    enabled: bool | None = None

    def sent(self) -> dict[str, Any]:
        """The plain values that were named: all but the prompt."""
        return {name: getattr(self, name) for name in PresetFields.model_fields if name != "system_prompt"
                and name in self.model_fields_set and getattr(self, name) is not None}  # fmt: skip


class NewPreset(PresetFields):
    """A preset with the id that names it as a persona, or with one made for it."""

    id: str = Field(default="", max_length=50, pattern="^([a-z0-9][a-z0-9_-]*)?$")
