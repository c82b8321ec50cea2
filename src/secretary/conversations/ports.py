"""Shapes that travel with a message: its state, where it comes from, and what may be tapped instead of typed."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

OverrideJson = dict[str, JsonValue]
"""What an answer shall be given with instead of its assistant's settings; opaque here, the heart knows its shape."""


class MessageStatus(StrEnum):
    """Where a message is. A person's message is complete at once; an answer goes through the others."""

    QUEUED = "queued"
    STREAMING = "streaming"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"
    FAILED = "failed"


UNFINISHED = (MessageStatus.QUEUED, MessageStatus.STREAMING)


class SessionState(StrEnum):
    """Who has a conversation: the secretary, nobody yet though a person was asked for, a person, or it is over."""

    SECRETARY = "secretary"
    WAITING = "waiting"
    PERSON = "person"
    CLOSED = "closed"


class HandOverReason(StrEnum):
    """Why a person was asked for."""

    CUSTOMER = "customer"
    UNSURE = "unsure"
    RULE = "rule"
    OPERATOR = "operator"


class AttachmentKind(StrEnum):
    """What came along with a message."""

    PHOTO = "photo"
    FILE = "file"
    VOICE = "voice"
    AUDIO = "audio"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"


class AttachmentState(StrEnum):
    """Where its file is: to be fetched, on our disk, too large to be fetched, not to be had, or taken back."""

    WAITING = "waiting"
    STORED = "stored"
    TOO_LARGE = "too_large"
    FAILED = "failed"
    GONE = "gone"


BY_PERSON, BY_NOTICE = "person", "notice"
"""What `answered_by` says of an answer that no turn gave: a person typed it, or it is a notice of the house."""

OF_STAFF = ("admin", "api")
"""Sources of conversations that no customer leads: they are not in the inbox, and nobody holds them."""


class Source(BaseModel):
    """Where an answer comes from. `url` opens the passage, `quote` is the passage's own words."""

    model_config = ConfigDict(frozen=True)

    title: str
    url: str = ""
    quote: str = ""


class QuickReply(BaseModel):
    """A button under an answer; tapping it sends `value` as the customer's next message."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Visible:
    """Whose conversations somebody may see: all for `None`, else that owner's, and nobody's where `ownerless`."""

    owner_id: str | None = None
    ownerless: bool = False
