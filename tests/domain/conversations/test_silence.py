"""Silence: whatever is interleaved (hand-overs, people, time, customers, answers being given, processes that die),
nothing automatic is stored in a conversation from the moment it is held until that ends.
"""

import asyncio
import os
import random
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from tests.domain.hand_clock import HandClock

from secretary.conversations import service as conversations
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import HandOverReason, MessageStatus
from secretary.conversations.progress import Place, Progress, save_progress, take_over_abandoned
from secretary.conversations.service import NewSession, open_session, store_question
from secretary.conversations.storing import LEASE
from secretary.conversations.tree import service as tree
from secretary.kernel.errors import Conflict
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory

HOLD = timedelta(minutes=10)
OPENING = NewSession(assistant_id="a", source="telegram", source_id="t", contact_key="v", language="ru")
INTERLEAVINGS = int(os.environ.get("SECRETARY_INTERLEAVINGS", "40"))
STEPS = 14
MEANWHILE_S = 0.2


@dataclass
class Talk:
    """One conversation, its answers that somebody is giving, and what was automatic when it began to be held."""

    units: UnitFactory
    clock: HandClock
    session_id: str
    dice: random.Random
    holder: str | None
    people: list[str]
    given: list[str] = field(default_factory=list)
    silent_since: object = None
    steps: list[str] = field(default_factory=list)

    async def ask(self):
        async with self.units.write() as unit:
            exchange = await store_question(unit, self.session_id, "Вопрос", None, "holder")
        if exchange.answer is not None:
            self.given.append(exchange.answer.id)

    async def save(self, status):
        if not self.given:
            return
        answer_id = self.dice.choice(self.given)
        content = f"Слово {self.dice.random()}"
        async with self.units.write() as unit:
            place = Place(self.session_id, None)
            await save_progress(unit, [Progress(answer_id, place, content, status)], self.holder)

    async def grow(self):
        await self.save(MessageStatus.STREAMING)

    async def finish(self):
        await self.save(MessageStatus.COMPLETE)

    async def fail(self):
        await self.save(MessageStatus.FAILED)

    async def hand_over(self):
        async with self.units.write() as unit:
            await handover.hand_over(unit, self.session_id, self.dice.choice(list(HandOverReason)), HOLD)

    async def take(self):
        async with self.units.write() as unit:
            await handover.take(unit, self.session_id, self.dice.choice(self.people), HOLD, force=True)

    async def reply(self):
        async with self.units.write() as unit:
            session = await conversations.get_session(unit, self.session_id)
            await handover.say_as_person(unit, session, self.dice.choice(self.people), "Ответ", None, HOLD)

    async def give_back(self):
        async with self.units.write() as unit:
            await handover.give_back(unit, self.session_id)

    async def close(self):
        async with self.units.write() as unit:
            await handover.close(unit, self.session_id)

    async def expire(self):
        async with self.units.write() as unit:
            await handover.expire_due(unit)

    async def wait(self):
        self.clock.pass_(minutes=self.dice.randint(1, 12))

    async def die(self):
        """The process is killed; another takes over what it left."""
        self.clock.pass_(seconds=LEASE.total_seconds() + 1)
        async with self.units.write() as unit:
            await take_over_abandoned(unit, "holder", everything=self.holder is None)

    async def again(self):
        if self.given:
            async with self.units.write() as unit:
                try:
                    exchange = await tree.regenerate(unit, self.session_id, self.given[-1], "holder", None)
                except Conflict:
                    return
            self.given.append(exchange.answer.id)

    async def look(self):
        """What is automatic by now, while somebody holds it, is what it was when that began."""
        async with self.units.write() as unit:
            is_held = bool(await handover.held(unit, [self.session_id]))
            rows = await unit.db.execute(
                select(ChatMessage.id, ChatMessage.content, ChatMessage.status)
                .where(ChatMessage.session_id == self.session_id, ChatMessage.role == "assistant")
                .where(ChatMessage.answered_by.is_distinct_from("person"))
                .order_by(ChatMessage.seq)
            )
            automatic = [tuple(row) for row in rows]
        if not is_held:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = automatic
        assert self.silent_since in (None, automatic), self.steps


ACTS = (
    Talk.ask, Talk.ask, Talk.grow, Talk.grow, Talk.finish, Talk.finish, Talk.fail, Talk.hand_over, Talk.take, Talk.reply,
    Talk.give_back, Talk.close, Talk.expire, Talk.wait, Talk.die, Talk.again,
)  # fmt: skip


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def people(units, run):
    from secretary.accounts import service as accounts
    from secretary.accounts.models import Role

    async def hire():
        async with units.write() as unit:
            return [(await accounts.create_user(unit, name, "!", Role.USER)).id for name in ("anna", "boris")]

    return run(hire())


@pytest.fixture
def units(database, clock):
    return UnitFactory(database, EventBus(), clock)


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("holder", [None, "holder"], ids=["alone", "one of several"])
async def test_nothing_automatic_is_stored_while_a_conversation_is_held(units, clock, people, holder):
    for number in range(INTERLEAVINGS):
        async with units.write() as unit:
            session = await open_session(unit, OPENING)
        talk = Talk(units, clock, session.id, random.Random(number), holder, people)
        for _ in range(STEPS):
            act = talk.dice.choice(ACTS)
            talk.steps.append(act.__name__)
            await act(talk)
            await talk.look()
        async with units.write() as unit:
            await unit.db.execute(delete(ChatSession))


@pytest.fixture
def live(databases, run):
    units = UnitFactory(databases("postgresql", False), EventBus())
    yield units

    async def empty():
        async with units.write() as unit:
            await unit.db.execute(delete(ChatSession))

    run(empty())


@pytest.fixture
def exchange(live, run):
    async def asked():
        async with live.write() as unit:
            session = await open_session(unit, OPENING)
            return await store_question(unit, session.id, "Вопрос", None, "holder")

    return run(asked())


async def store(live, exchange):
    async with live.write() as unit:
        place = Place(exchange.session.id, None)
        progress = Progress(exchange.answer.id, place, "Ответ", MessageStatus.COMPLETE)
        return await save_progress(unit, [progress], "holder")


async def test_answer_that_ends_while_somebody_takes_the_conversation_comes_too_late(live, exchange):
    async with live.write() as unit:
        await handover.hand_over(unit, exchange.session.id, HandOverReason.OPERATOR, HOLD)
        ending = asyncio.create_task(store(live, exchange))
        await asyncio.sleep(MEANWHILE_S)
    assert await ending == set()


async def test_whoever_takes_a_conversation_waits_for_what_is_being_stored(live, exchange):
    async def hand_over():
        async with live.write() as unit:
            return await handover.hand_over(unit, exchange.session.id, HandOverReason.OPERATOR, HOLD)

    async with live.write() as unit:
        place = Place(exchange.session.id, None)
        await save_progress(unit, [Progress(exchange.answer.id, place, "Ответ", MessageStatus.COMPLETE)], "holder")
        calling = asyncio.create_task(hand_over())
        await asyncio.sleep(MEANWHILE_S)
        assert not calling.done()
    assert await calling is True
    async with live.read() as unit:
        answer = await conversations.get_message(unit, exchange.session.id, exchange.answer.id)
    assert (answer.content, answer.status) == ("Ответ", MessageStatus.COMPLETE)
