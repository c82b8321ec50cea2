"""Where an OpenAI-like service is, and how it differs from the original."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from secretary.kernel.http import DestinationKind, Proxy
from secretary.llm.errors import llm_error


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model of one service. `base_url` ends before `/chat/completions`; `headers` are the service's own extras."""

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    kind: DestinationKind = DestinationKind.TYPED
    proxy: Proxy | None = None
    unix_socket: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    key_scheme: str = "Bearer"
    ca_file: Path | None = None

    @property
    def chat_url(self) -> str:
        return self.url_of("chat/completions")

    def url_of(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}"

    @property
    def key_headers(self) -> Mapping[str, str]:
        """The service's extras, and the key where there is one. Raises Upstream for a key that no header can carry."""
        if not self.api_key:
            return self.headers
        return {**self.headers, "Authorization": f"{self.key_scheme} {sendable_key(self.api_key)}"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What this service calls things, and what it does not know.

    OpenAI's reasoning models take only `max_completion_tokens`; vLLM says `repetition_penalty`, llama.cpp
    `repeat_penalty`, OpenAI neither (None: the parameter is left out).
    """

    max_tokens: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    repetition_penalty: Literal["repetition_penalty", "repeat_penalty"] | None = None
    counts_in_stream: bool = True
    has_sampling: bool = True
    has_penalties: bool = True
    has_seed: bool = True
    has_schema: bool = True
    """Whether `response_format` takes a JSON schema; where not, the schema is told to the model in words."""
    has_forced_tools: bool = True
    """Whether `tool_choice` takes more than auto and none; where not, the wish is told to the model in words."""
    has_strict_tools: bool = True
    has_parallel_choice: bool = True
    least_logprobs: int = 0
    """llama.cpp gives none at all where no alternatives are asked for."""
    hears_reasoning: bool = False
    """Whether a message with tool calls must carry `reasoning_content`, be it empty."""
    efforts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """What each `reasoning_effort` adds to the request; one that is not here adds nothing."""
    tools_add: Mapping[str, object] = field(default_factory=dict)
    """What a request with tools must carry; outweighs the effort."""
    thinks_in_text: bool = True
    """Whether an answer may begin with `<think>`."""
    tools_in_words: bool = False
    """Whether tools are told in the system message, because the server knows none."""
    calls_in_text: bool = True
    """Whether a model may write its tool calls into the text."""


def sendable_key(key: str) -> str:
    """The key without the white space it was pasted with. Raises Upstream("llm_bad_key") for one that is none."""
    key = key.strip()
    if not (key.isascii() and key.isprintable()):
        raise llm_error("llm_bad_key")
    return key


EFFORT_AS_IT_IS: Mapping[str, Mapping[str, object]] = {
    effort: {"reasoning_effort": effort} for effort in ("none", "minimal", "low", "medium", "high")
}
