"""Every route of the program says who may call it: a right, or openness on purpose with a reason."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends
from fastapi.dependencies.models import Dependant

from secretary.accounts import rights
from secretary.accounts.access import Public, Requirement, public, require
from secretary.app.asgi import all_routes

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def _calls(dependant: Dependant) -> Iterator[object]:
    yield dependant.call
    for below in dependant.dependencies:
        yield from _calls(below)


def guards(route) -> list[Requirement | Public | str]:
    """What stands before a route."""
    reason = getattr(getattr(route, "endpoint", None), "public_reason", None)
    dependant = getattr(route, "dependant", None)
    found = [call for call in _calls(dependant) if isinstance(call, Requirement | Public)] if dependant else []
    return found + ([reason] if reason else [])


def _names(routes) -> list[str]:
    return [f"{sorted(getattr(route, 'methods', None) or ['WS'])} {getattr(route, 'path', route)}" for route in routes]


def test_every_route_declares_a_right_or_why_it_is_open(app):
    routes = all_routes(app)
    assert len(routes) > 20
    assert _names(route for route in routes if not guards(route)) == []


def test_no_open_route_asks_for_a_right_too(app):
    both = [route for route in all_routes(app) if len({isinstance(guard, Requirement) for guard in guards(route)}) > 1]
    assert _names(both) == []


def test_every_reason_is_a_sentence_that_somebody_thought_about(app):
    reasons = [getattr(guard, "reason", guard) for route in all_routes(app) for guard in guards(route)]
    assert [reason for reason in reasons if isinstance(reason, str) and len(reason.split()) < 3] == []


def test_guest_changes_nothing_but_his_own_chats(app):
    open_to_guests = [
        route
        for route in all_routes(app)
        if CHANGING & (getattr(route, "methods", None) or set())
        for guard in guards(route)
        if isinstance(guard, Requirement) and guard.module != "chat" and guard.level != "view"
        if rights.reach("guest", guard.module, guard.level)
    ]
    assert _names(open_to_guests) == []


@pytest.mark.parametrize("path", ["/admin/auth/me", "/admin/auth/profile"])
async def test_closed_routes_turn_strangers_away(client, path):
    answer = await client.get(path)
    assert (answer.status, answer.json()["code"]) == (401, "sign_in_first")


def test_the_walk_notices_a_route_that_declares_nothing():
    router = APIRouter()

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    @router.get("/guarded", dependencies=[Depends(require("faq", "view"))])
    async def guarded() -> None: ...

    @router.get("/open", dependencies=[Depends(public("a reason of three words"))])
    async def opened() -> None: ...

    assert [bool(guards(route)) for route in router.routes] == [False, True, True]
