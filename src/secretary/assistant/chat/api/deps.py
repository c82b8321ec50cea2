"""What the chat's routes have in common."""

from typing import Annotated

from fastapi import Depends, Query, Request

from secretary.accounts.access import require
from secretary.accounts.stream_access import require_stream
from secretary.assistant.chat.service import Chat
from secretary.assistant.chat.shapes import OneSession, OpenSession, Siblings, message_out, session_out
from secretary.conversations.models import ChatSession
from secretary.conversations.tree import reading
from secretary.kernel.unit import Actor, Unit
from secretary.web.deps import services

PREFIX = "/admin/chat"
SESSION = "/sessions/{session_id}"
MESSAGE = SESSION + "/messages/{message_id}"
PAGE = 50

MayRead = Annotated[Actor, Depends(require("chat", "view"))]
MayWrite = Annotated[Actor, Depends(require("chat", "edit"))]
MayHear = Annotated[Actor, Depends(require_stream("chat", "view"))]
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


async def chat_of(request: Request) -> Chat:
    """The chat of the joined program."""
    chat: Chat = services(request).chat
    return chat


ChatDep = Annotated[Chat, Depends(chat_of)]


async def opened(unit: Unit, session: ChatSession, *, last: int = PAGE, before: int | None = None) -> OneSession:
    """A conversation with a page of its visible branch."""
    page = await reading.page(unit, session.id, last=last, before=before)
    info: dict[str, Siblings] = {}
    for message in page.messages:
        if found := page.forks.get(message.parent_id):
            info[message.id] = Siblings(index=found.index(message.id), total=len(found), siblings=found)
    return OneSession(
        session=OpenSession(**dict(session_out(session)), messages=[message_out(row) for row in page.messages]),
        sibling_info=info,
        has_more=page.has_more,
        before=page.messages[0].seq if page.has_more else None,
    )
