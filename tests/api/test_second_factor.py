"""Two-factor login over HTTP; the flows themselves are tested in the domain."""

import pytest
from tests.domain.accounts.conftest import PASSWORD, PASSWORD_HASH
from tests.domain.hand_clock import HandClock
from tests.support.client import Client

from secretary.accounts import service, totp
from secretary.accounts.api import COOKIE
from secretary.accounts.models import Role
from secretary.app import Ports

FACTOR = "/admin/auth/second-factor"
LOGIN = {"username": "anna", "password": PASSWORD}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ports(database, clock) -> Ports:
    return Ports(models={}, database=database, clock=clock)


@pytest.fixture
def anna(app, client, run) -> Client:
    async def arrive() -> Client:
        async with app.units.write() as unit:
            await service.create_user(unit, "anna", PASSWORD_HASH, Role.WEB)
        return client.signed_in((await client.post("/admin/auth/login", LOGIN)).json()["access_token"])

    return run(arrive())


async def switch_on(anna: Client, clock: HandClock) -> tuple[str, list[str]]:
    setup = await anna.post(f"{FACTOR}/setup", {"password": PASSWORD})
    assert setup.status == 200, setup.text
    secret = setup.json()["secret"]
    assert setup.headers["cache-control"] == "no-store"
    assert setup.json()["uri"].startswith("otpauth://totp/AI%20Secretary%3Aanna?secret=" + secret)
    confirmed = await anna.post(f"{FACTOR}/confirm", {"code": code(secret, clock)})
    assert confirmed.status == 200, confirmed.text
    clock.pass_(minutes=1)
    return secret, confirmed.json()["recovery_codes"]


def code(secret: str, clock: HandClock) -> str:
    return totp.code_at(secret, totp.step_of(clock()))


async def test_sign_in_takes_two_steps_once_it_is_on(client, anna, clock):
    secret, recovery = await switch_on(anna, clock)
    assert (await anna.get("/admin/auth/profile")).json()["second_factor"] == {
        "enabled": True,
        "recovery_codes_left": 10,
    }
    first = await client.post("/admin/auth/login", LOGIN)
    assert (first.status, first.json()["code"], first.json()["expires_in"]) == (401, "second_factor_needed", 300)
    assert "set-cookie" not in first.headers
    challenge = first.json()["challenge"]
    second = await client.post(FACTOR, {"challenge": challenge, "code": code(secret, clock)})
    assert second.status == 200
    assert second.headers["set-cookie"].startswith(COOKIE)
    assert (await client.signed_in(second.json()["access_token"]).get("/admin/auth/me")).json()["username"] == "anna"
    by_recovery = await client.post(FACTOR, {"challenge": challenge, "code": recovery[0]})
    assert by_recovery.status == 200
    assert (await anna.get("/admin/auth/profile")).json()["second_factor"]["recovery_codes_left"] == 9


async def test_wrong_password_says_nothing_of_the_second_factor(client, anna, clock):
    await switch_on(anna, clock)
    answer = await client.post("/admin/auth/login", {**LOGIN, "password": "wrong password"})
    assert (answer.status, answer.json()["code"]) == (401, "wrong_credentials")
    assert "challenge" not in answer.json()


async def test_wrong_codes_and_challenges_are_refused_and_counted(client, anna, clock):
    secret, _ = await switch_on(anna, clock)
    challenge = (await client.post("/admin/auth/login", LOGIN)).json()["challenge"]
    forged = await client.post(FACTOR, {"challenge": challenge[:-2] + "xx", "code": code(secret, clock)})
    assert (forged.status, forged.json()["code"]) == (401, "challenge_expired")
    answers = [await client.post(FACTOR, {"challenge": challenge, "code": "aaaa"}) for _ in range(6)]
    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert answers[0].json()["code"] == "wrong_code"
    assert int(answers[5].headers["retry-after"]) == 30


async def test_switching_off_and_renewing_over_http(client, anna, clock):
    secret, recovery = await switch_on(anna, clock)
    wrong = await anna.post(f"{FACTOR}/disable", {"password": "wrong one", "code": recovery[0]})
    assert (wrong.status, wrong.json()["code"]) == (400, "wrong_current_password")
    wrong = await anna.post(f"{FACTOR}/disable", {"password": PASSWORD, "code": "aaaa"})
    assert (wrong.status, wrong.json()["code"]) == (422, "wrong_code")
    renewed = await anna.post(f"{FACTOR}/recovery-codes", {"password": PASSWORD, "code": code(secret, clock)})
    assert len(set(renewed.json()["recovery_codes"]) - set(recovery)) == 10
    off = await anna.post(f"{FACTOR}/disable", {"password": PASSWORD, "code": renewed.json()["recovery_codes"][0]})
    assert off.status == 204
    assert (await client.post("/admin/auth/login", LOGIN)).status == 200
    off = await anna.post(f"{FACTOR}/disable", {"password": PASSWORD, "code": recovery[0]})
    assert (off.status, off.json()["code"]) == (409, "second_factor_off")


async def test_an_administrator_resets_it_and_sees_who_has_it(client, anna, clock, people):
    await switch_on(anna, clock)
    admin = client.signed_in(people.admin.token)
    (user,) = (await admin.get("/admin/users?q=anna")).json()["users"]
    assert user["second_factor"] is True
    for _ in range(2):
        assert (await admin.delete(f"/admin/users/{user['id']}/second-factor")).status == 204
    assert (await client.post("/admin/auth/login", LOGIN)).status == 200
    assert (await admin.get(f"/admin/users/{user['id']}")).json()["second_factor"] is False


async def test_the_shared_guest_cannot_lock_it(client, people):
    guest = client.signed_in(people.guest.token)
    assert (await guest.post(f"{FACTOR}/setup", {"password": PASSWORD})).status == 403


@pytest.mark.parametrize(
    "body", [{}, {"challenge": "x"}, {"challenge": "x" * 501, "code": "1"}, {"challenge": "x", "code": "x" * 41}, []]
)
async def test_malformed_codes_are_refused_clearly(client, body):
    assert (await client.post(FACTOR, body)).status == 422
