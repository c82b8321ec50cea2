"""A process dies with a question, the customer writes on to another: both are answered, the older one first."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.assistant import service as assistants
from secretary.assistant.ports import Inbound
from secretary.assistant.runner import TurnRunner
from secretary.conversations.models import ChatMessage
from secretary.conversations.service import NewSession, open_session, store_question


@pytest.fixture
def ports(database):
    return Ports(models={"scripted": ScriptedModel(("The answer",))}, database=database)


async def test_what_was_asked_before_and_is_taken_over_later_stops_nobody(app):
    async with app.units.write() as unit:
        assistant = await assistants.get_default(unit)
        session = await open_session(unit, NewSession(assistant.id, "widget", "w", "visitor", "en"))
        dead = await store_question(unit, session.id, "Tell me a story", None, "a dead process")
    runner = TurnRunner(app.units, app.turns._answering._responders)
    await runner.start(everything=False)
    try:
        accepted = await runner.accept(Inbound(session.id, "Sing a song"))
        async with app.units.write() as unit:
            late = unit.now() - timedelta(seconds=1)
            await unit.db.execute(update(ChatMessage).where(ChatMessage.id == dead.answer.id).values(lease_until=late))
        async with asyncio.timeout(20):
            async for _ in runner.listen(session.id, accepted.answer_id):
                pass
    finally:
        await runner.stop()
    async with app.units.read() as unit:
        answers = select(ChatMessage).where(ChatMessage.session_id == session.id, ChatMessage.role == "assistant")
        rows = list((await unit.db.scalars(answers.order_by(ChatMessage.seq))).all())
    assert [(row.status.value, row.content) for row in rows] == [("complete", "The answer")] * 2
    assert rows[0].updated <= rows[1].updated
