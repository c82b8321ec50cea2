"""The types of provider as their owners choose them: addresses, needs, models. The first model is the default one.

Names of models that older installations have stay in the lists, also where their service has retired them.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from secretary.llm.catalog import abroad, own, russian
from secretary.llm.providers import KnownModel, ProviderKind, ProviderType


def _kinds() -> Sequence[ProviderKind]:
    return (
        ProviderKind(
            ProviderType.OPENAI,
            "OpenAI",
            "https://api.openai.com/v1",
            abroad.OPENAI,
            embedding_models=("text-embedding-3-small", "text-embedding-3-large"),
            keys_at="https://platform.openai.com/api-keys",
        ),
        ProviderKind(
            ProviderType.CLAUDE,
            "Claude (Anthropic)",
            "https://api.anthropic.com",
            abroad.CLAUDE,
            keys_at="https://platform.claude.com/settings/keys",
        ),
        ProviderKind(
            ProviderType.GEMINI,
            "Gemini (Google)",
            "https://generativelanguage.googleapis.com/v1beta",
            abroad.GEMINI,
            embedding_models=("gemini-embedding-001", "gemini-embedding-2", "text-embedding-004"),
            keys_at="https://aistudio.google.com/apikey",
        ),
        ProviderKind(
            ProviderType.DEEPSEEK,
            "DeepSeek",
            "https://api.deepseek.com/v1",
            abroad.DEEPSEEK,
            keys_at="https://platform.deepseek.com/api_keys",
        ),
        ProviderKind(
            ProviderType.KIMI,
            "Kimi (Moonshot AI)",
            "https://api.moonshot.ai/v1",
            abroad.KIMI,
            keys_at="https://platform.kimi.ai/console/api-keys",
        ),
        ProviderKind(
            ProviderType.OPENROUTER,
            "OpenRouter",
            "https://openrouter.ai/api/v1",
            abroad.OPENROUTER,
            embedding_models=("openai/text-embedding-3-small", "qwen/qwen3-embedding-8b"),
            keys_at="https://openrouter.ai/settings/keys",
        ),
        ProviderKind(
            ProviderType.GIGACHAT,
            "GigaChat (Сбер)",
            "https://api.giga.chat/v1",
            russian.GIGACHAT,
            embedding_models=("Embeddings", "Embeddings-2", "EmbeddingsGigaR"),
            keys_at="https://developers.sber.ru/studio",
        ),
        ProviderKind(
            ProviderType.YANDEXGPT,
            "YandexGPT (Yandex AI Studio)",
            "https://llm.api.cloud.yandex.net/v1",
            russian.YANDEXGPT,
            embedding_models=("text-search-doc/latest", "text-search-query/latest"),
            needs=("folder_id",),
            keys_at="https://aistudio.yandex.ru",
        ),
        ProviderKind(
            ProviderType.OLLAMA,
            "Ollama",
            "http://localhost:11434/v1",
            own.OLLAMA,
            embedding_models=("bge-m3", "nomic-embed-text"),
            needs_key=False,
        ),
        ProviderKind(
            ProviderType.VLLM,
            "vLLM",
            "http://localhost:8000/v1",
            own.VLLM,
            embedding_models=("BAAI/bge-m3",),
            needs_key=False,
        ),
        ProviderKind(ProviderType.CUSTOM, "OpenAI-compatible", "", (), needs_key=False),
    )


KINDS: Final[Mapping[ProviderType, ProviderKind]] = MappingProxyType({kind.type: kind for kind in _kinds()})


def kind_of(kind: ProviderType) -> ProviderKind:
    """What is known of a type of provider."""
    return KINDS[kind]


def known_model(kind: ProviderType, name: str) -> KnownModel | None:
    """The model of this name, or the one that `name` is a dated or tagged edition of."""
    models = KINDS[kind].models
    exact = next((model for model in models if model.name == name), None)
    if exact is not None:
        return exact
    editions = [model for model in models if name.startswith((f"{model.name}-2", f"{model.name}:", f"{model.name}@"))]
    return max(editions, key=lambda model: len(model.name), default=None)
