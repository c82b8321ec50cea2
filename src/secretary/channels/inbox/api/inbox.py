"""`/admin/inbox`: the conversations of customers, and who has them."""

from typing import Annotated

from fastapi import APIRouter, Query

from secretary.accounts.rights import Scope
from secretary.channels.inbox.access import answers, assignable, colleagues, seen_contact, touched, visible_to
from secretary.channels.inbox.api.deps import PAGE, Kind, Limit, MayRead, MayWrite, Offset, OutletDep, Words
from secretary.channels.inbox.replying import hold_of, reply
from secretary.channels.inbox.schemas import Assign, Reply, Take
from secretary.channels.inbox.shapes import Colleague, Colleagues, Counts, Inbox, JustInboxRow, Replied, ReplyOut
from secretary.channels.inbox.showing import called, inbox_row, inbox_rows
from secretary.channels.owner.telling import tell_others
from secretary.conversations.handover import service as handover
from secretary.conversations.inbox import service
from secretary.conversations.inbox.queries import Conditions
from secretary.conversations.ports import SessionState
from secretary.kernel.unit import Actor
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/inbox", tags=["inbox"])

Assignee = Annotated[str | None, Query(max_length=36, description="`me`, `none`, or a user's id")]
ContactId = Annotated[str | None, Query(max_length=36)]


@router.get("")
async def list_inbox(
    unit: UnitDep,
    actor: MayRead,
    state: SessionState | None = None,
    assignee: Assignee = None,
    source: Kind = None,
    unread: bool = False,
    contact_id: ContactId = None,
    search: Words = "",
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> Inbox:
    """Conversations: who waits for a person first, the longest first; then the latest. `search` looks in what was
    said, in titles and in names.
    """
    contact = await seen_contact(unit, actor, contact_id) if contact_id is not None else None
    wanted = Conditions(
        visible_to(actor),
        state=state,
        assignee_id=_assignee(actor, assignee),
        nobodys=assignee == "none",
        source=source,
        unread=unread,
        contact_root=contact.root_id if contact is not None else None,
    )
    page = await service.page(unit, wanted, search.strip(), limit=limit, offset=offset)
    return Inbox(sessions=await inbox_rows(unit, page.sessions), total=page.total)


def _assignee(actor: Actor, asked: str | None) -> str | None:
    if asked == "me":
        return actor.id
    return None if asked == "none" else asked


@router.get("/counts")
async def count_inbox(unit: UnitDep, actor: MayRead) -> Counts:
    """How many conversations stand where."""
    return Counts(**await service.counts(unit, visible_to(actor), actor.id))


@router.get("/colleagues")
async def list_colleagues(unit: UnitDep, actor: MayRead) -> Colleagues:
    """Who answers customers, by name: to say who wrote what, and to give a conversation to somebody."""
    users = await colleagues(unit, actor)
    shown = [Colleague(id=user.id, name=called(user), answers_all=answers(user) is Scope.ALL) for user in users]
    return Colleagues(colleagues=shown)


@router.post("/{session_id}/take")
async def take_session(unit: UnitDep, actor: MayWrite, session_id: str, body: Take | None = None) -> JustInboxRow:
    """Take a conversation over: everything automatic is silent from now on. Taking one's own holds it for longer."""
    session = await touched(unit, actor, session_id)
    force = body is not None and body.force
    await handover.take(unit, session_id, actor.id, await hold_of(unit, session), force=force)
    await tell_others(unit, session, actor.id)
    return JustInboxRow(session=await inbox_row(unit, session))


@router.post("/{session_id}/give-back")
async def give_session_back(unit: UnitDep, actor: MayWrite, session_id: str) -> JustInboxRow:
    """The secretary answers again."""
    await touched(unit, actor, session_id)
    return JustInboxRow(session=await inbox_row(unit, await handover.give_back(unit, session_id)))


@router.post("/{session_id}/close")
async def close_session(unit: UnitDep, actor: MayWrite, session_id: str) -> JustInboxRow:
    """A conversation is over until the customer writes again."""
    await touched(unit, actor, session_id)
    return JustInboxRow(session=await inbox_row(unit, await handover.close(unit, session_id)))


@router.post("/{session_id}/reopen")
async def reopen_session(unit: UnitDep, actor: MayWrite, session_id: str) -> JustInboxRow:
    """Open what was closed; the secretary has it."""
    await touched(unit, actor, session_id)
    return JustInboxRow(session=await inbox_row(unit, await handover.reopen(unit, session_id)))


@router.post("/{session_id}/assign")
async def assign_session(unit: UnitDep, actor: MayWrite, session_id: str, body: Assign) -> JustInboxRow:
    """Say who looks after a conversation. That alone silences nobody."""
    session = await touched(unit, actor, session_id)
    if body.user_id is not None:
        await assignable(unit, session, body.user_id)
    return JustInboxRow(session=await inbox_row(unit, await handover.assign(unit, session_id, body.user_id)))


@router.post("/{session_id}/read")
async def read_session(unit: UnitDep, actor: MayWrite, session_id: str) -> JustInboxRow:
    """Somebody has looked: nothing is unread."""
    await touched(unit, actor, session_id)
    return JustInboxRow(session=await inbox_row(unit, await handover.read(unit, session_id)))


@router.post("/{session_id}/reply", status_code=201)
async def reply_to_customer(unit: UnitDep, actor: MayWrite, outlet: OutletDep, session_id: str, body: Reply) -> Replied:
    """Write to the customer as a person; the conversation is taken over by that. 409 `window_closed` where the provider
    lets nobody write now.
    """
    session = await touched(unit, actor, session_id)
    message = await reply(unit, session, outlet, actor.id, body.text, body.message_id)
    return Replied(message=ReplyOut.model_validate(message), session=await inbox_row(unit, session))
