"""Use cases of the panel's chat: begin, ask, ask anew, hear again, delete. Waits for models only outside of units."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from secretary.accounts.reach import may_touch, reach
from secretary.accounts.rights import Scope
from secretary.assistant import service as assistants
from secretary.assistant.chat.access import seen, touched
from secretary.assistant.noticing import follow_branch
from secretary.assistant.override import LlmOverride
from secretary.assistant.ports import Accepted, Failed, Inbound, Reply
from secretary.assistant.runner import TurnRunner
from secretary.conversations import service as conversations
from secretary.conversations.events import MessagesDeleted
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.service import NewSession
from secretary.conversations.tree import service as tree
from secretary.kernel.errors import Forbidden, Invalid, Language, NotFound
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.unit import Actor, Unit, UnitFactory
from secretary.llm.routing.backends import Backends
from secretary.llm.routing.chain import AUTO, NONE
from secretary.llm.service import preset_for

ADMIN = "admin"
OWN_SOURCES = (ADMIN, "api")


@dataclass(frozen=True, slots=True)
class Opening:
    """How staff begin a conversation. Only who reaches all of them may say that it came by another channel."""

    title: str = ""
    system_prompt: str | None = None
    assistant_id: str | None = None
    source: str = ADMIN
    source_id: str = ""
    language: Language = "ru"


@dataclass(frozen=True, slots=True)
class Answered:
    """A stored question with the answer as it came to its end; `failure` says why there is none."""

    question: ChatMessage
    answer: ChatMessage
    failure: Failed | None = None


async def begin(unit: Unit, actor: Actor, opening: Opening) -> ChatSession:
    """Open a conversation of the actor's own. Raises NotFound for a foreign assistant, Forbidden for another source."""
    if opening.source not in OWN_SOURCES and reach(actor, "chat", "edit") is not Scope.ALL:
        raise Forbidden(
            "source_not_allowed",
            en="Only an administrator may store a conversation of another channel.",
            ru="Сохранить разговор другого канала может только администратор.",
        )
    assistant_id = await _assistant(unit, actor, opening.assistant_id)
    new = NewSession(
        assistant_id=assistant_id,
        source=opening.source,
        source_id=opening.source_id,
        contact_key=actor.id,
        language=opening.language,
        owner_id=actor.owner_id,
        title=opening.title,
        system_prompt=opening.system_prompt,
    )
    return await conversations.open_session(unit, new)


async def _assistant(unit: Unit, actor: Actor, assistant_id: str | None) -> str:
    if assistant_id is None:
        return (await assistants.get_default(unit)).id
    assistant = await assistants.get(unit, assistant_id)
    if assistant.owner_id is not None and not may_touch(actor, "assistants", assistant.owner_id, "view"):
        raise NotFound("no_such_assistant", en="There is no such assistant.", ru="Такого ассистента нет.")
    return assistant.id


