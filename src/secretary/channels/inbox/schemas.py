"""What the endpoints of the inbox, of contacts and of canned answers take."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from secretary.kernel.errors import Invalid, Language
from secretary.kernel.text import CleanText

Id = Annotated[str, Field(min_length=1, max_length=36)]
Name = Annotated[CleanText, Field(max_length=200)]
Tag = Annotated[CleanText, Field(min_length=1, max_length=40)]
FieldName = Annotated[CleanText, Field(min_length=1, max_length=60)]
FieldText = Annotated[CleanText, Field(max_length=1000)]
MOST_FIELDS, MOST_TAGS = 50, 30
LONGEST_REPLY = 4_096


def _said(text: str) -> str:
    if not text.strip():
        raise Invalid("empty_message", en="The message is empty.", ru="Сообщение пустое.")
    return text.strip()


Words = Annotated[CleanText, Field(max_length=LONGEST_REPLY), AfterValidator(_said)]


FileWords = Annotated[CleanText, Field(max_length=LONGEST_REPLY)]
MessageId = Annotated[CleanText, Field(min_length=8, max_length=64)]


class Take(BaseModel):
    """Body of `POST …/take`, which needs none. `force` takes a conversation from a colleague."""

    force: bool = False


class Assign(BaseModel):
    """Body of `POST …/assign`: a user, or nobody."""

    user_id: Id | None


class Reply(BaseModel):
    """Body of `POST …/reply`. `message_id` is the client's own: repeating it is harmless."""

    text: Words
    message_id: MessageId | None = None


class Known(BaseModel):
    """By what an operator knows a customer. It is a note, not a proof."""

    kind: Literal["telegram", "whatsapp", "widget", "phone", "email", "max", "vk"]
    value: Annotated[CleanText, Field(min_length=1, max_length=200), AfterValidator(_said)]


class ContactFields(BaseModel):
    """What may be set on a contact; what is not named stays."""

    name: Name | None = None
    language: Language | None = None
    fields: Annotated[dict[FieldName, FieldText], Field(max_length=MOST_FIELDS)] | None = None
    tags: Annotated[list[Tag], Field(max_length=MOST_TAGS)] | None = None

    def named(self) -> dict[str, object]:
        """What was sent; tags once each, in their order."""
        values: dict[str, object] = {
            name: value
            for name, value in dict(self).items()
            if name in ContactFields.model_fields and value is not None
        }
        if self.tags is not None:
            values["tags"] = list(dict.fromkeys(tag.strip() for tag in self.tags if tag.strip()))
        return values


class NewContact(ContactFields):
    """Body of `POST /admin/contacts`."""

    identities: list[Known] = Field(default_factory=list, max_length=20)


class MergeInto(BaseModel):
    """Body of `POST …/merge`: the contact that this one is."""

    into: Id


class NewContactNote(BaseModel):
    """Body of `POST …/notes`."""

    text: Annotated[CleanText, Field(min_length=1, max_length=5000)]


Shortcut = Annotated[str, Field(pattern=r"^[a-zа-яё0-9_-]{1,30}$")]
Title = Annotated[CleanText, Field(max_length=100)]


class NewCanned(BaseModel):
    """Body of `POST /admin/canned-answers`."""

    shortcut: Shortcut
    title: Title = ""
    text: Words


class ChangedCanned(BaseModel):
    """Body of `PUT /admin/canned-answers/{id}`; what is not named stays."""

    shortcut: Shortcut | None = None
    title: Title | None = None
    text: Words | None = None
