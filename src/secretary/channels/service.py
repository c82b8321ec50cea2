"""Use cases of channel instances. An instance shows and takes its assistant's fields, as its endpoints always did."""

from collections.abc import Mapping
from typing import Any

from secretary.assistant import service as assistants
from secretary.assistant.service import AssistantFields
from secretary.channels import queries
from secretary.channels.events import InstanceChanged, InstanceCreated, InstanceDeleted
from secretary.channels.models import ChannelInstance
from secretary.kernel.errors import NotFound
from secretary.kernel.unit import Unit


def no_such_instance() -> NotFound:
    return NotFound("no_such_instance", en="There is no such channel.", ru="Такого канала нет.")


async def get_instance(unit: Unit, kind: str, instance_id: str) -> ChannelInstance:
    """An instance of this kind; `default` is the oldest one. Raises NotFound."""
    row = await queries.default_instance(unit.db, kind) if instance_id == "default" else None
    row = row or await queries.instance(unit.db, kind, instance_id)
    if row is None:
        raise no_such_instance()
    return row


async def create_instance(
    unit: Unit, kind: str, fields: Mapping[str, Any], settings: Mapping[str, Any], assistant: AssistantFields
) -> ChannelInstance:
    """Create an instance. It shares the assistant that is named, or the default one, unless fields of its own were
    given for one.
    """
    named = fields.get("assistant_id")
    shared = await assistants.get(unit, named) if named else await assistants.get_default(unit)
    now = unit.now()
    row = ChannelInstance(
        id=unit.new_id(),
        kind=kind,
        settings=dict(settings),
        owner_id=unit.actor.owner_id,
        created=now,
        updated=now,
        **{**fields, "assistant_id": shared.id},
    )
    if assistant.model_fields_set:
        copy = await assistants.clone(unit, shared, row.name)
        await assistants.change(unit, copy, assistant)
        row.assistant_id = copy.id
    unit.db.add(row)
    await unit.db.flush()
    unit.record(InstanceCreated(kind, row.id, owner_id=row.owner_id))
    return row


async def change_instance(
    unit: Unit, row: ChannelInstance, fields: Mapping[str, Any], settings: Mapping[str, Any], assistant: AssistantFields
) -> None:
    """Change what is named. Assistant fields change this instance's answers only: a shared assistant is cloned."""
    for name, value in fields.items():
        setattr(row, name, value)
    row.settings = {**row.settings, **settings}
    row.updated = unit.now()
    if assistant.model_fields_set:
        await _change_assistant(unit, row, assistant)
    await unit.db.flush()
    changed = {*fields, *settings, *assistant.model_fields_set}
    unit.record(InstanceChanged(row.kind, row.id, tuple(sorted(changed)), owner_id=row.owner_id))


async def _change_assistant(unit: Unit, row: ChannelInstance, fields: AssistantFields) -> None:
    current = await assistants.get(unit, row.assistant_id)
    if current.is_default or await queries.shares_assistant(unit.db, current.id, row.id):
        current = await assistants.clone(unit, current, row.name)
        row.assistant_id = current.id
    await assistants.change(unit, current, fields)


async def delete_instance(unit: Unit, row: ChannelInstance) -> None:
    """Delete an instance, and its assistant when that was cloned for it alone."""
    assistant = await assistants.get(unit, row.assistant_id)
    is_shared = assistant.is_default or await queries.shares_assistant(unit.db, assistant.id, row.id)
    await unit.db.delete(row)
    await unit.db.flush()
    unit.record(InstanceDeleted(row.kind, row.id, owner_id=row.owner_id))
    if not is_shared:
        await assistants.delete(unit, assistant)
