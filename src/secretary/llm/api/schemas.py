"""What the endpoints of providers show: of a key only its last four characters, of a proxy its host."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from secretary.kernel.errors import Internal, Language
from secretary.kernel.secrets import Vault
from secretary.llm.models import Provider, ProviderConfig
from secretary.llm.providers import KnownModel, ProviderKind, ProviderType
from secretary.llm.registry.places import shown_proxy
from secretary.llm.registry.trial import Tried
from secretary.llm.specs import PROXY


class KnownModelOut(BaseModel):
    """A model of the catalogue."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    context_tokens: int
    max_output_tokens: int
    has_images: bool
    has_tools: bool
    has_json: bool
    has_logprobs: bool

    @classmethod
    def of(cls, model: KnownModel) -> Self:
        return cls.model_validate(model)


class ProviderTypeOut(BaseModel):
    """A type of provider: where it is, what it needs. The first model is the one it begins with."""

    name: str
    title: str
    base_url: str
    default_models: list[str]
    models: list[KnownModelOut]
    embedding_models: list[str]
    needs_key: bool
    options: list[str]
    keys_at: str

    @classmethod
    def of(cls, kind: ProviderKind) -> Self:
        return cls(
            name=kind.type,
            title=kind.title,
            base_url=kind.base_url,
            default_models=[model.name for model in kind.models],
            models=[KnownModelOut.of(model) for model in kind.models],
            embedding_models=list(kind.embedding_models),
            needs_key=kind.needs_key,
            options=list(kind.needs),
            keys_at=kind.keys_at,
        )


class ProviderOut(BaseModel):
    """A provider. `backend` is its name in a chain."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    backend: str
    name: str
    provider_type: ProviderType
    base_url: str
    model_name: str
    has_key: bool = False
    key_hint: str
    proxy: str = ""
    enabled: bool
    is_default: bool
    owner_id: str | None
    config: ProviderConfig
    description: str
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, row: Provider, vault: Vault) -> Self:
        shown = cls.model_validate(row)
        shown.has_key = row.sealed_key is not None
        shown.proxy = _proxy(row, vault)
        return shown


def _proxy(row: Provider, vault: Vault) -> str:
    """One that cannot be read is shown as such: the list must not break of it."""
    try:
        return shown_proxy(vault.open(row.sealed_proxy, bound_to=PROXY.bound_to(row.id))) if row.sealed_proxy else ""
    except Internal:
        return "?"


class ProvidersOut(BaseModel):
    """A page of providers, and the types to choose from."""

    providers: list[ProviderOut]
    total: int
    provider_types: dict[str, ProviderTypeOut]


class ProviderShown(BaseModel):
    """One provider."""

    provider: ProviderOut


class ProviderSaved(BaseModel):
    """A stored provider; the message says if its key has to be entered again."""

    status: str = "ok"
    provider: ProviderOut
    message: str = ""


class Done(BaseModel):
    """It is done."""

    status: str = "ok"
    message: str = ""


class TriedOut(BaseModel):
    """How a test went; times in milliseconds. `code` is empty where the provider answered."""

    status: str
    available: bool
    test_response: str
    message: str
    code: str
    model: str
    latency_ms: float
    first_token_ms: float | None

    @classmethod
    def of(cls, tried: Tried, language: Language) -> Self:
        error, attempt = tried.error, tried.attempt
        return cls(
            status="ok" if error is None else "error",
            available=error is None,
            test_response=tried.text,
            message=error.text(language) if error else "",
            code=error.code if error else "",
            model=attempt.model,
            latency_ms=round(attempt.duration_ms, 1),
            first_token_ms=None if attempt.first_token_ms is None else round(attempt.first_token_ms, 1),
        )
