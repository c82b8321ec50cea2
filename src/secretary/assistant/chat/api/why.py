"""`/admin/chat/sessions/{id}/messages/{id}/why`: what each stage did for an answer, what was found, what it cost."""

from collections import defaultdict
from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from secretary.assistant.chat.access import seen
from secretary.assistant.chat.api.deps import MESSAGE, PREFIX, MayRead
from secretary.conversations import queries
from secretary.conversations import service as conversations
from secretary.conversations.models import ChatSession
from secretary.conversations.why import Why
from secretary.kernel.unit import Unit
from secretary.usage.models import CallStatus
from secretary.usage.queries.calls import made_for
from secretary.web.deps import UnitDep

router = APIRouter(prefix=PREFIX, tags=["chat"])

SLACK = timedelta(seconds=1)  # two clocks and their rounding


class CallOut(BaseModel):
    """A call to a model; `action` says what for: `chat` is the answer itself."""

    model_config = ConfigDict(from_attributes=True)

    action: str
    backend: str
    model: str
    status: CallStatus
    code: str
    prompt_tokens: int
    completion_tokens: int
    cost_micro: int
    currency: str
    first_token_ms: int | None
    duration_ms: int | None


class WhyOut(BaseModel):
    """Why this answer. `why` is null for answers that are older than this record; `cost_micro` goes by currency."""

    answered_by: str | None
    model: str | None
    finish_reason: str | None
    first_word_ms: int | None
    latency_ms: int | None
    why: Why | None
    calls: list[CallOut]
    cost_micro: dict[str, int]


@router.get(MESSAGE + "/why")
async def explain_answer(unit: UnitDep, actor: MayRead, session_id: str, message_id: str) -> WhyOut:
    """What each stage did for an answer, what it found, which models were asked and what they cost."""
    session = await seen(unit, actor, session_id)
    answer = await conversations.get_message(unit, session_id, message_id)
    why = await queries.why(unit.db, answer.id)
    calls = await _calls(unit, session, why)
    costs: defaultdict[str, int] = defaultdict(int)
    for call in calls:
        if call.cost_micro:
            costs[call.currency] += call.cost_micro
    return WhyOut(
        answered_by=answer.answered_by,
        model=answer.model,
        finish_reason=answer.finish_reason,
        first_word_ms=answer.first_word_ms,
        latency_ms=answer.latency_ms,
        why=why,
        calls=calls,
        cost_micro=dict(costs),
    )


async def _calls(unit: Unit, session: ChatSession, why: Why | None) -> list[CallOut]:
    """A conversation is answered one message at a time: what it called meanwhile was for this answer."""
    if why is None or why.began is None:
        return []
    last = why.began + timedelta(milliseconds=why.ms) + SLACK
    rows = await made_for(unit.db, session.source, session.id, why.began - SLACK, last)
    return [CallOut.model_validate(row) for row in rows]
