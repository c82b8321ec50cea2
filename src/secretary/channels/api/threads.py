"""Who writes to a messenger's instance, and which conversation goes on."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from secretary.accounts.access import require
from secretary.accounts.reach import ensure_may_touch
from secretary.accounts.rights import Module
from secretary.channels.api.endpoints import MessengerEndpoints
from secretary.channels.api.shapes import DoneOut, ThreadIn, ThreadOut, ThreadsOut
from secretary.channels.incoming import queries, threads
from secretary.channels.messenger import Messenger
from secretary.channels.models import ChannelInstance, ChannelThread
from secretary.conversations import service as conversations
from secretary.kernel.unit import Actor, Unit
from secretary.web.deps import UnitDep

Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]


def threads_router(messenger: Messenger, module: Module) -> APIRouter:
    """`/admin/{messenger}/instances/{id}/sessions`."""
    own = MessengerEndpoints(messenger, module)
    router = APIRouter(prefix=f"/admin/{messenger.kind}/instances/{{instance_id}}/sessions", tags=[messenger.kind])
    MayView: Any = Annotated[Actor, Depends(require(module, "view"))]  # noqa: N806 -- a class
    MayEdit: Any = Annotated[Actor, Depends(require(module, "edit"))]  # noqa: N806

    @router.get("")
    async def list_instance_sessions(
        unit: UnitDep, actor: MayView, instance_id: str, limit: Limit = 100, offset: Offset = 0
    ) -> ThreadsOut:
        return await listing(unit, await own.visible(unit, actor, instance_id), limit, offset)

    @router.post("")
    async def register_instance_session(unit: UnitDep, actor: MayEdit, instance_id: str, body: ThreadIn) -> DoneOut:
        row = await own.touched(unit, actor, instance_id)
        session = await conversations.get_session(unit, body.chat_session_id)
        ensure_may_touch(actor, "chat", session.owner_id)
        name = " ".join(part for part in (body.first_name, body.last_name) if part)
        await threads.register(
            unit, row, messenger.address_of(body.user_id), body.user_id, session, body.username, name
        )
        return DoneOut(message=f"{body.user_id} -> {session.id}")

    @router.delete("")
    async def clear_instance_sessions(unit: UnitDep, actor: MayEdit, instance_id: str) -> DoneOut:
        return await clear(unit, await own.touched(unit, actor, instance_id))

    return router


async def listing(unit: Unit, row: ChannelInstance, limit: int, offset: int) -> ThreadsOut:
    """Everybody who writes, the latest first."""
    found, total = await queries.threads(unit.db, row.id, limit=limit, offset=offset)
    return ThreadsOut(sessions=[_out(thread) for thread in found], total=total)


async def clear(unit: Unit, row: ChannelInstance) -> DoneOut:
    """Every next message begins a new conversation."""
    ended = await threads.end_all(unit, row)
    return DoneOut(message=f"{ended} sessions cleared")


def _out(thread: ChannelThread) -> ThreadOut:
    first, _, last = thread.name.partition(" ")
    return ThreadOut(
        user_id=thread.person_key,
        chat_session_id=thread.session_id,
        username=thread.username,
        first_name=first,
        last_name=last,
        language=thread.language,
        is_group=thread.is_group,
        contact_id=thread.contact_id,
        last_message_at=thread.last_inbound,
        blocked_us=thread.left is not None,
    )
