"""What a provider of language models is: its type, what is known of it, and what an adapter needs to speak to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from secretary.kernel.http import DestinationKind, Proxy
from secretary.llm.ports import ChatCapabilities, ChatModel, Embedder, TimeLimits


class ProviderType(StrEnum):
    """The services that can be spoken to. `custom` is anything that imitates OpenAI."""

    OPENAI = "openai"
    CLAUDE = "claude"
    GEMINI = "gemini"
    DEEPSEEK = "deepseek"
    KIMI = "kimi"
    OPENROUTER = "openrouter"
    GIGACHAT = "gigachat"
    YANDEXGPT = "yandexgpt"
    OLLAMA = "ollama"
    VLLM = "vllm"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of a model. Nothing is assumed of one that is not in the catalogue: see `capabilities_of`."""

    name: str
    context_tokens: int
    max_output_tokens: int = 8_192
    has_images: bool = False
    has_tools: bool = True
    has_json: bool = True
    has_logprobs: bool = False


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A type of provider as its owner chooses it: where it is, what it needs, which models it offers first."""

    type: ProviderType
    title: str
    base_url: str
    models: Sequence[KnownModel]
    embedding_models: Sequence[str] = ()
    needs_key: bool = True
    needs: Sequence[str] = ()
    """Names of `options` without which it does not work."""
    keys_at: str = ""
    """Where a key is to be had, for people."""


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """One provider as it is to be spoken to; `name` is the backend's (`cloud:{id}`), `options` are its type's own."""

    name: str
    type: ProviderType
    model: str
    base_url: str
    api_key: str = field(default="", repr=False)
    kind: DestinationKind = DestinationKind.TYPED
    proxy: Proxy | None = None
    limits: TimeLimits = field(default_factory=TimeLimits)
    capabilities: ChatCapabilities | None = None
    """None leaves what the catalogue knows."""
    options: Mapping[str, str] = field(default_factory=dict)


class ModelFactory(Protocol):
    """Makes what speaks to a provider; the adapters fill it."""

    def chat(self, spec: ProviderSpec) -> ChatModel:
        """A model to chat with. Touches no network."""
        ...

    def embedder(self, spec: ProviderSpec) -> Embedder | None:
        """A model for vectors, or None where the provider has none."""
        ...
