"""A bot of the admin's, a customer who writes to it, and the staff who are told by it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.domain.hand_clock import HandClock

from secretary.app import App, Ports
from secretary.assistant import service as assistants
from secretary.channels.messenger import Person, Said, Tapped
from secretary.channels.models import ChannelInstance
from secretary.channels.owner import jobs
from secretary.channels.owner.desk import OwnerDesk
from secretary.channels.owner.telling import Telling
from secretary.channels.owner.writing import writers
from secretary.channels.running.lines import Line
from secretary.conversations import service as conversations
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.identity import Identity
from secretary.conversations.handover import service as handover
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import HandOverReason
from secretary.conversations.service import NewSession
from secretary.kernel.jobs import claim, complete


@dataclass
class Outlet:
    """Remembers what goes out to customers; `refusal` is raised instead."""

    sent: list = field(default_factory=list)
    refusal: Exception | None = None

    async def send(self, unit, session, message_id, *, is_automatic):
        if self.refusal:
            raise self.refusal
        message = await unit.db.get(ChatMessage, message_id)
        self.sent.append((session.id, message.content, is_automatic))


@dataclass
class Bot:
    """A messenger's instance, what its owner's desk hears, and the letters that it brings."""

    app: App
    line: Line
    outlet: Outlet
    numbers: int = 0

    @property
    def id(self):
        return self.line.id

    async def hear(self, person, text="", **more):
        """Somebody writes to it in private."""
        return await self._hear(Said(self._number(), person, {"chat": person.key}, text, **more))

    async def tap(self, person, value):
        return await self._hear(Tapped(self._number(), person, {"chat": person.key}, value))

    async def _hear(self, said):
        async with self.app.units.write() as unit:
            return await OwnerDesk(self.outlet).hears(unit, self.line, said)

    def _number(self):
        self.numbers += 1
        return f"in-{self.numbers}"

    async def work(self):
        """Everything that is to be done for cards and summaries now."""
        handlers = jobs.handlers(self.app.units)
        while True:
            async with self.app.units.write() as unit:
                due = await claim(unit, list(handlers), unit.new_id(), 60, 10)
            if not due:
                return
            for job in due:
                await handlers[job.kind](job)

    async def letters(self):
        """What goes out now: (chat, text, values of buttons, the provider's id)."""
        await self.work()
        brought = []
        while True:
            async with self.app.units.write() as unit:
                due = await claim(unit, [f"outbox.{self.line.kind}:{self.id}"], unit.new_id(), 60, 10)
            if not due:
                return brought
            for job in due:
                async with self.app.units.write() as unit:
                    letter = await writers()[job.payload["writer"]](unit, job.payload)
                    if letter is not None:
                        number = f"out-{self._number()}"
                        if letter.sent:
                            await letter.sent(unit, [number])
                        values = [button.value for row in letter.message.actions for button in row]
                        brought.append((letter.address["chat"], letter.message.text, values, number))
                    await complete(unit, job)


@pytest.fixture
def clock():
    return HandClock(datetime(2026, 3, 2, 9, tzinfo=UTC))


@pytest.fixture
def ports(database, clock):
    return Ports(models={}, database=database, clock=clock)


async def new_bot(app, owner_id=None, name="Бот"):
    async with app.units.write() as unit:
        assistant = await assistants.get_default(unit)
        row = ChannelInstance(
            id=unit.new_id(), kind="telegram", name=name, owner_id=owner_id, assistant_id=assistant.id, settings={},
            created=unit.now(), updated=unit.now(),
        )  # fmt: skip
        unit.db.add(row)
    return Bot(app, Line(row, None, None, None, None), Outlet())


@pytest.fixture
def bot(app, run):
    return run(new_bot(app))


ANNA = Person("anna-7", "Анна", "anna", "ru")
BORIS = Person("boris-8", "Борис", "boris", "ru")


async def link(client, bot, user, person=ANNA):
    """Somebody of the staff takes a code from the panel and sends it to the bot."""
    answer = await client.signed_in(user.token).post("/admin/owner-links", {"instance_id": bot.id})
    assert answer.status == 201, answer.text
    assert await bot.hear(person, answer.json()["text"], is_start=True)
    [(chat, text, _, _)] = await bot.letters()
    assert (chat, "Готово" in text or "Done" in text) == (person.key, True)


async def customer(bot, *said, name="Ольга", owner_id=None):
    """A customer's conversation; what he says waits for its answers."""
    async with bot.app.units.write() as unit:
        contact = await contacts.meet(unit, owner_id, Identity("telegram", name), name, "ru")
        new = NewSession(
            bot.line.row.assistant_id, "telegram", bot.id, f"thread-{name}", "ru", owner_id=owner_id,
            contact_id=contact.id,
        )  # fmt: skip
        session = await conversations.open_session(unit, new)
        for number, text in enumerate(said):
            await conversations.store_question(unit, session.id, text, f"{session.id[:8]}-{number}", "nobody")
    return session.id


async def wants_person(bot, session_id, reason=HandOverReason.CUSTOMER):
    """The conversation waits for a person, and those are told who may take it."""
    async with bot.app.units.write() as unit:
        if await handover.hand_over(unit, session_id, reason, timedelta(minutes=10)):
            await Telling().person_wanted(unit, session_id, None, reason)


async def standing(app, session_id):
    async with app.units.read() as unit:
        session = await unit.db.get(ChatSession, session_id)
        return session.state.value, session.assignee_id


def in_english(person):
    return replace(person, language="en")
