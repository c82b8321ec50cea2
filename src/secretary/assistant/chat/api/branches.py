"""`/admin/chat/sessions/{id}/branches`: the tree, and which branch is shown."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from secretary.assistant.chat.access import seen, touched
from secretary.assistant.chat.api.deps import PREFIX, SESSION, MayRead, MayWrite, opened
from secretary.assistant.chat.schemas import Switch
from secretary.assistant.chat.shapes import SwitchedSession
from secretary.assistant.noticing import follow_branch
from secretary.conversations.tree import reading, service
from secretary.web.deps import UnitDep

router = APIRouter(prefix=PREFIX, tags=["chat"])

LEVELS = 200  # readers of JSON give up at a few hundred nested values; a level takes two


class Node(BaseModel):
    """A message in the tree. `more`: it has children that are not shown; ask again `from` here."""

    id: str
    role: str
    content_preview: str
    is_active: bool
    more: bool
    children: list["Node"]


class Branches(BaseModel):
    branches: list[Node]


@router.get(SESSION + "/branches", response_model=Branches)
async def read_branches(
    unit: UnitDep,
    actor: MayRead,
    session_id: str,
    start: Annotated[str | None, Query(alias="from", max_length=36)] = None,
    levels: Annotated[int, Query(ge=1, le=LEVELS)] = LEVELS,
) -> Response:
    """The tree of messages from its roots, or from one message, some levels deep."""
    await seen(unit, actor, session_id)
    tree = await reading.tree_json(unit, session_id, start, levels)
    return Response(b'{"branches":' + tree + b"}", media_type="application/json")


@router.post(SESSION + "/branches/switch")
async def switch_branch(unit: UnitDep, actor: MayWrite, session_id: str, body: Switch) -> SwitchedSession:
    """Show the branch of a message: its ancestors, itself, and the newest below it."""
    await touched(unit, actor, session_id)
    session = await service.switch(unit, session_id, body.message_id)
    await follow_branch(unit, session_id)
    return SwitchedSession(**dict(await opened(unit, session)))
