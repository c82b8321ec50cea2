"""A scripted language model: says what the test tells it to, waits where the test wants it to."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from secretary.kernel.errors import Language
from secretary.llm.ports import ChatCapabilities, Delta, Finish, FinishReason, Piece, Prompt, TokenUsage

Line = str | BaseException | asyncio.Event
"""What a script is made of: words to say, an error to raise, a gate to wait at."""


@dataclass
class ScriptedModel:
    """Implements `ChatModel`. `prompts` are those it was given; `cancelled` counts the streams closed early."""

    script: Sequence[Line] = ("Hello", ", ", "world")
    languages: frozenset[Language] = frozenset({"ru", "en"})
    name: str = "scripted"
    prompts: list[Prompt] = field(default_factory=list)
    cancelled: int = 0

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities("scripted-1", self.languages)

    @property
    def is_available(self) -> bool:
        return True

    def start(self) -> None:
        """Nothing to load."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.prompts.append(prompt)
        is_whole = False
        try:
            for line in self.script:
                if isinstance(line, BaseException):
                    raise line
                if isinstance(line, asyncio.Event):
                    await line.wait()
                else:
                    yield Delta(line)
            is_whole = True
            yield Finish(FinishReason.STOP, "scripted-1", TokenUsage(11, 7))
        finally:
            self.cancelled += not is_whole

    async def close(self) -> None:
        """Nothing to end."""