class Chat:
    """The chat of staff. Every call checks whose the conversation is and that its messages belong to it."""

    def __init__(self, units: UnitFactory, turns: TurnRunner, backends: Backends, flood: WindowLimiter) -> None:
        self._units = units
        self._turns = turns
        self._backends = backends
        self._flood = flood

    async def ask(
        self, actor: Actor, session_id: str, text: str, message_id: str | None, override: LlmOverride
    ) -> Accepted:
        """Store a message and begin to answer it. Raises NotFound, Invalid, RateLimited."""
        await self._admit(actor, session_id, override)
        return await self._turns.accept(Inbound(session_id, text, message_id, override.to_store()))

    async def edit(self, actor: Actor, session_id: str, message_id: str, text: str, override: LlmOverride) -> Accepted:
        """Ask anew beside a question that was asked. Raises NotFound, Invalid, RateLimited."""
        await self._admit(actor, session_id, override)
        return await self._turns.edit(session_id, message_id, text, override.to_store())

    async def regenerate(self, actor: Actor, session_id: str, message_id: str, override: LlmOverride) -> Accepted:
        """Have a question answered once more. Raises NotFound, Invalid, RateLimited."""
        await self._admit(actor, session_id, override)
        return await self._turns.regenerate(session_id, message_id, override.to_store())

    async def _admit(self, actor: Actor, session_id: str, override: LlmOverride) -> None:
        async with self._units.read(actor) as unit:
            await touched(unit, actor, session_id)
            if override.persona_id is not None:
                await preset_for(unit, override.persona_id, actor.owner_id)
        await self._check_backend(actor, override.llm_backend)
        self._flood.hit(actor.id)

    async def _check_backend(self, actor: Actor, name: str | None) -> None:
        if name is None or name in {AUTO, NONE}:
            return
        backends = await self._backends.refreshed()
        if not backends.resolve(name, actor.owner_id):
            raise Invalid("no_such_backend", en="There is no such model.", ru="Такой модели нет.")

    def follow(self, accepted: Accepted) -> AsyncIterator[tuple[int, Reply]]:
        """The events of the answer to what was just asked."""
        return self._turns.listen(accepted.session_id, accepted.answer_id)

    async def listen(
        self, actor: Actor, session_id: str, answer_id: str, after: int
    ) -> AsyncIterator[tuple[int, Reply]]:
        """An answer's events from the character `after` on. Raises NotFound before the first event."""
        async with self._units.read(actor) as unit:
            await seen(unit, actor, session_id)
            await conversations.get_message(unit, session_id, answer_id)
        return self._turns.listen(session_id, answer_id, after)

    async def whole(self, accepted: Accepted) -> Answered:
        """The answer, once it has come to its end."""
        failure: Failed | None = None
        async for _, reply in self.follow(accepted):
            failure = reply if isinstance(reply, Failed) else None
        return await self.stored(accepted, failure)

    async def stored(self, accepted: Accepted, failure: Failed | None = None) -> Answered:
        """Question and answer as they are stored by now."""
        async with self._units.read() as unit:
            question = await conversations.get_message(unit, accepted.session_id, accepted.question_id)
            answer = await conversations.get_message(unit, accepted.session_id, accepted.answer_id)
        return Answered(question, answer, failure)

    async def cancel(self, actor: Actor, session_id: str, answer_id: str) -> None:
        """Stop an answer; what was said stays. Repeatable. Raises NotFound."""
        async with self._units.read(actor) as unit:
            await touched(unit, actor, session_id)
        await self._turns.cancel(session_id, answer_id)

    async def delete_message(self, actor: Actor, session_id: str, message_id: str) -> None:
        """Delete a message and everything below it, stopping answers that are being given. Raises NotFound."""

        async def remove(unit: Unit) -> Sequence[str]:
            session = await touched(unit, actor, session_id)
            running = await tree.delete(unit, session_id, message_id)
            await follow_branch(unit, session_id)
            unit.record(MessagesDeleted(session_id, session.owner_id, message_id))
            return running

        await self._turns.delete(actor, remove)

    async def delete_session(self, actor: Actor, session_id: str) -> None:
        """Delete a conversation. Raises NotFound."""

        async def remove(unit: Unit) -> Sequence[str]:
            return await conversations.delete_sessions(unit, [await touched(unit, actor, session_id)])

        await self._turns.delete(actor, remove)

    async def delete_sessions(self, actor: Actor, session_ids: Sequence[str]) -> int:
        """Delete those of these conversations that the actor may; tells how many that were."""
        deleted = 0

        async def remove(unit: Unit) -> Sequence[str]:
            nonlocal deleted
            found = await conversations.get_sessions(unit, session_ids)
            own = [session for session in found if may_touch(actor, "chat", session.owner_id)]
            deleted = len(own)
            return await conversations.delete_sessions(unit, own)

        await self._turns.delete(actor, remove)
        return deleted
