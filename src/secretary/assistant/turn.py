"""The turn: the stages a message goes through, and what each responder sees and may do."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from secretary.assistant.citations import hosts_in
from secretary.assistant.models import Assistant, Request
from secretary.assistant.override import LlmOverride
from secretary.assistant.ports import Buttons, Delta, SourcesFound
from secretary.conversations.why import Why
from secretary.kernel.errors import Language
from secretary.kernel.unit import Unit
from secretary.knowledge.search.ports import Passage
from secretary.llm.models import LlmPreset
from secretary.llm.ports import Finish, Image, Prompt, Reasoning, ToolCallDelta

Said = Delta | Reasoning | ToolCallDelta | SourcesFound | Buttons | Finish
"""What a responder may say. The first thing said claims the turn. Thoughts and tool calls are for programs alone."""

Effect = Callable[[Unit], Awaitable[None]]


class Stage(IntEnum):
    """The order in which a message is offered to the responders: one responder a stage."""

    ADMIT = 1
    HAND_OVER = 2
    FUNNEL = 3
    FAQ = 4
    KNOWLEDGE = 5
    LLM = 6
    EXTRACT = 7
    MESSAGE = 8

    @property
    def label(self) -> str:
        return self.name.lower()


@dataclass(slots=True)
class Turn:
    """One message on its way. Nothing here holds a transaction: a turn may wait for a model for a minute."""

    session_id: str
    question_id: str
    answer_id: str
    text: str
    language: Language
    asked_at: datetime
    messages_before: int
    """How many messages the conversation had before this one."""
    assistant: Assistant
    source: str
    contact_key: str
    persona: LlmPreset | None = None
    """The assistant's, where it was read with the assistant."""
    owner_id: str | None = None
    api_key_id: str = ""
    session_prompt: str | None = None
    override: LlmOverride = field(default_factory=LlmOverride)
    taking: Request | None = None
    files: int = 0
    """How many files came with it."""
    images: Sequence[Image] = ()
    """Those of them that a model can see, once somebody has asked for them."""
    asked: Prompt | None = None
    """What a program asked, word for word, where the turn belongs to no conversation."""
    history: Sequence[tuple[str, str]] = ()
    """(role, content) of what was said before, oldest first; read once, by whoever needs it first (`is_recalled`)."""
    is_recalled: bool = False
    passages: tuple[Passage, ...] = ()
    """What the documents say about the question, best first; empty where they say nothing near it."""
    is_answered: bool = False
    """Do the passages answer it? Otherwise a model has to read them before anybody says so."""
    effects: list[Effect] = field(default_factory=list)
    why: Why = field(default_factory=Why)
    """What the stages did, kept with the answer."""

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts that an answer may link to: those that the owner names himself, and where his documents come from."""
        card = self.assistant.card
        pages = (passage.source_url for passage in self.passages)
        return hosts_in(self.assistant.system_prompt or "", card.address, card.hours, *pages)

    @property
    def is_wordless(self) -> bool:
        """Is there nothing but files?"""
        return not any(letter.isalnum() for letter in self.text)

    def on_save(self, effect: Effect) -> None:
        """Do `effect` in the transaction that stores the finished answer, and only if it is stored."""
        self.effects.append(effect)


class Responder(Protocol):
    """One stage: it says something and so claims the turn, or adds to it (facts), or passes by saying nothing.

    Raising `Upstream` before anything was said passes the turn on to the next stage; afterwards the answer is
    stored as interrupted.
    """

    @property
    def stage(self) -> Stage: ...

    def respond(self, turn: Turn) -> AsyncGenerator[Said, None]: ...


def in_order(responders: Sequence[Responder]) -> list[Responder]:
    """The responders by stage. Raises ValueError when two claim the same stage."""
    by_stage = {responder.stage: responder for responder in responders}
    if len(by_stage) != len(responders):
        raise ValueError("two responders in one stage")
    return [by_stage[stage] for stage in sorted(by_stage)]
