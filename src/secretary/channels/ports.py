"""What a channel is, what it can do, and what it may ask of the house."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from secretary.assistant.ports import Accepted, Reply
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit

AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]
Settings = TypeVar("Settings", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a provider lets us write: messages a second for an instance, and seconds between those of one chat."""

    per_second: float = 20.0
    per_chat_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can render; a reply is degraded to it."""

    streams: bool
    buttons: bool
    markdown: bool
    max_characters: int | None = None
    max_caption: int | None = None
    """Of the text beside a file."""
    max_buttons: int = 12
    voice: bool = False
    files: bool = False
    max_file_bytes: int = 0
    """The largest file that can be fetched from the provider."""
    edits: bool = False
    """Can what was sent be changed?"""
    typing: bool = False
    starts: bool = True
    """May we write first? Otherwise only to who has written to us."""
    reply_window: timedelta | None = None
    """For how long after the customer's last message free text may be sent; afterwards templates alone."""
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class InstanceView(Generic[Settings]):
    """A channel instance as its adapter sees it."""

    id: str
    name: str
    enabled: bool
    settings: Settings


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of a conversation's visible branch."""

    id: str
    role: str
    content: str
    status: str
    created: datetime
    sources: Sequence[Source]
    buttons: Sequence[QuickReply]


class Desk(Protocol):
    """Where an adapter hands in what it receives. Every call checks that the session is the contact's own."""

    async def instance(self, kind: str, instance_id: str) -> InstanceView[Any]:
        """A channel instance, cached for a second at most. Raises NotFound."""
        ...

    async def open_session(
        self, kind: str, instance_id: str, contact_key: str, language: Language, address: str
    ) -> tuple[str, datetime]:
        """Begin a conversation: its id and birth. Raises NotFound, RateLimited."""
        ...

    async def receive(
        self, kind: str, instance_id: str, contact_key: str, session_id: str, text: str, message_id: str, address: str
    ) -> Accepted:
        """Store a message and begin to answer it. Raises NotFound, Invalid, RateLimited."""
        ...

    async def history(self, session_id: str, contact_key: str, *, last: int) -> Sequence[StoredMessage]:
        """The newest messages, oldest first. Raises NotFound."""
        ...

    def follow(self, accepted: Accepted, after: int = 0) -> AsyncIterator[tuple[int, Reply]]:
        """The events of the answer to a message that was just received."""
        ...

    async def listen(
        self, session_id: str, contact_key: str, answer_id: str, after: int
    ) -> AsyncIterator[tuple[int, Reply]]:
        """An answer's events from the character `after` on. Raises NotFound before the first event."""
        ...

    async def cancel(self, session_id: str, contact_key: str, answer_id: str) -> None:
        """Stop an answer. Raises NotFound."""
        ...

    async def rate(self, session_id: str, contact_key: str, answer_id: str, value: int, comment: str | None) -> None:
        """Keep a contact's thumb on an answer: 1 up, -1 down, 0 takes it back. Raises NotFound, Invalid."""
        ...


class Channel(Protocol):
    """A kind of channel. `settings` is the shape of an instance's own settings; `apps` are its web applications.

    The keys of `apps` are path prefixes; an application gets the whole path and the whole request.
    """

    @property
    def kind(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def settings(self) -> type[BaseModel]: ...

    def apps(self, desk: Desk) -> Mapping[str, AsgiApp]: ...


class Outlet(Protocol):
    """The way out to channels that are written to."""

    async def send(self, unit: Unit, session: ChatSession, message_id: str, *, is_automatic: bool) -> None:
        """Have a stored message brought to the customer, by the outbox of this unit. Nothing to do for a channel that
        holds the line itself.

        An automatic one is withdrawn when a person has the conversation by the time it would go out. Raises
        Conflict("window_closed") where the provider lets nobody write now and there is no template.
        """
        ...

    def takes_files(self, session: ChatSession) -> bool:
        """Can staff send the customer of this conversation files?"""
        ...

    async def window_closes_at(self, unit: Unit, session: ChatSession) -> datetime | None:
        """Until when the provider lets us write freely; None where it always does."""
        ...
