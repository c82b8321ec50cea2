"""What the product asks of a language model, whoever runs it.

A `ChatModel` turns a `Prompt` into a stream of pieces that ends with exactly one `Finish`. A stream that ends
without `Finish` was cut off: adapters raise `Upstream("llm_truncated")` instead of ending quietly.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol

from secretary.kernel.errors import Language

Role = Literal["system", "user", "assistant", "tool"]
JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as bytes: whoever has only its address fetches it through the guard first."""

    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model wants called; `arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. `content` is text, or text and pictures in their order.

    The answer of a tool has the role `tool` and names the call; what the model called stands with its own message.
    """

    role: Role
    content: str | tuple[str | Image, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""

    @property
    def text(self) -> str:
        """The words without the pictures."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part for part in self.content if isinstance(part, str))

    @property
    def images(self) -> tuple[Image, ...]:
        if isinstance(self.content, str):
            return ()
        return tuple(part for part in self.content if isinstance(part, Image))


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for; `parameters` is a JSON schema of an object."""

    name: str
    description: str = ""
    parameters: JsonObject = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may, must or must not call a tool; a `name` means this one and no other."""

    mode: Literal["auto", "none", "required"] = "auto"
    name: str = ""
    is_parallel: bool = True


@dataclass(frozen=True, slots=True)
class JsonOutput:
    """The answer is to be JSON: any object, or one that fits `schema`."""

    schema: JsonObject | None = None
    name: str = "answer"
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """Generation parameters; `None` leaves the backend's own default.

    `top_logprobs` is the number of alternatives a token, 0 for the chosen token alone; `reasoning_effort` is how long
    a reasoning model may think.
    """

    temperature: float | None = None
    max_tokens: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    top_logprobs: int | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high"] | None = None
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole request: the messages in order, how to sample, what may be called, what shape the answer has."""

    messages: Sequence[Message]
    sampling: Sampling = field(default_factory=Sampling)
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = field(default_factory=ToolChoice)
    json_output: JsonOutput | None = None


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    REFUSED = "refused"
    TOOL_CALLS = "tool_calls"


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """Tokens counted by the backend itself; `None` where it does not say.

    `cached` are those of `prompt` that came from the provider's cache, `reasoning` those of `completion` that were
    thoughts: parts, not additions.
    """

    prompt: int | None = None
    completion: int | None = None
    cached: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer's text, in order; `logprobs` are OpenAI's objects, one a token, where asked for and had."""

    text: str
    logprobs: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasoning:
    """A piece of what the model thinks aloud: never part of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call: the first of an `index` has its id and name, and `arguments` grow by pieces."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end of a complete answer."""

    reason: FinishReason
    model: str
    usage: TokenUsage = field(default_factory=TokenUsage)


Piece = Delta | Reasoning | ToolCallDelta | Finish
"""What a model's stream consists of."""


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
    What it does not take (`has_…` false) is refused before the call, never dropped silently.
    """

    model: str
    languages: frozenset[Language] = frozenset({"ru", "en"})
    context_tokens: int = 4096
    max_output_tokens: int = 4096
    is_local: bool = False
    has_tools: bool = True
    has_json: bool = True
    has_images: bool = False
    has_logprobs: bool = False


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

    def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One vector a text, in order, all of one length; `tokens` as the backend counted them."""

    model: str
    vectors: Sequence[Sequence[float]]
    tokens: int | None = None


class Embedder(Protocol):
    """A backend that turns texts into vectors."""

    @property
    def name(self) -> str: ...

    async def embed(self, texts: Sequence[str], *, dimensions: int | None = None) -> Embeddings:
        """Vectors of `texts`, shortened to `dimensions` where asked. Raises `Upstream` as a `ChatModel` does."""
        ...

    async def close(self) -> None: ...
