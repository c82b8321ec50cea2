"""What channels hand in and get back: one `Inbound`, one stream of `Reply` events. No channel has its own way."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from secretary.conversations.ports import MessageStatus, OverrideJson, QuickReply, Source
from secretary.kernel.unit import Unit
from secretary.llm.ports import Delta

__all__ = [
    "Accepted",
    "Attention",
    "Buttons",
    "Completed",
    "Delta",
    "Failed",
    "Inbound",
    "Reply",
    "SourcesFound",
    "Turns",
]


class Attention(Protocol):
    """Who tells people that something waits for one of them; `app` fills it."""

    async def message_taken(self, unit: Unit, request_id: str, owner_id: str | None) -> None:
        """A message was taken for this owner; what is told goes out with the unit's commit."""
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a customer wrote. `message_id` is the channel's own id of it: a repetition is stored once.

    `override` is a `LlmOverride` as JSON, for the answer to this message alone.
    """

    session_id: str
    text: str
    message_id: str | None = None
    override: OverrideJson | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored message and the id of the answer to listen to. `is_new` is false for a repetition."""

    session_id: str
    question_id: str
    answer_id: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Where the answer comes from."""

    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Buttons:
    """What may be tapped next."""

    buttons: Sequence[QuickReply]


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer is whole and stored: its text, and whether it came to its end or was stopped."""

    content: str
    status: MessageStatus
    finish_reason: str | None
    sources: Sequence[Source]
    buttons: Sequence[QuickReply]


@dataclass(frozen=True, slots=True)
class Failed:
    """No answer, or only its beginning: `content` is what was said, `text` says why, safe for the customer."""

    code: str
    text: str
    content: str


Reply = Delta | SourcesFound | Buttons | Completed | Failed


class Turns(Protocol):
    """The door to the heart."""

    async def accept(self, inbound: Inbound) -> Accepted:
        """Store a message and begin to answer it; the answer goes on whoever listens. Raises NotFound, Invalid."""
        ...

    def listen(self, session_id: str, answer_id: str, after: int = 0) -> AsyncIterator[tuple[int, Reply]]:
        """The answer's events with the number of characters said so far, from the character `after` on, to its end.

        Works while it is being given, after it, and again after a restart. Raises NotFound.
        """
        ...

    async def cancel(self, session_id: str, answer_id: str) -> None:
        """Stop an answer; what was said stays. Repeatable. Raises NotFound."""
        ...
