"""Tickets: what an EventSource or a WebSocket shows instead of a token, since its address is all it can send.

A ticket is good once, for a minute, and only as long as the sign-in it was made for; the row in the database makes
it so for all processes.
"""

import hashlib
import secrets
from datetime import timedelta

from secretary.accounts.models import StreamTicket
from secretary.accounts.queries import sign_ins
from secretary.kernel.errors import Forbidden, Unauthenticated
from secretary.kernel.unit import Unit

TICKET_LIFE = timedelta(seconds=60)


async def issue_ticket(unit: Unit) -> str:
    """A ticket for the unit's actor. Raises Forbidden for an API key, which can send itself in a header."""
    if unit.actor.kind != "user":
        raise Forbidden(
            "not_with_api_key", en="Send the API key itself in a header.", ru="Передавайте сам ключ API в заголовке."
        )
    await sign_ins.forget_old_tickets(unit.db, unit.now())
    text = secrets.token_urlsafe(32)
    expires = unit.now() + TICKET_LIFE
    unit.db.add(StreamTicket(digest=_digest(text), session_id=unit.actor.session_id or None, expires=expires))
    return text


async def use_ticket(unit: Unit, ticket: str) -> str | None:
    """The session that the ticket was made for; None in the open house. Raises Unauthenticated. Not repeatable."""
    taken = await sign_ins.take_ticket(unit.db, _digest(ticket), unit.now())
    if taken is None:
        raise Unauthenticated(
            "bad_ticket",
            en="This ticket has been used or has expired. Get a new one.",
            ru="Этот билет уже использован или просрочен. Получите новый.",
        )
    return taken[0]


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()
