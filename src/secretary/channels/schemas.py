"""What the instance endpoints take and show: an instance's own fields, its kind's settings, its assistant's."""

from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, Field, create_model

from secretary.assistant.models import Assistant, LlmParams
from secretary.assistant.service import AssistantFields
from secretary.channels.models import ChannelInstance
from secretary.kernel.text import CleanText


class OwnFields(BaseModel):
    """Fields of every instance."""

    name: Annotated[CleanText, Field(min_length=1, max_length=100)] = "Channel"
    description: Annotated[CleanText, Field(max_length=500)] = ""
    enabled: bool = True
    assistant_id: str | None = Field(default=None, max_length=36)
    rate_limit_count: int | None = Field(default=None, ge=1, le=1_000_000)
    rate_limit_hours: int = Field(default=24, ge=1, le=8760)


class AnswerFields(BaseModel):
    """Fields of the assistant behind an instance, under the names that its endpoints always had."""

    llm_backend: str = Field(default="auto", min_length=1, max_length=60)
    llm_persona: str = Field(default="anna", min_length=1, max_length=50)
    system_prompt: Annotated[CleanText, Field(max_length=20_000)] | None = None
    llm_params: LlmParams = Field(default_factory=LlmParams)


class Kind(Protocol):
    """What is asked of a kind of channel to show it."""

    @property
    def kind(self) -> str: ...

    @property
    def settings(self) -> type[BaseModel]: ...


def body_of(kind: Kind, *more: type[BaseModel]) -> type[BaseModel]:
    """The request body for this kind: everything optional, only what is sent changes."""
    name = f"{kind.kind.capitalize()}InstanceIn"
    return create_model(name, __base__=(OwnFields, AnswerFields, kind.settings, *more))


class InstanceOut(OwnFields):
    """Fields of every instance, as it is shown."""

    id: str
    owner_id: str | None
    assistant_id: str
    created: datetime
    updated: datetime


class InstanceDeletedOut(BaseModel):
    """It is gone."""

    status: Literal["ok"] = "ok"
    message: str


def answers_of(
    kind: Kind, *more: type[BaseModel]
) -> tuple[type[BaseModel], type[BaseModel], type[BaseModel], type[BaseModel]]:
    """What the endpoints of this kind give: many instances, one, the oldest one, and that one after a change."""
    name = kind.kind.capitalize()
    one: Any = create_model(f"{name}InstanceOut", __base__=(InstanceOut, AnswerFields, kind.settings, *more))
    return (
        create_model(f"{name}InstancesOut", instances=(list[one], ...), total=(int, ...)),
        create_model(f"One{name}InstanceOut", instance=(one, ...)),
        create_model(f"{name}ConfigOut", config=(one, ...)),
        create_model(f"{name}ConfiguredOut", status=(str, "ok"), config=(one, ...)),
    )


def own_fields(body: BaseModel) -> dict[str, Any]:
    """What was sent of the instance's own fields."""
    sent = {name: getattr(body, name) for name in body.model_fields_set if name in OwnFields.model_fields}
    return {name: value for name, value in sent.items() if name != "assistant_id" or value is not None}


def settings_sent(kind: Kind, body: BaseModel) -> dict[str, Any]:
    """What was sent of the kind's settings, as JSON."""
    return body.model_dump(mode="json", include=body.model_fields_set & set(kind.settings.model_fields))


def assistant_sent(body: BaseModel) -> AssistantFields:
    """What was sent of the assistant's fields, under its own names."""
    names = {"llm_persona": "persona_id", "system_prompt": "system_prompt", "llm_params": "llm_params"}
    sent: dict[str, Any] = {own: getattr(body, name) for name, own in names.items() if name in body.model_fields_set}
    if "llm_backend" in body.model_fields_set:
        sent["backends"] = [getattr(body, "llm_backend", "auto")]
    return AssistantFields(**sent)


def shown(kind: Kind, row: ChannelInstance, assistant: Assistant) -> dict[str, Any]:
    """An instance as its endpoints show it: flat."""
    return kind.settings.model_validate(row.settings).model_dump(mode="json") | {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "enabled": row.enabled,
        "owner_id": row.owner_id,
        "assistant_id": row.assistant_id,
        "llm_backend": assistant.backends[0].backend if assistant.backends else "none",
        "llm_persona": assistant.persona_id,
        "system_prompt": assistant.system_prompt,
        "llm_params": assistant.llm_params.model_dump(),
        "rate_limit_count": row.rate_limit_count,
        "rate_limit_hours": row.rate_limit_hours,
        "created": row.created,
        "updated": row.updated,
    }
