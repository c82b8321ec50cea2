"""The price book: whose price counts, who is asked and how often, what is remembered."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.llm.models import ModelPrice, OwnPrice
from secretary.llm.prices import Price, PriceBook
from secretary.llm.prices.library import LibraryFailed
from secretary.llm.providers import ProviderType

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPENAI = ProviderType.OPENAI
TOLD = Price(150_000, 75_000, 600_000, "USD", NOW.date())


class World:
    """A library that is scripted, a clock and a calendar that stand still until they are moved."""

    def __init__(self, database):
        self.now, self.seconds, self.library = NOW, 0.0, date(2026, 1, 1)
        self.asked, self.answers, self.gate = [], {"gpt": TOLD}, None
        self.units = UnitFactory(database, EventBus(), lambda: self.now)

    def book(self):
        return PriceBook(self.units, self.ask, lambda: self.seconds, lambda: self.library)

    async def ask(self, models):
        self.asked.append([name for _, name in models])
        if self.gate:
            await self.gate.wait()
        if isinstance(self.answers, Exception):
            raise self.answers
        return [self.answers.get(name) for _, name in models]

    def later(self, **time):
        self.now += timedelta(**time)
        self.seconds += timedelta(**time).total_seconds()


@pytest.fixture
def world(database):
    return World(database)


async def test_owner_s_price_comes_first(world):
    own = OwnPrice(input=1.5, output=3, currency="RUB")
    price = await world.book().price_of(OPENAI, "gpt", own)
    assert (price.input_micro, price.cached_input_micro, price.output_micro) == (1_500_000, 1_500_000, 3_000_000)
    assert price.currency == "RUB"
    assert not world.asked


@pytest.mark.parametrize("kind", [None, ProviderType.OLLAMA, ProviderType.VLLM])
async def test_what_runs_here_costs_nothing(world, kind):
    price = await world.book().price_of(kind, "any", None)
    assert (price.input_micro, price.output_micro) == (0, 0)


async def test_russian_services_have_our_table_and_nobody_is_asked(world):
    book = world.book()
    assert (await book.price_of(ProviderType.GIGACHAT, "GigaChat-2", None)).currency == "RUB"
    assert await book.price_of(ProviderType.GIGACHAT, "new", None) is None
    assert await book.price_of(ProviderType.CUSTOM, "gpt", None) is None
    assert not world.asked


async def test_library_is_asked_once_and_its_answer_is_kept(world):
    book = world.book()
    assert await book.price_of(OPENAI, "gpt", None) == TOLD
    assert await book.price_of(OPENAI, "gpt", None) == TOLD
    assert await world.book().price_of(OPENAI, "gpt", None) == TOLD
    assert world.asked == [["gpt"]]


async def test_model_without_a_price_is_remembered_too(world):
    assert await world.book().price_of(OPENAI, "odd", None) is None
    assert await world.book().price_of(OPENAI, "odd", None) is None
    assert world.asked == [["odd"]]
    async with world.units.read() as unit:
        assert not (await unit.db.scalars(select(ModelPrice))).one().is_known


async def test_many_who_want_one_price_ask_once_and_others_share_the_next_question(world):
    book, world.gate = world.book(), asyncio.Event()
    first = asyncio.create_task(book.price_of(OPENAI, "gpt", None))
    while not world.asked:
        await asyncio.sleep(0)
    others = [asyncio.create_task(book.price_of(OPENAI, name, None)) for name in ("gpt", "a", "b", "a")]
    while len(book._waiting) < 3:
        await asyncio.sleep(0)
    world.gate.set()
    assert await first == TOLD
    assert await asyncio.gather(*others) == [TOLD, None, None, None]
    assert world.asked == [["gpt"], ["a", "b"]]


async def test_library_that_fails_is_asked_again_later(world):
    book, world.answers = world.book(), LibraryFailed("no")
    assert await book.price_of(OPENAI, "gpt", None) is None
    world.answers = {"gpt": TOLD}
    assert await book.price_of(OPENAI, "gpt", None) is None
    world.later(minutes=11)
    assert await book.price_of(OPENAI, "gpt", None) == TOLD


@pytest.mark.parametrize(
    ("later", "installed", "asked"),
    [
        (timedelta(days=29), date(2026, 1, 1), 1),
        (timedelta(days=31), date(2026, 1, 1), 2),
        (timedelta(days=2), date(2026, 11, 23), 2),
        (timedelta(hours=2), date(2026, 11, 23), 1),
    ],
)
async def test_old_prices_hold_while_they_are_asked_for_again(world, later, installed, asked):
    book = world.book()
    await book.price_of(OPENAI, "gpt", None)
    world.later(days=later.days, seconds=later.seconds)
    world.library, world.answers = installed, {"gpt": Price(1, 1, 1, "USD", NOW.date())}
    assert (await book.price_of(OPENAI, "gpt", None)).input_micro == TOLD.input_micro
    if book._asking is not None:
        await book._asking
    assert len(world.asked) == asked
    assert ((await book.price_of(OPENAI, "gpt", None)).input_micro == 1) is (asked == 2)


async def test_caller_who_leaves_does_not_end_the_question(world):
    book, world.gate = world.book(), asyncio.Event()
    leaving = asyncio.create_task(book.price_of(OPENAI, "gpt", None))
    while not world.asked:
        await asyncio.sleep(0)
    leaving.cancel()
    staying = asyncio.create_task(book.price_of(OPENAI, "gpt", None))
    await asyncio.gather(leaving, return_exceptions=True)
    world.gate.set()
    assert await staying == TOLD
    assert len(world.asked) == 1


async def test_closing_lets_nobody_wait_for_ever(world):
    book, world.gate = world.book(), asyncio.Event()
    waiting = asyncio.create_task(book.price_of(OPENAI, "gpt", None))
    while not world.asked:
        await asyncio.sleep(0)
    await book.close()
    assert await waiting is None
