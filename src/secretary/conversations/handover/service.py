"""Use cases of the hand-over: take a conversation from the secretary, give it back, and speak in it as a person.

Each locks the conversation's row first, as storing a message does: of two that meet one sees what the other left.
Whoever begins to hold a conversation ends the answers that are being given in it, in the same transaction. Never
commits.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from secretary.conversations import queries as spine
from secretary.conversations.errors import no_such_session, not_a_customers, number_taken
from secretary.conversations.events import AnswersSilenced, ConversationHandled, PersonReplied
from secretary.conversations.handover import queries
from secretary.conversations.handover.state import Standing
from secretary.conversations.leases import end_early
from secretary.conversations.models import ChatMessage, ChatSession
from secretary.conversations.ports import (
    BY_NOTICE,
    BY_PERSON,
    OF_STAFF,
    HandOverReason,
    MessageStatus,
    QuickReply,
    SessionState,
)
from secretary.conversations.storing import SaidBy, append_said
from secretary.kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class Expired:
    """A conversation that the secretary has again because its time was up, and who had it (`waiting`: nobody came)."""

    session_id: str
    was: SessionState


async def hand_over(
    unit: Unit, session_id: str, reason: HandOverReason, hold: timedelta, *, but: str | None = None
) -> bool:
    """Let a conversation wait for a person; False where one is waited for already, or has it. Repeatable.

    The answers that are being given are over, `but` for the one that tells the customer of it. Raises NotFound.
    """
    session = await _locked(unit, session_id)
    before = Standing.of(session)
    after = before.handed_over(reason, unit.now(), hold)
    if session.source in OF_STAFF or after == before:
        return False
    await _silence(unit, session, but)
    await _move(unit, session, after, "hand_over")
    return True


async def take(unit: Unit, session_id: str, user_id: str, hold: timedelta, *, force: bool = False) -> list[str]:
    """Give a conversation to a person; taking one's own again renews it. Returns the answers that were being given and
    are over now: whoever gives them has to stop.

    Raises NotFound, Invalid where no customer leads it, and Conflict where another person has it, unless `force`.
    """
    session = await _customers(unit, session_id)
    after = Standing.of(session).taken(user_id, unit.now(), hold, force=force)
    silenced = await _silence(unit, session)
    await _move(unit, session, after, "take")
    return silenced


async def give_back(unit: Unit, session_id: str) -> ChatSession:
    """The secretary answers again. Repeatable. Raises NotFound."""
    session = await _locked(unit, session_id)
    await _move(unit, session, Standing.of(session).given_back(), "give_back")
    return session


async def close(unit: Unit, session_id: str) -> ChatSession:
    """A conversation is over until the customer writes again. Repeatable. Raises NotFound, Invalid."""
    session = await _customers(unit, session_id)
    session.unread = 0
    await _move(unit, session, Standing.of(session).closed(), "close")
    return session


async def reopen(unit: Unit, session_id: str) -> ChatSession:
    """Open what was closed; the secretary has it. Repeatable. Raises NotFound."""
    session = await _locked(unit, session_id)
    await _move(unit, session, Standing.of(session).reopened(), "reopen")
    return session


async def assign(unit: Unit, session_id: str, user_id: str | None) -> ChatSession:
    """Say whose it is to look after, or nobody's. Repeatable. Raises NotFound, Invalid."""
    session = await _customers(unit, session_id)
    await _move(unit, session, Standing.of(session).assigned(user_id, unit.now()), "assign")
    return session


async def renew(unit: Unit, session_id: str, hold: timedelta) -> bool:
    """Hold a conversation for longer; False where it is not held. Raises NotFound."""
    session = await _locked(unit, session_id)
    standing = Standing.of(session)
    standing.renewed(unit.now(), hold).put(session)
    await unit.db.flush()
    return standing.is_held(unit.now())


async def read(unit: Unit, session_id: str) -> ChatSession:
    """A person has looked: nothing is unread. Repeatable. Raises NotFound."""
    session = await _locked(unit, session_id)
    if session.unread:
        session.unread = 0
        await unit.db.flush()
        unit.record(ConversationHandled(session.id, session.owner_id, "read", session.state, by_staff=False))
    return session


