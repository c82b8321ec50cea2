"""Stage LLM: a language model answers in the customer's language, or says that it does not know."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from zoneinfo import ZoneInfo

from secretary.assistant.prompt import UNKNOWN, build_prompt, history_length, in_role, sampling
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.tree import queries
from secretary.kernel.unit import Unit, UnitFactory
from secretary.llm.models import LlmPreset
from secretary.llm.ports import ChatCapabilities, Delta, Finish, FinishReason, Piece, Prompt
from secretary.llm.routing.ask import Ask, Origin
from secretary.llm.routing.chain import ChainLink, Circumstances
from secretary.llm.routing.router import Router
from secretary.llm.service import get_preset, preset_for
from secretary.usage.ports import LimitReached


class AskModel:
    """Asks the assistant's chain of backends. Where the budget has room for none of them, the turn passes on."""

    stage = Stage.LLM

    def __init__(self, units: UnitFactory, router: Router) -> None:
        self._units = units
        self._router = router

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.taking is not None or not await self._router.candidates(_ask(turn, _no_prompt)):
            return
        is_program = turn.asked is not None
        pieces = self._router.stream(_ask(turn, await self._prompts(turn)))
        try:
            async with aclosing(without_unknown(pieces, for_program=is_program)) as answer:
                async for said in answer:
                    yield said
        except LimitReached:
            if is_program:
                raise

    async def _prompts(self, turn: Turn) -> Callable[[ChatCapabilities], Prompt]:
        asked = turn.asked
        async with self._units.read() as unit:
            preset = await _preset(unit, turn)
            last = history_length(turn.messages_before)
            history = await queries.said_above(unit.db, turn.question_id, last=last) if last and not asked else ()
        if asked is not None:
            return lambda able: in_role(turn, preset, asked, able)
        return lambda able: Prompt(build_prompt(turn, preset, history, able), sampling(turn, preset))


async def _preset(unit: Unit, turn: Turn) -> LlmPreset:
    """The assistant's persona, or the one that the message names: the asker's own, or the installation's."""
    if turn.override.persona_id is None:
        return turn.persona or await get_preset(unit, turn.assistant.persona_id)
    return await preset_for(unit, turn.override.persona_id, turn.owner_id)


def _ask(turn: Turn, prompt_for: Callable[[ChatCapabilities], Prompt]) -> Ask:
    asked, assistant = turn.override.llm_backend, turn.assistant
    owner_id = assistant.owner_id if asked is None else turn.owner_id
    return Ask(
        prompt_for,
        Origin(turn.source, turn.session_id, assistant.id, turn.api_key_id, owner_id),
        assistant.backends if asked is None else [ChainLink(backend=asked)],
        Circumstances(turn.language, turn.source, len(turn.text), _local(turn).time()),
    )


def _local(turn: Turn) -> datetime:
    return turn.asked_at.astimezone(ZoneInfo(turn.assistant.card.timezone))


def _no_prompt(_: ChatCapabilities) -> Prompt:
    return Prompt(())


async def without_unknown(
    stream: AsyncGenerator[Piece, None], *, for_program: bool = False
) -> AsyncGenerator[Said, None]:
    """The model's words, or nothing when all it says is `UNKNOWN`: its beginning is held back while it may be that.

    Only a program hears thoughts and tool calls.
    """
    held: str | None = ""
    async with aclosing(stream) as tokens:
        async for token in tokens:
            match token:
                case Delta(text) if held is not None:
                    held += text
                    if not _may_be_unknown(held.strip()):
                        yield Delta(held)
                        held = None
                case Delta():
                    yield token
                case Finish():
                    for said in _ending(held, token):
                        yield said
                case _ if for_program:
                    yield token


def _ending(held: str | None, finish: Finish) -> tuple[Said, ...]:
    """What is left to say at the end: nothing, where all that was said is that nothing is known."""
    if held is None or finish.reason is FinishReason.TOOL_CALLS:
        return (finish,)
    return (Delta(held), finish) if held.strip() and not held.strip().startswith(UNKNOWN) else ()


def _may_be_unknown(text: str) -> bool:
    return text.startswith(UNKNOWN) or UNKNOWN.startswith(text)
