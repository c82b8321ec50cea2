"""`ProviderVectors`: vectors from whoever embeds texts (OpenAI's wire, Gemini, a GGUF model)."""

import math
from collections.abc import Awaitable, Callable, Sequence

from secretary.kernel.errors import Upstream

Embed = Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]
Close = Callable[[], Awaitable[None]]
Hear = Callable[[int], Awaitable[None]]


class ProviderVectors:
    """Passes texts on and makes the vectors as long as 1. What `embed` raises passes through: Upstream.

    `name` must change with the model and the number of `dimensions` (0: any). Vectors of another number are nobody's:
    `on_other` hears it, and Upstream("embedding_other_length") is raised. `question_prefix` and `passage_prefix` are
    what some models want to be told.
    """

    def __init__(
        self,
        name: str,
        embed: Embed,
        *,
        dimensions: int = 0,
        on_other: Hear | None = None,
        close: Close | None = None,
        question_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        self._name, self._embed, self._close = name, embed, close
        self._dimensions, self._on_other = dimensions, on_other
        self._question_prefix, self._passage_prefix = question_prefix, passage_prefix

    @property
    def name(self) -> str:
        return self._name

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return await self._of([self._passage_prefix + text for text in texts]) if texts else []

    async def of_question(self, text: str) -> Sequence[float]:
        return (await self._of([self._question_prefix + text]))[0]

    async def close(self) -> None:
        if self._close is not None:
            await self._close()

    async def _of(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        found = await self._embed(texts)
        other = next((len(one) for one in found if self._dimensions and len(one) != self._dimensions), None)
        if other is None:
            return [_of_length_one(vector) for vector in found]
        if self._on_other is not None:
            await self._on_other(other)
        raise Upstream(
            "embedding_other_length",
            en=f"The embedding model gives vectors of {other} numbers and gave {self._dimensions} before.",
            ru=f"Модель эмбеддингов даёт векторы из {other} чисел, а раньше давала из {self._dimensions}.",
            retryable=True,
        )


def _of_length_one(vector: Sequence[float]) -> Sequence[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else vector
