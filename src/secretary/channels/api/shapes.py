"""What the endpoints of messengers say: an instance at work, its log, the conversations that go on in it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from secretary.channels.models import RunStatus
from secretary.kernel.text import CleanText


class MessengerFields(BaseModel):
    """Fields of every messenger's instance. `auto_start` is whether it runs, now and after every start."""

    auto_start: bool = False


class LiveFields(MessengerFields):
    """How an instance is doing. `pid` is the process that holds it, where one does; `webhook_url` is what its provider
    is told, a path where nobody has said under which address we are reached.
    """

    running: bool
    status: RunStatus
    error: str
    since: datetime | None
    pid: int | None
    has_token: bool
    bot_id: str
    bot_name: str
    bot_link: str
    webhook_url: str


class StatusOut(BaseModel):
    """How an instance is doing, and how many conversations go on there."""

    id: str
    name: str
    enabled: bool
    running: bool
    status: RunStatus
    error: str
    since: datetime | None
    pid: int | None
    has_token: bool
    active_sessions: int
    allowed_users_count: int
    admin_users_count: int


class OneStatusOut(BaseModel):
    status: StatusOut


class SwitchedOut(BaseModel):
    """What was asked for is noted; how the instance is doing follows by events."""

    status: RunStatus
    pid: int | None = None


class LogsOut(BaseModel):
    """The last entries, oldest first: as text, and each by itself."""

    logs: str
    entries: list["LogEntryOut"]


class LogEntryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    level: Literal["info", "warning", "error"]
    event: str
    details: dict[str, str]


class ThreadOut(BaseModel):
    """Somebody who writes to an instance, and the conversation that goes on."""

    user_id: str
    chat_session_id: str | None
    username: str
    first_name: str
    last_name: str
    language: str
    is_group: bool
    contact_id: str | None
    last_message_at: datetime
    blocked_us: bool


class ThreadsOut(BaseModel):
    sessions: list[ThreadOut]
    total: int


class ThreadIn(BaseModel):
    """Which conversation somebody's next message goes on."""

    user_id: Annotated[str, Field(min_length=1, max_length=100)]
    chat_session_id: Annotated[str, Field(min_length=1, max_length=36)]
    username: Annotated[CleanText, Field(max_length=100)] = ""
    first_name: Annotated[CleanText, Field(max_length=100)] = ""
    last_name: Annotated[CleanText, Field(max_length=100)] = ""


class DoneOut(BaseModel):
    status: Literal["ok"] = "ok"
    message: str
