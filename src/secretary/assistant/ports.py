"""What channels hand in and get back: one `Inbound`, one stream of `Reply` events. No channel has its own way."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from secretary.conversations.ports import HandOverReason, MessageStatus, OverrideJson, QuickReply, Source
from secretary.conversations.progress import Place
from secretary.conversations.storing import Exchange
from secretary.kernel.unit import Unit
from secretary.llm.ports import Delta, Image

__all__ = [
    "Accepted",
    "Attached",
    "Attention",
    "Buttons",
    "Completed",
    "Delivering",
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

    async def person_wanted(self, unit: Unit, session_id: str, owner_id: str | None, reason: HandOverReason) -> None:
        """A conversation of this owner's waits for a person; told as above."""
        ...


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a customer wrote. `message_id` is the channel's own id of it: a repetition is stored once.

    `override` is a `LlmOverride` as JSON, for the answer to this message alone. Only what comes with files may be
    without words.
    """

    session_id: str
    text: str
    message_id: str | None = None
    override: OverrideJson | None = None
    files: int = 0
    provider_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored message and the id of the answer to listen to, empty where a person will give it.

    `is_new` is false for a repetition.
    """

    session_id: str
    question_id: str
    answer_id: str
    is_new: bool

    @property
    def is_held(self) -> bool:
        """Has a person the conversation? Then the secretary is silent."""
        return not self.answer_id


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


class Attached(Protocol):
    """What came along with a message; `app` fills it."""

    async def kinds_of(self, message_id: str) -> frozenset[str]:
        """`photo`, `voice`, `file` …"""
        ...

    async def images_of(self, message_id: str) -> Sequence[Image]:
        """The pictures, as far as they can be had now."""
        ...


class Delivering(Protocol):
    """Who brings answers to channels that are written to; `app` fills it."""

    def brings(self, source: str) -> bool:
        """Is a conversation of this source written to? Then an answer that was cut off is given anew."""
        ...

    async def answered(self, unit: Unit, place: Place, answer_id: str, apology: str) -> None:
        """An answer came to its end: have it brought, with the unit's commit. `apology` is said where there is none."""
        ...


class Turns(Protocol):
    """The door to the heart."""

    async def store(self, unit: Unit, inbound: Inbound) -> Exchange:
        """Store a message in the caller's unit; `begin` is to be called once that is committed. Raises NotFound."""
        ...

    def begin(self, exchange: Exchange) -> Accepted:
        """Begin to answer what `store` has stored."""
        ...

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
