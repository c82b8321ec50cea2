"""Whatever happens in whatever order: while a person has a conversation nothing automatic goes out in it."""

import os
import random
from datetime import timedelta

from sqlalchemy import select
from tests.support.people import People

from secretary.channels.incoming.greeting import greet
from secretary.channels.models import ChannelDelivery, ChannelThread
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import HandOverReason, SessionState

HOUR = timedelta(hours=1)
ROUNDS = int(os.environ.get("SECRETARY_INTERLEAVINGS", "20"))
"""Interleavings of ten steps; ten thousand take half an hour."""


async def session_of(loft, who=7):
    async with loft.app.units.read() as unit:
        found = select(ChatSession).where(ChatSession.contact_key == str(who))
        return (await unit.db.scalars(found.order_by(ChatSession.created.desc()).limit(1))).one()


async def take(loft, user_id):
    session = await session_of(loft)
    async with loft.app.units.write() as unit:
        await handover.take(unit, session.id, user_id, HOUR, force=True)


async def test_an_answer_that_waits_to_be_sent_is_withdrawn(loft):
    people = await People.of(loft.app)
    await loft.says(7, "Tell me a story")
    await take(loft, people.admin.id)
    await loft.deliver()
    assert loft.texts == []
    async with loft.app.units.read() as unit:
        assert [row.state.value for row in await unit.db.scalars(select(ChannelDelivery))] == ["withdrawn"]


async def test_the_rest_of_a_long_answer_is_withdrawn(loft, pigeon):
    people = await People.of(loft.app)
    pigeon.longest = 4
    await loft.says(7, "Tell me a story")

    async def take_over(part):
        if part.body["text"] == "answ":
            await take(loft, people.admin.id)

    loft.post.before = take_over
    await loft.deliver()
    assert loft.texts == ["The ", "answ"]


async def test_a_person_answers_and_the_customer_is_heard_without_an_answer(loft):
    people = await People.of(loft.app)
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    await take(loft, people.admin.id)
    await loft.says(7, "Are you a person?")
    session = await session_of(loft)
    assert session.state is SessionState.PERSON
    assert session.unread >= 1
    async with loft.app.units.write() as unit:
        message = await handover.say_as_person(unit, session, people.admin.id, "Yes, I am Maria", None, HOUR)
        await loft.app.outlet.send(unit, session, message.id, is_automatic=False)
    await loft.deliver()
    assert loft.texts == ["The answer", "Yes, I am Maria"]


async def test_what_says_that_a_person_was_called_goes_out(loft):
    await loft.says(7, "Tell me a story")
    await loft.deliver()
    session = await session_of(loft)
    async with loft.app.units.write() as unit:
        answer = (
            await unit.db.scalars(
                select(ChatMessage).where(ChatMessage.session_id == session.id, ChatMessage.role == "assistant")
            )
        ).one()
        await handover.hand_over(unit, session.id, HandOverReason.CUSTOMER, HOUR, but=answer.id)
    await loft.says(7, "Still there?")
    await loft.deliver()
    assert loft.texts == ["The answer"]


class Battle:
    """Random steps in a conversation. `heard` is (what, is it automatic, was the conversation held when it began)."""

    def __init__(self, loft, user_id, luck):
        self.loft, self.user_id, self.luck = loft, user_id, luck
        self.heard = []
        self.notices = set()
        loft.post.before = self.sending

    async def sending(self, part):
        session = await session_of(self.loft)
        async with self.loft.app.units.write() as unit:
            is_held = bool(await handover.held(unit, [session.id]))
        self.heard.append((part.body["text"], is_held))
        if self.luck.random() < 0.2:
            await self.step(self.luck.choice(("take", "give_back", "hand_over")))

    async def step(self, name):
        await getattr(self, name)()

    async def say(self):
        await self.loft.says(7, self.luck.choice(("Tell me a story", "Sing a song", "Draw a cat")))

    async def take(self):
        await take(self.loft, self.user_id)

    async def give_back(self):
        session = await session_of(self.loft)
        async with self.loft.app.units.write() as unit:
            await handover.give_back(unit, session.id)

    async def hand_over(self):
        session = await session_of(self.loft)
        async with self.loft.app.units.write() as unit:
            await handover.hand_over(unit, session.id, HandOverReason.RULE, HOUR)

    async def greeting(self):
        """Stands for reminders and broadcasts: an automatic message that no question led to."""
        session, line = await session_of(self.loft), await self.loft.line()
        async with self.loft.app.units.write() as unit:
            thread = (await unit.db.scalars(select(ChannelThread))).one()
            await greet(unit, line, session, thread)

    async def reply(self):
        session = await session_of(self.loft)
        async with self.loft.app.units.write() as unit:
            message = await handover.say_as_person(unit, session, self.user_id, "PERSON here", None, HOUR)
            await self.loft.app.outlet.send(unit, session, message.id, is_automatic=False)

    async def send_one(self):
        await self.loft.deliver_one()

    async def close(self):
        session = await session_of(self.loft)
        async with self.loft.app.units.write() as unit:
            await handover.close(unit, session.id)


STEPS = (
    "say",
    "say",
    "send_one",
    "send_one",
    "send_one",
    "take",
    "give_back",
    "give_back",
    "hand_over",
    "greeting",
    "reply",
    "close",
)


async def fight(loft, user_id, rounds, seed):
    """So many interleavings of ten steps; every automatic part that began while the conversation was held."""
    luck = random.Random(seed)
    loft.pigeon.longest = 5
    await loft.says(7, "Tell me a story")
    battle = Battle(loft, user_id, luck)
    for _ in range(rounds):
        for name in luck.choices(STEPS, k=10):
            await battle.step(name)
    await loft.deliver()
    return battle.heard


async def test_nothing_automatic_begins_to_be_sent_while_a_person_has_it(loft):
    people = await People.of(loft.app)
    heard = await fight(loft, people.admin.id, ROUNDS, 1)
    automatic = [(text, is_held) for text, is_held in heard if text not in ("PERSO", "N her", "e")]
    assert len(automatic) > 20
    assert [text for text, is_held in automatic if is_held] == []
