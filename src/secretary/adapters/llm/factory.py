"""Which adapter speaks to which type of provider: one row a type."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from secretary.adapters.llm.openai_wire.services import openai_embedder, openai_service
from secretary.kernel.http import HttpClient
from secretary.llm.ports import ChatModel, Embedder
from secretary.llm.providers import ProviderSpec, ProviderType

_MakeChat = Callable[[HttpClient, ProviderSpec], ChatModel]
_MakeEmbedder = Callable[[HttpClient, ProviderSpec], Embedder | None]


def _claude(http: HttpClient, spec: ProviderSpec) -> ChatModel:
    from secretary.adapters.llm.anthropic_wire import anthropic_model  # noqa: PLC0415 - most installations have none

    return anthropic_model(http, spec)


def _gemini(http: HttpClient, spec: ProviderSpec) -> ChatModel:
    from secretary.adapters.llm.gemini_wire import gemini_model  # noqa: PLC0415 - most installations have none

    return gemini_model(http, spec)


def _gemini_embedder(http: HttpClient, spec: ProviderSpec) -> Embedder:
    from secretary.adapters.llm.gemini_wire import gemini_embedder  # noqa: PLC0415 - most installations have none

    return gemini_embedder(http, spec)


def _gigachat(http: HttpClient, spec: ProviderSpec) -> ChatModel:
    from secretary.adapters.llm.gigachat import gigachat_model  # noqa: PLC0415 - most installations have none

    return gigachat_model(http, spec)


def _gigachat_embedder(http: HttpClient, spec: ProviderSpec) -> Embedder:
    from secretary.adapters.llm.gigachat import gigachat_embedder  # noqa: PLC0415 - most installations have none

    return gigachat_embedder(http, spec)


def _no_embedder(http: HttpClient, spec: ProviderSpec) -> None:
    del http, spec


_ROWS: Final[Mapping[ProviderType, tuple[_MakeChat, _MakeEmbedder]]] = {
    ProviderType.OPENAI: (openai_service, openai_embedder),
    ProviderType.CLAUDE: (_claude, _no_embedder),
    ProviderType.GEMINI: (_gemini, _gemini_embedder),
    ProviderType.DEEPSEEK: (openai_service, _no_embedder),
    ProviderType.KIMI: (openai_service, _no_embedder),
    ProviderType.OPENROUTER: (openai_service, openai_embedder),
    ProviderType.GIGACHAT: (_gigachat, _gigachat_embedder),
    ProviderType.YANDEXGPT: (openai_service, openai_embedder),
    ProviderType.OLLAMA: (openai_service, openai_embedder),
    ProviderType.VLLM: (openai_service, openai_embedder),
    ProviderType.CUSTOM: (openai_service, openai_embedder),
}


class Models:
    """The `ModelFactory` of the product: every model shares one HTTP client."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def chat(self, spec: ProviderSpec) -> ChatModel:
        """A model to chat with. Touches no network. Raises Invalid("llm_provider_incomplete")."""
        return _ROWS[spec.type][0](self._http, _as_meant(spec))

    def embedder(self, spec: ProviderSpec) -> Embedder | None:
        """A model for vectors, or None where the provider has none. Raises as `chat` does."""
        return _ROWS[spec.type][1](self._http, _as_meant(spec))


def _as_meant(spec: ProviderSpec) -> ProviderSpec:
    """Without the white space that a key is pasted with."""
    return replace(spec, api_key=spec.api_key.strip())
