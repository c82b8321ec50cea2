"""Shapes that travel with a message: its state, where it comes from, and what may be tapped instead of typed."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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
