"""What a briefing is made of, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from secretary.assistant.models import Assistant, Request
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.kernel.errors import Language
from secretary.knowledge.search.ports import Passage


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer that might do. `source` says where it is from: an entry, a document, a model's name."""

    text: str
    source: str
    kind: Literal["faq", "document", "model"]


@dataclass(frozen=True, slots=True)
class Brief:
    """A few sentences on a conversation, and answers to its last question, surest first."""

    summary: str
    suggestions: Sequence[Suggestion] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation as it stands. `question` is what the customer wants to know, empty: only a person; `language` is
    the reader's, not the customer's.
    """

    session: ChatSession
    assistant: Assistant
    said: Sequence[ChatMessage]
    first: str
    question: str
    request: Request | None
    language: Language
    now: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What the business has written down about the question."""

    faq: Suggestion | None = None
    passages: Sequence[Passage] = ()
    documents: Sequence[Suggestion] = ()
