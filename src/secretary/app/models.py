"""Which language models this installation has, from its settings: a server, a key of Gemini, a file on this machine."""

from collections.abc import Mapping

from secretary.adapters.llm.factory import Models
from secretary.adapters.llm.openai_wire import Dialect, Endpoint, openai_model
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.catalog import kind_of
from secretary.llm.ports import ChatModel
from secretary.llm.providers import ProviderSpec, ProviderType
from secretary.settings import Settings

TYPES: Mapping[str, ProviderType] = {"vllm": ProviderType.VLLM, "gemini": ProviderType.GEMINI}
"""What those of the environment are, for their prices; what runs on this machine is of no type."""


def models_of(settings: Settings, http: HttpClient, local: ChatModel | None = None) -> Mapping[str, ChatModel]:
    """The models by backend name, the preferred one first; `local` is the file on this machine, where there is one."""
    models: dict[str, ChatModel] = {}
    if settings.vllm_api_url:
        models["vllm"] = _vllm(settings, http)
    if settings.gemini_api_key.get_secret_value():
        models["gemini"] = Models(http).chat(_gemini(settings))
    if local is not None:
        models["local"] = local
    return models


def _vllm(settings: Settings, http: HttpClient) -> ChatModel:
    url = settings.vllm_api_url.rstrip("/")
    endpoint = Endpoint(
        base_url=url if url.endswith("/v1") else f"{url}/v1",
        model=settings.vllm_model or "default",
        api_key=settings.vllm_api_key.get_secret_value() or None,
        kind=DestinationKind.TRUSTED,
    )
    return openai_model(http, endpoint, name="vllm", dialect=Dialect(repetition_penalty="repetition_penalty"))


def _gemini(settings: Settings) -> ProviderSpec:
    kind = kind_of(ProviderType.GEMINI)
    return ProviderSpec(
        name="gemini",
        type=ProviderType.GEMINI,
        model=settings.gemini_model or kind.models[0].name,
        base_url=kind.base_url,
        api_key=settings.gemini_api_key.get_secret_value(),
        kind=DestinationKind.TRUSTED,
    )
