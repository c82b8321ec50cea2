"""What local models need from outside: a hub to pull from, and whoever runs a file."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from secretary.kernel.errors import Language


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file as the hub describes it; `sha256` (hex) is empty where the hub states none."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at one commit; `licence` as its card says, or empty."""

    name: str
    commit: str
    licence: str
    files: Sequence[HubFile]


@dataclass(frozen=True, slots=True)
class Download:
    """A body that has begun: `start` is the offset of its first byte (0 where the server knows no ranges)."""

    start: int
    chunks: AsyncIterator[bytes]


class Hub(Protocol):
    """Where models are published. Names were checked by `names`.

    Raises NotFound("hub_no_such_model"), Upstream (hub_denied, hub_down, hub_nonsense, http_…),
    RateLimited("hub_busy").
    """

    async def repository(self, name: str, revision: str = "main") -> Repository:
        """What it holds now, or at a commit."""
        ...

    def download(self, name: str, commit: str, path: str, start: int) -> AbstractAsyncContextManager[Download]:
        """A file from byte `start` on; Upstream("model_wrong_size") where it ends before that.

        Leaving the context cuts the connection; reading raises Upstream.
        """
        ...


@dataclass(frozen=True, slots=True)
class Running:
    """The file that is run now: its name without the ending, a stable state and what it means."""

    name: str
    state: str
    text: str


class Engine(Protocol):
    """Who runs a file of the folder; `app` fills it."""

    async def look_again(self) -> None:
        """The folder has changed: run what it says now, stop what is gone."""
        ...

    def running(self, language: Language) -> Running | None: ...
