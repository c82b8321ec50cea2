"""Use cases of assistants and of the messages they take. Never commits."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from secretary.assistant import queries
from secretary.assistant.events import AssistantChanged, AssistantCreated, AssistantDeleted, RequestSettled
from secretary.assistant.handover.rules import HandOverRules
from secretary.assistant.hours.shapes import BusinessHours
from secretary.assistant.models import Assistant, Card, LlmParams, Request
from secretary.kernel.errors import Conflict, Invalid, NotFound
from secretary.kernel.text import CleanText
from secretary.kernel.unit import Unit
from secretary.knowledge.service import find_collection
from secretary.llm.presets import history
from secretary.llm.routing.chain import AUTO, ChainLink
from secretary.llm.service import ensure_backends, preset_for

Prompt = Annotated[CleanText, Field(max_length=20_000)]


class AssistantFields(BaseModel):
    """What may be set on an assistant; only what is named changes."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[CleanText, Field(min_length=1, max_length=100)] = ""
    description: Annotated[CleanText, Field(max_length=500)] = ""
    persona_id: str = Field(default="anna", max_length=50)
    system_prompt: Prompt | None = None
    backends: list[ChainLink] = Field(default=[ChainLink(backend=AUTO)], min_length=1, max_length=20)
    llm_params: LlmParams = Field(default_factory=LlmParams)
    card: Card = Field(default_factory=Card)
    collections: list[Annotated[str, Field(max_length=36)]] | None = None
    hours: BusinessHours | None = None
    handover: HandOverRules = Field(default_factory=HandOverRules)


async def get(unit: Unit, assistant_id: str) -> Assistant:
    """An assistant by its id. Raises NotFound."""
    assistant = await queries.assistant(unit.db, assistant_id)
    if assistant is None:
        raise NotFound("no_such_assistant", en="There is no such assistant.", ru="Такого ассистента нет.")
    return assistant


async def get_default(unit: Unit) -> Assistant:
    """The assistant that answers wherever no other is chosen. Raises NotFound before the first start."""
    assistant = await queries.default_assistant(unit.db)
    if assistant is None:
        raise NotFound("no_assistant", en="There is no assistant yet.", ru="Ассистента ещё нет.")
    return assistant


async def create(unit: Unit, fields: AssistantFields, *, is_default: bool = False) -> Assistant:
    """Create an assistant of the actor's, or of nobody's when the system does. Raises NotFound as `change` does."""
    if not fields.name:
        raise Invalid("name_missing", en="Give the assistant a name.", ru="Дайте ассистенту имя.")
    await _check_references(unit, fields, unit.actor.owner_id)
    return await _store(unit, fields, is_default=is_default)


async def clone(unit: Unit, assistant: Assistant, name: str) -> Assistant:
    """A copy that may be changed without changing the original."""
    values = {field: getattr(assistant, field) for field in AssistantFields.model_fields}
    return await _store(unit, AssistantFields.model_construct(**{**values, "name": name}), is_default=False)


async def change(unit: Unit, assistant: Assistant, fields: AssistantFields) -> None:
    """Change the fields that were named.

    Raises NotFound for a persona or a backend that is not the assistant's owner's, and for a collection that the actor
    cannot see.
    """
    await _check_references(unit, fields, assistant.owner_id)
    if "system_prompt" in fields.model_fields_set:
        await _keep_prompt(unit, assistant, fields.system_prompt)
    for name in fields.model_fields_set:
        setattr(assistant, name, getattr(fields, name))
    assistant.updated = unit.now()
    await unit.db.flush()
    unit.record(AssistantChanged(assistant.id, tuple(sorted(fields.model_fields_set)), owner_id=assistant.owner_id))


async def _keep_prompt(unit: Unit, assistant: Assistant, prompt: str | None) -> None:
    """What the prompt says from now on is a version of it; so is what it said until now."""
    before, after = history.plain(assistant.system_prompt), history.plain(prompt)
    await history.keep(unit, history.of_assistant(assistant.id), before, after, since=assistant.updated)


async def _check_references(unit: Unit, fields: AssistantFields, owner_id: str | None) -> None:
    if "persona_id" in fields.model_fields_set:
        await preset_for(unit, fields.persona_id, owner_id)
    if "backends" in fields.model_fields_set:
        await ensure_backends(unit, (link.backend for link in fields.backends), owner_id)
    for collection_id in fields.collections or ():
        await find_collection(unit, collection_id)


async def _store(unit: Unit, fields: AssistantFields, *, is_default: bool) -> Assistant:
    now = unit.now()
    assistant = Assistant(
        id=unit.new_id(),
        owner_id=unit.actor.owner_id,
        is_default=is_default,
        created=now,
        updated=now,
    )
    for name in AssistantFields.model_fields:
        setattr(assistant, name, getattr(fields, name))
    unit.db.add(assistant)
    await unit.db.flush()
    unit.record(AssistantCreated(assistant.id, owner_id=assistant.owner_id))
    return assistant


async def delete(unit: Unit, assistant: Assistant) -> None:
    """Delete an assistant. Raises Conflict for the default one and for one that a channel uses."""
    if assistant.is_default:
        raise Conflict(
            "default_assistant",
            en="The default assistant cannot be deleted: every channel needs one that answers.",
            ru="Основного ассистента удалить нельзя: кто-то должен отвечать в каналах.",
        )
    await history.forget(unit, history.of_assistant(assistant.id))
    await unit.db.delete(assistant)
    await unit.db.flush()
    unit.record(AssistantDeleted(assistant.id, owner_id=assistant.owner_id))


async def settle_request(unit: Unit, request: Request, status: str) -> None:
    """Mark a message taken as done, or as new again. Repeatable."""
    if request.status in ("new", "done"):
        request.status, request.updated = status, unit.now()
        await unit.db.flush()
        unit.record(RequestSettled(request.id, status))
