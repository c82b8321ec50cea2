"""Models that answer as their names say: what every test of `/v1` with somebody else's client speaks to."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from secretary.kernel.errors import RateLimited, Upstream
from secretary.llm.errors import llm_error
from secretary.llm.ports import (
    ChatCapabilities,
    ChatModel,
    Delta,
    Finish,
    FinishReason,
    Piece,
    Prompt,
    Reasoning,
    TokenUsage,
    ToolCallDelta,
)

Play = Callable[["Scripted", Prompt], Sequence[Piece | Exception]]
TOKEN = {
    "token": "Hi",
    "logprob": -0.1,
    "bytes": [72, 105],
    "top_logprobs": [{"token": "Hi", "logprob": -0.1, "bytes": [72, 105]}],
}
ABLE = ChatCapabilities("scripted-1", has_logprobs=True, has_images=True)
FAULTS = ("llm_bad_key", "llm_too_long", "llm_refused", "llm_rejected", "llm_none", "llm_nonsense")


def end(reason: FinishReason = FinishReason.STOP) -> Finish:
    return Finish(reason, "scripted-1", TokenUsage(11, 7, 3, 2))


@dataclass
class Scripted:
    """Implements `ChatModel` with what `play` says; `cancelled` counts the streams closed early."""

    name: str
    play: Play
    calls: int = 0
    cancelled: int = 0
    prompts: list[Prompt] = field(default_factory=list)
    capabilities: ChatCapabilities = ABLE
    is_available: bool = True

    def start(self) -> None:
        """Nothing to load."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.calls += 1
        self.prompts.append(prompt)
        is_whole = False
        try:
            for piece in self.play(self, prompt):
                if isinstance(piece, Exception):
                    raise piece
                await asyncio.sleep(0)  # as every wire does
                yield piece
            is_whole = True
        finally:
            self.cancelled += not is_whole

    async def close(self) -> None:
        """Nothing to end."""


def _plain(model: Scripted, prompt: Prompt) -> Sequence[Piece]:
    return [Delta("Hello"), Delta(", "), Delta("world"), end()]


def _tools(model: Scripted, prompt: Prompt) -> Sequence[Piece]:
    if prompt.messages[-1].role == "tool":
        return [Delta(f"The tool says {prompt.messages[-1].text}"), end()]
    calls = [
        ToolCallDelta(0, "call_1", "weather", '{"city":'),
        ToolCallDelta(0, arguments='"Tver"}'),
        ToolCallDelta(1, "call_2", "weather", '{"city":"Omsk"}'),
    ]
    return [*calls, end(FinishReason.TOOL_CALLS)]


def _json(model: Scripted, prompt: Prompt) -> Sequence[Piece]:
    return [Delta('{"city":"Tver",'), Delta('"degrees":-5}'), end()]


def _busy_once(model: Scripted, prompt: Prompt) -> Sequence[Piece | Exception]:
    limited = RateLimited("too_many_calls", en="Slower, please.", ru="Помедленнее.", retry_after_s=1)
    return [limited] if model.calls == 1 else _plain(model, prompt)


def _endless(model: Scripted, prompt: Prompt) -> Sequence[Piece]:
    return _Endless()


class _Endless(Sequence[Piece]):
    """Words without an end."""

    def __getitem__(self, index: object) -> Piece:  # type: ignore[override]
        return Delta("word ")

    def __len__(self) -> int:
        return 1_000_000


def _saying(*pieces: Piece | Exception) -> Play:
    return lambda model, prompt: pieces


def _fault(code: str) -> Upstream:
    return llm_error(code)


def models() -> dict[str, ChatModel]:
    """By the name that a program asks for: `plain/default`."""
    plays: dict[str, Play] = {
        "plain": _plain,
        "tools": _tools,
        "json": _json,
        "busy": _busy_once,
        "endless": _endless,
        "logs": _saying(Delta("Hi", (TOKEN,)), end()),
        "thinks": _saying(Reasoning("Let me see."), Delta("Two"), end()),
        "refuses": _saying(Delta("No."), end(FinishReason.REFUSED)),
        "cut": _saying(Delta("A long"), end(FinishReason.LENGTH)),
        "silent": _saying(end()),
        "limited": _saying(RateLimited("too_many_calls", en="Slower.", ru="Медленнее.", retry_after_s=30)),
        "breaks": _saying(Delta("Half"), _fault("llm_nonsense")),
        "broken": _saying(ZeroDivisionError("a secret")),
        **{code: _saying(_fault(code)) for code in FAULTS},
    }
    return {name: Scripted(name, play) for name, play in plays.items()}
