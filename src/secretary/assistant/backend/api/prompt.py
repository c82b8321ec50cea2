"""`/admin/llm/prompt`: the default assistant's own prompt, and what it said before."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from secretary.assistant import service as assistants
from secretary.assistant.backend import choice, speaking
from secretary.assistant.backend.api.deps import Offered
from secretary.kernel.text import CleanText
from secretary.llm.api.deps import InLanguage, Limit, MayManage, MaySee, Offset
from secretary.llm.api.prompt_schemas import ComparedOut, VersionsOut
from secretary.llm.presets import history
from secretary.web.deps import UnitDep

router = APIRouter(prefix="/admin/llm/prompt", tags=["llm"])

BEGINNING = 100


class OwnPrompt(BaseModel):
    """Body of `POST /admin/llm/prompt`; an empty prompt is the persona's again."""

    prompt: Annotated[CleanText, Field(max_length=20_000)]


class PromptOut(BaseModel):
    """What the default assistant is told; `is_own` where that is not its persona's prompt."""

    prompt: str
    model: str
    persona: str
    is_own: bool


class PromptSaved(BaseModel):
    """The beginning of what it is told now."""

    status: str = "ok"
    prompt: str
    persona: str
    is_own: bool

    @classmethod
    def of(cls, found: speaking.Speaker, text: str) -> "PromptSaved":
        is_own = found.assistant.system_prompt is not None
        return cls(prompt=text[:BEGINNING], persona=found.preset.id, is_own=is_own)


@router.get("")
async def read_prompt(who: MaySee, offered: Offered, language: InLanguage) -> PromptOut:
    """What the default assistant is told."""
    now = (await choice.answering(offered.units, offered.router, language)).backend
    async with offered.units.read(who) as unit:
        found = await speaking.speaker(unit)
    return PromptOut(
        prompt=found.prompt(language),
        model=now.model.capabilities.model if now else "",
        persona=found.preset.id,
        is_own=found.assistant.system_prompt is not None,
    )


@router.post("")
async def save_prompt(unit: UnitDep, _who: MayManage, language: InLanguage, body: OwnPrompt) -> PromptSaved:
    """Give it a prompt of its own; stored, and heard at the next turn."""
    found = await speaking.set_prompt(unit, body.prompt)
    return PromptSaved.of(found, found.prompt(language))


@router.post("/reset")
async def reset_prompt(unit: UnitDep, _who: MayManage, language: InLanguage) -> PromptSaved:
    """Let it speak as its persona does."""
    found = await speaking.set_prompt(unit, "")
    return PromptSaved.of(found, found.prompt(language))


@router.get("/history")
async def list_prompts(unit: UnitDep, _who: MaySee, limit: Limit = 100, offset: Offset = 0) -> VersionsOut:
    """What its own prompt said before, newest first; an empty text is the persona's prompt."""
    assistant = await assistants.get_default(unit)
    found = await history.page(unit, history.of_assistant(assistant.id), limit=limit, offset=offset)
    return VersionsOut.of(found.versions, found.total)


@router.get("/history/{version_id}")
async def read_prompt_version(unit: UnitDep, _who: MaySee, language: InLanguage, version_id: str) -> ComparedOut:
    """A version, and what it changed."""
    assistant = await assistants.get_default(unit)
    return ComparedOut.of(await history.compared(unit, history.of_assistant(assistant.id), version_id), language)


@router.post("/history/{version_id}/restore")
async def restore_prompt(unit: UnitDep, _who: MayManage, language: InLanguage, version_id: str) -> PromptSaved:
    """Make it read as it did."""
    found = await speaking.restore_prompt(unit, version_id)
    return PromptSaved.of(found, found.prompt(language))
