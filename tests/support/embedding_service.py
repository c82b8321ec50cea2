"""An embedding service on loopback that speaks OpenAI's wire: its vectors are of words that a test can reason about."""

from tests.domain.search.library import vector_of
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, hanging, replying


class EmbeddingService:
    """`async with service.open() as upstream`. It dies after `texts_until_death`, and changes `dimensions` when told."""

    def __init__(self, dimensions: int = 40, texts_until_death: int | None = None) -> None:
        self.dimensions, self.texts_until_death = dimensions, texts_until_death
        self.longest, self.hangs = 100_000, False
        self.read: list[str] = []
        self.keys: set[str] = set()

    def open(self) -> LlmUpstream:
        return LlmUpstream(self._answer)

    async def _answer(self, exchange: Exchange) -> None:
        await self._script(exchange, exchange.received.json)(exchange)

    def _script(self, exchange: Exchange, asked) -> Script:
        self.keys.add(exchange.received.headers.get("authorization", ""))
        if self.hangs:
            return hanging()
        if any(len(text) > self.longest for text in asked["input"]):
            error = {"message": "maximum context length", "code": "context_length_exceeded"}
            return replying(400, {"error": error})
        if self.texts_until_death is not None and len(self.read) + len(asked["input"]) > self.texts_until_death:
            return replying(500, {"error": "out of memory"})
        self.read += asked["input"]
        data = [{"index": n, "embedding": self._as_long(vector_of(text))} for n, text in enumerate(asked["input"])]
        return replying(200, {"model": asked["model"], "data": data, "usage": {"prompt_tokens": 7}})

    def _as_long(self, vector) -> list[float]:
        """The meanings stand last: they are kept, and there is nothing but noise before them."""
        filled = [0.0] * max(0, self.dimensions - len(vector)) + list(vector)
        return filled[len(filled) - self.dimensions :]
