"""Two-factor login: switched on, used, given up, lost."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from tests.domain.accounts.conftest import HOME, PASSWORD, VAULT, House

from secretary.accounts import factors, people, service, totp
from secretary.accounts.models import RecoveryCode, Role, SecondFactor, User
from secretary.accounts.second_factor import SecondFactors
from secretary.accounts.sessions import Device
from secretary.kernel.errors import Conflict, Invalid, NotFound, RateLimited, SecretaryError, Unauthenticated
from secretary.kernel.events import EventBus
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Actor, UnitFactory


@dataclass
class Protected:
    """A user with two-factor login, and his code generator."""

    house: House
    user: User
    secret: str
    recovery_codes: list[str]

    @property
    def actor(self) -> Actor:
        return Actor("user", self.user.id, self.user.role.value)

    @property
    def flows(self) -> SecondFactors:
        return SecondFactors(self.house.accounts)

    def code(self, drift: int = 0) -> str:
        return totp.code_at(self.secret, totp.step_of(self.house.clock()) + drift)

    async def challenge(self) -> str:
        with pytest.raises(Unauthenticated) as needed:
            await self.house.sign_in(self.user.username)
        assert needed.value.code == "second_factor_needed"
        return str(needed.value.fields["challenge"])

    async def finish(self, code: str, challenge: str | None = None, device: Device = HOME):
        return await self.house.accounts.finish_sign_in(challenge or await self.challenge(), code, device)

    async def gets_in(self, code: str) -> bool:
        challenge = await self.challenge()
        try:
            await self.finish(code, challenge)
        except Unauthenticated:
            return False
        return True


async def protect(house: House, username: str = "anna") -> Protected:
    user = await house.add(username)
    made = Protected(house, user, "", [])
    made.secret = (await made.flows.set_up(made.actor, PASSWORD)).secret
    made.recovery_codes = await made.flows.confirm(made.actor, made.code())
    house.clock.pass_(minutes=5)
    return made


@pytest.fixture
def anna(house, run) -> Protected:
    return run(protect(house))


async def test_the_password_alone_no_longer_opens_a_session(anna):
    signed_in = await anna.finish(anna.code())
    actor = await anna.house.authenticator.authenticate(signed_in.access_token)
    assert actor.id == anna.user.id


async def test_a_setup_counts_only_once_it_is_confirmed(house):
    user = await house.add("anna")
    anna = Protected(house, user, "", [])
    anna.secret = (await anna.flows.set_up(anna.actor, PASSWORD)).secret
    assert await house.sign_in("anna")
    with pytest.raises(Invalid, match="wrong_code"):
        await anna.flows.confirm(anna.actor, "000000")
    assert await house.sign_in("anna")
    again = await anna.flows.set_up(anna.actor, PASSWORD)
    assert again.secret != anna.secret
    with pytest.raises(Invalid, match="wrong_code"):
        await anna.flows.confirm(anna.actor, anna.code())
    anna.secret = again.secret
    assert len(await anna.flows.confirm(anna.actor, f" {anna.code()[:3]} {anna.code()[3:]}")) == 10
    await anna.challenge()


async def test_confirming_needs_a_setup_and_a_second_setup_the_end_of_the_first(house, anna):
    other = await house.add("boris")
    with pytest.raises(NotFound, match="second_factor_not_begun"):
        await anna.flows.confirm(Actor("user", other.id, "user"), "123456")
    for change in (anna.flows.set_up(anna.actor, PASSWORD), anna.flows.confirm(anna.actor, anna.code())):
        with pytest.raises(Conflict, match="second_factor_on"):
            await change


async def test_a_code_is_good_once_and_no_earlier_one_after_it(anna):
    before, now = anna.code(-1), anna.code()
    assert await anna.gets_in(now)
    assert not await anna.gets_in(now)
    assert not await anna.gets_in(before)
    anna.house.clock.pass_(seconds=30)
    assert await anna.gets_in(anna.code())


async def test_the_code_that_confirmed_opens_nothing(house):
    user = await house.add("anna")
    anna = Protected(house, user, "", [])
    anna.secret = (await anna.flows.set_up(anna.actor, PASSWORD)).secret
    await anna.flows.confirm(anna.actor, anna.code())
    assert not await anna.gets_in(anna.code())


@pytest.mark.parametrize("drift", [-2, 2])
async def test_a_code_of_another_minute_is_refused(anna, drift):
    assert not await anna.gets_in(anna.code(drift))


async def test_each_recovery_code_opens_once_however_it_is_typed(anna):
    first, second, *rest = anna.recovery_codes
    assert len({first, second, *rest}) == 10
    assert await anna.gets_in(f" {first.upper().replace('-', ' ')} ")
    assert not await anna.gets_in(first)
    assert await anna.gets_in(second)
    assert not await anna.gets_in("aaaa-aaaa-aaaa-aaaa")


async def test_one_users_codes_are_nothing_to_another(house, anna):
    boris = await protect(house, "boris")
    assert not await boris.gets_in(anna.recovery_codes[0])
    assert not await boris.gets_in(anna.code())


async def test_database_holds_neither_secret_nor_recovery_codes(house, anna):
    async with house.units.read() as unit:
        factor = await unit.db.get(SecondFactor, anna.user.id)
        codes = (await unit.db.execute(RecoveryCode.__table__.select())).all()
    assert len(codes) == 10
    assert anna.secret not in factor.sealed_secret
    assert VAULT.open(factor.sealed_secret, bound_to=f"second_factors.sealed_secret:{anna.user.id}") == anna.secret
    assert all(code.replace("-", "") not in str(codes) for code in anna.recovery_codes)


async def test_a_sealed_secret_moved_to_another_user_opens_nothing(house, anna):
    boris = await protect(house, "boris")
    async with house.units.write() as unit:
        mine, his = await unit.db.get(SecondFactor, anna.user.id), await unit.db.get(SecondFactor, boris.user.id)
        his.sealed_secret = mine.sealed_secret
    with pytest.raises(SecretaryError, match="secret_unreadable"):
        await boris.finish(anna.code())


async def test_a_challenge_lasts_five_minutes(anna):
    challenge = await anna.challenge()
    anna.house.clock.pass_(minutes=5)
    with pytest.raises(Unauthenticated, match="challenge_expired"):
        await anna.finish(anna.code(), challenge)


@pytest.mark.parametrize("challenge", ["x", "a.b", "é.é", "\ud800.\ud800", "x" * 500])
async def test_a_forged_challenge_is_refused(anna, challenge):
    with pytest.raises(Unauthenticated, match="challenge_expired"):
        await anna.finish(anna.code(), challenge)


async def test_a_challenge_of_another_installation_is_refused(anna):
    anna.house.accounts = replace(anna.house.accounts, vault=Vault(["another installation's key, long enough"]))
    challenge = await anna.challenge()
    anna.house.accounts = replace(anna.house.accounts, vault=VAULT)
    with pytest.raises(Unauthenticated, match="challenge_expired"):
        await anna.finish(anna.code(), challenge)


@pytest.mark.parametrize("change", [service.deactivate, lambda unit, user: service.set_password_hash(unit, user, "!")])
async def test_a_challenge_dies_when_the_users_access_changes(anna, change):
    challenge = await anna.challenge()
    async with anna.house.units.write() as unit:
        await change(unit, await service.user_of(unit, anna.user.id))
    with pytest.raises(Unauthenticated, match="challenge_expired"):
        await anna.finish(anna.code(), challenge)


async def test_a_challenge_opens_nothing_else(anna):
    challenge = await anna.challenge()
    with pytest.raises(Unauthenticated):
        await anna.house.authenticator.authenticate(challenge)


async def test_codes_cannot_be_guessed_from_many_addresses(anna):
    challenge = await anna.challenge()
    wrong = "000000" if anna.code() != "000000" else "000001"
    for number in range(5):
        with pytest.raises(Unauthenticated, match="wrong_code"):
            await anna.finish(wrong, challenge, Device(f"198.51.100.{number}"))
    with pytest.raises(RateLimited):
        await anna.finish(anna.code(), challenge, Device("198.51.100.99"))
    anna.house.clock.pass_(seconds=31)
    assert await anna.finish(anna.code(), challenge)


async def test_other_peoples_sign_ins_do_not_shorten_the_memory_for_wrong_codes(anna):
    """Whoever has the password must not buy himself new guesses by signing in again, every quarter of an hour."""
    for _ in range(5):
        assert not await anna.gets_in("aaaa-aaaa-aaaa-aaaa")
    anna.house.clock.pass_(minutes=20)
    challenge = await anna.challenge()
    with pytest.raises(Unauthenticated):
        await anna.finish("aaaa-aaaa-aaaa-aaaa", challenge, Device("198.51.100.99"))
    with pytest.raises(RateLimited):
        await anna.finish(anna.code(), challenge, Device("198.51.100.98"))


async def test_setup_that_is_begun_while_one_is_confirmed_does_not_switch_it_off(databases):
    units = UnitFactory(databases("postgresql", seeded=False), EventBus())
    async with units.write() as unit:
        user = await service.create_user(unit, "anna", "!", Role.USER)
        secret = await factors.begin(unit, VAULT, user.id)

    async def begin():
        async with units.write() as unit:
            await factors.begin(unit, VAULT, user.id)

    async with units.write() as unit:
        await factors.confirm(unit, VAULT, user.id, totp.code_at(secret, totp.step_of(unit.now())))
        await unit.db.flush()
        beginning = asyncio.create_task(begin())
        await asyncio.sleep(0.3)
    outcome = (await asyncio.gather(beginning, return_exceptions=True))[0]
    async with units.write() as unit:
        is_on = (await factors.state_of(unit, user.id)).enabled
        await unit.db.delete(await service.user_of(unit, user.id))
    assert (is_on, type(outcome)) == (True, Conflict)


async def test_right_codes_are_not_counted(anna):
    for _ in range(12):
        assert await anna.gets_in(anna.code())
        anna.house.clock.pass_(seconds=30)


@pytest.mark.parametrize("by", ["code", "recovery"])
async def test_switching_off_needs_password_and_code(anna, by):
    code = anna.code() if by == "code" else anna.recovery_codes[3]
    with pytest.raises(Invalid, match="wrong_current_password"):
        await anna.flows.disable(anna.actor, "not the password", code)
    with pytest.raises(Invalid, match="wrong_code"):
        await anna.flows.disable(anna.actor, PASSWORD, "123456" if anna.code() != "123456" else "654321")
    await anna.challenge()
    await anna.flows.disable(anna.actor, PASSWORD, code)
    assert await anna.house.sign_in("anna")
    with pytest.raises(Conflict, match="second_factor_off"):
        await anna.flows.disable(anna.actor, PASSWORD, code)


async def test_a_wrong_password_begins_no_setup_and_is_counted(house):
    user = await house.add("anna")
    anna = Protected(house, user, "", [])
    for _ in range(10):
        with pytest.raises(Invalid, match="wrong_current_password"):
            await anna.flows.set_up(anna.actor, "not the password")
    with pytest.raises(RateLimited):
        await anna.flows.set_up(anna.actor, PASSWORD)


async def test_new_recovery_codes_make_the_earlier_ones_void(anna):
    fresh = await anna.flows.renew_recovery_codes(anna.actor, PASSWORD, anna.code())
    assert set(fresh).isdisjoint(anna.recovery_codes)
    assert not await anna.gets_in(anna.recovery_codes[0])
    assert await anna.gets_in(fresh[0])


async def test_password_change_keeps_the_second_factor(anna):
    async with anna.house.units.write() as unit:
        user = await service.user_of(unit, anna.user.id)
        await service.set_password_hash(unit, user, user.password_hash)
    await anna.challenge()


async def test_an_administrator_lets_a_user_in_who_lost_everything(anna):
    for _ in range(5):
        assert not await anna.gets_in("aaaa-aaaa-aaaa-aaaa")
    async with anna.house.units.write() as unit:
        assert await people.reset_second_factor(unit, anna.user.id)
        assert not await people.reset_second_factor(unit, anna.user.id)
    assert await anna.house.sign_in("anna")
    async with anna.house.units.write() as unit:
        with pytest.raises(NotFound):
            await people.reset_second_factor(unit, "nobody")
