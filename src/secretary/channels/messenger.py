"""What a messenger is: a channel that hands in updates and is written to, instead of holding the line.

An adapter only translates. `read` turns one stored update into what happened; `render` turns one message of ours into
the requests that bring it; a `Connection` makes requests. Storing, order, limits, repetition, silence while a person
answers, files and limits of customers are the house's (`channels.intake`, `channels.outbound`).
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from secretary.channels.ports import Capabilities, InstanceView
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Language
from secretary.kernel.text import CleanText

Address = Mapping[str, JsonValue]
"""Where a thread is written to, in the provider's words: a chat's id and what else its requests need."""

_CITED = re.compile(r"\[(\d{1,3})\]")
_WEB = ("http://", "https://")

FileKind = Literal["photo", "file", "voice", "audio", "video", "sticker", "location", "contact"]


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update as it came. `key` is the provider's own id of it (unique in an instance); `order` is where it belongs
    among those of its thread; `thread` names the conversation at the provider.

    `follows` is the `order` of the update before it where the provider numbers them without gaps, else None.
    `is_report`: it says how far a message of ours has come, and nothing else. `is_piece`: what it belongs to was sent
    at once, and comes in several updates within a moment.
    """

    key: str
    order: int
    thread: str
    payload: Mapping[str, JsonValue]
    follows: int | None = None
    is_report: bool = False
    is_piece: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes, as the provider knows him. `phone` is set only where the provider vouches for it."""

    key: str
    name: str = ""
    username: str = ""
    language: Language = "ru"
    phone: str = ""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """Something beside the words. `ref` is what `Connection.fetch` needs; `size` in bytes, 0 where it is not said.

    A location or a card of somebody has no `ref`: it is all in `text`.
    """

    kind: FileKind
    name: str = ""
    media_type: str = ""
    size: int = 0
    ref: Mapping[str, JsonValue] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote. `message_id` is the provider's; `is_addressed` is false for talk in a group that is not to us.

    `payload` is what came with `/start` or an advertisement; `quoted_id` the message that this one answers; `album`
    is what the pieces of one message have in common.
    """

    message_id: str
    person: Person
    address: Address
    text: str = ""
    files: tuple[IncomingFile, ...] = ()
    at: datetime | None = None
    is_group: bool = False
    is_addressed: bool = True
    is_start: bool = False
    payload: str = ""
    quoted_id: str = ""
    album: str = ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button was tapped: `value` is a `QuickReply.value`, or an action of ours (`!…`).

    `label` is what stood on it, `callback_id` what the provider wants answered.
    """

    message_id: str
    person: Person
    address: Address
    value: str
    label: str = ""
    callback_id: str = ""
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """A customer changed what he wrote."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A customer deleted what he wrote."""

    message_ids: tuple[str, ...]


DeliveryState = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """How far a message of ours has come. `error` is the provider's code, for the log."""

    provider_message_id: str
    state: DeliveryState
    error: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The customer pressed the messenger's own stop button while an answer was being shown."""

    person: Person
    address: Address


@dataclass(frozen=True, slots=True)
class Left:
    """We cannot write there any more (blocked, removed from a group), or again (`is_back`)."""

    person: Person
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A chat has another id now."""

    thread: str
    address: Address


@dataclass(frozen=True, slots=True)
class Rated:
    """A thumb on a message of ours: 1, -1, or 0 when it was taken back."""

    provider_message_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing we do anything with. `kind` is for the log."""

    kind: str


Incoming = Said | Tapped | Edited | Withdrawn | Delivered | Stopped | Left | Moved | Rated | Unknown


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file of ours."""

    kind: FileKind
    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of ours. `text` is Markdown as models and owners write it.

    `quoted_id` is the customer's message that it answers, given in groups. `actions` are buttons whose value is ours
    (`!…`), shown in rows. `is_window_open` is false when only a template may be sent (`Capabilities.reply_window`).
    """

    text: str
    sources: Sequence[Source] = ()
    buttons: Sequence[QuickReply] = ()
    actions: Sequence[Sequence[QuickReply]] = ()
    files: Sequence[OutFile] = ()
    language: Language = "ru"
    quoted_id: str = ""
    is_window_open: bool = True

    @property
    def told_sources(self) -> Sequence[tuple[int, Source]]:
        """The sources worth telling, each with the number by which the text cites it: passages of documents, what can
        be opened, and what is cited. The name of an FAQ entry tells a customer nothing.
        """
        cited = {int(number) for number in _CITED.findall(self.text)}
        numbered = enumerate(self.sources, 1)
        return [(n, one) for n, one in numbered if one.title and (one.quote or n in cited or one.url.startswith(_WEB))]


