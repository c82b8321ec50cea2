"""`/admin/chat/sessions`: the list, one conversation, search, export."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from secretary.accounts.watch import while_signed_in
from secretary.assistant.chat import export
from secretary.assistant.chat.access import seen, touched, visible_to
from secretary.assistant.chat.api.deps import (
    PAGE,
    PREFIX,
    SESSION,
    ChatDep,
    Limit,
    MayRead,
    MayWrite,
    Offset,
    opened,
)
from secretary.assistant.chat.schemas import ChangedChat, ChosenChats, NewChat
from secretary.assistant.chat.service import Opening, begin
from secretary.assistant.chat.shapes import (
    DeletedSessions,
    Done,
    FoundMessages,
    GroupedSessions,
    JustSession,
    OneSession,
    Sessions,
    found_out,
    session_out,
)
from secretary.conversations import service as conversations
from secretary.conversations.listing.service import Wanted, sessions, sessions_by_source
from secretary.conversations.search.service import find
from secretary.web.deps import UnitDep, services

router = APIRouter(prefix=PREFIX, tags=["chat"])

Words = Annotated[str, Query(max_length=200)]
Source = Annotated[str | None, Query(max_length=20)]


@router.get("/sessions")
async def list_chats(
    unit: UnitDep,
    actor: MayRead,
    group_by: Literal["source"] | None = None,
    source: Source = None,
    q: Words = "",
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> Sessions | GroupedSessions:
    """Conversations, the latest first; `q` looks in titles and in all that was said."""
    wanted = Wanted(visible_to(actor), source, q.strip(), limit, offset)
    if group_by is not None:
        grouped, total = await sessions_by_source(unit, wanted)
        return GroupedSessions(
            sessions={name: [session_out(row) for row in rows] for name, rows in grouped.items()}, total=total
        )
    page = await sessions(unit, wanted)
    return Sessions(sessions=[session_out(row) for row in page.sessions], total=page.total)


@router.post("/sessions", status_code=201)
async def create_chat(unit: UnitDep, actor: MayWrite, body: NewChat) -> JustSession:
    """Begin a conversation with an assistant."""
    return JustSession(session=session_out(await begin(unit, actor, Opening(**dict(body)))))


@router.post("/sessions/bulk-delete")
async def delete_chats(chat: ChatDep, actor: MayWrite, body: ChosenChats) -> DeletedSessions:
    """Delete several; those that are not the caller's stay."""
    return DeletedSessions(deleted=await chat.delete_sessions(actor, body.session_ids))


@router.get("/search")
async def search_chats(
    unit: UnitDep,
    actor: MayRead,
    q: Words,
    session_id: Annotated[str | None, Query(max_length=36)] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> FoundMessages:
    """Messages with all these words in whatever form, the newest first; `total` is counted to a thousand."""
    if session_id is not None:
        await seen(unit, actor, session_id)
    results = await find(unit, q, visible_to(actor), session_id=session_id, limit=limit, offset=offset)
    return FoundMessages(results=[found_out(each) for each in results.found], total=results.total)


@router.get(SESSION)
async def read_chat(
    unit: UnitDep,
    actor: MayRead,
    session_id: str,
    last: Limit = PAGE,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> OneSession:
    """A conversation with the last messages of its visible branch, or with those before number `before`."""
    return await opened(unit, await seen(unit, actor, session_id), last=last, before=before)


@router.put(SESSION)
async def change_chat(unit: UnitDep, actor: MayWrite, session_id: str, body: ChangedChat) -> JustSession:
    """Rename it, or give it a prompt of its own."""
    session = await touched(unit, actor, session_id)
    await conversations.change_session(unit, session, body.title, body.system_prompt)
    return JustSession(session=session_out(session))


@router.delete(SESSION)
async def delete_chat(chat: ChatDep, actor: MayWrite, session_id: str) -> Done:
    """Delete it with everything that was said."""
    await chat.delete_session(actor, session_id)
    return Done()


@router.get(SESSION + "/export", response_class=StreamingResponse)
async def export_chat(
    request: Request,
    actor: MayRead,
    session_id: str,
    form: Annotated[export.Format, Query(alias="format")] = "json",
) -> StreamingResponse:
    """The conversation as a file: JSON with every branch, Markdown or text with the visible one. Without notes."""
    app = services(request)
    session = await export.begun(app.units, actor, session_id, form)
    pieces = while_signed_in(app.authenticator, actor, export.pieces(app.units, session, form), farewell=b"")
    return StreamingResponse(pieces, headers=export.headers(session, form))
