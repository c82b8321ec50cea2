"""Stage LLM: a language model answers in the customer's language, or says that it does not know."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from secretary.assistant.asking import ask_of, no_prompt
from secretary.assistant.citations import Citations
from secretary.assistant.ports import Attached, SourcesFound
from secretary.assistant.prompt import UNKNOWN, build_prompt, in_role, sampling
from secretary.assistant.responders.admit import NOT_READ
from secretary.assistant.responders.knowledge import recall
from secretary.assistant.sources import source_of
from secretary.assistant.tables import with_table_lines
from secretary.assistant.turn import Said, Stage, Turn
from secretary.conversations.ports import Source
from secretary.kernel.unit import Unit, UnitFactory
from secretary.llm.models import LlmPreset
from secretary.llm.ports import ChatCapabilities, Delta, Finish, FinishReason, Piece, Prompt
from secretary.llm.routing.router import Router
from secretary.llm.service import get_preset, preset_for
from secretary.usage.ports import LimitReached


class AskModel:
    """Asks the assistant's chain of backends. Where the budget has room for none of them, the turn passes on."""

    stage = Stage.LLM

    def __init__(self, units: UnitFactory, router: Router, attached: Attached | None = None) -> None:
        self._attached = attached
        self._units = units
        self._router = router

    async def respond(self, turn: Turn) -> AsyncGenerator[Said, None]:
        if turn.taking is not None:
            return
        able = [one.model.capabilities for one in await self._router.candidates(ask_of(turn, no_prompt))]
        if turn.files:
            await self._look(turn, able)
        if turn.files and turn.is_wordless and not turn.images:
            yield Delta(NOT_READ[turn.language])
        elif able:
            async with aclosing(self._asked(turn)) as answer:
                async for said in answer:
                    yield said

    async def _asked(self, turn: Turn) -> AsyncGenerator[Said, None]:
        is_program = turn.asked is not None
        pieces = self._router.stream(ask_of(turn, await self._prompts(turn)))
        answer = without_unknown(pieces, for_program=is_program)
        if not is_program:  # a program can show a table, a chat cannot
            answer = with_table_lines(answer)
        if turn.passages:
            answer = with_sources(answer, turn)
        try:
            async with aclosing(answer):
                async for said in answer:
                    yield said
        except LimitReached:
            if is_program:
                raise
        else:
            turn.passages = ()  # a model has read them: if it did not answer, no quote of them is an answer

    async def _look(self, turn: Turn, able: Sequence[ChatCapabilities]) -> None:
        """Fetch the pictures where one of the models sees."""
        if self._attached is not None and any(one.has_images for one in able):
            turn.images = await self._attached.images_of(turn.question_id)

    async def _prompts(self, turn: Turn) -> Callable[[ChatCapabilities], Prompt]:
        asked = turn.asked
        async with self._units.read() as unit:
            preset = await _preset(unit, turn)
            if not turn.is_recalled:
                await recall(unit, turn)
        if asked is not None:
            return lambda able: in_role(turn, preset, asked, able)
        return lambda able: Prompt(build_prompt(turn, preset, turn.history, able), sampling(turn, preset))


async def _preset(unit: Unit, turn: Turn) -> LlmPreset:
    """The assistant's persona, or the one that the message names: the asker's own, or the installation's."""
    if turn.override.persona_id is None:
        return turn.persona or await get_preset(unit, turn.assistant.persona_id)
    return await preset_for(unit, turn.override.persona_id, turn.owner_id)


async def with_sources(answer: AsyncGenerator[Said, None], turn: Turn) -> AsyncGenerator[Said, None]:
    """The answer with its sources: numbers as the customer counts them, no link that nobody allowed."""
    citations = Citations(len(turn.passages), turn.allowed_hosts)
    async with aclosing(answer):
        async for said in answer:
            match said:
                case Delta():
                    yield replace(said, text=citations.feed(said.text))
                case Finish():
                    yield Delta(citations.end())
                    yield SourcesFound(_cited(turn, citations, said))
                    yield said
                case _:
                    yield said


def _cited(turn: Turn, citations: Citations, finish: Finish) -> tuple[Source, ...]:
    """What was cited; else the best passage, where they surely answer: something that was told must be the source."""
    if finish.reason is FinishReason.TOOL_CALLS:
        return ()
    cited = [turn.passages[number - 1] for number in citations.cited] or turn.passages[: turn.is_answered]
    return tuple(source_of(passage, turn.allowed_hosts) for passage in cited)


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
