"""`/admin/api-keys`, and what a key opens over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.architecture.test_routes import guards
from tests.security.test_every_route import filled, status_of
from tests.support.client import Client

from secretary.accounts.access import Requirement
from secretary.accounts.scopes import KEY_SCOPES
from secretary.app.asgi import all_routes

KEYS = "/admin/api-keys"


@pytest.fixture
def admin(client, people) -> Client:
    return client.signed_in(people.admin.token)


async def make(admin: Client, *scopes: str, **fields):
    answer = await admin.post(KEYS, {"name": "script", "scopes": list(scopes), **fields})
    assert answer.status == 201, answer.text
    return answer.json()


async def test_a_key_is_shown_once_and_opens_what_its_scopes_say(client, admin):
    answer = await admin.post(KEYS, {"name": "script", "scopes": ["faq:edit"]})
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["key"].startswith(made["prefix"])
    listed = await admin.get(KEYS)
    assert made["key"] not in listed.text
    assert listed.json()["total"] == 1
    assert {**listed.json()["api_keys"][0], "key": made["key"]} == made
    script = client.signed_in(made["key"])
    assert (await script.get("/admin/faq")).status == 200
    assert (await script.post("/admin/faq", {"trigger": "Есть парковка?", "response": "Да"})).status in {200, 201}
    refused = await script.get("/admin/assistants")
    assert (refused.status, refused.json()["code"]) == (403, "no_right")


async def test_a_revoked_key_opens_nothing(client, admin):
    made = await make(admin, "faq:view")
    script = client.signed_in(made["key"])
    assert (await script.get("/admin/faq")).status == 200
    for _ in range(2):
        assert (await admin.delete(f"{KEYS}/{made['id']}")).status == 204
    answer = await script.get("/admin/faq")
    assert (answer.status, answer.json()["code"]) == (401, "bad_api_key")
    assert (await admin.get(KEYS)).json()["total"] == 0
    assert (await admin.get(f"{KEYS}?with_revoked=true")).json()["api_keys"][0]["revoked_at"]
    assert (await admin.delete(f"{KEYS}/nothing")).status == 404


async def test_a_key_ends_at_its_moment(client, admin):
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = await make(admin, "faq:view", expires=later)
    assert datetime.fromisoformat(made["expires"]) == datetime.fromisoformat(later)
    assert (await client.signed_in(made["key"]).get("/admin/faq")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["faq:rule"]},
        {"name": "x", "scopes": ["users:edit"]},
        {"name": "x", "scopes": ["api_keys:edit"]},
        {"name": "", "scopes": ["v1"]},
        {"name": "x" * 81, "scopes": ["v1"]},
        {"name": "x\0", "scopes": ["v1"]},
        {"name": "x", "scopes": "v1"},
        {"name": "x", "scopes": ["v1"] * 201},
        {"name": "x", "scopes": ["v1"], "expires": "2020-01-01T00:00:00Z"},
        {"name": "x", "scopes": ["v1"], "expires": "2030-01-01T00:00:00"},
        {"name": "x", "scopes": ["v1"], "expires": "9999-12-31T23:59:59-23:00"},
        {"name": "x", "scopes": ["v1"], "expires": "soon"},
    ],
)
async def test_malformed_keys_are_refused_clearly(admin, body):
    assert (await admin.post(KEYS, body)).status == 422
    assert (await admin.get(KEYS)).json()["total"] == 0


@pytest.mark.parametrize("role", ["user", "web", "guest"])
async def test_keys_are_the_admins(client, people, role):
    somebody = client.signed_in(getattr(people, role).token)
    assert (await somebody.get(KEYS)).status == 403
    assert (await somebody.post(KEYS, {"name": "x", "scopes": ["v1"]})).status == 403
    assert (await somebody.delete(f"{KEYS}/x")).status == 403


FOR_PEOPLE = [
    ("GET", KEYS, None),
    ("POST", KEYS, {"name": "x", "scopes": ["v1"]}),
    ("DELETE", f"{KEYS}/x", None),
    ("POST", "/admin/auth/change-password", {"old_password": "x", "new_password": "long enough"}),
    ("PUT", "/admin/auth/profile", {"display_name": "x"}),
    ("GET", "/admin/auth/sessions", None),
    ("POST", "/admin/auth/sessions/end-others", None),
    ("DELETE", "/admin/auth/sessions/x", None),
    ("POST", "/admin/auth/second-factor/setup", {"password": "x"}),
    ("POST", "/admin/auth/second-factor/confirm", {"code": "123456"}),
    ("POST", "/admin/auth/second-factor/disable", {"password": "x", "code": "123456"}),
    ("POST", "/admin/auth/second-factor/recovery-codes", {"password": "x", "code": "123456"}),
    ("GET", "/admin/users", None),
    ("POST", "/admin/users", {"username": "x", "role": "admin", "password": "long enough"}),
    ("POST", "/admin/auth/ticket", None),
]


@pytest.mark.parametrize(("method", "path", "body"), FOR_PEOPLE)
async def test_what_is_for_people_no_key_opens(client, admin, method, path, body):
    everything = client.signed_in((await make(admin, *KEY_SCOPES))["key"])
    assert (await everything.request(method, path, body)).status == 403


async def test_me_tells_a_script_what_it_may(client, admin, people):
    script = client.signed_in((await make(admin, "profile:view", "faq:edit", "metrics"))["key"])
    me = (await script.get("/admin/auth/me")).json()
    assert me["id"] == people.admin.id
    assert me["rights"] == {
        "profile": {"view": "all", "edit": None, "manage": None},
        "faq": {"view": "all", "edit": "all", "manage": None},
    }


async def test_metrics_open_for_a_key_made_for_it(client, admin):
    allowed, other = await make(admin, "metrics"), await make(admin, "faq:view")
    assert "secretary_" in (await client.signed_in(allowed["key"]).get("/metrics")).text
    refused = await client.signed_in(other["key"]).get("/metrics")
    assert (refused.status, refused.json()["code"]) == (403, "missing_scope")
    assert (await client.signed_in("sk-sec-nonsense").get("/metrics")).status == 401
    assert (await client.get("/metrics")).status == 404
    assert (await admin.get("/metrics")).status == 404


async def test_what_a_key_makes_is_its_owners(client, admin, people):
    script = client.signed_in((await make(admin, "assistants:edit"))["key"])
    made = await script.post("/admin/assistants", {"name": "Маша"})
    assert made.status in {200, 201}, made.text
    user = client.signed_in(people.user.token)
    assert (await user.get(f"/admin/assistants/{made.json()['assistant']['id']}")).status == 404


async def test_logout_with_a_key_signs_nobody_out(client, admin):
    key = (await make(admin, "faq:view"))["key"]
    assert (await client.signed_in(key).post("/admin/auth/logout")).status == 204
    assert (await client.signed_in(key).get("/admin/faq")).status == 200
    assert (await admin.get(KEYS)).status == 200


def guarded(app):
    """(method, path, scope) of every route that asks for a right."""
    for route in all_routes(app):
        needed = (
            [g for g in guards(route.dependant) if isinstance(g, Requirement)] if hasattr(route, "dependant") else []
        )
        if needed:
            yield min(route.methods), route.path, {f"{guard.module}:{guard.level}" for guard in needed}


async def test_every_route_asks_a_key_for_its_scope(app, client, admin):
    without = client.signed_in((await make(admin, "v1", "metrics"))["key"])
    routes = list(guarded(app))
    assert len(routes) > 40
    for method, path, _ in routes:
        assert await status_of(without, method, filled(path)) == 403, (method, path)


async def test_every_route_opens_for_a_key_with_its_scope_unless_it_is_for_people(app, client, admin):
    keys: dict[frozenset[str], Client] = {}
    for method, path, scopes in guarded(app):
        given = frozenset(scopes & KEY_SCOPES)
        if given and given not in keys:
            keys[given] = client.signed_in((await make(admin, *given))["key"])
        if given != scopes or path == "/admin/auth/ticket":
            continue  # the tests above
        assert await status_of(keys[given], method, filled(path)) not in {401, 403, 500}, (method, path)
