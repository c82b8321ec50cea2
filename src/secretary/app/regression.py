"""Fills the port `Answers`: a question goes through the real turn, on the side of every conversation."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from secretary.accounts.reach import ensure_may_touch
from secretary.assistant import service as assistants
from secretary.assistant.aside import Aside
from secretary.assistant.models import Assistant, Card, LlmParams
from secretary.assistant.override import LlmOverride
from secretary.assistant.ports import Delta, SourcesFound
from secretary.assistant.queries import default_assistant
from secretary.assistant.responders.admit import Admit
from secretary.assistant.responders.extract import Quote
from secretary.assistant.responders.faq import AnswerFromFaq
from secretary.assistant.responders.knowledge import Consult
from secretary.assistant.responders.llm import AskModel
from secretary.assistant.sources import source_of
from secretary.assistant.turn import Responder, Said, Stage, Turn
from secretary.conversations.ports import Source
from secretary.kernel.clock import Clock
from secretary.kernel.language import detect_language
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.knowledge.faq.lookup import FaqLookup
from secretary.knowledge.ports import BusinessCard
from secretary.knowledge.regression.ports import REFUSAL, Answered, Asked, Draft
from secretary.knowledge.regression.shapes import Basis
from secretary.knowledge.search.ports import Search
from secretary.llm.ports import Message, Prompt
from secretary.llm.routing.router import Router
from secretary.llm.service import ensure_backends, preset_for

ConsultOver = Callable[[Search], Responder]
"""The stage that looks into documents as customers meet it, over a search."""


@dataclass(slots=True)
class _Course:
    """What was seen of a turn: who spoke, of which documents the sources may be, what was said."""

    purpose: str
    stage: str = REFUSAL
    documents: dict[Source, str] = field(default_factory=dict)
    text: str = ""
    sources: list[Source] = field(default_factory=list)

    def hear(self, said: Said) -> None:
        match said:
            case Delta():
                self.text += said.text
            case SourcesFound():
                self.sources += said.sources


class _Watched:
    """A responder, and who watches the turn on its way: with the first, it becomes one of a customer's own."""

    def __init__(self, responder: Responder, course: _Course) -> None:
        self._responder, self._course = responder, course

    @property
    def stage(self) -> Stage:
        return self._responder.stage

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if self.stage is Stage.ADMIT:
            turn.asked, turn.source = None, self._course.purpose
        async with aclosing(self._responder.respond(turn)) as saying:
            async for said in saying:
                self._course.stage = self.stage.label
                yield said
        if self.stage is Stage.KNOWLEDGE:
            hosts = turn.allowed_hosts
            self._course.documents = {source_of(one, hosts): one.document_id for one in turn.passages}


class TurnAnswers:
    """Implements `Answers` with the responders that customers hear."""

    def __init__(
        self, units: UnitFactory, faq: FaqLookup, search: Search, router: Router, consult: ConsultOver, clock: Clock
    ) -> None:
        self._units, self._faq, self._search, self._router = units, faq, search, router
        self._consult, self._clock = consult, clock

    async def answer(
        self,
        actor: Actor,
        asked: Asked,
        *,
        draft: Draft | None = None,
        search: Search | None = None,
        with_model: bool = True,
    ) -> Answered:
        """As the port says."""
        assistant = await self._assistant(asked, may_be_nobody=not with_model)
        course = _Course(asked.purpose)
        aside = Aside(self._responders(course, search or self._search, with_model=with_model), self._clock)
        messages = [Message("assistant" if role == "assistant" else "user", said) for role, said in asked.history]
        prompt = Prompt([*messages, Message("user", asked.text)])
        async with aclosing(aside.answer(actor, assistant, prompt, _override(draft))) as saying:
            async for said in saying:
                course.hear(said)
        return Answered(course.text.strip(), course.stage, await self._basis(course, assistant, asked.text))

    async def ensure_allowed(self, unit: Unit, assistant_id: str | None, draft: Draft | None = None) -> None:
        """As the port says."""
        if assistant_id is not None:
            found = await assistants.get(unit, assistant_id)
            if found.owner_id is not None:
                ensure_may_touch(unit.actor, "assistants", found.owner_id, "view")
        if draft is not None and draft.persona_id is not None:
            await preset_for(unit, draft.persona_id, unit.actor.owner_id)
        if draft is not None and draft.llm_backend is not None:
            await ensure_backends(unit, [draft.llm_backend], unit.actor.owner_id)

    async def collections_of(self, unit: Unit, assistant_id: str | None) -> Sequence[str] | None:
        """As the port says."""
        return (await _find(unit, assistant_id)).collections

    def _responders(self, course: _Course, search: Search, *, with_model: bool) -> Sequence[Responder]:
        """Without a model nobody rewrites questions or puts passages in order either."""
        if with_model:
            real: Sequence[Responder] = [self._consult(search), AskModel(self._units, self._router)]
        else:
            real = [Consult(self._units, search)]
        real = [Admit(), AnswerFromFaq(self._faq), *real, Quote(self._units)]
        return [_Watched(responder, course) for responder in real]

    async def _assistant(self, asked: Asked, *, may_be_nobody: bool) -> Assistant:
        """The one that is asked, searching what it is to search; nothing of that is stored.

        Before the first start there is none, and to quote documents none is needed.
        """
        async with self._units.read() as unit:
            if may_be_nobody and asked.assistant_id is None:
                found = await default_assistant(unit.db) or _nobody()
            else:
                found = await _find(unit, asked.assistant_id)
        if asked.collections is not None:
            found.collections = list(asked.collections)
        return found

    async def _basis(self, course: _Course, assistant: Assistant, question: str) -> Sequence[Basis]:
        """The sources with what they are: the customer sees only words."""
        if course.stage == Stage.FAQ.label:
            card = BusinessCard(**assistant.card.model_dump())
            language = detect_language(question)
            hit = await self._faq.find(question, assistant.collections, self._clock(), card, language)
            entry_id = hit.entry_id if hit else None
            return [Basis(title=one.title, faq_entry_id=entry_id) for one in course.sources]
        known = course.documents
        return [Basis(title=one.title, quote=one.quote, document_id=known.get(one)) for one in course.sources]


def _nobody() -> Assistant:
    return Assistant(id="", name="", persona_id="", backends=[], llm_params=LlmParams(), card=Card())


async def _find(unit: Unit, assistant_id: str | None) -> Assistant:
    if assistant_id is None:
        return await assistants.get_default(unit)
    return await assistants.get(unit, assistant_id)


def _override(draft: Draft | None) -> LlmOverride:
    if draft is None:
        return LlmOverride()
    return LlmOverride(persona_id=draft.persona_id, llm_backend=draft.llm_backend, system_prompt=draft.system_prompt)
