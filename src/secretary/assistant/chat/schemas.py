"""What the chat's endpoints take."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from secretary.assistant.override import LlmOverride
from secretary.kernel.errors import Language
from secretary.kernel.text import CleanText

Title = Annotated[CleanText, Field(max_length=200)]
Prompt = Annotated[CleanText, Field(max_length=20_000)]
Id = Annotated[str, Field(min_length=1, max_length=36)]


class NewChat(BaseModel):
    """Body of `POST /admin/chat/sessions`. Without a title the conversation is called after its first message."""

    title: Title = ""
    system_prompt: Prompt | None = None
    assistant_id: Id | None = None
    source: Annotated[str, Field(pattern="^[a-z]{1,20}$")] = "admin"
    source_id: Annotated[CleanText, Field(max_length=36)] = ""
    language: Language = "ru"


class ChangedChat(BaseModel):
    """Body of `PUT /admin/chat/sessions/{id}`; what is not named stays. An empty prompt takes the own one away."""

    title: Title | None = None
    system_prompt: Prompt | None = None


class ChosenChats(BaseModel):
    """Body of `POST /admin/chat/sessions/bulk-delete`."""

    session_ids: list[Id] = Field(max_length=500)


class Ask(BaseModel):
    """A message. `message_id` is the client's own: repeating it is harmless."""

    content: CleanText
    message_id: Annotated[CleanText, Field(min_length=8, max_length=64)] | None = None
    llm_override: LlmOverride = Field(default_factory=LlmOverride)
    widget_instance_id: str | None = Field(default=None, max_length=36)


class Edited(BaseModel):
    """Body of `PUT …/messages/{id}`."""

    content: CleanText
    llm_override: LlmOverride = Field(default_factory=LlmOverride)


class AskAgain(BaseModel):
    """Body of `POST …/messages/{id}/regenerate`, which needs none."""

    llm_override: LlmOverride = Field(default_factory=LlmOverride)


class Switch(BaseModel):
    """Body of `POST …/branches/switch`."""

    message_id: Id


class Thumb(BaseModel):
    """Body of `POST …/messages/{id}/feedback`: 1 up, -1 down, 0 takes it back."""

    value: Literal[1, -1, 0]
    comment: Annotated[CleanText, Field(max_length=2000)] | None = None


class NewNote(BaseModel):
    """Body of `POST …/notes`."""

    text: Annotated[CleanText, Field(min_length=1, max_length=5000)]


class Say(BaseModel):
    """Body of `POST /chat`. Without a session it goes on with the caller's own last one."""

    text: CleanText
    session_id: Id | None = None
