"""Briefing somebody who takes a conversation over. Reads only; no unit stays open while a model is asked."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from secretary.assistant import queries
from secretary.assistant.briefing.drafting import Drafting
from secretary.assistant.briefing.extract import summary_of
from secretary.assistant.briefing.shapes import Brief, Case, Known, Suggestion
from secretary.assistant.citations import hosts_in
from secretary.assistant.handover.expiry import left_open
from secretary.assistant.responders.extract import shortened
from secretary.assistant.responders.hand_over import wants_person
from secretary.assistant.sources import quoted, source_of
from secretary.conversations import queries as conversations
from secretary.conversations.errors import no_such_session
from secretary.conversations.models import ChatMessage
from secretary.kernel.errors import Language, NotFound
from secretary.kernel.unit import UnitFactory
from secretary.knowledge.faq.lookup import FaqLookup
from secretary.knowledge.ports import BusinessCard
from secretary.knowledge.search.ports import Search
from secretary.llm.routing.router import Router

LOOKED_THROUGH: Final = 30
PASSAGES: Final = 3
SHOWN_DOCUMENTS: Final = 2
REMEMBERED: Final = 200


class Briefing:
    """One for the whole process: what a model said is remembered until the conversation goes on."""

    def __init__(self, units: UnitFactory, router: Router, search: Search, faq: FaqLookup) -> None:
        self._units, self._search, self._faq = units, search, faq
        self._drafting = Drafting(router)
        self._made: OrderedDict[tuple[str, str | None, Language], Brief] = OrderedDict()

    async def brief(self, session_id: str, language: Language | None = None) -> Brief:
        """What it is about and what might be answered; `language` is the reader's (the customer's for None).

        Raises NotFound.
        """
        case = await self._case(session_id, language)
        known = await self._known(case)
        drafted = await self._drafted(case, known)
        found = [*([known.faq] if known.faq else []), *known.documents]
        if drafted is None:
            return Brief(summary_of(case), found)
        return Brief(drafted.summary, [*found[:1], *drafted.suggestions, *found[1:]])

    async def _case(self, session_id: str, language: Language | None) -> Case:
        async with self._units.read() as unit:
            session = await conversations.session(unit.db, session_id)
            if session is None:
                raise no_such_session()
            who = await queries.who_answers(unit.db, session.assistant_id, session.id)
            if who is None:
                raise NotFound("no_assistant", en="There is no assistant yet.", ru="Ассистента ещё нет.")
            said = await conversations.visible_messages(unit.db, session.id, last=LOOKED_THROUGH)
            first = await queries.first_question(unit.db, session.id)
            return Case(
                session=session,
                assistant=who[0],
                said=said,
                first=first.content if first else "",
                question=left_open(said) or _last_asked(said),
                request=await queries.latest_request(unit.db, session.id),
                language=language or session.language,
                now=unit.now(),
            )

    async def _known(self, case: Case) -> Known:
        """What the FAQ and the documents say, as they say it to customers."""
        if not case.question:
            return Known()
        assistant, language = case.assistant, case.session.language
        card = BusinessCard(**assistant.card.model_dump())
        hit = await self._faq.find(case.question, assistant.collections, case.now, card, language)
        found = await self._search.find(case.question, assistant.collections, PASSAGES)
        passages = found.passages if found.is_answer or found.is_near else ()
        hosts = hosts_in(assistant.system_prompt or "", card.address, card.hours, *(one.source_url for one in passages))
        documents = [
            Suggestion(shortened(quoted(one.text, hosts)), source_of(one, hosts).title or one.filename, "document")
            for one in passages[:SHOWN_DOCUMENTS]
        ]
        entry = Suggestion(hit.answer, hit.question, "faq") if hit else None
        return Known(entry, passages, documents)

    async def _drafted(self, case: Case, known: Known) -> Brief | None:
        key = (case.session.id, case.session.leaf_id, case.language)
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key]
        drafted = await self._drafting.drafted(case, known)
        if drafted is not None:
            self._made[key] = drafted
            while len(self._made) > REMEMBERED:
                self._made.popitem(last=False)
        return drafted


def _last_asked(said: Sequence[ChatMessage]) -> str:
    """What the customer asked last, answered or not; empty where all he asked for was a person."""
    asked = (one.content for one in reversed(said) if one.role == "user" and one.content.strip())
    return next((text for text in asked if not wants_person(text)), "")
