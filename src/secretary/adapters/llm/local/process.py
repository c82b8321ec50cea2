"""A child process with one model file and the socket it answers on: started, watched, ended."""

import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from secretary.adapters.llm.local.child import SERVER_COMMAND, Child
from secretary.adapters.llm.local.server import ServerOptions
from secretary.adapters.llm.local.spec import LocalModelSpec, is_gguf
from secretary.adapters.llm.local.state import LocalModelCode, LocalModelState
from secretary.adapters.llm.local.supervisor import Patience, Supervisor
from secretary.adapters.llm.openai_wire.endpoint import Endpoint
from secretary.kernel.http import DestinationKind
from secretary.llm.errors import llm_error

_MENDABLE = frozenset({LocalModelCode.STOPPED, LocalModelCode.NO_FILE, LocalModelCode.NOT_A_MODEL})
BROKEN = frozenset({"llm_unreachable", "llm_truncated"})
"""Errors after which the child may be dead."""


class LocalProcess:
    """`command` and `patience` are the child as tests script it; `environment` is for what an accelerated runtime
    needs (LD_LIBRARY_PATH): the child gets nothing else of ours.
    """

    def __init__(
        self,
        spec: LocalModelSpec,
        *,
        patience: Patience | None = None,
        command: Sequence[str] = SERVER_COMMAND,
        environment: Mapping[str, str] | None = None,
        is_embedder: bool = False,
    ) -> None:
        self.spec = spec
        self._command = command
        self._environment = environment
        self._is_embedder = is_embedder
        self.folder = Path(tempfile.gettempdir(), f"secretary-llm-{secrets.token_hex(8)}")
        self.supervisor = Supervisor(self._launch, patience or Patience())
        self._is_closed = False

    @property
    def socket(self) -> Path:
        return self.folder / "model.sock"

    @property
    def endpoint(self) -> Endpoint:
        """Where it answers; the host is only a name."""
        return Endpoint(
            "http://localhost/v1", self.spec.path.stem, kind=DestinationKind.TRUSTED, unix_socket=self.socket
        )

    @property
    def state(self) -> LocalModelState:
        return self.supervisor.state

    def start(self) -> None:
        """Load in the background; a missing file is looked for again. Never blocks, may be called again."""
        if not self._is_closed:
            self.supervisor.start()

    async def must_be_ready(self, within_s: float) -> None:
        """Wait for it to serve. Raises Upstream("llm_unreachable") where it does not in time, or cannot."""
        if self.state.code in _MENDABLE:
            self.start()
        if self._is_closed or not await self.supervisor.is_ready(within_s):
            raise llm_error("llm_unreachable")

    async def close(self) -> None:
        """End the child within five seconds and leave nothing on disk. May be called again."""
        self._is_closed = True
        await self.supervisor.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _launch(self) -> Child | LocalModelCode:
        try:
            if not is_gguf(self.spec.path):
                return LocalModelCode.NOT_A_MODEL
            self.folder.mkdir(mode=0o700, exist_ok=True)  # nobody else reaches the socket
            self.socket.unlink(missing_ok=True)  # a killed child leaves its socket behind
            return await Child.start(self._options(), self._command, self._environment)
        except OSError:
            return LocalModelCode.NO_FILE if not self.spec.path.is_file() else LocalModelCode.FAILED

    def _options(self) -> ServerOptions:
        spec = self.spec
        return ServerOptions(
            model=str(spec.path.resolve()),
            alias=spec.path.stem,
            socket=str(self.socket),
            context_tokens=spec.context_tokens,
            # Texts that share a batch get other vectors than alone (xllamacpp 2026.10, cosine 0.57 for 0.82).
            slots=1 if self._is_embedder else spec.slots,
            threads=spec.thread_count,
            chat_template=spec.chat_template,
            is_embedder=self._is_embedder,
            pooling=spec.pooling,
        )
