"""Staying signed in: access tokens, rotating refresh tokens, and everything that ends a session at once."""

import pytest
from tests.domain.accounts.conftest import HOME, PASSWORD, House

from secretary.accounts import queries, service
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.models import Role
from secretary.accounts.sessions import Device
from secretary.accounts.tokens import RefreshToken
from secretary.kernel.errors import Invalid, Unauthenticated
from secretary.kernel.events import EventBus
from secretary.kernel.unit import Actor, UnitFactory

TAB = Device("192.0.2.10", "Firefox")


async def _is_good(house: House, token: str) -> bool:
    try:
        await house.authenticator.authenticate(token)
    except Unauthenticated:
        return False
    return True


async def _refreshes(house: House, token: str) -> bool:
    try:
        await house.accounts.refresh(token, TAB)
    except Unauthenticated:
        return False
    return True


async def test_a_token_stands_for_user_role_and_session(house):
    user = await house.add("anna", Role.WEB)
    signed_in = await house.sign_in("ANNA ")
    actor = await house.authenticator.authenticate(signed_in.access_token)
    assert (actor.kind, actor.id, actor.role) == ("user", user.id, "web")
    assert RefreshToken.parse(signed_in.refresh_token).session_id == actor.session_id


async def test_access_token_is_good_for_a_quarter_of_an_hour(house):
    await house.add("anna")
    token = (await house.sign_in("anna")).access_token
    house.clock.pass_(minutes=14, seconds=59)
    assert await _is_good(house, token)
    house.clock.pass_(seconds=1)
    with pytest.raises(Unauthenticated, match="token_expired"):
        await house.authenticator.authenticate(token)


async def test_refresh_token_is_exchanged_and_lives_a_month_from_its_last_use(house):
    await house.add("anna")
    token = (await house.sign_in("anna")).refresh_token
    for _ in range(3):
        house.clock.pass_(days=29)
        fresh = await house.accounts.refresh(token, TAB)
        assert await _is_good(house, fresh.access_token)
        assert fresh.refresh_token != token
        token = fresh.refresh_token
    house.clock.pass_(days=30)
    assert not await _refreshes(house, token)


async def test_two_tabs_that_wake_together_both_stay_in(house):
    await house.add("anna")
    token = (await house.sign_in("anna")).refresh_token
    first = await house.accounts.refresh(token, TAB)
    house.clock.pass_(seconds=10)
    second = await house.accounts.refresh(token, TAB)
    assert second.refresh_token is None
    assert await _is_good(house, second.access_token)
    assert await _refreshes(house, first.refresh_token)


async def test_refresh_token_used_again_later_ends_its_session_and_no_other(house):
    await house.add("anna")
    other = await house.sign_in("anna")
    stolen = (await house.sign_in("anna")).refresh_token
    fresh = await house.accounts.refresh(stolen, TAB)
    house.clock.pass_(seconds=11)
    assert not await _refreshes(house, stolen)
    assert not await _refreshes(house, fresh.refresh_token)
    assert not await _is_good(house, fresh.access_token)
    assert await _is_good(house, other.access_token)


async def test_refresh_token_two_generations_old_ends_its_session_even_at_once(house):
    await house.add("anna")
    oldest = (await house.sign_in("anna")).refresh_token
    older = (await house.accounts.refresh(oldest, TAB)).refresh_token
    newest = (await house.accounts.refresh(older, TAB)).refresh_token
    assert not await _refreshes(house, oldest)
    assert not await _refreshes(house, newest)


async def test_database_holds_no_token_that_could_be_used(house):
    await house.add("anna")
    token = RefreshToken.parse((await house.sign_in("anna")).refresh_token)
    async with house.units.read() as unit:
        stored = await queries.session_by_id(unit.db, token.session_id)
    assert token.secret not in str(vars(stored))
    assert stored.token_hash == token.digest


@pytest.mark.parametrize("token", ["", ".", "a.b", "no-dot", "\ud800.\ud800", "x" * 300])
async def test_nonsense_refreshes_nothing(house, token):
    assert not await _refreshes(house, token.replace("\ud800", "?"))


async def test_signing_out_ends_that_session_at_once(house):
    await house.add("anna")
    leaving, staying = await house.sign_in("anna"), await house.sign_in("anna")
    actor = await house.authenticator.authenticate(leaving.access_token)
    assert await house.accounts.sign_out(actor, leaving.refresh_token)
    assert not await _is_good(house, leaving.access_token)
    assert not await _refreshes(house, leaving.refresh_token)
    assert await _is_good(house, staying.access_token)
    assert await house.accounts.sign_out(actor, leaving.refresh_token)


