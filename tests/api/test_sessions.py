"""`/admin/auth/sessions` and `/admin/auth/ticket`: one's own sign-ins over HTTP."""

import pytest
from tests.domain.accounts.conftest import PASSWORD, PASSWORD_HASH
from tests.support.client import Client

from secretary.accounts import service
from secretary.accounts.models import Role

SESSIONS = "/admin/auth/sessions"


async def sign_in(client: Client, device: str, username: str = "anna") -> Client:
    answer = await client.post(
        "/admin/auth/login", {"username": username, "password": PASSWORD}, headers={"user-agent": device}
    )
    assert answer.status == 200, answer.text
    return client.signed_in(answer.json()["access_token"])


@pytest.fixture
def anna(app, client, run):
    """Anna at her computer and on her phone."""

    async def arrive() -> tuple[Client, Client]:
        async with app.units.write() as unit:
            await service.create_user(unit, "anna", PASSWORD_HASH, Role.WEB)
        return await sign_in(client, "Firefox"), await sign_in(client, "Phone")

    return run(arrive())


async def listed(browser: Client, query: str = ""):
    answer = await browser.get(SESSIONS + query)
    assert answer.status == 200, answer.text
    return answer.json()


async def test_one_sees_where_one_is_signed_in_and_which_one_is_this(anna):
    here, _ = anna
    shown = await listed(here)
    assert shown["total"] == 2
    assert {(row["device"], row["is_current"]) for row in shown["sessions"]} == {("Firefox", True), ("Phone", False)}
    assert {row["address"] for row in shown["sessions"]} == {"203.0.113.7"}
    assert set(shown["sessions"][0]) == {"id", "device", "address", "created", "last_used", "expires", "is_current"}
    page = await listed(here, "?limit=1&offset=1")
    assert (len(page["sessions"]), page["total"]) == (1, 2)


async def test_ending_one_session_leaves_the_others(anna):
    here, phone = anna
    (other,) = [row["id"] for row in (await listed(here))["sessions"] if not row["is_current"]]
    for _ in range(2):
        assert (await here.delete(f"{SESSIONS}/{other}")).status == 204
    assert (await phone.get("/admin/auth/me")).status == 401
    assert (await listed(here))["total"] == 1


async def test_ending_this_session_is_signing_out(anna):
    here, phone = anna
    (this,) = [row["id"] for row in (await listed(here))["sessions"] if row["is_current"]]
    assert (await here.delete(f"{SESSIONS}/{this}")).status == 204
    assert (await here.get("/admin/auth/me")).status == 401
    assert (await phone.get("/admin/auth/me")).status == 200


async def test_all_others_are_ended_at_once(anna, client):
    here, phone = anna
    tablet = await sign_in(client, "Tablet")
    assert (await here.post(f"{SESSIONS}/end-others")).json() == {"ended": 2}
    assert [(await browser.get("/admin/auth/me")).status for browser in (here, phone, tablet)] == [200, 401, 401]
    assert (await here.post(f"{SESSIONS}/end-others")).json() == {"ended": 0}


async def test_foreign_sessions_are_not_there(anna, client, people):
    here, _ = anna
    mine = (await listed(here))["sessions"][0]["id"]
    for other in (people.user, people.admin):
        stranger = client.signed_in(other.token)
        assert (await stranger.delete(f"{SESSIONS}/{mine}")).status == 404
        assert mine not in str(await listed(stranger))
    assert (await here.get("/admin/auth/me")).status == 200


async def test_the_shared_guest_neither_sees_nor_ends_the_sessions_of_others(client, people):
    guest = client.signed_in(people.guest.token)
    assert (await guest.get(SESSIONS)).status == 403
    assert (await guest.post(f"{SESSIONS}/end-others")).status == 403
    assert (await guest.delete(f"{SESSIONS}/x")).status == 403


async def test_a_ticket_is_given_to_everybody_who_is_signed_in(anna, client, people):
    here, _ = anna
    answer = await here.post("/admin/auth/ticket")
    assert (answer.status, answer.json()["expires_in"]) == (200, 60)
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.json()["ticket"]) == 43
    assert (await client.signed_in(people.guest.token).post("/admin/auth/ticket")).status == 200
    assert (await client.post("/admin/auth/ticket")).status == 401


async def test_a_ticket_is_no_token(anna, client):
    here, _ = anna
    ticket = (await here.post("/admin/auth/ticket")).json()["ticket"]
    assert (await client.signed_in(ticket).get("/admin/auth/me")).status == 401
    assert (await client.get(f"/admin/auth/me?ticket={ticket}")).status == 401
