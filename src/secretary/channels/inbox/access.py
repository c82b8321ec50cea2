"""Whose conversations, contacts and canned answers an actor sees and changes. A foreign one is as unknown as one that
is not there.
"""

from collections.abc import Sequence

from secretary.accounts import queries as accounts
from secretary.accounts.models import User
from secretary.accounts.reach import may_touch, owner_filter
from secretary.accounts.rights import Scope, reach
from secretary.conversations import service as conversations
from secretary.conversations.canned import service as canned
from secretary.conversations.contacts import service as contacts
from secretary.conversations.contacts.errors import no_such_canned_answer, no_such_contact
from secretary.conversations.contacts.models import CannedAnswer, Contact
from secretary.conversations.errors import no_such_session
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import OF_STAFF, Visible
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Actor, Unit


def visible_to(actor: Actor) -> Visible:
    """All, or one's own and those that belong to nobody: the customers of the house."""
    owner_id = owner_filter(actor, "requests")
    return Visible(owner_id, ownerless=owner_id is not None)


def _is_seen(actor: Actor, owner_id: str | None) -> bool:
    visible = visible_to(actor)
    return visible.owner_id is None or owner_id in (None, visible.owner_id)


async def seen(unit: Unit, actor: Actor, session_id: str) -> ChatSession:
    """A customer's conversation that the actor may read. Raises NotFound."""
    session = await conversations.get_session(unit, session_id)
    if session.source in OF_STAFF or not _is_seen(actor, session.owner_id):
        raise no_such_session()
    return session


async def touched(unit: Unit, actor: Actor, session_id: str) -> ChatSession:
    """A customer's conversation that the actor may steer and write into. Raises NotFound."""
    session = await conversations.get_session(unit, session_id)
    if session.source in OF_STAFF or not may_touch(actor, "requests", session.owner_id):
        raise no_such_session()
    return session


async def seen_contact(unit: Unit, actor: Actor, contact_id: str) -> Contact:
    contact = await contacts.get(unit, contact_id)
    if not _is_seen(actor, contact.owner_id):
        raise no_such_contact()
    return contact


async def touched_contact(unit: Unit, actor: Actor, contact_id: str) -> Contact:
    contact = await contacts.get(unit, contact_id)
    if not may_touch(actor, "requests", contact.owner_id):
        raise no_such_contact()
    return contact


async def touched_canned(unit: Unit, actor: Actor, canned_id: str) -> CannedAnswer:
    row = await canned.get(unit, canned_id)
    if not may_touch(actor, "requests", row.owner_id):
        raise no_such_canned_answer()
    return row


def answers(user: User) -> Scope | None:
    """In which conversations this user may answer customers."""
    return reach(user.role, "requests", "edit") if user.is_active else None


async def colleagues(unit: Unit, actor: Actor) -> Sequence[User]:
    """Who answers customers, as far as the actor has to do with him: himself, and those who answer in all
    conversations; everybody for one who sees them all.
    """
    users = [user for user in await accounts.users(unit.db) if answers(user) is not None]
    if visible_to(actor).owner_id is None:
        return users
    return [user for user in users if user.id == actor.id or answers(user) is Scope.ALL]


async def assignable(unit: Unit, session: ChatSession, user_id: str) -> User:
    """A user who may look after this conversation. Raises NotFound for anybody else."""
    user = await accounts.user_by_id(unit.db, user_id)
    scope = answers(user) if user is not None else None
    if user is None or not (scope is Scope.ALL or (scope is Scope.OWN and session.owner_id == user.id)):
        raise NotFound(
            "no_such_colleague",
            en="There is nobody of this name who may answer in this conversation.",
            ru="Нет такого сотрудника, который может отвечать в этом разговоре.",
        )
    return user
