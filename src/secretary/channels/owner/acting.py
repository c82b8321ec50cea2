"""What somebody of the staff does to a conversation from his messenger. Each raises what keeps it from being done."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from secretary.accounts.reach import may_touch, reach_or_forbid
from secretary.assistant import queries as assistants
from secretary.channels.inbox.replying import hold_of, reply
from secretary.channels.owner import queries
from secretary.channels.owner.errors import no_collection_to_teach, nobody_to_block, nothing_to_teach
from secretary.channels.owner.models import OperatorCard
from secretary.channels.ports import Outlet
from secretary.conversations import queries as conversations
from secretary.conversations.contacts import service as contacts
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatSession
from secretary.kernel.errors import Conflict, NotFound
from secretary.kernel.unit import Actor, Unit
from secretary.knowledge import service as faq
from secretary.knowledge.faq.rules import Content
from secretary.knowledge.models import QUESTION_LENGTH

AWAITED: Final = timedelta(minutes=15)
"""For how long the next words of somebody who has tapped "answer" are the answer."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, on which card, to which conversation, and how what he says goes out."""

    actor: Actor
    card: OperatorCard
    session: ChatSession
    outlet: Outlet


async def answer(unit: Unit, act: Act, text: str) -> str:
    """Say `text` to the customer; the conversation is the actor's. Returns what the actor is told.

    Raises Conflict where the provider lets nobody write now.
    """
    await reply(unit, act.session, act.outlet, act.actor.id, text, None)
    act.card.acts = True
    await unit.db.flush()
    return "sent"


async def teach(unit: Unit, act: Act, text: str) -> str:
    """As `answer`, and say the same to everybody who asks that from now on. Raises Forbidden, too."""
    reach_or_forbid(act.actor, "faq", "edit")
    asked = act.card.question_id and await conversations.message(unit.db, act.session.id, act.card.question_id)
    question = " ".join(asked.content.replace("*", " ").split()) if asked else ""
    if not question:
        raise nothing_to_teach()
    collection_id = await _collection(unit, act)
    await answer(unit, act, text)
    try:
        await faq.add_entry(unit, Content(question[:QUESTION_LENGTH], text), collection_id)
    except Conflict:  # the question is there already, in these words or others
        return "sent_known"
    return "sent_taught"


async def _collection(unit: Unit, act: Act) -> str | None:
    """The first of the assistant's collections that the actor may change; None is the one that belongs to everyone."""
    found = await assistants.assistant(unit.db, act.session.assistant_id) or await assistants.default_assistant(unit.db)
    if found is None or found.collections is None:
        return None
    for collection_id in found.collections:
        with suppress(NotFound):  # a colleague's own is none of his
            row = await faq.find_collection(unit, collection_id)
            if row.owner_id is None or may_touch(act.actor, "knowledge", row.owner_id):
                return row.id
    raise no_collection_to_teach()


async def take(unit: Unit, act: Act) -> str:
    """The conversation is the actor's. Raises Conflict where a colleague has it."""
    await handover.take(unit, act.session.id, act.actor.id, await hold_of(unit, act.session))
    act.card.acts = True
    await unit.db.flush()
    return "yours"


async def back(unit: Unit, act: Act) -> str:
    """The secretary goes on."""
    await handover.give_back(unit, act.session.id)
    await queries.act_no_more(unit.db, act.session.id)
    return "given_back"


async def block(unit: Unit, act: Act) -> str:
    """Listen to this customer no more, on any channel; the conversation is over."""
    if act.session.contact_id is None:
        raise nobody_to_block()
    await contacts.block(unit, await contacts.get(unit, act.session.contact_id), blocked=True)
    await handover.close(unit, act.session.id)
    await queries.act_no_more(unit.db, act.session.id)
    return "blocked"


def is_lesson(unit: Unit, card: OperatorCard) -> bool:
    """Are the next words about this card to be remembered, too?"""
    return card.awaiting == "teach" and card.awaiting_until is not None and card.awaiting_until > unit.now()


async def expect(unit: Unit, act: Act, what: str) -> None:
    """The actor's next words are the answer (`answer`, `teach`), for a while."""
    await queries.expect_nothing(unit.db, act.card.link_id)
    act.card.awaiting, act.card.awaiting_until = what, unit.now() + AWAITED
    await unit.db.flush()


async def expect_answer(unit: Unit, act: Act) -> str:
    await expect(unit, act, "answer")
    return "write"


async def expect_lesson(unit: Unit, act: Act) -> str:
    await expect(unit, act, "teach")
    return "write_teach"


TAPS: Final[Mapping[str, Callable[[Unit, Act], Awaitable[str]]]] = {
    "answer": expect_answer,
    "teach": expect_lesson,
    "take": take,
    "back": back,
    "block": block,
}
"""What a button does."""