async def test_signing_out_works_with_the_cookie_alone_but_not_with_a_guessed_one(house):
    await house.add("anna")
    signed_in = await house.sign_in("anna")
    session_id = RefreshToken.parse(signed_in.refresh_token).session_id
    await house.accounts.sign_out(None, f"{session_id}.guess")
    assert await _is_good(house, signed_in.access_token)
    await house.accounts.sign_out(None, signed_in.refresh_token)
    assert not await _is_good(house, signed_in.access_token)


async def test_somebody_elses_cookie_survives_ones_own_signing_out(house):
    await house.add("anna")
    mine, other = await house.sign_in("anna"), await house.sign_in("anna")
    actor = await house.authenticator.authenticate(mine.access_token)
    assert not await house.accounts.sign_out(actor, other.refresh_token)
    assert await _is_good(house, other.access_token)


CHANGES = {
    "role": lambda unit, user: service.set_role(unit, user, Role.GUEST),
    "password": lambda unit, user: service.set_password_hash(unit, user, user.password_hash),
    "deactivation": service.deactivate,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_what_changes_a_users_access_ends_all_his_sessions_at_once(house, change):
    user, other = await house.add("anna"), await house.add("boris")
    sessions = [await house.sign_in("anna") for _ in range(2)]
    untouched = await house.sign_in(other.username)
    assert all([await _is_good(house, session.access_token) for session in sessions])
    async with house.units.write() as unit:
        await change(unit, await service.user_of(unit, user.id))
    for session in sessions:
        assert not await _is_good(house, session.access_token)
        assert not await _refreshes(house, session.refresh_token)
    assert await _is_good(house, untouched.access_token)


async def test_another_process_learns_of_the_end_within_a_second(house):
    await house.add("anna")
    signed_in = await house.sign_in("anna")
    elsewhere = UnitFactory(house.units.database, EventBus(), house.clock)
    other_process = SessionAuthenticator(elsewhere, house.accounts.tokens)
    actor = await other_process.authenticate(signed_in.access_token)
    await house.accounts.sign_out(actor, signed_in.refresh_token)
    house.clock.pass_(seconds=1)
    with pytest.raises(Unauthenticated):
        await other_process.authenticate(signed_in.access_token)


async def test_setting_the_same_role_again_signs_nobody_out(house):
    user = await house.add("anna", Role.WEB)
    signed_in = await house.sign_in("anna")
    async with house.units.write() as unit:
        await service.set_role(unit, await service.user_of(unit, user.id), Role.WEB)
    assert await _is_good(house, signed_in.access_token)


async def test_changing_the_password_keeps_only_the_one_who_did_it(house):
    await house.add("anna")
    here, elsewhere = await house.sign_in("anna"), await house.sign_in("anna")
    actor = await house.authenticator.authenticate(here.access_token)
    changed = await house.accounts.change_password(actor, PASSWORD, "новый пароль", HOME)
    assert await _is_good(house, changed.access_token)
    assert await _refreshes(house, changed.refresh_token)
    assert not await _is_good(house, here.access_token)
    assert not await _is_good(house, elsewhere.access_token)
    assert await house.sign_in("anna", "новый пароль")
    with pytest.raises(Unauthenticated):
        await house.sign_in("anna", PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("not it at all", "long enough", "wrong_current_password"),
        (PASSWORD, "short", "password_length"),
        (PASSWORD, "x" * 257, "password_length"),
        (PASSWORD, "Anna-Petrova", "password_is_username"),
    ],
)
async def test_bad_password_changes_are_refused_and_change_nothing(house, old, new, code):
    await house.add("anna-petrova")
    signed_in = await house.sign_in("anna-petrova")
    actor = await house.authenticator.authenticate(signed_in.access_token)
    with pytest.raises(Invalid, match=code):
        await house.accounts.change_password(actor, old, new, HOME)
    assert await _is_good(house, signed_in.access_token)
    assert await house.sign_in("anna-petrova")


async def test_open_house_makes_callers_without_a_token_the_admin(house):
    admin = Actor("user", "id", "admin")
    assert SessionAuthenticator(house.units, house.accounts.tokens, admin).anonymous == admin
    assert house.authenticator.anonymous.kind == "visitor"
