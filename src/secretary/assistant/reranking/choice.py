"""Which provider reranks, by which model, and from which relevance on a passage answers: set for the installation."""

from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from secretary.kernel.config import read_config, write_config
from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.events import Event, Trace
from secretary.kernel.unit import Unit
from secretary.llm.providers import ProviderType
from secretary.llm.registry import service as registry

CONFIG_KEY: Final = "reranker"
THRESHOLD: Final = 0.1
"""Between what cross-encoders give to a passage beside the point (hundredths) and to one that answers (tenths). Not
fitted on anything: every model has its own scale.
"""

SUITABLE: Final = frozenset(
    {ProviderType.OPENAI, ProviderType.OPENROUTER, ProviderType.VLLM, ProviderType.CUSTOM, ProviderType.OLLAMA}
)
"""Whose address may have `/rerank`; Cohere, Jina and llama.cpp are `custom`."""


class RerankerConfig(BaseModel):
    """`provider_id` empty: nobody reranks."""

    provider_id: str = ""
    model: str = ""
    threshold: float = Field(default=THRESHOLD, ge=0, le=1)

    @property
    def backend(self) -> str:
        return f"cloud:{self.provider_id}"


@dataclass(frozen=True, slots=True)
class RerankerChosen(Event):
    """Somebody else reranks from now on, or nobody, or another relevance is enough."""

    provider_id: str
    model: str

    def trace(self) -> Trace:
        return Trace("update", "reranker", self.provider_id or "none", {"model": self.model})


async def chosen(unit: Unit) -> RerankerConfig:
    """What is set."""
    return await read_config(unit, CONFIG_KEY, RerankerConfig)


async def choose(unit: Unit, config: RerankerConfig) -> None:
    """Let the installation rerank like this from the next question on.

    Raises NotFound for a provider that is not the installation's, Invalid for one that cannot do it.
    """
    if config.provider_id:
        provider = await registry.find(unit, config.provider_id)
        if provider.owner_id is not None:
            raise NotFound(
                "no_such_provider",
                en="Only a provider of the installation can rerank for everybody.",
                ru="Переранжировать для всех может только общий провайдер установки.",
            )
        if provider.provider_type not in SUITABLE or not config.model:
            raise Invalid(
                "reranker_unsuitable",
                en="Name a reranking model of a provider with `/rerank`: OpenRouter, vLLM, or a custom address "
                "(Cohere, Jina, llama.cpp).",
                ru="Укажите модель переранжирования провайдера, у которого есть `/rerank`: OpenRouter, vLLM или свой "
                "адрес (Cohere, Jina, llama.cpp).",
            )
    await write_config(unit, CONFIG_KEY, config)
    unit.record(RerankerChosen(config.provider_id, config.model))
