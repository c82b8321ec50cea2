"""How often a sign-in may fail, against whom, and whom that must not hurt."""

import asyncio
import time

import pytest
from sqlalchemy import delete
from tests.domain.accounts.conftest import HOME, PASSWORD, VAULT, House

from secretary.accounts import limits, service
from secretary.accounts.limits import Limit, LoginLimits, site_of
from secretary.accounts.models import LoginAttempt
from secretary.accounts.sessions import Device
from secretary.accounts.sign_in import Accounts
from secretary.accounts.tokens import AccessTokens
from secretary.kernel.errors import RateLimited, SecretaryError, Unauthenticated
from secretary.kernel.events import EventBus
from secretary.kernel.unit import UnitFactory

WRONG = "wrong password"
TOKENS = AccessTokens(b"k" * 32, "installation-1")


@pytest.fixture
def quick(house: House) -> House:
    """The flows with a password check that costs nothing: what is counted here is not time."""

    class Plain:
        async def is_right(self, stored: str | None, password: str) -> bool:
            return stored is not None and password == PASSWORD

    house.accounts = Accounts(house.units, house.accounts.tokens, VAULT, Plain(), LoginLimits())
    return house


async def _outcome(house: House, username: str, password: str = WRONG, address: str = "203.0.113.1") -> str:
    try:
        await house.sign_in(username, password, Device(address))
    except SecretaryError as error:
        return error.code
    return "in"


async def _fail(house: House, times: int, username: str = "anna", address: str = "203.0.113.1") -> list[str]:
    return [await _outcome(house, username, address=address) for _ in range(times)]


async def test_an_address_that_guesses_must_wait_whatever_names_it_tries(quick):
    outcomes = [await _outcome(quick, f"name-{number}") for number in range(12)]
    assert outcomes == ["wrong_credentials"] * 10 + ["too_many_attempts"] * 2
    assert await _outcome(quick, "another", address="203.0.113.2") == "wrong_credentials"


async def test_an_account_that_is_guessed_at_from_everywhere_must_wait(quick):
    await quick.add("anna")
    outcomes = [await _outcome(quick, "anna", address=f"203.0.113.{number}") for number in range(11)]
    assert outcomes == ["wrong_credentials"] * 10 + ["too_many_attempts"]


async def test_an_unknown_account_is_limited_like_a_known_one(quick):
    await quick.add("anna")
    known = [await _outcome(quick, "anna", address=f"203.0.113.{number}") for number in range(12)]
    unknown = [await _outcome(quick, "nobody", address=f"198.51.100.{number}") for number in range(12)]
    assert known == unknown


async def test_owner_comes_in_from_where_he_was_before_while_his_account_is_attacked(quick):
    await quick.add("anna")
    assert await _outcome(quick, "anna", PASSWORD, HOME.address) == "in"
    for number in range(11):
        await _outcome(quick, "anna", address=f"203.0.113.{number}")
    assert await _outcome(quick, "anna", PASSWORD, HOME.address) == "in"
    assert await _outcome(quick, "anna", PASSWORD, "198.51.100.9") == "too_many_attempts"


async def test_wait_for_an_attacked_account_never_exceeds_a_minute(quick):
    await quick.add("anna")
    for number in range(200):
        await _outcome(quick, "anna", address=f"203.0.113.{number}")
        quick.clock.pass_(seconds=2)
    quick.clock.pass_(seconds=60)
    assert await _outcome(quick, "anna", PASSWORD, "198.51.100.9") == "in"


async def test_refused_attempts_do_not_lengthen_the_wait(quick):
    await _fail(quick, 10)
    quick.clock.pass_(seconds=59)
    assert set(await _fail(quick, 50)) == {"too_many_attempts"}
    quick.clock.pass_(seconds=1)
    assert await _outcome(quick, "boris") == "wrong_credentials"


async def test_waits_of_an_address_double_and_the_answer_says_how_long(quick):
    await _fail(quick, 10)
    waits = []
    for _ in range(3):
        with pytest.raises(RateLimited) as refused:
            await quick.sign_in("boris", WRONG, Device("203.0.113.1"))
        waits.append(refused.value.retry_after_s)
        quick.clock.pass_(seconds=waits[-1])
        assert await _outcome(quick, "boris") == "wrong_credentials"
    assert waits == [60, 120, 240]


async def test_failures_are_forgotten_after_a_quiet_quarter_of_an_hour(quick):
    await _fail(quick, 10)
    quick.clock.pass_(minutes=15)
    assert await _fail(quick, 9) == ["wrong_credentials"] * 9


