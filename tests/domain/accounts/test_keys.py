"""API keys: who stands behind one, what ends it, when it was last used."""

import asyncio
from datetime import timedelta

import pytest
from tests.domain.accounts.conftest import House

from secretary.accounts import api_keys, service
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.models import ApiKey, Role
from secretary.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated
from secretary.kernel.events import EventBus
from secretary.kernel.unit import Actor, UnitFactory


async def make(house: House, owner, *scopes: str, expires=None) -> tuple[str, str]:
    async with house.units.write(Actor("user", owner.id, owner.role)) as unit:
        key, text = await api_keys.create_key(unit, owner.id, "script", scopes or ["faq:edit"], expires)
    return key.id, text.text


async def stored(house: House, key_id: str) -> ApiKey:
    async with house.units.read() as unit:
        return await unit.db.get(ApiKey, key_id)


async def is_good(house: House, text: str) -> bool:
    try:
        await house.authenticator.authenticate(text)
    except Unauthenticated:
        return False
    return True


async def test_a_key_acts_as_its_owner_within_its_scopes(house):
    owner = await house.add("anna", Role.WEB)
    key_id, text = await make(house, owner, "faq:edit", "v1")
    actor = await house.authenticator.authenticate(text)
    assert actor == Actor("api_key", owner.id, "web", key_id, scopes=frozenset({"faq:edit", "v1"}))
    await house.authenticator.close()


async def test_database_holds_no_key_that_could_be_used(house):
    key_id, text = await make(house, await house.add("anna"))
    row = await stored(house, key_id)
    assert text not in str(vars(row))
    assert text.startswith(row.prefix)
    assert len(row.prefix) == 15


async def test_a_key_that_only_begins_right_is_refused(house):
    _, text = await make(house, await house.add("anna"))
    for wrong in (text[:-1], text + "x", text[:15], "sk-sec-", text[:15] + "\ud800", "sk-sec-" + "x" * 5000):
        with pytest.raises(Unauthenticated, match="bad_api_key" if wrong.startswith("sk-sec-") else "bad_token"):
            await house.authenticator.authenticate(wrong)
    assert await is_good(house, text)
    await house.authenticator.close()


async def revoke(house, owner, key_id):
    async with house.units.write(Actor("user", owner.id, "admin")) as unit:
        await api_keys.revoke_key(unit, key_id)


async def deactivate(house, owner, key_id):
    async with house.units.write() as unit:
        await service.deactivate(unit, await service.user_of(unit, owner.id))


@pytest.mark.parametrize("end", [revoke, deactivate])
async def test_what_ends_a_key_ends_it_at_once(house, end):
    owner = await house.add("anna")
    key_id, text = await make(house, owner)
    assert await is_good(house, text)
    await end(house, owner, key_id)
    assert not await is_good(house, text)
    await house.authenticator.close()


async def test_another_process_learns_of_a_revocation_within_a_second(house):
    owner = await house.add("anna")
    key_id, text = await make(house, owner)
    other = SessionAuthenticator(UnitFactory(house.units.database, EventBus(), house.clock), house.accounts.tokens)
    assert await other.authenticate(text)
    await revoke(house, owner, key_id)
    house.clock.pass_(seconds=1)
    with pytest.raises(Unauthenticated):
        await other.authenticate(text)
    await other.close()


async def test_a_key_ends_at_its_moment(house):
    expires = house.clock() + timedelta(hours=1)
    _, text = await make(house, await house.add("anna"), expires=expires)
    house.clock.pass_(minutes=59, seconds=58)
    assert await is_good(house, text)
    house.clock.pass_(seconds=2)
    assert not await is_good(house, text)
    await house.authenticator.close()


async def test_a_keys_reach_follows_its_owners_role(house):
    owner = await house.add("anna", Role.USER)
    _, text = await make(house, owner)
    assert (await house.authenticator.authenticate(text)).role == "user"
    async with house.units.write() as unit:
        await service.set_role(unit, await service.user_of(unit, owner.id), Role.GUEST)
    assert (await house.authenticator.authenticate(text)).role == "guest"
    await house.authenticator.close()


