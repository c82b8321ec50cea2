"""Completions within a stored conversation: only the last message is taken, the rest is remembered here."""

from collections.abc import AsyncGenerator

from pydantic import ValidationError

from secretary.assistant.chat import own
from secretary.assistant.chat.service import Opening, begin
from secretary.assistant.models import LlmParams
from secretary.assistant.override import LlmOverride
from secretary.assistant.ports import Accepted, Completed, Failed, Inbound, SourcesFound, Turns
from secretary.conversations import service as conversations
from secretary.conversations.errors import no_such_session
from secretary.gateway.answer import Answer
from secretary.gateway.schemas import ChatRequest, bad_parameter
from secretary.gateway.targets import ToAssistant
from secretary.kernel.errors import Conflict, Invalid, Upstream
from secretary.kernel.unit import Actor, UnitFactory
from secretary.llm.ports import Delta, Finish, FinishReason, Piece, TokenUsage

NEW = "new"
_STATELESS_ONLY = (
    "tools", "tool_choice", "response_format", "logprobs", "top_logprobs", "stop", "seed", "presence_penalty",
    "frequency_penalty", "reasoning_effort", "models",
)  # fmt: skip


class Sessions:
    """The caller's own conversations. `new` begins one; its id comes back as the header x-session-id."""

    def __init__(self, units: UnitFactory, turns: Turns) -> None:
        self._units = units
        self._turns = turns

    async def begin(self, actor: Actor, target: ToAssistant, request: ChatRequest) -> Answer:
        """Store the last message and begin to answer it. Raises NotFound for a conversation that is not his."""
        _refuse_what_is_stateless(request)
        text, session_id = _question(request), request.session_id or NEW
        async with self._units.write(actor) as unit:
            if not session_id.isprintable():  # no id has what is not, and some databases refuse to look for it
                raise no_such_session()
            if session_id == NEW:
                opening = Opening(source=own.API, source_id=own.API, assistant_id=target.assistant.id)
                session = await begin(unit, actor, opening)
            else:
                session = await own.current_or_new(unit, actor, session_id)
            if session.assistant_id != target.assistant.id:
                raise _another_assistant()
        accepted = await self._turns.accept(Inbound(session.id, text, None, _override(target, request).to_store()))
        return Answer(self._pieces(accepted), session_id=session.id)

    async def _pieces(self, accepted: Accepted) -> AsyncGenerator[Piece | SourcesFound, None]:
        """The answer as a program hears it. Leaving stops the listening, not the answer."""
        async for _, reply in self._turns.listen(accepted.session_id, accepted.answer_id):
            match reply:
                case Delta() | SourcesFound():
                    yield reply
                case Failed():
                    raise Upstream(reply.code, en=reply.text, ru=reply.text, retryable=False)
                case Completed():
                    yield await self._finish(accepted)

    async def _finish(self, accepted: Accepted) -> Finish:
        async with self._units.read() as unit:
            answer = await conversations.get_message(unit, accepted.session_id, accepted.answer_id)
        known = answer.finish_reason in set(FinishReason)
        reason = FinishReason(answer.finish_reason or "stop") if known else FinishReason.STOP
        usage = TokenUsage(answer.prompt_tokens or 0, answer.completion_tokens or 0)
        return Finish(reason, answer.model or answer.answered_by or "", usage)


def _question(request: ChatRequest) -> str:
    last = request.messages[-1]
    if last.role != "user" or not isinstance(last.content, str):
        raise Invalid(
            "invalid_parameter",
            en="In a conversation the last message must be the user's, in plain text.",
            ru="В разговоре последнее сообщение должно быть от пользователя и простым текстом.",
            fields={"param": "messages"},
        )
    return last.content


def _override(target: ToAssistant, request: ChatRequest) -> LlmOverride:
    try:
        params = LlmParams(
            temperature=request.temperature,
            max_tokens=request.limit,
            top_p=request.top_p or None,
            repetition_penalty=request.repetition_penalty,
        )
    except ValidationError as error:
        raise bad_parameter(error) from error
    return target.override.model_copy(update={"llm_params": params})


def _refuse_what_is_stateless(request: ChatRequest) -> None:
    if name := next((name for name in _STATELESS_ONLY if getattr(request, name)), None):
        raise Invalid(
            "unsupported_parameter",
            en=f"“{name}” cannot be used together with metadata.session_id.",
            ru=f"«{name}» нельзя использовать вместе с metadata.session_id.",
            fields={"param": name},
        )


def _another_assistant() -> Conflict:
    return Conflict(
        "another_assistant",
        en="This conversation belongs to another assistant. Name that one as the model, or begin a new conversation.",
        ru="Этот разговор ведёт другой ассистент. Укажите его как модель или начните новый разговор.",
        fields={"param": "model"},
    )
