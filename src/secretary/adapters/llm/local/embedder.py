"""`LocalEmbedder`: vectors from a GGUF model made for them, in a child process of its own."""

from collections.abc import Mapping, Sequence
from typing import Final

from secretary.adapters.llm.embeddings import EmbeddingCall, OpenAiEmbedder
from secretary.adapters.llm.local.child import SERVER_COMMAND
from secretary.adapters.llm.local.process import BROKEN, LocalProcess
from secretary.adapters.llm.local.spec import LocalModelSpec
from secretary.adapters.llm.local.state import LocalModelState
from secretary.adapters.llm.local.supervisor import Patience
from secretary.kernel.errors import Upstream
from secretary.kernel.http import HttpClient
from secretary.llm.ports import Embeddings, TimeLimits

# llama.cpp has one length for all and queues what its slots do not take; small batches let a search in between.
_CALL: Final = EmbeddingCall(batch=16, encoding="float", has_dimensions=False)


class LocalEmbedder:
    """An `Embedder`. The first texts load the model where nobody called `start`.

    A text longer than `spec.context_tokens` raises Upstream("llm_too_long"), and a model that was not made for vectors
    Upstream("llm_rejected") where `spec.pooling` does not say how to make one.
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
        self._limits = limits or TimeLimits()
        self._process = LocalProcess(
            spec, patience=patience, command=command, environment=environment, is_embedder=True
        )
        self._name = f"local:{spec.path.stem}"
        self._wire = OpenAiEmbedder(http, self._process.endpoint, name=self._name, limits=limits, call=_CALL)

    @property
    def name(self) -> str:
        return self._name

    def state(self) -> LocalModelState:
        """How it is doing."""
        return self._process.state

    def start(self) -> None:
        """Load in the background."""
        self._process.start()

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """As `OpenAiEmbedder.embed`; Upstream("llm_unreachable") where the model is not there (see `state`)."""
        await self._process.must_be_ready(self._limits.first_token_s)
        try:
            return await self._wire.embed(texts, dimensions=dimensions)
        except Upstream as error:
            if error.code in BROKEN:
                await self._process.supervisor.notice()
            raise

    async def close(self) -> None:
        """End the child. May be called again."""
        await self._process.close()
