"""The model file of this machine while we run: which one it is now, loaded when it comes, ended when it goes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from secretary.adapters.hub import HuggingFace
from secretary.adapters.llm.local import LocalModel, LocalModelSpec, describe
from secretary.app.installation import HasState
from secretary.kernel.errors import Invalid, Language
from secretary.kernel.http import HttpClient
from secretary.llm.ports import Piece, Prompt
from secretary.llm.routing.backends import LOCAL, Backends
from secretary.operations.local_models.ports import Running
from secretary.operations.local_models.service import LocalModels
from secretary.operations.local_models.shelf import Shelf
from secretary.settings import Settings

log = structlog.get_logger(__name__)

GRACE_S: Final = 2.0
"""For those who were about to ask a model when it was replaced."""
LONGEST_ANSWER_S: Final = 120.0  # as `TimeLimits.total_s`

_Mark = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A file, and by what we would see that it is another one."""

    path: Path
    file: _Mark
    description: _Mark


class LeavingModel(LocalModel):
    """A local model that can go without cutting anybody off."""

    def __init__(self, spec: LocalModelSpec, http: HttpClient, **options: Any) -> None:
        super().__init__(spec, http, **options)
        self._answers, self._quiet = 0, asyncio.Event()

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """As `LocalModel.stream`."""
        self._answers += 1
        try:
            async with aclosing(super().stream(prompt)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            self._answers -= 1
            if not self._answers:
                self._quiet.set()

    async def leave(self, grace_s: float = GRACE_S, longest_s: float = LONGEST_ANSWER_S) -> None:
        """Close once nobody is being answered, in `longest_s` seconds at the latest."""
        try:
            await asyncio.sleep(grace_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(longest_s):
                    while self._answers:
                        self._quiet.clear()
                        await self._quiet.wait()
        finally:
            await self.close()


class OnDisk:
    """LOCAL_MODEL_PATH, else what the shelf says is to be run; looked at whenever the backends are."""

    def __init__(
        self,
        settings: Settings,
        shelf: Shelf,
        http: HttpClient,
        *,
        grace_s: float = GRACE_S,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._settings, self._shelf, self._http = settings, shelf, http
        self._grace_s, self._options = grace_s, dict(options or {})
        self._leaving: set[asyncio.Task[None]] = set()
        self._seen = self._look()
        self.model = self._made(self._spec(self._seen) if self._seen else None)

    async def current(self) -> LocalModel | None:
        """The model to run now. A description that does not read is logged, and the model stays as it was."""
        seen = await asyncio.to_thread(self._look)
        if seen == self._seen:
            return self.model
        try:
            spec = await asyncio.to_thread(self._spec, seen) if seen else None
        except Invalid as error:
            log.warning("local_model_not_taken", code=error.code, reason=error.en)
            return self.model
        old, self.model, self._seen = self.model, self._made(spec), seen
        log.info("local_model_changed", path=str(seen.path) if seen else None)
        if old is not None:
            task = asyncio.create_task(old.leave(self._grace_s), name="local-model-leaves")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)
        return self.model

    async def close(self) -> None:
        """End those that were leaving."""
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    def _look(self) -> Seen | None:
        path = self._settings.local_model or self._shelf.to_run()
        return Seen(path, _mark(path), _mark(path.with_suffix(".json"))) if path else None

    def _spec(self, seen: Seen) -> LocalModelSpec:
        languages: Sequence[Language] = self._settings.local_model_languages
        return describe(seen.path, languages=languages, threads=self._settings.local_model_threads or None)

    def _made(self, spec: LocalModelSpec | None) -> LeavingModel | None:
        return LeavingModel(spec, self._http, **self._options) if spec else None


@dataclass(frozen=True, slots=True)
class Engine:
    """Fills the port `operations.local_models.ports.Engine`."""

    backends: Backends

    async def look_again(self) -> None:
        """Take what has changed at once, and begin to load it."""
        self.backends.look_again()
        await self.backends.refreshed()

    def running(self, language: Language) -> Running | None:
        """The local model, where there is one."""
        backend = self.backends.named().get(LOCAL)
        if backend is None or not isinstance(backend.model, HasState):
            return None
        state = backend.model.state()
        return Running(backend.model.capabilities.model, str(state.code), state.text(language))


class NoEngine:
    """For a shell: whoever runs models is another process, and sees by itself what has changed."""

    async def look_again(self) -> None:
        """Nobody to tell."""

    def running(self, language: Language) -> Running | None:
        """It is not known here."""
        del language
        return None


@asynccontextmanager
async def open_local_models(settings: Settings) -> AsyncIterator[LocalModels]:
    """The folder of models and the hub, for a shell."""
    http = HttpClient(frozenset(settings.allowed_private_hosts))
    hub = HuggingFace(http, settings.hub_url, settings.hub_token.get_secret_value())
    try:
        yield LocalModels(hub, Shelf(settings.data_dir / "models"), NoEngine())
    finally:
        await http.aclose()


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
