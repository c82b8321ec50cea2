"""`ProviderVectors`: vectors from whoever embeds texts (OpenAI's wire, Gemini, a GGUF model)."""

import math
from collections.abc import Awaitable, Callable, Sequence

Embed = Callable[[Sequence[str]], Awaitable[Sequence[Sequence[float]]]]
Close = Callable[[], Awaitable[None]]


class ProviderVectors:
    """Passes texts on and makes the vectors as long as 1. What `embed` raises passes through: Upstream.

    `name` must change with the model and the length of its vectors. `question_prefix` and `passage_prefix` are what
    some models want to be told.
    """

    def __init__(
        self,
        name: str,
        embed: Embed,
        *,
        close: Close | None = None,
        question_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        self._name, self._embed, self._close = name, embed, close
        self._question_prefix, self._passage_prefix = question_prefix, passage_prefix

    @property
    def name(self) -> str:
        return self._name

    async def of_passages(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        found = await self._embed([self._passage_prefix + text for text in texts]) if texts else ()
        return [_of_length_one(vector) for vector in found]

    async def of_question(self, text: str) -> Sequence[float]:
        return _of_length_one((await self._embed([self._question_prefix + text]))[0])

    async def close(self) -> None:
        if self._close is not None:
            await self._close()


def _of_length_one(vector: Sequence[float]) -> Sequence[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else vector
