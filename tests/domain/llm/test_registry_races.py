"""Two people at once, on real connections: whoever names a provider, and whoever deletes it, cannot both succeed."""

import asyncio
import os

import pytest
from tests.domain.llm.test_registry import VAULT
from tests.support.databases import drop, migrated_postgresql, migrated_sqlite

from secretary.assistant import service as assistants
from secretary.assistant.backend.removal import delete_provider
from secretary.assistant.service import AssistantFields
from secretary.kernel.errors import Conflict, NotFound
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory
from secretary.llm.registry import service
from secretary.llm.registry.fields import NewProvider
from secretary.llm.routing.chain import ChainLink
from secretary.llm.service import seed_personas


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, run, tmp_path, worker_id):
    """Units on a database of the test's own."""
    made = (
        migrated_sqlite(tmp_path)
        if request.param == "sqlite"
        else migrated_postgresql(f"races_{worker_id}_{os.getpid()}")
    )
    database = run(made)
    yield UnitFactory(database, EventBus())
    run(drop(database))


async def provider(house):
    async with house.write() as unit:
        await seed_personas(unit)
        return await service.create(unit, VAULT, NewProvider(provider_type="openai"))


async def name_it(house, row, entered, go_on):
    async with house.write() as unit:
        fields = AssistantFields(name="Night shift", backends=[ChainLink(backend=row.backend)])
        await assistants.create(unit, fields)
        entered.set()
        await go_on.wait()


async def delete_it(house, row, entered, go_on):
    async with house.write() as unit:
        await delete_provider(unit, row.id)
        entered.set()
        await go_on.wait()


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(name_it, delete_it, Conflict), (delete_it, name_it, NotFound)]
)
async def test_provider_is_not_deleted_under_a_chain_that_is_being_stored(house, first, second, expected):
    row = await provider(house)
    inside, go_on, free = asyncio.Event(), asyncio.Event(), asyncio.Event()
    free.set()
    begun = asyncio.create_task(first(house, row, inside, go_on))
    await inside.wait()
    late = asyncio.create_task(second(house, row, asyncio.Event(), free))
    await asyncio.sleep(0.1)
    assert not late.done()  # it waits for the first to be over
    go_on.set()
    await begun
    with pytest.raises(expected):
        await late


async def test_of_two_first_choices_one_stays(house):
    rows = [await provider(house) for _ in range(2)]

    async def choose(row):
        async with house.write() as unit:
            await service.set_default(unit, await service.find(unit, row.id, to_change=True))

    for _ in range(5):
        done = await asyncio.gather(*(choose(row) for row in rows), return_exceptions=True)
        assert all(one is None or isinstance(one, Conflict) for one in done)
        async with house.read() as unit:
            stored = [await service.find(unit, row.id) for row in rows]
        assert [row.default_of for row in stored].count("") == 1
