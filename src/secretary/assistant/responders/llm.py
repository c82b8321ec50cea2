"""Stage LLM: a language model answers in the customer's language, or says that it does not know."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from secretary.assistant.prompt import UNKNOWN, build_prompt, sampling
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.tree import queries
from secretary.kernel.errors import Upstream
from secretary.kernel.unit import UnitFactory
from secretary.llm.backends import Backends
from secretary.llm.ports import Delta, Finish, Prompt
from secretary.llm.service import get_preset

log = structlog.get_logger(__name__)

HISTORY_MESSAGES = 20


class AskModel:
    """Tries the assistant's backends in order; the next one only while nothing was said."""

    stage = Stage.LLM

    def __init__(self, units: UnitFactory, backends: Backends) -> None:
        self._units = units
        self._backends = backends

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        asked = turn.override.llm_backend
        chain = turn.assistant.backends if asked is None else [asked]
        models = [] if turn.taking else self._backends.able(chain, turn.language)
        if not models:
            return
        async with self._units.read() as unit:
            preset = await get_preset(unit, turn.assistant.persona_id)
            history = await queries.said_above(unit.db, turn.question_id, last=HISTORY_MESSAGES)
        for number, model in enumerate(models, 1):
            messages = build_prompt(turn, preset, history, model.capabilities)
            prompt = Prompt(messages, sampling(turn, preset))
            spoke = False
            try:
                async with aclosing(without_unknown(model.stream(prompt))) as answer:
                    async for said in answer:
                        spoke = True
                        yield said
            except Upstream as error:
                log.warning("backend_failed", backend=model.name, code=error.code)
                if spoke or number == len(models):
                    raise
            else:
                return


async def without_unknown(stream: AsyncGenerator[Delta | Finish, None]) -> AsyncGenerator[Said, None]:
    """The model's words, or nothing when all it says is `UNKNOWN`: its beginning is held back while it may be that."""
    held: str | None = ""
    async with aclosing(stream) as tokens:
        async for token in tokens:
            if isinstance(token, Finish):
                if held and held.strip() and not held.strip().startswith(UNKNOWN):
                    yield Delta(held)
                    held = None
                if held is None:
                    yield token
                return
            if held is not None:
                held += token.text
                if _may_be_unknown(held.strip()):
                    continue
                yield Delta(held)
                held = None
            else:
                yield token


def _may_be_unknown(text: str) -> bool:
    return text.startswith(UNKNOWN) or UNKNOWN.startswith(text)