async def test_password_change_leaves_keys_alone(house):
    owner = await house.add("anna")
    _, text = await make(house, owner)
    async with house.units.write() as unit:
        await service.set_password_hash(unit, await service.user_of(unit, owner.id), "!")
    assert await is_good(house, text)
    await house.authenticator.close()


@pytest.mark.parametrize("scopes", [[], ["faq"], ["faq:rule"], ["nothing:view"], ["users:edit"], ["faq:view", "x"]])
async def test_unknown_scopes_are_refused(house, scopes):
    owner = await house.add("anna", Role.ADMIN)
    async with house.units.write() as unit:
        with pytest.raises(Invalid, match="unknown_scope"):
            await api_keys.create_key(unit, owner.id, "script", scopes)


async def test_a_moment_that_has_passed_is_refused(house):
    owner = await house.add("anna")
    with pytest.raises(Invalid, match="expired_already"):
        await make(house, owner, expires=house.clock())


@pytest.mark.parametrize("name", ["", " ", "a\0b", "\u200b"])
async def test_a_key_needs_a_name_that_can_be_read(house, name):
    owner = await house.add("anna")
    async with house.units.write() as unit:
        with pytest.raises(Invalid, match="name_shape"):
            await api_keys.create_key(unit, owner.id, name, ["v1"])


async def test_revoking_again_changes_nothing_and_a_foreign_key_is_not_there(house):
    owner, guest = await house.add("anna", Role.ADMIN), await house.add("guest", Role.GUEST)
    key_id, _ = await make(house, owner)
    async with house.units.write(Actor("user", guest.id, "guest")) as unit:
        with pytest.raises(NotFound):
            await api_keys.revoke_key(unit, key_id)
    await revoke(house, owner, key_id)
    first = (await stored(house, key_id)).revoked_at
    house.clock.pass_(minutes=1)
    await revoke(house, owner, key_id)
    assert (await stored(house, key_id)).revoked_at == first
    with pytest.raises(NotFound):
        await revoke(house, owner, "nothing")


async def test_last_use_is_written_beside_the_request_and_once_a_minute(house):
    key_id, text = await make(house, await house.add("anna"))
    assert (await stored(house, key_id)).last_used is None
    first = house.clock()
    await house.authenticator.authenticate(text)
    await house.authenticator.close()
    assert (await stored(house, key_id)).last_used == first
    house.clock.pass_(seconds=59)
    await house.authenticator.authenticate(text)
    await house.authenticator.close()
    assert (await stored(house, key_id)).last_used == first
    house.clock.pass_(seconds=1)
    await house.authenticator.authenticate(text)
    await house.authenticator.close()
    assert (await stored(house, key_id)).last_used == first + timedelta(minutes=1)


async def test_uses_of_many_keys_go_into_one_write(house, monkeypatch):
    owner = await house.add("anna")
    texts = [(await make(house, owner))[1] for _ in range(20)]
    await asyncio.gather(*(house.authenticator.authenticate(text) for text in texts))
    uses, opened = house.authenticator._uses, []
    write = UnitFactory.write
    monkeypatch.setattr(UnitFactory, "write", lambda *arguments: opened.append(1) or write(*arguments))
    house.clock.pass_(minutes=2)
    for number in range(20):
        uses.note(f"key-{number}", house.clock())
    await house.authenticator.close()
    assert len(opened) == 1


@pytest.mark.parametrize("refusal", [Conflict("busy", en="busy", ru="занято"), ConnectionRefusedError()])
async def test_a_last_use_that_cannot_be_stored_harms_no_request(house, monkeypatch, refusal):
    _, text = await make(house, await house.add("anna"))

    def refuse(*arguments):
        raise refusal

    monkeypatch.setattr(UnitFactory, "write", refuse)
    assert await is_good(house, text)
    await house.authenticator.close()


async def test_two_processes_never_set_the_last_use_back(house):
    key_id, text = await make(house, await house.add("anna"))
    behind = SessionAuthenticator(UnitFactory(house.units.database, EventBus(), house.clock), house.accounts.tokens)
    house.clock.pass_(minutes=5)
    await house.authenticator.authenticate(text)
    await house.authenticator.close()
    latest = house.clock()
    house.clock.pass_(minutes=-3)
    await behind.authenticate(text)
    await behind.close()
    assert (await stored(house, key_id)).last_used == latest
