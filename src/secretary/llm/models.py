"""Tables of language models: presets (a persona is one shown under its name), providers, prompts of old, prices."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from secretary.kernel.db import Base, JsonOf, UtcDateTime, text_enum
from secretary.kernel.errors import Language
from secretary.kernel.sealed import SealedColumn
from secretary.llm.providers import ProviderType


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


class OwnPrice(BaseModel):
    """What the owner pays, where he knows better than any list: currency units a million tokens."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(ge=0, le=100_000)
    output: float = Field(ge=0, le=100_000)
    cached_input: float | None = Field(default=None, ge=0, le=100_000)
    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")


class ProviderConfig(BaseModel):
    """What may be set on a provider beside its address; None leaves what the catalogue knows."""

    model_config = ConfigDict(extra="forbid")

    options: dict[str, str] = Field(default_factory=dict, max_length=20)
    context_tokens: int | None = Field(default=None, ge=256, le=10_000_000)
    max_output_tokens: int | None = Field(default=None, ge=16, le=1_000_000)
    has_images: bool | None = None
    has_tools: bool | None = None
    languages: list[Language] = Field(default=["ru", "en"], min_length=1, max_length=2)
    max_concurrency: int = Field(default=16, ge=1, le=1_000)
    connect_s: float = Field(default=5, gt=0, le=60)
    first_token_s: float = Field(default=30, gt=0, le=600)
    total_s: float = Field(default=120, gt=0, le=3_600)
    price: OwnPrice | None = None


class Provider(Base):
    """A service with a key: a backend by the name `cloud:{id}`. One without an owner is the installation's."""

    __tablename__ = "cloud_llm_providers"

    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    provider_type: Mapped[ProviderType] = mapped_column(text_enum(ProviderType, 20))
    sealed_key: Mapped[str | None] = mapped_column(Text, default=None)
    key_hint: Mapped[str] = mapped_column(String(4), default="", server_default="")
    base_url: Mapped[str] = mapped_column(String(500), default="", server_default="")
    sealed_proxy: Mapped[str | None] = mapped_column(Text, default=None)
    model_name: Mapped[str] = mapped_column(String(200))
    enabled: Mapped[bool] = mapped_column(default=True)
    default_of: Mapped[str | None] = mapped_column(String(36), unique=True, default=None)
    """Whose first choice it is: an owner's id, the empty text for the installation, None for nobody's."""
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True, default=None)
    config: Mapped[ProviderConfig] = mapped_column(JsonOf(ProviderConfig))
    description: Mapped[str] = mapped_column(String(500), default="", server_default="")
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def backend(self) -> str:
        """Its name in a chain of backends."""
        return f"cloud:{self.id}"

    @property
    def is_default(self) -> bool:
        return self.default_of is not None


class PromptVersion(Base):
    """A prompt as it was after one change; `subject` is `preset:{id}` or `assistant:{id}`."""

    __tablename__ = "prompt_versions"
    __table_args__ = (Index("ix_prompt_versions_subject_created", "subject", "created"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60))
    prompt: Mapped[Localised] = mapped_column(JsonOf(Localised))
    author_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), default=None)
    created: Mapped[datetime] = mapped_column(UtcDateTime)


class ModelPrice(Base):
    """What a model costs by a list: millionths of `currency` a million tokens, as of a day."""

    __tablename__ = "llm_prices"

    provider_type: Mapped[ProviderType] = mapped_column(text_enum(ProviderType, 20), primary_key=True)
    model: Mapped[str] = mapped_column(String(200), primary_key=True)
    is_known: Mapped[bool]
    input_micro: Mapped[int] = mapped_column(BigInteger)
    cached_input_micro: Mapped[int] = mapped_column(BigInteger)
    output_micro: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    as_of: Mapped[date] = mapped_column(Date)


SEALED = tuple(
    SealedColumn(Provider.__tablename__, "id", column, f"{Provider.__tablename__}.{column}")
    for column in ("sealed_key", "sealed_proxy")
)
"""The columns of this domain that hold sealed secrets, for the key's rotation."""
