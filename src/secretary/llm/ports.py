"""What the product asks of a language model, whoever runs it.

A `ChatModel` turns a `Prompt` into a stream of `Delta`s that ends with exactly one `Finish`. A stream that ends
without `Finish` was cut off: adapters raise `Upstream("llm_truncated")` instead of ending quietly.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from secretary.kernel.errors import Language

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """Generation parameters; `None` leaves the backend's own default."""

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole request: the messages in order, and how to sample."""

    messages: Sequence[Message]
    sampling: Sampling = field(default_factory=Sampling)


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens counted by the backend itself; `None` where it does not say."""

    prompt: int | None = None
    completion: int | None = None


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer's text, in order."""

    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a complete answer."""

    reason: FinishReason
    model: str
    usage: TokenUsage = field(default_factory=TokenUsage)


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds allowed for reaching the backend, for its first token, between tokens, and for the whole answer."""

    connect_s: float = 5.0
    first_token_s: float = 30.0
    idle_s: float = 20.0
    total_s: float = 120.0


@dataclass(frozen=True, slots=True)
class ChatCapabilities:
    """An honest description of a backend.

    `languages` are those it may answer customers in: a model that is good only in English never answers a Russian.
    """

    model: str
    languages: frozenset[Language] = frozenset({"ru", "en"})
    context_tokens: int = 4096
    is_local: bool = False


class ChatModel(Protocol):
    """A backend that can answer.

    `stream` raises `Upstream` with one of the codes of `llm.errors`; closing the iterator (`aclose`) cancels the
    upstream call at once. `is_available` is false
    where waiting will not help (a file is missing). `start` begins to load what
    takes time, in the background. `close` ends child processes and connections; it may be called more than once.
    """

    @property
    def name(self) -> str: ...

    @property
    def capabilities(self) -> ChatCapabilities: ...

    @property
    def is_available(self) -> bool: ...

    def start(self) -> None: ...

    def stream(self, prompt: Prompt) -> AsyncGenerator[Delta | Finish, None]: ...

    async def close(self) -> None: ...
