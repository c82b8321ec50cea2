"""What the events of an answer's stream carry, for those who read them: the shapes that `frames` writes."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from secretary.conversations.ports import MessageStatus, QuickReply, Source


class StoredQuestion(BaseModel):
    """The customer's message as it was stored; `message_id` is the sender's own name for it."""

    id: str
    role: Literal["user"]
    content: str
    message_id: str
    status: Literal["complete"]


class GivenAnswer(BaseModel):
    """The answer when it is over. `finish_reason` is missing where it failed."""

    id: str
    role: Literal["assistant"]
    content: str
    status: MessageStatus
    finish_reason: str | None = None
    sources: list[Source]
    buttons: list[QuickReply]


class QuestionEvent(BaseModel):
    """First: the message is stored, and `answer_id` is the answer to listen to."""

    type: Literal["user_message"]
    message: StoredQuestion
    answer_id: str


class ChunkEvent(BaseModel):
    """The next piece of the answer."""

    type: Literal["chunk"]
    content: str


class SourcesEvent(BaseModel):
    """Where the answer comes from."""

    type: Literal["sources"]
    sources: list[Source]


class ButtonsEvent(BaseModel):
    """What may be tapped next."""

    type: Literal["buttons"]
    buttons: list[QuickReply]


class AnswerEvent(BaseModel):
    """The answer is over and stored."""

    type: Literal["assistant_message"]
    message: GivenAnswer


class ErrorEvent(BaseModel):
    """What went wrong: `code` is stable, `message` is for a person. `signed_out` ends the stream."""

    type: Literal["error"]
    code: str
    message: str


ChatEvent = Annotated[
    QuestionEvent | ChunkEvent | SourcesEvent | ButtonsEvent | AnswerEvent | ErrorEvent, Field(discriminator="type")
]
