"""Where an OpenAI-like service is, and how it differs from the original."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from secretary.kernel.http import DestinationKind, Proxy


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

    @property
    def chat_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/chat/completions"


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
