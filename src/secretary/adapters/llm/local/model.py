"""`LocalModel`: a `ChatModel` over a child process of ours and the OpenAI wire to it."""

import secrets
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

from secretary.adapters.llm.local.child import SERVER_COMMAND, Child
from secretary.adapters.llm.local.server import ServerOptions
from secretary.adapters.llm.local.spec import LocalModelSpec, is_gguf
from secretary.adapters.llm.local.state import LocalModelCode, LocalModelState
from secretary.adapters.llm.local.supervisor import Patience, Supervisor
from secretary.adapters.llm.openai_wire.endpoint import Dialect, Endpoint
from secretary.adapters.llm.openai_wire.wire import openai_model
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Piece, Prompt, TimeLimits

_DIALECT = Dialect(repetition_penalty="repeat_penalty")
_MENDABLE = frozenset({LocalModelCode.STOPPED, LocalModelCode.NO_FILE, LocalModelCode.NOT_A_MODEL})
_BROKEN = frozenset({"llm_unreachable", "llm_truncated"})


class LocalModel:
    """One GGUF model. `start` loads it in the background; the first answer does where nobody called `start`.

    `command` and `patience` are the child process as tests script it; `environment` is for what an accelerated
    runtime needs (LD_LIBRARY_PATH): the child gets nothing else of ours.
    """

    def __init__(
        self,
        spec: LocalModelSpec,
        http: HttpClient,
        *,
        limits: TimeLimits | None = None,
        patience: Patience | None = None,
        command: Sequence[str] = SERVER_COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._spec = spec
        self._limits = limits or TimeLimits()
        self._command = command
        self._environment = environment
        self._folder = Path(tempfile.gettempdir(), f"secretary-llm-{secrets.token_hex(8)}")
        self._socket = self._folder / "model.sock"
        self._supervisor = Supervisor(self._launch, patience or Patience())
        self._is_closed = False
        endpoint = Endpoint(
            "http://localhost/v1", spec.path.stem, kind=DestinationKind.TRUSTED, unix_socket=self._socket
        )
        self._wire = openai_model(http, endpoint, name=self.name, limits=self._limits, dialect=_DIALECT)

    @property
    def name(self) -> str:
        return f"local:{self._spec.path.stem}"

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities(self._spec.path.stem, self._spec.languages, self._spec.context_tokens, is_local=True)

    @property
    def is_available(self) -> bool:
        """False while somebody must put the file or the runtime there first."""
        return not self.state().is_hopeless

    @property
    def child_pid(self) -> int | None:
        """The process that runs the model now (for the monitor)."""
        return self._supervisor.child.pid if self._supervisor.child else None

    def state(self) -> LocalModelState:
        """How it is doing."""
        return self._supervisor.state

    def start(self) -> None:
        """Load in the background; a missing file is looked for again. Never blocks, may be called again."""
        if not self._is_closed:
            self._supervisor.start()

    async def is_ready(self, within_s: float) -> bool:
        """Wait for the model to be loaded; False where it is not within the time, or cannot be."""
        return await self._supervisor.is_ready(within_s)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """As `WireModel.stream`; Upstream("llm_unreachable") where the model is not there (see `state`)."""
        if self.state().code in _MENDABLE:
            self.start()
        if self._is_closed or not await self._supervisor.is_ready(self._limits.first_token_s):
            raise llm_error("llm_unreachable")
        try:
            async with aclosing(self._wire.stream(prompt)) as pieces:
                async for piece in pieces:
                    yield piece
        except Upstream as error:
            if error.code in _BROKEN:
                await self._supervisor.notice()
            raise

    async def close(self) -> None:
        """End the child within five seconds and leave nothing on disk. May be called again."""
        self._is_closed = True
        await self._supervisor.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _launch(self) -> Child | LocalModelCode:
        try:
            if not is_gguf(self._spec.path):
                return LocalModelCode.NOT_A_MODEL
            self._folder.mkdir(mode=0o700, exist_ok=True)  # nobody else reaches the socket
            self._socket.unlink(missing_ok=True)  # a killed child leaves its socket behind
            return await Child.start(self._options(), self._command, self._environment)
        except OSError:
            return LocalModelCode.NO_FILE if not self._spec.path.is_file() else LocalModelCode.FAILED

    def _options(self) -> ServerOptions:
        spec = self._spec
        return ServerOptions(
            model=str(spec.path.resolve()),
            alias=spec.path.stem,
            socket=str(self._socket),
            context_tokens=spec.context_tokens,
            slots=spec.slots,
            threads=spec.thread_count,
            chat_template=spec.chat_template,
        )
