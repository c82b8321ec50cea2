"""What the joined program says about itself; fills the port `operations.ports.Installation`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from secretary import __version__
from secretary.channels import queries as channels
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit
from secretary.llm.ports import ChatModel
from secretary.llm.routing.backends import Backends
from secretary.operations.ports import ChannelReport, ModelReport

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
    version: str = __version__

    def models(self, language: Language) -> Sequence[ModelReport]:
        return [_report(name, backend.model, language) for name, backend in self.backends.named().items()]

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
