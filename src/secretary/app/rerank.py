"""Joins the choice of a reranker with its provider: its key and address, the books, the wire."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretary.adapters.rerank import RerankWire, rerank_wire
from secretary.assistant.reranking import choice
from secretary.assistant.reranking.choice import RerankerChosen, RerankerConfig
from secretary.assistant.reranking.judging import Judge
from secretary.kernel.freshness import Freshness
from secretary.kernel.http import HttpClient
from secretary.kernel.unit import UnitFactory
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Origin
from secretary.llm.routing.backends import Backend, Backends
from secretary.llm.routing.single import single_call


@dataclass(frozen=True, slots=True)
class ProviderReranker:
    """Implements `Reranker` for one caller."""

    wire: RerankWire
    accounting: Accounting
    origin: Origin
    backend: Backend

    async def rerank(self, question: str, passages: Sequence[str]) -> Sequence[float]:
        """As the port says."""
        judged = await single_call(
            self.accounting,
            self.origin,
            self.backend,
            [question, *passages],
            lambda: self.wire.judge(question, passages),
            lambda answer: answer.tokens,
        )
        return judged.scores


class ChosenReranker:
    """Implements `Judges`: what is set is read again within a second."""

    def __init__(self, units: UnitFactory, backends: Backends, accounting: Accounting, http: HttpClient) -> None:
        self._units, self._backends, self._accounting, self._http = units, backends, accounting, http
        self._config = RerankerConfig()
        self._freshness = Freshness()
        units.bus.subscribe(RerankerChosen, lambda _: self._freshness.changed())

    async def for_origin(self, origin: Origin) -> Judge | None:
        """As the port says; a provider that is switched off reranks nothing."""
        await self._freshness.ensure(self._load)
        config = self._config
        if not config.provider_id:
            return None
        backends = await self._backends.refreshed()
        backend = next(iter(backends.resolve(config.backend, None)), None)
        if backend is None or backend.spec is None:
            return None
        wire = rerank_wire(self._http, backend.spec, config.model)
        reranker = ProviderReranker(wire, self._accounting, origin, backends.with_model(backend, config.model))
        return Judge(reranker, f"{config.provider_id}/{config.model}", config.threshold)

    async def _load(self) -> None:
        async with self._units.read() as unit:
            self._config = await choice.chosen(unit)
