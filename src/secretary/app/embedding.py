"""Joins the choice of an embedding model with who has it: a provider's key and address, a file, the books."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from secretary.adapters.llm.local import LocalEmbedder, describe
from secretary.adapters.vectors import ProviderVectors
from secretary.assistant.embedding import choice as choices
from secretary.assistant.embedding.choice import LOCAL, EmbeddingChoice, EmbeddingChosen, EmbeddingConfig
from secretary.assistant.embedding.patience import LONGEST_WAIT_S, PatientVectors
from secretary.kernel.errors import Invalid, SecretaryError, Upstream
from secretary.kernel.freshness import Freshness
from secretary.kernel.http import HttpClient
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.search.ports import Vectors
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Embedder, Piece, Prompt
from secretary.llm.routing.ask import Origin
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.breaker import Breaker
from secretary.llm.routing.embedding import Embeds
from secretary.llm.routing.gate import Gate
from secretary.operations.local_models.shelf import Shelf

log = structlog.get_logger(__name__)

ORIGIN: Final = Origin("knowledge", action="embed")
_TRIAL_S: Final = 60.0
"""A file of this machine has to be loaded first."""
_TRIAL: Final = "Мы открыты каждый день с девяти до шести. We deliver across the city."
_PLACES: Final = 2


class Place(Protocol):
    """Where texts become vectors."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector a text. Raises Upstream, NotFound, LimitReached."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class AtProvider:
    """A `Place`: a provider as it is set at each call, its key, address and proxy."""

    backends: Backends
    embeds: Embeds
    provider_id: str
    model: str

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        backends = await self.backends.refreshed()
        backend = next(iter(backends.resolve(f"cloud:{self.provider_id}", None)), None)
        if backend is None:
            raise Upstream(
                "embedding_provider_gone",
                en="The provider that embeds is switched off or gone.",
                ru="Провайдер, который считает векторы, выключен или удалён.",
                retryable=False,
            )
        embedder = backends.embedder(backend, self.model)
        if embedder is None:
            raise Invalid(
                "embedding_unsuitable",
                en="This provider has no embedding models. OpenAI, Gemini, OpenRouter, GigaChat, YandexGPT, Ollama, "
                "vLLM and custom addresses may have some.",
                ru="У этого провайдера нет моделей эмбеддингов. Они бывают у OpenAI, Gemini, OpenRouter, GigaChat, "
                "YandexGPT, Ollama, vLLM и по своему адресу.",
            )
        return (await self.embeds.embed(ORIGIN, backends.with_model(backend, self.model), embedder, texts)).vectors

    async def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class EmbeddingFile:
    """As gate, breaker and books see a file that only makes vectors. Asked to chat, it refuses."""

    name: str
    capabilities: ChatCapabilities
    is_available: bool = True

    def start(self) -> None:
        """The first texts load it."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        del prompt
        raise llm_error("llm_unable")

    async def close(self) -> None:
        """Whoever embeds ends its process."""


@dataclass(slots=True)
class OnThisMachine:
    """A `Place`: a GGUF file in a child process, which the first text starts."""

    shelf: Shelf
    http: HttpClient
    embeds: Embeds
    model: str
    threads: int | None = None
    _opened: tuple[Backend, Embedder] | None = None
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        async with self._opening:
            if self._opened is None:
                self._opened = await self._open()
        backend, embedder = self._opened
        return (await self.embeds.embed(ORIGIN, backend, embedder, texts)).vectors

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened[1].close()

    async def _open(self) -> tuple[Backend, Embedder]:
        found = await asyncio.to_thread(self.shelf.find, self.model)
        spec = await asyncio.to_thread(describe, found.path, threads=self.threads)
        chat = EmbeddingFile(f"{LOCAL}:{found.name}", ChatCapabilities(found.name, is_local=True))
        loop = asyncio.get_running_loop()
        return Backend(LOCAL, chat, Gate(_PLACES), Breaker(loop.time)), LocalEmbedder(spec, self.http)


PlaceOf = Callable[[EmbeddingChoice], Place]


def places(backends: Backends, embeds: Embeds, http: HttpClient, shelf: Shelf, threads: int) -> PlaceOf:
    """Where a choice embeds."""

    def place_of(choice: EmbeddingChoice) -> Place:
        if choice.provider_id == LOCAL:
            return OnThisMachine(shelf, http, embeds, choice.model, threads or None)
        return AtProvider(backends, embeds, choice.provider_id, choice.model)

    return place_of


class ChosenVectors:
    """The embedding models that can be asked, the wanted one first: what is set is read again within a second."""

    def __init__(
        self,
        units: UnitFactory,
        place_of: PlaceOf,
        packaged: Vectors | None,
        *,
        wait_s: float = LONGEST_WAIT_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._units, self._place_of, self._packaged, self._wait_s = units, place_of, packaged, wait_s
        self._config: EmbeddingConfig | None = None
        self._made: dict[EmbeddingChoice, PatientVectors] = {}
        self._models: Sequence[Vectors] = () if packaged is None else (packaged,)
        self._freshness = Freshness(monotonic)
        units.bus.subscribe(EmbeddingChosen, lambda _: self._freshness.changed())

    async def models(self) -> Sequence[Vectors]:
        """The same object as long as they are the same."""
        await self._freshness.ensure(self._load)
        return self._models

    @property
    def last_code(self) -> str:
        """Why the wanted model failed the last time; empty where it did not."""
        wanted = self._models[0] if self._models else None
        return wanted.last_code if isinstance(wanted, PatientVectors) else ""

    async def tried(self, choice: EmbeddingChoice) -> EmbeddingChoice:
        """The same with the length of its vectors, which it was asked for. Raises Invalid where it gives none."""
        if not choice.provider_id:
            return choice
        try:
            dimensions = await self._length(choice, _TRIAL_S)
        except (TimeoutError, Upstream) as error:
            en, ru = (error.en, error.ru) if isinstance(error, SecretaryError) else _TOO_SLOW
            raise Invalid(
                "embedding_not_tried",
                en=f"The model gave no vector for a trial text, so nothing was changed. {en}",
                ru=f"Модель не дала вектор для пробного текста, поэтому ничего не изменено. {ru}",
            ) from error
        return choice.model_copy(update={"dimensions": dimensions})

    async def close(self) -> None:
        """End what was begun. Repeatable."""
        for one in self._made.values():
            await one.close()
        if self._packaged is not None:
            await self._packaged.close()

    async def _load(self) -> None:
        async with self._units.read() as unit:
            config = await choices.chosen(unit)
        if config == self._config:
            return
        self._config = config
        wanted, before = self._vectors(config.wanted), self._vectors(config.before)
        behind = [one for one in (before, self._packaged) if one is not None]
        self._models = tuple({one.name: one for one in (wanted, *behind)}.values()) if wanted is not None else ()
        kept = {id(one) for one in self._models}
        for choice, made in list(self._made.items()):
            if id(made) not in kept:
                await self._made.pop(choice).close()

    def _vectors(self, choice: EmbeddingChoice) -> Vectors | None:
        if not choice.provider_id:
            return self._packaged
        if choice not in self._made:
            self._made[choice] = PatientVectors(self._provided(choice), wait_s=self._wait_s)
        return self._made[choice]

    def _provided(self, choice: EmbeddingChoice) -> ProviderVectors:
        place = self._place_of(choice)

        async def on_other(length: int) -> None:
            await self._on_other(choice, length)

        return ProviderVectors(
            choice.name,
            place.embed,
            dimensions=choice.dimensions,
            on_other=on_other,
            close=place.close,
            question_prefix=choice.question_prefix,
            passage_prefix=choice.passage_prefix,
        )

    async def _on_other(self, choice: EmbeddingChoice, length: int) -> None:
        """Believed when it says so twice: to embed everything anew for one odd answer would be dear."""
        if await self._length(choice, self._wait_s) != length:
            return
        log.warning("embedding_dimensions_changed", model=choice.name, before=choice.dimensions, now=length)
        async with self._units.write() as unit:
            await choices.note_length(unit, choice, length)

    async def _length(self, choice: EmbeddingChoice, within_s: float) -> int:
        """How many numbers a vector has. Raises Upstream, TimeoutError."""
        place = self._place_of(choice)
        try:
            async with asyncio.timeout(within_s):
                return len((await place.embed([choice.passage_prefix + _TRIAL]))[0])
        finally:
            await place.close()


_TOO_SLOW: Final = ("It did not answer in time.", "Она не ответила вовремя.")
