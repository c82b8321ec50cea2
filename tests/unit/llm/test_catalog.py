"""What is known of providers and their models."""

import pytest

from secretary.llm.catalog import KINDS, capabilities_of, kind_of
from secretary.llm.ports import ChatCapabilities
from secretary.llm.providers import ProviderSpec, ProviderType

OLD_NAMES = {
    ProviderType.GEMINI: ("gemini-2.0-flash",),
    ProviderType.KIMI: ("kimi-k2", "moonshot-v1-8k", "moonshot-v1-32k", "moonshot-v1-128k"),
    ProviderType.OPENAI: ("gpt-4o", "gpt-4o-mini", "gpt-4-turbo", "gpt-3.5-turbo"),
    ProviderType.CLAUDE: ("claude-3-5-sonnet", "claude-3-opus", "claude-3-haiku"),
    ProviderType.DEEPSEEK: ("deepseek-chat", "deepseek-coder", "deepseek-reasoner"),
    ProviderType.VLLM: ("Qwen/Qwen2.5-7B-Instruct-AWQ",),
}


def spec(kind: ProviderType, model: str, capabilities: ChatCapabilities | None = None) -> ProviderSpec:
    return ProviderSpec("cloud:1", kind, model, "https://x.example", capabilities=capabilities)


@pytest.mark.parametrize("kind", ProviderType)
def test_every_type_is_described(kind: ProviderType) -> None:
    known = kind_of(kind)
    assert known.type is kind
    assert known.title
    assert known.base_url.startswith(("https://", "http://localhost")) or kind is ProviderType.CUSTOM
    assert known.models or kind is ProviderType.CUSTOM
    assert known.keys_at.startswith("https://") is known.needs_key
    names = [model.name for model in known.models]
    assert len(names) == len(set(names))
    assert all(0 < model.max_output_tokens <= model.context_tokens for model in known.models)


def test_every_type_is_in_the_table() -> None:
    assert set(KINDS) == set(ProviderType)


@pytest.mark.parametrize(("kind", "names"), OLD_NAMES.items())
def test_models_of_older_installations_can_be_chosen(kind: ProviderType, names: tuple[str, ...]) -> None:
    assert set(names) <= {model.name for model in kind_of(kind).models}


@pytest.mark.parametrize(
    ("kind", "model", "context", "has_images"),
    [
        (ProviderType.OPENAI, "gpt-4o-mini", 128_000, True),
        (ProviderType.OPENAI, "gpt-4o-mini-2024-07-18", 128_000, True),
        (ProviderType.OPENAI, "gpt-4o-2024-08-06", 128_000, True),
        (ProviderType.CLAUDE, "claude-haiku-4-5-20251001", 200_000, True),
        (ProviderType.OLLAMA, "gpt-oss:20b", 4_096, False),
        (ProviderType.OPENAI, "gpt-9-unheard-of", 8_192, False),
        (ProviderType.CUSTOM, "whatever", 8_192, False),
    ],
)
def test_model_is_known_by_its_name_or_carefully_guessed(
    kind: ProviderType, model: str, context: int, has_images: bool
) -> None:
    got = capabilities_of(spec(kind, model))
    assert (got.model, got.context_tokens, got.has_images) == (model, context, has_images)
    assert got.languages == {"ru", "en"}
    assert got.has_logprobs is (model.startswith("gpt-4o") or kind is ProviderType.OLLAMA)


def test_record_of_the_owner_outweighs_the_catalogue() -> None:
    own = ChatCapabilities("gpt-4o", context_tokens=9)
    assert capabilities_of(spec(ProviderType.OPENAI, "gpt-4o", own)) is own
