"""The history of prompts: one version a change, in the transaction of the change."""

import pytest

from secretary.kernel.errors import NotFound
from secretary.llm.models import Localised
from secretary.llm.presets import history, service
from secretary.llm.presets.fields import NewPreset, PresetFields
from secretary.llm.service import seed_personas

SUBJECT = history.of_preset("anna")


async def total(units, subject=SUBJECT):
    async with units.read() as unit:
        return (await history.page(unit, subject, limit=10, offset=0)).total


@pytest.fixture
def seeded(units, run):
    async def seed():
        async with units.write() as unit:
            await seed_personas(unit)

    run(seed())
    return units


async def test_what_was_there_before_the_first_change_is_kept(seeded):
    async with seeded.write() as unit:
        anna = await service.visible(unit, "anna")
        shipped = anna.system_prompt
        await service.set_prompt(unit, anna, "New")
    async with seeded.read() as unit:
        newest, oldest = (await history.page(unit, SUBJECT, limit=10, offset=0)).versions
        assert (newest.prompt, oldest.prompt) == (Localised(ru="New", en="New"), shipped)
        assert oldest.created <= newest.created
        assert (await history.compared(unit, SUBJECT, oldest.id)).diff.en.splitlines()[3].startswith("+You are Anna")


async def test_change_that_is_not_stored_leaves_no_version(seeded):
    async def broken():
        async with seeded.write() as unit:
            await service.set_prompt(unit, await service.visible(unit, "anna"), "New")
            raise KeyError

    with pytest.raises(KeyError):
        await broken()
    assert await total(seeded) == 0


async def test_many_changes_in_one_moment_keep_their_order(seeded):
    for number in range(5):
        async with seeded.write() as unit:
            await service.set_prompt(unit, await service.visible(unit, "anna"), str(number))
    async with seeded.read() as unit:
        found = await history.page(unit, SUBJECT, limit=5, offset=0)
        assert [one.prompt.en for one in found.versions] == ["4", "3", "2", "1", "0"]
        assert (await history.compared(unit, SUBJECT, found.versions[1].id)).diff.en.splitlines()[-2:] == ["-2", "+3"]


async def test_other_fields_make_no_version(seeded):
    async with seeded.write() as unit:
        await service.change(unit, await service.visible(unit, "anna"), PresetFields(temperature=0.1))
    assert await total(seeded) == 0


async def test_history_goes_with_its_preset(seeded):
    async with seeded.write() as unit:
        made = await service.create(unit, NewPreset(id="boris", system_prompt="One"))
    subject = history.of_preset("boris")
    assert await total(seeded, subject) == 1
    async with seeded.write() as unit:
        await service.delete(unit, await service.visible(unit, made.id))
    assert await total(seeded, subject) == 0


async def test_version_of_another_prompt_is_not_found(seeded):
    async with seeded.write() as unit:
        await service.set_prompt(unit, await service.visible(unit, "anna"), "New")
        [newest, _] = (await history.page(unit, SUBJECT, limit=2, offset=0)).versions
        with pytest.raises(NotFound):
            await history.find(unit, history.of_preset("marina"), newest.id)
