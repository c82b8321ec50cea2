"""What a channel is, what it can do, and what it may ask of the house."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from secretary.assistant.ports import Accepted, Reply
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Language

AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]
Settings = TypeVar("Settings", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can render; a reply is degraded to it."""

    streams: bool
    buttons: bool
    markdown: bool
    max_characters: int | None = None


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
