"""What operations are told by the joined program: what only it knows about itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class ModelReport:
    """How a language model is doing: a stable `state` and what it means, in the reader's language."""

    name: str
    model: str
    is_local: bool
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How many instances a kind of channel has, and how many of them are switched on."""

    kind: str
    total: int
    enabled: int


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How the search in documents is doing: which engine, and does it find what is there? `lacking` passages have no
    vector yet.
    """

    engine: str
    passages: int
    lacking: int
    is_healthy: bool


class Installation(Protocol):
    """The process itself, and what the rooms beside this one know."""

    @property
    def version(self) -> str: ...

    @property
    def roles(self) -> Sequence[str]: ...

    @property
    def started_at(self) -> datetime: ...

    @property
    def llm_backend(self) -> str:
        """What the settings say."""
        ...

    @property
    def demo_company(self) -> str:
        """The sample business that a fresh installation speaks for."""
        ...

    async def is_widget_placed(self, unit: Unit) -> bool:
        """May a widget answer on somebody's own site?"""
        ...

    def models(self, language: Language) -> Sequence[ModelReport]: ...

    async def channels(self, unit: Unit) -> Mapping[str, ChannelReport]: ...

    async def search(self) -> SearchReport:
        """As it was found to be just now."""
        ...
