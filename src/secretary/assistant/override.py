"""What one message may ask for instead of its assistant's settings. It travels with the answer, in its row."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from secretary.assistant.models import LlmParams
from secretary.conversations.ports import OverrideJson
from secretary.kernel.text import CleanText


class LlmOverride(BaseModel):
    """`llm_override` of a chat message; what is not named stays as the assistant has it."""

    model_config = ConfigDict(extra="forbid")

    persona_id: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    llm_backend: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    system_prompt: Annotated[CleanText, Field(max_length=20_000)] | None = None
    llm_params: LlmParams = Field(default_factory=LlmParams)

    @classmethod
    def stored(cls, row: OverrideJson | None) -> "LlmOverride":
        """As it was stored with an answer."""
        return cls.model_validate(row) if row else cls()

    def to_store(self) -> OverrideJson | None:
        """What is named, or nothing."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True) or None
