"""A call for vectors: through the same gate, breaker and books as a chat."""

from collections.abc import Sequence

from secretary.llm.ports import Embedder, Embeddings
from secretary.llm.routing.accounting import Accounting
from secretary.llm.routing.ask import Origin
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.single import single_call


class Embeds:
    """Asks a provider for vectors."""

    def __init__(self, accounting: Accounting) -> None:
        self._accounting = accounting

    async def embed(
        self,
        origin: Origin,
        backend: Backend,
        embedder: Embedder,
        texts: Sequence[str],
        dimensions: int | None = None,
    ) -> Embeddings:
        """One vector a text. Raises Upstream, LimitReached."""
        return await single_call(
            self._accounting,
            origin,
            backend,
            texts,
            lambda: embedder.embed(texts, dimensions=dimensions),
            lambda found: found.tokens,
        )
