"""Tables of language models: `llm_presets`. A persona is a preset that is shown under its name."""

from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime
from secretary.kernel.errors import Language


class Localised(BaseModel):
    """A text in both languages; one that is missing falls back on the other."""

    ru: str = ""
    en: str = ""

    def in_language(self, language: Language) -> str:
        return (self.ru or self.en) if language == "ru" else (self.en or self.ru)


class LlmPreset(Base):
    """A persona: its prompt and generation parameters."""

    __tablename__ = "llm_presets"

    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(500), default="")
    system_prompt: Mapped[Localised] = mapped_column(JsonOf(Localised))
    temperature: Mapped[float] = mapped_column(default=0.7)
    max_tokens: Mapped[int] = mapped_column(default=512)
    top_p: Mapped[float] = mapped_column(default=0.9)
    repetition_penalty: Mapped[float] = mapped_column(default=1.1)
    is_builtin: Mapped[bool] = mapped_column(default=False)
    enabled: Mapped[bool] = mapped_column(default=True)
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
