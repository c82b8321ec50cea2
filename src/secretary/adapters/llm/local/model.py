"""`LocalModel`: a `ChatModel` over a child process of ours and the OpenAI wire to it."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from secretary.adapters.llm.local.child import SERVER_COMMAND
from secretary.adapters.llm.local.process import BROKEN, LocalProcess
from secretary.adapters.llm.local.spec import LocalModelSpec
from secretary.adapters.llm.local.state import LocalModelState
from secretary.adapters.llm.local.supervisor import Patience
from secretary.adapters.llm.openai_wire.dialects import LOCAL
from secretary.adapters.llm.openai_wire.wire import openai_model
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient
from secretary.llm.ports import ChatCapabilities, Piece, Prompt, TimeLimits


class LocalModel:
    """One GGUF model. `start` loads it in the background; the first answer does where nobody called `start`.

    `command`, `patience` and `environment` are `LocalProcess`'s.
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
        self._process = LocalProcess(spec, patience=patience, command=command, environment=environment)
        self._wire = openai_model(
            http,
            self._process.endpoint,
            name=self.name,
            capabilities=self.capabilities,
            limits=self._limits,
            dialect=LOCAL,
        )

    @property
    def name(self) -> str:
        return f"local:{self._spec.path.stem}"

    @property
    def capabilities(self) -> ChatCapabilities:
        """What llama.cpp's server does for any model; how well a small one calls tools is another matter."""
        spec = self._spec
        return ChatCapabilities(
            spec.path.stem,
            spec.languages,
            spec.context_tokens,
            max_output_tokens=spec.context_tokens,
            is_local=True,
            has_logprobs=True,
        )

    @property
    def is_available(self) -> bool:
        """False while somebody must put the file or the runtime there first."""
        return not self.state().is_hopeless

    @property
    def child_pid(self) -> int | None:
        """The process that runs the model now (for the monitor)."""
        child = self._process.supervisor.child
        return child.pid if child else None

    def state(self) -> LocalModelState:
        """How it is doing."""
        return self._process.state

    def start(self) -> None:
        """Load in the background; a missing file is looked for again. Never blocks, may be called again."""
        self._process.start()

    async def is_ready(self, within_s: float) -> bool:
        """Wait for the model to be loaded; False where it is not within the time, or cannot be."""
        return await self._process.supervisor.is_ready(within_s)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """As `WireModel.stream`; Upstream("llm_unreachable") where the model is not there (see `state`)."""
        await self._process.must_be_ready(self._limits.first_token_s)
        try:
            async with aclosing(self._wire.stream(prompt)) as pieces:
                async for piece in pieces:
                    yield piece
        except Upstream as error:
            if error.code in BROKEN:
                await self._process.supervisor.notice()
            raise

    async def close(self) -> None:
        """End the child within five seconds and leave nothing on disk. May be called again."""
        await self._process.close()
