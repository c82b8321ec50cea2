"""What every route answers to everybody, generated from the route table: nobody has to remember a new route here."""

import re

import pytest
from fastapi.routing import APIRoute
from tests.architecture.test_routes import guards
from tests.support.people import sign_in_again

from secretary.accounts import rights
from secretary.accounts.access import Public
from secretary.app.asgi import all_routes

UNKNOWN = "01900000-0000-7000-8000-000000000000"
ROLES = ("admin", "user", "web", "guest")
# A caller without rights learns nothing of what there is; one with rights may name things that are not there.
REFUSED = {401, 403}


def admin_calls(app):
    """(method, path, guards) of every route of the admin API."""
    for route in all_routes(app):
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path, guards(route.dependant)


def filled(path, **ids):
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(ids.get(found[1], UNKNOWN)), path)


async def status_of(client, method, path, body=None):
    """The status alone: a stream is left as soon as it has begun."""
    stream = await client.open(method, path, {} if body is None and method in {"POST", "PUT", "PATCH"} else body)
    await stream.settle()
    return stream.status


@pytest.mark.parametrize("role", [None, *ROLES])
async def test_routes_answer_roles_as_the_matrix_says(app, client, people, role):
    caller = client if role is None else client.signed_in(getattr(people, role).token)
    for method, path, needed in admin_calls(app):
        if path in {"/admin/auth/logout", "/admin/auth/change-password"}:
            continue  # they would end the session that the rest of the test needs; they have tests of their own
        status = await status_of(caller, method, filled(path))
        may = all(isinstance(guard, Public) for guard in needed) or (
            role is not None
            and all(isinstance(g, Public) or rights.reach(role, g.module, g.level) is not None for g in needed)
        )
        if may:
            assert status not in REFUSED or path.startswith("/admin/auth/"), (role, method, path, status)
            assert status < 500, (role, method, path, status)
        else:
            assert status == (401 if role is None else 403), (role, method, path, status)


async def test_dead_tokens_open_nothing(app, client, people, visitor):
    revoked = await sign_in_again(app, people.user)
    await client.signed_in(revoked).post("/admin/auth/logout")
    dead = {"revoked": revoked, "visitor": visitor.token, "cut": people.admin.token[:-2], "nonsense": "x.y.z"}
    for method, path, needed in admin_calls(app):
        if all(isinstance(guard, Public) for guard in needed):
            continue
        for name, token in dead.items():
            assert await status_of(client.signed_in(token), method, filled(path)) == 401, (name, method, path)


@pytest.mark.parametrize("path", ["/admin/%66aq", "/admin//faq", "/ADMIN/faq", "/admin/faq/../requests", "/admin/requests;x", "/admin/requests/"])
async def test_spelling_a_path_differently_opens_nothing(client, path):
    assert (await client.get(path)).status in {401, 404, 405}


async def test_host_header_changes_no_right(client, people):
    guest = client.signed_in(people.guest.token)
    for host in ("localhost", "127.0.0.1", "testserver:80", "evil.example"):
        answer = await guest.get("/admin/requests", headers={"host": host, "x-forwarded-host": "localhost", "x-real-ip": "127.0.0.1"})
        assert answer.status == 403
