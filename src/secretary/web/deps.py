"""What a route may ask for: a unit of work and who is calling. Everything else comes by constructors."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from secretary.kernel.errors import Unauthenticated
from secretary.kernel.unit import ANONYMOUS, Actor, Unit, UnitFactory

READING = frozenset({"GET", "HEAD"})


class Authenticator(Protocol):
    """Says who sends a request with these credentials; `app` fills it."""

    @property
    def anonymous(self) -> Actor:
        """Whom a caller without credentials is: `ANONYMOUS`, unless the installation asks nobody to sign in."""
        ...

    async def authenticate(self, bearer: str) -> Actor:
        """The actor behind an access token. Raises Unauthenticated."""
        ...


class Services(Protocol):
    """What the application puts into every request's scope as `services`."""

    @property
    def units(self) -> UnitFactory: ...

    @property
    def authenticator(self) -> Authenticator: ...


def services(request: HTTPConnection) -> Any:
    """The application that this request was sent to; a domain's own api module narrows the type."""
    return request.scope["services"]


async def actor_or_anonymous(request: HTTPConnection) -> Actor:
    """Who calls, or `ANONYMOUS` when he does not say. Raises Unauthenticated for a token that is not good."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    authenticator: Authenticator = services(request).authenticator
    if scheme.lower() != "bearer" or not token:
        return from_here(authenticator.anonymous, request)
    return from_here(await authenticator.authenticate(token.strip()), request)


def from_here(actor: Actor, request: HTTPConnection) -> Actor:
    """Where staff call from is kept in the audit log; where visitors do is nobody's business."""
    if actor.kind == "visitor" or request.client is None:
        return actor
    return replace(actor, address=request.client.host)


async def signed_in(actor: Annotated[Actor, Depends(actor_or_anonymous)]) -> Actor:
    """Who calls. Raises Unauthenticated for an anonymous caller."""
    if actor is ANONYMOUS:
        raise Unauthenticated("sign_in_first", en="Please sign in.", ru="Войдите в систему.")
    return actor


SignedInDep = Annotated[Actor, Depends(signed_in)]
"""Who calls; anonymous callers are refused."""


async def open_unit(request: Request, actor: Annotated[Actor, Depends(actor_or_anonymous)]) -> AsyncIterator[Unit]:
    units: UnitFactory = services(request).units
    opened = units.read(actor) if request.method in READING else units.write(actor)
    async with opened as unit:
        yield unit


UnitDep = Annotated[Unit, Depends(open_unit, scope="function")]
"""A unit that is committed before the answer leaves; for GET and HEAD one that only reads."""