async def test_ones_own_success_does_not_reset_the_count_of_the_address(quick):
    """An attacker with an account of his own must not wash his address clean with it."""
    await quick.add("mallory")
    outcomes = []
    for number in range(11):
        outcomes.append(await _outcome(quick, f"victim-{number}"))
        await _outcome(quick, "mallory", PASSWORD)
    assert outcomes[-1] == "too_many_attempts"


async def test_signing_in_well_is_never_limited(quick):
    await quick.add("anna")
    assert {await _outcome(quick, "anna", PASSWORD) for _ in range(30)} == {"in"}


async def test_counts_survive_a_restart(quick):
    await _fail(quick, 10)
    restarted = Accounts(quick.units, quick.accounts.tokens, VAULT, quick.accounts.passwords)
    with pytest.raises(RateLimited):
        await restarted.sign_in("anna", WRONG, Device("203.0.113.1"))


async def test_a_new_password_from_the_operator_ends_the_wait(quick):
    user = await quick.add("anna")
    for number in range(11):
        await _outcome(quick, "anna", address=f"203.0.113.{number}")
    async with quick.units.write() as unit:
        await service.set_password_hash(unit, await service.user_of(unit, user.id), "hash")
    assert await _outcome(quick, "anna", PASSWORD, "198.51.100.9") == "in"


async def test_guessing_the_current_password_with_a_stolen_token_is_limited(quick):
    await quick.add("anna")
    actor = await quick.authenticator.authenticate((await quick.sign_in("anna")).access_token)
    codes = []
    for _ in range(11):
        with pytest.raises(SecretaryError) as refused:
            await quick.accounts.change_password(actor, WRONG, "long enough", HOME)
        codes.append(refused.value.code)
    assert codes == ["wrong_current_password"] * 10 + ["too_many_attempts"]


async def test_a_deactivated_user_is_told_what_a_stranger_is_told(quick):
    user = await quick.add("anna")
    async with quick.units.write() as unit:
        await service.deactivate(unit, await service.user_of(unit, user.id))
    assert await _outcome(quick, "anna", PASSWORD) == await _outcome(quick, "nobody") == "wrong_credentials"


async def test_a_user_deactivated_while_his_password_is_checked_stays_out(house):
    user = await house.add("anna")

    class Slow:
        async def is_right(self, stored: str | None, password: str) -> bool:
            async with house.units.write() as unit:
                await service.deactivate(unit, await service.user_of(unit, user.id))
            return True

    slow = Accounts(house.units, house.accounts.tokens, VAULT, Slow())
    with pytest.raises(Unauthenticated, match="wrong_credentials"):
        await slow.sign_in("anna", PASSWORD, HOME)


async def test_an_unknown_account_takes_as_long_as_a_known_one(house):
    await house.add("anna")
    await house.accounts.passwords.is_right(None, "warm")
    took = {"anna": [], "nobody": []}
    for _ in range(4):
        for name, times in took.items():
            began = time.process_time()
            with pytest.raises(Unauthenticated):
                await house.sign_in(name, WRONG)
            times.append(time.process_time() - began)
    assert 0.5 < min(took["nobody"]) / min(took["anna"]) < 2


async def test_hashing_leaves_the_loop_to_others(house):
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.002)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await house.accounts.passwords.hash("some password")
    ticking.cancel()
    assert ticks >= 3


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_a_whole_ipv6_network_counts_as_one_address(address, site):
    assert site_of(address) == site


def test_waits_grow_to_their_limit_and_stop_there(house):
    limit = Limit(free=2, window_s=100, first_wait_s=5, longest_wait_s=30)
    now = house.clock()
    waits = [limit.wait(failures, now, now).total_seconds() for failures in (1, 2, 3, 4, 5, 500)]
    assert waits == [0, 5, 10, 20, 30, 30]


def test_what_was_typed_is_not_kept(house):
    subject = limits.by_account(LoginLimits(), "my-password-typed-as-name").subject
    assert "password" not in subject
    assert len(subject) == 64


@pytest.fixture(params=["sqlite", "postgresql"])
def live_units(request, databases):
    """Units that really commit, side by side."""
    return UnitFactory(databases(request.param, seeded=False), EventBus())


async def test_a_thousand_guesses_at_once_are_not_a_thousand_guesses(live_units):
    """Real commits side by side: what is counted before the password is looked at cannot be outrun."""
    looked_at = 0

    class Counting:
        async def is_right(self, stored: str | None, password: str) -> bool:
            nonlocal looked_at
            looked_at += 1
            return False

    accounts = Accounts(live_units, TOKENS, VAULT, Counting())
    guesses = (accounts.sign_in(f"name-{number}", WRONG, Device("203.0.113.77")) for number in range(40))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    async with accounts.units.write() as unit:
        await unit.db.execute(delete(LoginAttempt))
    assert looked_at == 10
    assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 30
