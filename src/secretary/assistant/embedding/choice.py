"""Which model embeds: set for the installation, with everything that makes its vectors others than before."""

import hashlib
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from secretary.kernel.config import read_config, write_config
from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.events import Detail, Event, News, Trace
from secretary.kernel.unit import Unit
from secretary.llm.registry import service as registry

CONFIG_KEY: Final = "embedding"
LOCAL: Final = "local"
"""In the place of a provider: a GGUF file of this machine."""


class EmbeddingChoice(BaseModel, frozen=True):
    """`provider_id` empty: the packaged models. `dimensions` is how many numbers a vector had when it was tried."""

    provider_id: str = ""
    model: str = ""
    question_prefix: str = ""
    passage_prefix: str = ""
    dimensions: int = 0

    @property
    def name(self) -> str:
        """Under which its vectors are stored; empty for the packaged models, which have names of their own."""
        if not self.provider_id:
            return ""
        read_as = f"#{hashlib.sha256(self.passage_prefix.encode()).hexdigest()[:8]}" if self.passage_prefix else ""
        return f"{self.provider_id}/{self.model}@{self.dimensions}{read_as}"


class EmbeddingConfig(BaseModel, frozen=True):
    """The model that is wanted, and the one before it, whose vectors serve until the wanted one knows everything."""

    wanted: EmbeddingChoice = EmbeddingChoice()
    before: EmbeddingChoice = EmbeddingChoice()


@dataclass(frozen=True, slots=True)
class EmbeddingChosen(Event):
    """Another model embeds from now on, or the same one gives vectors of another length."""

    provider_id: str
    model: str
    dimensions: int

    def trace(self) -> Trace:
        details: dict[str, Detail] = {"model": self.model, "dimensions": self.dimensions}
        return Trace("update", "embedding", self.provider_id or "packaged", details)


@dataclass(frozen=True, slots=True)
class EmbeddingReady(Event):
    """The model that was chosen knows all passages and answers from now on. Nobody did it: it is not audited."""

    name: str

    def news(self) -> News:
        return News("ready", "embedding", self.name)


async def chosen(unit: Unit) -> EmbeddingConfig:
    """What is set."""
    return await read_config(unit, CONFIG_KEY, EmbeddingConfig)


async def ensure_nameable(unit: Unit, choice: EmbeddingChoice) -> None:
    """Raises NotFound for a provider that is not the installation's, Invalid where no model is named."""
    if not choice.provider_id:
        return
    if not choice.model:
        raise Invalid(
            "embedding_without_model",
            en="Name the provider's embedding model.",
            ru="Укажите модель эмбеддингов этого провайдера.",
        )
    if choice.provider_id == LOCAL:
        return
    provider = await registry.find(unit, choice.provider_id)
    if provider.owner_id is not None:
        raise NotFound(
            "no_such_provider",
            en="Only a provider of the installation can embed for everybody.",
            ru="Считать векторы для всех может только общий провайдер установки.",
        )


async def choose(unit: Unit, choice: EmbeddingChoice) -> None:
    """Let the installation embed like this; `choice` was tried. Raises as `ensure_nameable` does. Repeatable."""
    await ensure_nameable(unit, choice)
    await _set(unit, (await chosen(unit)).wanted, choice)


async def note_length(unit: Unit, choice: EmbeddingChoice, dimensions: int) -> None:
    """Its service gives vectors of this length now: they are others. Nothing where something else is wanted by now."""
    config = await chosen(unit)
    if config.wanted == choice and dimensions != choice.dimensions:
        await _set(unit, config.before, choice.model_copy(update={"dimensions": dimensions}))


async def _set(unit: Unit, before: EmbeddingChoice, wanted: EmbeddingChoice) -> None:
    if before.name == wanted.name:
        before = (await chosen(unit)).before
    await write_config(unit, CONFIG_KEY, EmbeddingConfig(wanted=wanted, before=before))
    unit.record(EmbeddingChosen(wanted.provider_id, wanted.model, wanted.dimensions))
