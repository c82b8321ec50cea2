"""Who opens a stream: a bearer in the header, or a ticket in the address where no header can be sent."""

from functools import cache
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from secretary.accounts.access import Requirement
from secretary.accounts.authenticator import SessionAuthenticator
from secretary.accounts.rights import Level, Module
from secretary.accounts.tickets import use_ticket
from secretary.kernel.unit import Actor, UnitFactory
from secretary.web.deps import actor_or_anonymous, from_here, services, signed_in


async def ticket_actor(connection: HTTPConnection) -> Actor:
    """Who opens this stream. Uses up the ticket of `?ticket=`, if there is one. Raises Unauthenticated."""
    ticket = connection.query_params.get("ticket")
    if not ticket:
        return await signed_in(await actor_or_anonymous(connection))
    units: UnitFactory = services(connection).units
    authenticator: SessionAuthenticator = services(connection).authenticator
    async with units.write() as unit:
        session_id = await use_ticket(unit, ticket)
    actor = authenticator.anonymous if session_id is None else await authenticator.behind(session_id)
    return from_here(await signed_in(actor), connection)


TicketActorDep = Annotated[Actor, Depends(ticket_actor)]


class StreamRequirement(Requirement):
    """A requirement that takes a ticket, too."""

    async def __call__(self, actor: TicketActorDep) -> Actor:
        return await super().__call__(actor)


@cache
def require_stream(module: Module, level: Level) -> StreamRequirement:
    """As `access.require`, for a route that an EventSource or a WebSocket opens. Such a route takes no `UnitDep`."""
    return StreamRequirement(module, level)
