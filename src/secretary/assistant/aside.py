"""Answering outside of any conversation: a program asks an assistant, sends the whole history along, keeps it itself.

The same responders speak as in a conversation, but for those that need one: nobody is handed over, no message is
taken, nothing is stored.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from secretary.assistant.models import Assistant
from secretary.assistant.override import LlmOverride
from secretary.assistant.turn import Responder, Said, Stage, Turn
from secretary.kernel.clock import Clock
from secretary.kernel.errors import Upstream
from secretary.kernel.language import detect_language
from secretary.kernel.unit import Actor
from secretary.llm.errors import llm_error
from secretary.llm.ports import Delta, Finish, FinishReason, Prompt, TokenUsage

STAGES = frozenset({Stage.ADMIT, Stage.FAQ, Stage.KNOWLEDGE, Stage.LLM, Stage.EXTRACT})
UNKNOWN = {
    "ru": "Я не знаю ответа на этот вопрос.",
    "en": "I do not know the answer to this question.",
}


class Aside:
    """Answers what is asked in passing."""

    def __init__(self, responders: Sequence[Responder], clock: Clock) -> None:
        self._responders = [responder for responder in responders if responder.stage in STAGES]
        self._clock = clock

    async def answer(
        self, actor: Actor, assistant: Assistant, asked: Prompt, override: LlmOverride | None = None
    ) -> AsyncGenerator[Said, None]:
        """What is said to the last message of `asked`, ended by one `Finish`.

        Raises Upstream where a model was needed and none answered.
        """
        turn = self._turn(actor, assistant, asked, override or LlmOverride())
        failure: Upstream | None = None
        for responder in self._for(asked):
            has_spoken = has_ended = False
            try:
                async with aclosing(responder.respond(turn)) as saying:
                    async for said in saying:
                        has_spoken = True
                        has_ended = isinstance(said, Finish)
                        yield said
            except Upstream as error:
                if has_spoken:
                    raise
                failure = error
            if has_spoken:
                if not has_ended:
                    yield _end(responder.stage.label)
                return
        if failure is not None or _is_for_model(asked):
            raise failure or llm_error("llm_refused")
        yield Delta(UNKNOWN[turn.language])
        yield _end("none")

    def _for(self, asked: Prompt) -> Sequence[Responder]:
        is_for_model = _is_for_model(asked)
        return [one for one in self._responders if not (is_for_model and one.stage is Stage.FAQ)]

    def _turn(self, actor: Actor, assistant: Assistant, asked: Prompt, override: LlmOverride) -> Turn:
        text = next((message.text for message in reversed(asked.messages) if message.role == "user"), "")
        own = "\n\n".join(message.text for message in asked.messages if message.role == "system")
        return Turn(
            session_id="",
            question_id="",
            answer_id="",
            text=text,
            language=detect_language(text),
            asked_at=self._clock(),
            messages_before=0,
            history=[(message.role, message.text) for message in asked.messages[:-1]],
            is_recalled=True,
            assistant=assistant,
            source="api",
            contact_key=actor.id,
            owner_id=actor.owner_id,
            api_key_id=actor.session_id if actor.kind == "api_key" else "",
            session_prompt=own or None,
            override=override,
            asked=asked,
        )


def _is_for_model(asked: Prompt) -> bool:
    """Is the answer to have a form, or to go on from a tool's? Words that were written down beforehand do neither."""
    return asked.json_output is not None or asked.tool_choice.mode == "required" or asked.messages[-1].role != "user"


def _end(who: str) -> Finish:
    return Finish(FinishReason.STOP, who, TokenUsage(0, 0))