@dataclass(frozen=True, slots=True)
class Part:
    """One request that brings a piece of a message: which of the provider's methods, and its JSON.

    `file` goes with it where it has one.
    """

    method: str
    body: Mapping[str, JsonValue]
    file: OutFile | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says we are: shown in the panel."""

    id: str
    name: str
    link: str = ""


class Connection(Protocol):
    """The requests of one instance. Every method raises `Upstream` (retryable or not, with `retry_after_s`) with codes

    `channel_unreachable`, `channel_busy` (429), `channel_token` (revoked or wrong: the instance stops),
    `channel_blocked` (this chat cannot be written to), `channel_moved` (fields.address: write there instead),
    `channel_window` (free text is not allowed now), `channel_refused` (anything else that repeating cannot mend).
    """

    async def open(self, webhook_url: str, webhook_secret: str) -> Identity:
        """Say who we are, and how we want updates: by `webhook_url`, or by polling where it is empty. Repeatable."""
        ...

    def poll(self, after: int | None) -> AsyncIterator[Sequence[RawUpdate]]:
        """Batches of updates after the one numbered `after`, for ever; an empty one says that the provider is there. A
        batch is confirmed by asking for the next: the caller has stored it by then. Only where `Messenger.polls`.
        """
        ...

    async def send(self, address: Address, part: Part, shown_id: str = "") -> str:
        """Bring one part; its id at the provider. `shown_id`: the growing answer (`show`) whose place it takes."""
        ...

    async def typing(self, address: Address, quoted_id: str = "") -> None:
        """Show that we are at it, for some seconds."""
        ...

    async def show(self, address: Address, answer_id: str, text: str, shown_id: str = "") -> str:
        """Show a growing answer: a draft that vanishes (returns ""), or a message that is edited (returns its id, to be
        given again as `shown_id`). Best effort.
        """
        ...

    async def tapped(self, callback_id: str, text: str = "") -> None:
        """Tell the provider that a tap was heard; `text` is shown to who tapped."""
        ...

    async def fetch(self, ref: Mapping[str, JsonValue], max_bytes: int) -> tuple[bytes, str]:
        """A file and its media type. Raises Upstream("channel_file_gone"), Invalid("channel_file_too_large")."""
        ...

    async def close(self) -> None:
        """Nothing more will be asked. Leaves the provider as it is."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What came to a webhook; header names are lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes = field(repr=False)


class MessengerSettings(BaseModel):
    """What an owner can set on an instance of any messenger; an empty text stands for ours, in the customer's language.

    Without an `unauthorized_message` somebody who may not write gets no answer.
    """

    model_config = ConfigDict(extra="ignore")

    welcome_message: Annotated[CleanText, Field(max_length=2000)] = ""
    unauthorized_message: Annotated[CleanText, Field(max_length=1000)] = ""
    error_message: Annotated[CleanText, Field(max_length=1000)] = ""
    typing_enabled: bool = True


class Messenger(Protocol):
    """A kind of messenger. `settings` are an instance's own fields, `secrets` those that are sealed.

    `settings` derives from `MessengerSettings`. Every field of `secrets` is a `str` that is empty where it is not set.
    """

    @property
    def kind(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def settings(self) -> "type[MessengerSettings]": ...

    @property
    def secrets(self) -> type[BaseModel]: ...

    @property
    def polls(self) -> bool:
        """Can it ask for updates? Otherwise it needs webhooks."""
        ...

    def identity(self, settings: Any, secrets: Any) -> str:
        """By what two instances are the same, and refused: a token, a number. Empty while it is not set."""
        ...

    def address_of(self, person_key: str) -> Address:
        """Where somebody is written to privately."""
        ...

    def connect(self, instance: InstanceView[Any], secrets: Any) -> Connection:
        """Touches no network."""
        ...

    def ready(self, settings: Any, secrets: Any) -> None:
        """Raises Invalid naming the field that is missing before the instance can start."""
        ...

    def admits(self, request: WebhookRequest, settings: Any, secrets: Any, webhook_secret: str) -> bool:
        """Did the provider send this? Compared in constant time; false wherever a secret is empty."""
        ...

    def handshake(self, request: WebhookRequest, secrets: Any) -> str | None:
        """The answer to a provider that asks by GET whether this is us; None refuses."""
        ...

    def split(self, body: bytes) -> Sequence[RawUpdate]:
        """The updates in a webhook's body. Raises Invalid for what is no update at all."""
        ...

    def read(self, payload: Mapping[str, JsonValue], instance: InstanceView[Any]) -> Sequence[Incoming]:
        """What an update says; never raises for a kind that is not known."""
        ...

    def render(self, message: Outgoing, settings: Any) -> Sequence[Part]:
        """The requests that bring a message, in order; at least one. Long texts are split at sentence ends."""
        ...

    def admitted(self, said: Said | Tapped, settings: Any) -> bool:
        """May this person write to this instance (allow and block lists)?"""
        ...
