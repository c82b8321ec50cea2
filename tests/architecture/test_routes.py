"""Every route says who may call it."""

from fastapi.routing import APIRoute
from starlette.routing import Route

from secretary.accounts import rights
from secretary.accounts.access import Public, Requirement
from secretary.app.asgi import all_routes, lines_of


def guards(dependant):
    """What a FastAPI route asks of its caller, however deep it stands."""
    found = [dependant.call] if isinstance(dependant.call, (Public, Requirement)) else []
    return found + [guard for below in dependant.dependencies for guard in guards(below)]


def undeclared(routes):
    return [
        f"{sorted(route.methods)} {route.path}"
        for route in routes
        if not (
            (isinstance(route, APIRoute) and guards(route.dependant))
            or (isinstance(route, Route) and getattr(route.endpoint, "public_reason", ""))
            or (isinstance(route, Route) and getattr(route.endpoint, "guarded_by", ""))
        )
    ]


def test_every_route_declares_a_right_or_why_it_is_open(app):
    routes = all_routes(app)
    assert len(routes) > 30
    assert undeclared(routes) == []


def test_a_route_without_a_right_is_found():
    async def forgotten() -> None:
        """Nobody said who may call this."""

    assert undeclared([APIRoute("/admin/forgotten", forgotten)]) == ["['GET'] /admin/forgotten"]
    assert undeclared([Route("/forgotten", forgotten)]) == ["['GET', 'HEAD'] /forgotten"]


def test_open_admin_routes_are_the_few_that_must_be(app):
    open_ones = {
        f"{min(route.methods)} {route.path}"
        for route in all_routes(app)
        if isinstance(route, APIRoute) and all(isinstance(guard, Public) for guard in guards(route.dependant))
    }
    assert open_ones == {
        "POST /admin/auth/login",
        "POST /admin/auth/second-factor",
        "POST /admin/auth/refresh",
        "POST /admin/auth/logout",
        "GET /admin/auth/status",
        "GET /admin/deployment-mode",
    }


def test_routes_are_printed_one_a_line(app):
    lines = lines_of(all_routes(app))
    assert "GET /health" in lines
    assert "PUT /admin/faq/{trigger:path}" in lines
    assert len(lines) == len(set(lines))


async def test_every_guarded_route_refuses_a_stranger_and_a_bad_token(client, app):
    guarded = [route for route in all_routes(app) if not getattr(route.endpoint, "public_reason", "")]
    for line in lines_of(guarded):
        method, path = line.split()
        if not path.startswith("/admin/") or path.startswith(("/admin/auth/", "/admin/deployment-mode")):
            continue
        path = path.replace("{trigger:path}", "x").replace("{", "").replace("}", "")
        assert (await client.request(method, path, {})).status == 401, line
        assert (await client.signed_in("nonsense").request(method, path, {})).status == 401, line


def test_no_open_route_asks_for_a_right_too(app):
    mixed = [
        route.path
        for route in all_routes(app)
        if isinstance(route, APIRoute) and len({isinstance(guard, Public) for guard in guards(route.dependant)}) > 1
    ]
    assert mixed == []


def test_every_reason_is_a_sentence_that_somebody_thought_about(app):
    reasons = [guard.reason for route in all_routes(app) if isinstance(route, APIRoute)
               for guard in guards(route.dependant) if isinstance(guard, Public)]  # fmt: skip
    plain = [route.endpoint for route in all_routes(app) if not isinstance(route, APIRoute)]
    reasons += [endpoint.public_reason for endpoint in plain if hasattr(endpoint, "public_reason")]
    assert [reason for reason in reasons if len(reason.split()) < 3] == []


def test_guest_changes_nothing_but_his_own_chats(app):
    open_to_guests = [
        route.path
        for route in all_routes(app)
        if isinstance(route, APIRoute) and route.methods & {"POST", "PUT", "PATCH", "DELETE"}
        for guard in guards(route.dependant)
        if isinstance(guard, Requirement) and guard.module != "chat" and guard.level != "view"
        if rights.reach("guest", guard.module, guard.level)
    ]
    assert open_to_guests == []
