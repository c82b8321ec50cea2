"""A call for vectors: through the same gate, breaker and books as a chat."""

from collections.abc import Sequence

from secretary.kernel.errors import Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import Embedder, Embeddings, Finish, FinishReason, Message, Prompt, Sampling, TokenUsage
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Attempt, Origin, code_of
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.patience import ALONE


class Embeds:
    """Asks a provider for vectors."""

    def __init__(self, accounting: Accounting) -> None:
        self._accounting = accounting

    async def embed(
        self,
        origin: Origin,
        backend: Backend,
        embedder: Embedder,
        model: str,
        texts: Sequence[str],
        dimensions: int | None = None,
    ) -> Embeddings:
        """One vector a text. Raises Upstream, LimitReached."""
        if not backend.breaker.let_through():
            raise llm_error(backend.breaker.last_code or "llm_rate_limited", retry_after_s=backend.breaker.retry_in_s)
        try:
            await backend.gate.enter(origin.flow, ALONE.queue_s)
            try:
                return await self._call(origin, backend, embedder, model, texts, dimensions)
            finally:
                backend.gate.leave()
        finally:
            backend.breaker.gave_up()  # nothing is left to give up where the call has told how it went

    async def _call(
        self,
        origin: Origin,
        backend: Backend,
        embedder: Embedder,
        model: str,
        texts: Sequence[str],
        dimensions: int | None,
    ) -> Embeddings:
        prompt = Prompt([Message("user", text) for text in texts], Sampling(max_tokens=1))
        attempt = Attempt(backend.name, model)
        account = await self._accounting.open(origin, backend, prompt, attempt)
        try:
            found = await embedder.embed(texts, dimensions=dimensions)
            account.take(Finish(FinishReason.STOP, found.model, TokenUsage(found.tokens, 0)))
        except BaseException as error:
            attempt.code = code_of(error)
            if isinstance(error, Upstream):
                backend.breaker.failed(error)
            raise
        else:
            backend.breaker.succeeded()
            return found
        finally:
            self._accounting.settle(account)
