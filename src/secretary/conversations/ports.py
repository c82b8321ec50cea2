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
