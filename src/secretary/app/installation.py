"""What the joined program says about itself; fills the port `operations.ports.Installation`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from secretary import __version__
from secretary.app.demo import DEMO_CARD
from secretary.assistant.reranking.judging import Reranking, Standing
from secretary.channels import queries as channels
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit
from secretary.knowledge.search.lazy import LazySearch
from secretary.llm.ports import ChatModel
from secretary.llm.routing.backends import Backends
from secretary.operations.ports import ChannelReport, ModelReport, SearchReport

MOST_WIDGETS = 500
RERANKING = {"en": "Puts passages in order.", "ru": "Упорядочивает найденное."}
NOT_RERANKING = {
    "en": "Does not answer ({code}): passages stay in the order of the search.",
    "ru": "Не отвечает ({code}): найденное остаётся в порядке поиска.",
}
REMOTE_TEXT = {"en": "Asked at each message.", "ru": "Спрашивается при каждом сообщении."}


class State(Protocol):
    """How a model of this machine is doing."""

    @property
    def code(self) -> str: ...

    def text(self, language: Language) -> str: ...


@runtime_checkable
class HasState(Protocol):
    """A model that knows how it is doing: one that we run ourselves."""

    def state(self) -> State: ...


@dataclass(frozen=True, slots=True)
class ThisInstallation:
    """The process that we are, since its start."""

    backends: Backends
    kinds: Sequence[str]
    roles: Sequence[str]
    llm_backend: str
    started_at: datetime
    finds: LazySearch
    reranking: Reranking | None = None
    version: str = __version__

    @property
    def demo_company(self) -> str:
        return DEMO_CARD.company

    async def is_widget_placed(self, unit: Unit) -> bool:
        """A widget that is on and names a site: without one it answers on its own demo page alone."""
        rows, _ = await channels.instances(
            unit.db, "widget", owner_id=None, enabled_only=True, limit=MOST_WIDGETS, offset=0
        )
        return any(row.settings.get("allowed_domains") for row in rows)

    def models(self, language: Language) -> Sequence[ModelReport]:
        answering = [_report(name, backend.model, language) for name, backend in self.backends.named().items()]
        return [*answering, *self._reranker(language)]

    def _reranker(self, language: Language) -> Sequence[ModelReport]:
        """Who judges passages, once he was asked."""
        standing = self.reranking.standing if self.reranking else Standing()
        if not standing.judged + standing.failed:
            return []
        code = standing.last_code or "ready"
        text = RERANKING[language] if not standing.last_code else NOT_RERANKING[language].format(code=code)
        return [ModelReport("reranker", standing.name, is_local=False, state=code, text=text)]

    async def search(self) -> SearchReport:
        """Asked, never assumed; where there is no document yet, nothing is wrong."""
        found = await self.finds.check()
        if found is None:
            return SearchReport("words", 0, 0, is_healthy=True)
        return SearchReport(found.engine, found.passages, found.lacking, found.is_healthy)

    async def channels(self, unit: Unit) -> Mapping[str, ChannelReport]:
        """Every kind that there is an adapter for, used or not."""
        counted = await channels.counts(unit.db)
        reports = {kind: ChannelReport(kind, 0, 0) for kind in self.kinds}
        return reports | {kind: ChannelReport(kind, total, enabled) for kind, total, enabled in counted}


def _report(name: str, model: ChatModel, language: Language) -> ModelReport:
    capabilities = model.capabilities
    code, text = "remote", REMOTE_TEXT[language]
    if isinstance(model, HasState):
        state = model.state()
        code, text = str(state.code), state.text(language)
    return ModelReport(name, capabilities.model, capabilities.is_local, code, text)