async def expire_due(unit: Unit) -> list[Expired]:
    """The secretary has again what was held for long enough; some hundreds at a time, so call it again and again."""
    expired: list[Expired] = []
    for session in await queries.due(unit.db, unit.now()):
        expired.append(Expired(session.id, session.state))
        await _move(unit, session, Standing.of(session).expired(unit.now()), "expire")
    return expired


async def held(unit: Unit, session_ids: Collection[str]) -> set[str]:
    """In which of these conversations everything automatic must be silent; it stays so until the unit ends.

    For whoever is about to send something automatic: in a writing unit, and before anything else is locked.
    """
    now = unit.now()
    rows = await queries.standings(unit.db, session_ids)
    return {id_ for id_, state, until in rows if Standing(state, held_until=until).is_held(now)}


async def said(unit: Unit, session_id: str, client_message_id: str) -> ChatMessage | None:
    """What a person wrote under this number of his before; nobody writes another one until the unit ends.

    Raises NotFound, and Conflict where another message has that number.
    """
    session = await _locked(unit, session_id)
    known = await queries.numbered(unit.db, session.id, client_message_id)
    if known is not None and known.answered_by != BY_PERSON:
        raise number_taken()
    return known


async def say_as_person(
    unit: Unit, session: ChatSession, user_id: str, text: str, client_message_id: str | None, hold: timedelta
) -> ChatMessage:
    """Store what a person writes to the customer; the conversation is his from then on, or stays a colleague's.

    Repeating the call with the same `client_message_id` stores nothing and returns the first call's message. Raises
    NotFound, Invalid where no customer leads it, and Conflict where another message has that number.
    """
    session = await _customers(unit, session.id)
    if client_message_id and (known := await said(unit, session.id, client_message_id)):
        return known
    await _silence(unit, session)
    await _move(unit, session, Standing.of(session).answered(user_id, unit.now(), hold), "take")
    session.unread = 0
    message = await append_said(unit, session, text, SaidBy(BY_PERSON, user_id, client_message_id))
    unit.record(PersonReplied(session.id, session.owner_id, message.id))
    return message


async def say_notice(unit: Unit, session: ChatSession, text: str, buttons: Sequence[QuickReply] = ()) -> ChatMessage:
    """Store an automatic message that no question led to. Whether it may be said is for the caller to ask: `held`.

    Raises NotFound.
    """
    session = await _locked(unit, session.id)
    return await append_said(unit, session, text, SaidBy(BY_NOTICE, buttons=buttons))


async def _locked(unit: Unit, session_id: str) -> ChatSession:
    session = await spine.session(unit.db, session_id, lock=True)
    if session is None:
        raise no_such_session()
    return session


async def _customers(unit: Unit, session_id: str) -> ChatSession:
    session = await _locked(unit, session_id)
    if session.source in OF_STAFF:
        raise not_a_customers()
    return session


async def _silence(unit: Unit, session: ChatSession, but: str | None = None) -> list[str]:
    """End the answers that are being given; the session is locked."""
    answers = await spine.unfinished_answers(unit.db, [session.id], expired_at=None)
    silenced = [answer for answer in answers if answer.id != but]
    for answer in silenced:
        await end_early(unit, session, answer, MessageStatus.CANCELLED)
    ids = [answer.id for answer in silenced]
    if ids:
        unit.record(AnswersSilenced(session.id, tuple(ids)))
    return ids


async def _move(unit: Unit, session: ChatSession, after: Standing, done: str) -> None:
    """Let it stand as it does now, and say so; nothing is said where it is only held for longer."""
    before = replace(Standing.of(session), held_until=after.held_until)
    after.put(session)
    await unit.db.flush()
    if after != before:
        by_staff = unit.actor.owner_id is not None
        unit.record(ConversationHandled(session.id, session.owner_id, done, after.state, by_staff=by_staff))
