"""`/admin/users` over HTTP; the use cases themselves are tested in the domain."""

import pytest
from tests.support.client import Client

USERS = "/admin/users"


@pytest.fixture
def admin(client, people) -> Client:
    return client.signed_in(people.admin.token)


async def create(admin: Client, username: str = "anna", **fields):
    answer = await admin.post(USERS, {"username": username, **fields})
    assert answer.status == 201, answer.text
    return answer.json()


async def can_sign_in(client: Client, username: str, password: str) -> bool:
    answer = await client.post("/admin/auth/login", {"username": username, "password": password})
    return answer.status == 200


async def test_created_user_signs_in_with_the_password_that_was_made_up(client, admin):
    answer = await admin.post(USERS, {"username": "anna", "role": "web", "display_name": "Анна"})
    assert (answer.status, answer.headers["cache-control"]) == (201, "no-store")
    made = answer.json()
    assert await can_sign_in(client, "Anna", made["password"])
    shown = (await admin.get(f"{USERS}/{made['user']['id']}")).json()
    assert made["password"] not in str(shown)
    assert (shown["username"], shown["role"], shown["display_name"], shown["is_active"]) == (
        "anna",
        "web",
        "Анна",
        True,
    )
    assert shown["second_factor"] is False
    assert shown["last_login"]


async def test_a_given_password_is_not_repeated(client, admin):
    made = await create(admin, password="long enough")
    assert made["password"] is None
    assert made["user"]["role"] == "user"
    assert await can_sign_in(client, "anna", "long enough")


async def test_list_pages_and_searches(admin):
    await create(admin, "anna", password="long enough")
    await create(admin, "annette", password="long enough")
    found = (await admin.get(f"{USERS}?q=ANN&limit=1&offset=1")).json()
    assert ([user["username"] for user in found["users"]], found["total"]) == (["annette"], 2)
    for query in ("limit=0", "limit=501", "offset=-1", "q=%00", "q=" + "x" * 121):
        assert (await admin.get(f"{USERS}?{query}")).status == 422


async def test_role_and_activity_change_and_end_the_sessions(client, admin, people):
    user = client.signed_in(people.user.token)
    path = f"{USERS}/{people.user.id}"
    assert (await user.get("/admin/faq")).status == 200
    assert (await admin.put(path, {"display_name": "Пётр"})).json()["display_name"] == "Пётр"
    assert (await user.get("/admin/faq")).status == 200
    assert (await admin.put(path, {"role": "guest"})).json()["role"] == "guest"
    assert (await user.get("/admin/faq")).status == 401
    assert (await admin.put(path, {"is_active": False})).json()["is_active"] is False
    assert (await admin.put(path, {"is_active": True})).json()["is_active"] is True


async def test_a_new_password_replaces_the_old_one_and_ends_the_sessions(client, admin):
    made = await create(admin)
    token = (await client.post("/admin/auth/login", {"username": "anna", "password": made["password"]})).json()[
        "access_token"
    ]
    changed = (await admin.post(f"{USERS}/{made['user']['id']}/password", {})).json()
    assert not await can_sign_in(client, "anna", made["password"])
    assert await can_sign_in(client, "anna", changed["password"])
    assert (await client.signed_in(token).get("/admin/auth/me")).status == 401
    given = await admin.post(f"{USERS}/{made['user']['id']}/password", {"password": "long enough"})
    assert given.json()["password"] is None


async def only_admin(admin: Client, people) -> str:
    for user in (await admin.get(USERS)).json()["users"]:
        if user["role"] == "admin" and user["id"] != people.admin.id:
            assert (await admin.put(f"{USERS}/{user['id']}", {"is_active": False})).status == 200
    return f"{USERS}/{people.admin.id}"


async def test_the_last_active_admin_stays(admin, people):
    path = await only_admin(admin, people)
    for method, body in (("PUT", {"role": "user"}), ("PUT", {"is_active": False}), ("DELETE", None)):
        answer = await admin.request(method, path, body)
        assert (answer.status, answer.json()["code"]) == (409, "last_admin")
    assert (await admin.get(path)).json()["role"] == "admin"


async def test_whoever_owns_something_is_deactivated_instead_of_deleted(client, admin, people):
    user = client.signed_in(people.user.token)
    assistant = (await user.post("/admin/assistants", {"name": "Маша"})).json()["assistant"]["id"]
    path = f"{USERS}/{people.user.id}"
    answer = await admin.delete(path)
    assert (answer.status, answer.json()["code"], answer.json()["owns"]) == (409, "user_owns_things", ["assistants"])
    assert (await user.delete(f"/admin/assistants/{assistant}")).status in {200, 204}
    assert (await admin.delete(path)).status == 204
    assert (await user.get("/admin/faq")).status == 401
    assert (await admin.get(path)).status == 404
    assert (await admin.delete(path)).status == 404


@pytest.mark.parametrize("role", ["user", "web", "guest"])
async def test_users_are_the_admins_business(client, people, role):
    somebody = client.signed_in(getattr(people, role).token)
    own = f"{USERS}/{getattr(people, role).id}"
    for method, path, body in [
        ("GET", USERS, None),
        ("GET", own, None),
        ("POST", USERS, {"username": "x"}),
        ("PUT", own, {"role": "admin"}),
        ("POST", f"{own}/password", {}),
        ("DELETE", f"{own}/second-factor", None),
        ("DELETE", own, None),
    ]:
        assert (await somebody.request(method, path, body)).status == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"username": "a b"}, 422),
        ({"username": "x", "role": "king"}, 422),
        ({"username": "x", "password": "short"}, 422),
        ({"username": "x", "password": "\0long enough"}, 422),
        ({"username": "x", "display_name": "x" * 121}, 422),
        ({"username": "TEST-ADMIN"}, 409),
    ],
)
async def test_malformed_users_are_refused_clearly(admin, body, status):
    assert (await admin.post(USERS, body)).status == status


async def test_nobody_by_that_id(admin):
    for method, path, body in [
        ("GET", f"{USERS}/x", None),
        ("PUT", f"{USERS}/x", {}),
        ("POST", f"{USERS}/x/password", {}),
        ("DELETE", f"{USERS}/x/second-factor", None),
    ]:
        assert (await admin.request(method, path, body)).status == 404
