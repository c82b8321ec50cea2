"""The services that speak OpenAI's wire, each as its owner described it: addresses, keys, names of models."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from secretary.adapters.llm.embeddings import EmbeddingCall, OpenAiEmbedder
from secretary.adapters.llm.openai_wire.dialects import dialect_of
from secretary.adapters.llm.openai_wire.endpoint import Dialect, Endpoint
from secretary.adapters.llm.openai_wire.wire import openai_model
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.errors import Invalid
from secretary.kernel.http import HttpClient
from secretary.llm.catalog import capabilities_of, kind_of
from secretary.llm.providers import ProviderSpec, ProviderType

# Ollama and llama.cpp answer with numbers whatever is asked for; YandexGPT takes one text a request.
_CALLS: Final = {
    ProviderType.OPENROUTER: EmbeddingCall(batch=96, encoding="float"),
    ProviderType.YANDEXGPT: EmbeddingCall(batch=1, encoding="float", has_dimensions=False),
    ProviderType.OLLAMA: EmbeddingCall(batch=64, encoding="float"),
    ProviderType.VLLM: EmbeddingCall(batch=128),
    ProviderType.CUSTOM: EmbeddingCall(batch=64, encoding="float"),
}


def openai_service(http: HttpClient, spec: ProviderSpec) -> WireModel:
    """A model of one of these services. Raises Invalid("llm_provider_incomplete") where an option is missing."""
    return openai_model(
        http,
        _endpoint(spec, _chat_name),
        name=spec.name,
        capabilities=capabilities_of(spec),
        limits=spec.limits,
        dialect=_dialect(spec),
    )


def openai_embedder(http: HttpClient, spec: ProviderSpec) -> OpenAiEmbedder:
    """Vectors of one of these services. Raises as `openai_service` does."""
    return OpenAiEmbedder(
        http,
        _endpoint(spec, _vector_name),
        name=spec.name,
        limits=spec.limits,
        call=_CALLS.get(spec.type, EmbeddingCall()),
    )


def _dialect(spec: ProviderSpec) -> Dialect:
    """The option `tools: text` is for servers that refuse tools (vLLM without its parser), or drop them."""
    dialect = dialect_of(spec.type, spec.model)
    if spec.options.get("tools") != "text":
        return dialect
    return replace(dialect, tools_in_words=True, calls_in_text=True, tools_add={})


def _endpoint(spec: ProviderSpec, name_of: Callable[[ProviderSpec], str]) -> Endpoint:
    base_url = spec.base_url or kind_of(spec.type).base_url
    if not base_url or any(not spec.options.get(need) for need in kind_of(spec.type).needs):
        raise Invalid(
            "llm_provider_incomplete",
            en="This provider's address or one of its required options is missing.",
            ru="Не указан адрес провайдера или одна из обязательных настроек.",
        )
    ca_file = spec.options.get("ca_file")
    return Endpoint(
        base_url,
        name_of(spec),
        spec.api_key or None,
        spec.kind,
        spec.proxy,
        headers=_headers(spec),
        key_scheme="Api-Key" if spec.type is ProviderType.YANDEXGPT else "Bearer",
        ca_file=Path(ca_file) if ca_file else None,
    )


def _headers(spec: ProviderSpec) -> Mapping[str, str]:
    """OpenRouter shows who calls, where the owner wants that: options `site_url` and `site_title`."""
    if spec.type is not ProviderType.OPENROUTER:
        return {}
    said = {"HTTP-Referer": spec.options.get("site_url"), "X-Title": spec.options.get("site_title")}
    return {name: value for name, value in said.items() if value and value.isascii() and value.isprintable()}


def _chat_name(spec: ProviderSpec) -> str:
    return _yandex_name("gpt", spec) if spec.type is ProviderType.YANDEXGPT else spec.model


def _vector_name(spec: ProviderSpec) -> str:
    return _yandex_name("emb", spec) if spec.type is ProviderType.YANDEXGPT else spec.model


def _yandex_name(scheme: str, spec: ProviderSpec) -> str:
    """`gpt://{folder}/yandexgpt/latest`; a name that says all that itself stays as it is."""
    return spec.model if "://" in spec.model else f"{scheme}://{spec.options['folder_id']}/{spec.model}"
