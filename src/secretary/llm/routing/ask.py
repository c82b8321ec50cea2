"""What the router is asked, and what it says of how it went."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from secretary.kernel.errors import SecretaryError
from secretary.llm.ports import ChatCapabilities, Prompt
from secretary.llm.routing.backends import Backend
from secretary.llm.routing.chain import ChainLink, Circumstances

CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Origin:
    """For whom a call is made: it is charged to these, and waits in line by `flow`."""

    source: str
    source_id: str = ""
    assistant_id: str = ""
    api_key_id: str = ""
    owner_id: str | None = None
    action: str = "chat"

    @property
    def flow(self) -> str:
        return self.api_key_id or self.source_id or self.source


@dataclass(slots=True)
class Attempt:
    """One call to one backend: how it went (`code` is empty for a good end), and its milliseconds."""

    backend: str
    model: str
    code: str = ""
    first_token_ms: float | None = None
    duration_ms: float = 0


@dataclass(slots=True)
class Trail:
    """What was tried for one question."""

    attempts: list[Attempt] = field(default_factory=list)

    @property
    def upstream_ms(self) -> float:
        """How long others took so far: whole calls, and the last one until its first word."""
        return sum(attempt.duration_ms or attempt.first_token_ms or 0 for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the models. `prompt_for` makes the prompt that fits a model; it is called once an attempt.

    `backends`, where given, is the chain already resolved (a caller named one provider and one model).
    """

    prompt_for: Callable[[ChatCapabilities], Prompt]
    origin: Origin
    chain: Sequence[ChainLink] = ()
    circumstances: Circumstances | None = None
    backends: Sequence[Backend] = ()
    trail: Trail = field(default_factory=Trail)


def code_of(error: BaseException) -> str:
    """The stable code of what went wrong; whoever listened has left where it is no fault."""
    if isinstance(error, SecretaryError):
        return error.code
    return "internal" if isinstance(error, Exception) else CANCELLED
