"""Tickets: good once, for a minute, while the session lives."""

from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection
from tests.domain.accounts.conftest import House
from tests.domain.accounts.test_keys import make

from secretary.accounts import service, sessions
from secretary.accounts.models import Role, StreamTicket
from secretary.accounts.stream_access import require_stream, ticket_actor
from secretary.accounts.tickets import issue_ticket
from secretary.kernel.errors import Forbidden, Unauthenticated
from secretary.kernel.unit import Actor


def connection(house: House, ticket: str = "", bearer: str = "", kind: str = "http") -> HTTPConnection:
    """The handshake of a stream, as its route gets it."""
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    program = SimpleNamespace(units=house.units, authenticator=house.authenticator)
    query = f"ticket={ticket}".encode() if ticket else b""
    return HTTPConnection(
        {"type": kind, "query_string": query, "headers": headers, "services": program, "client": ("192.0.2.1", 1)}
    )


async def signed_in(house: House, role: Role = Role.USER) -> Actor:
    await house.add("anna", role)
    return await house.authenticator.authenticate((await house.sign_in("anna")).access_token)


async def issue(house: House, actor: Actor) -> str:
    async with house.units.write(actor) as unit:
        return await issue_ticket(unit)


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_ticket_stands_for_its_user_once(house, kind):
    actor = await signed_in(house)
    ticket = await issue(house, actor)
    assert await ticket_actor(connection(house, ticket, kind=kind)) == actor
    with pytest.raises(Unauthenticated, match="bad_ticket"):
        await ticket_actor(connection(house, ticket, kind=kind))


async def test_a_ticket_lasts_a_minute(house):
    actor = await signed_in(house)
    early, late = await issue(house, actor), await issue(house, actor)
    house.clock.pass_(seconds=59)
    assert await ticket_actor(connection(house, early))
    house.clock.pass_(seconds=1)
    with pytest.raises(Unauthenticated, match="bad_ticket"):
        await ticket_actor(connection(house, late))


async def test_a_ticket_dies_with_its_session(house):
    actor = await signed_in(house)
    ticket = await issue(house, actor)
    async with house.units.write() as unit:
        await sessions.end_session(unit, actor.session_id)
    with pytest.raises(Unauthenticated, match="bad_token"):
        await ticket_actor(connection(house, ticket))


@pytest.mark.parametrize("ticket", ["x", "x" * 5000, "%00", "%ED%A0%80"])
async def test_nonsense_opens_nothing(house, ticket):
    with pytest.raises(Unauthenticated, match="bad_ticket"):
        await ticket_actor(connection(house, ticket))


async def test_without_a_ticket_a_bearer_or_nobody(house):
    actor = await signed_in(house)
    token = (await house.sign_in("anna")).access_token
    assert (await ticket_actor(connection(house, bearer=token))).id == actor.id
    with pytest.raises(Unauthenticated, match="sign_in_first"):
        await ticket_actor(connection(house))


async def test_the_open_house_gives_tickets_that_are_void_once_it_is_closed(house):
    await signed_in(house, Role.ADMIN)
    async with house.units.read() as unit:
        admin = await service.open_house(unit)
    stranger = house.authenticator.anonymous
    house.authenticator.anonymous = admin
    first, second = await issue(house, admin), await issue(house, admin)
    assert await ticket_actor(connection(house, first)) == admin
    house.authenticator.anonymous = stranger
    with pytest.raises(Unauthenticated, match="sign_in_first"):
        await ticket_actor(connection(house, second))


async def test_api_keys_need_and_get_no_tickets(house):
    owner = await house.add("anna")
    _, text = await make(house, owner)
    key = await house.authenticator.authenticate(text)
    with pytest.raises(Forbidden, match="not_with_api_key"):
        await issue(house, key)
    assert await ticket_actor(connection(house, bearer=text)) == key
    await house.authenticator.close()


async def test_database_holds_no_ticket_that_could_be_used_and_forgets_old_ones(house):
    actor = await signed_in(house)
    ticket = await issue(house, actor)
    house.clock.pass_(minutes=2)
    await issue(house, actor)
    async with house.units.read() as unit:
        rows = (await unit.db.execute(StreamTicket.__table__.select())).all()
    assert len(rows) == 1
    assert ticket not in str(rows)


async def test_a_stream_asks_for_a_right(house):
    guest = Actor("user", "id", "guest")
    assert await require_stream("chat", "view")(guest) is guest
    with pytest.raises(Forbidden):
        await require_stream("audit", "view")(guest)
    assert require_stream("audit", "view") is require_stream("audit", "view")
