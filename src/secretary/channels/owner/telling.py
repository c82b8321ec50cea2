"""Telling those of the staff who have linked their messenger: who gets a card of which conversation."""

from collections.abc import Mapping
from dataclasses import dataclass

from secretary.accounts.reach import may_touch
from secretary.assistant import queries as assistants
from secretary.channels.letters import post, queue_of
from secretary.channels.models import ChannelInstance
from secretary.channels.owner import queries
from secretary.channels.owner.models import OperatorCard, OperatorLink
from secretary.channels.owner.writing import CARD, TAKEN
from secretary.conversations import queries as conversations
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import HandOverReason
from secretary.conversations.service import get_sessions
from secretary.kernel.jobs import ClaimedJob, Handler, NewJob, Payload, complete, enqueue
from secretary.kernel.unit import Unit, UnitFactory

TELL = "owner.tell"
WROTE = "wrote"


class Telling:
    """Fills `assistant.ports.Attention`: a card for everybody who is linked and may act on the conversation."""

    async def person_wanted(self, unit: Unit, session_id: str, owner_id: str | None, reason: HandOverReason) -> None:
        del owner_id  # the conversation says it when it is told
        payload = {"session_id": session_id, "why": reason.value}
        await enqueue(unit, NewJob(TELL, payload, key=f"wanted:{session_id}"))

    async def message_taken(self, unit: Unit, request_id: str, owner_id: str | None) -> None:
        del owner_id
        found = await assistants.request(unit.db, request_id)
        if found is not None:
            payload = {"session_id": found[0].session_id, "why": "taken", "request_id": request_id}
            await enqueue(unit, NewJob(TELL, payload, key=f"taken:{request_id}"))

    async def customer_wrote(self, unit: Unit, session_id: str) -> None:
        """A customer wrote in a conversation that is held: whoever answers him from his messenger shall see it."""
        acting = await queries.acting_in(unit.db, session_id)
        wrote = await assistants.last_question(unit.db, session_id) if acting else None
        if wrote is not None:
            payload = {"session_id": session_id, "why": WROTE, "question_id": wrote.id}
            await enqueue(unit, NewJob(TELL, payload, key=f"wrote:{wrote.id}"))

    def handlers(self, units: UnitFactory) -> Mapping[str, Handler]:
        """What a worker runs."""

        async def tell(job: ClaimedJob) -> None:
            async with units.write() as unit:
                await post_cards(unit, job.payload)
                await complete(unit, job)

        return {TELL: tell}


@dataclass(frozen=True, slots=True)
class Listener:
    """A link, the instance by which it is written to, and the language of its user."""

    link: OperatorLink
    instance: ChannelInstance


async def post_cards(unit: Unit, payload: Payload) -> None:
    """A card for each who is to be told, on its way."""
    session = next(iter(await get_sessions(unit, [str(payload["session_id"])])), None)
    if session is None:
        return
    asked = await _asked(unit, session, payload)
    for listener in await _listeners(unit, session, str(payload["why"])):
        row = OperatorCard(
            id=unit.new_id(),
            link_id=listener.link.id,
            session_id=session.id,
            question_id=asked.id if asked else None,
            acts=payload["why"] == WROTE,
            created=unit.now(),
        )
        unit.db.add(row)
        await unit.db.flush()
        about = {name: payload[name] for name in ("why", "request_id") if name in payload}
        queue = queue_of(listener.instance.kind, listener.instance.id)
        await post(unit, queue, CARD, {"card_id": row.id, **about}, key=row.id, conversation=listener.link.id)


async def _asked(unit: Unit, session: ChatSession, payload: Payload) -> ChatMessage | None:
    """What the card is about, where it is still there."""
    if "question_id" in payload:
        return await conversations.message(unit.db, session.id, str(payload["question_id"]))
    return await assistants.last_question(unit.db, session.id)


async def _listeners(unit: Unit, session: ChatSession, why: str) -> list[Listener]:
    """Those who may act; of what a customer writes to a person, that person alone, where he answers from there."""
    acting = await queries.acting_in(unit.db, session.id) if why == WROTE else set()
    return [
        Listener(link, instance)
        for link, instance, actor in await queries.linked(unit.db)
        if may_touch(actor, "requests", session.owner_id)
        and (why != WROTE or (link.id in acting and link.user_id == session.assignee_id))
    ]


async def tell_others(unit: Unit, session: ChatSession, user_id: str) -> None:
    """Colleagues who were shown a conversation hear who has taken it."""
    for link, instance, actor in await queries.shown_to(unit.db, session.id):
        if actor.id != user_id:
            payload = {"link_id": link.id, "session_id": session.id, "user_id": user_id}
            queue = queue_of(instance.kind, instance.id)
            await post(unit, queue, TAKEN, payload, key=unit.new_id(), conversation=link.id)
