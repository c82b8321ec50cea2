"""`/chat`, `/reset_conversation` and `/admin/llm/history`: the caller's own conversation, for scripts."""

from fastapi import APIRouter, Request

from secretary.assistant.chat import own
from secretary.assistant.chat.api.deps import ChatDep, Limit, MayRead, MayWrite
from secretary.assistant.chat.schemas import Say
from secretary.assistant.chat.shapes import BegunAnew, ClearedHistory, Fault, History, Said, SaidBefore
from secretary.assistant.override import LlmOverride
from secretary.conversations import queries
from secretary.kernel.unit import UnitFactory
from secretary.web.deps import UnitDep, services
from secretary.web.problem import language_of

router = APIRouter(tags=["chat"])

FORGOTTEN = {"ru": "Начат новый разговор.", "en": "A new conversation has begun."}


@router.post("/chat", response_model_exclude_none=True)
async def say(request: Request, chat: ChatDep, actor: MayWrite, body: Say) -> Said:
    """One turn of the caller's own conversation."""
    units: UnitFactory = services(request).units
    async with units.write(actor) as unit:
        session = await own.current_or_new(unit, actor, body.session_id)
    answered = await chat.whole(await chat.ask(actor, session.id, body.text, None, LlmOverride()))
    failure = answered.failure
    fault = Fault(code=failure.code, message=failure.text) if failure else None
    return Said(response=answered.answer.content, session_id=session.id, error=fault)


@router.post("/reset_conversation")
async def reset_conversation(request: Request, unit: UnitDep, actor: MayWrite) -> BegunAnew:
    """Go on in a new conversation; what was said before is kept."""
    session = await own.start_anew(unit, actor)
    return BegunAnew(message=FORGOTTEN[language_of(request.scope)], session_id=session.id)


@router.get("/admin/llm/history")
async def read_history(unit: UnitDep, actor: MayRead, last: Limit = 100) -> History:
    """What was said in the caller's own conversation, the last messages."""
    session = await own.current(unit, actor)
    rows = await queries.visible_messages(unit.db, session.id, last=last) if session else ()
    history = [SaidBefore.model_validate(row) for row in rows]
    return History(history=history, count=session.message_count if session else 0)


@router.delete("/admin/llm/history")
async def clear_history(request: Request, chat: ChatDep, actor: MayWrite) -> ClearedHistory:
    """Delete the caller's own conversation."""
    units: UnitFactory = services(request).units
    async with units.read(actor) as unit:
        session = await own.current(unit, actor)
    if session is not None:
        await chat.delete_session(actor, session.id)
    return ClearedHistory(cleared_messages=session.message_count if session else 0)
