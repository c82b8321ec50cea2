"""Telegram's objects as far as they are read. Names and meanings: core.telegram.org/bots/api#available-types."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Wire(BaseModel):
    model_config = ConfigDict(
        extra="ignore", populate_by_name=True, defer_build=True
    )  # who has no bot has no use for it


class User(_Wire):
    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(_Wire):
    id: int
    type: str = "private"


class Entity(_Wire):
    """`offset` and `length` are UTF-16 code units."""

    type: str
    offset: int
    length: int
    user: User | None = None


class Media(_Wire):
    """A photo's size, a document, a voice message, a video, a sticker, …"""

    file_id: str
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


class Contact(_Wire):
    phone_number: str
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Location(_Wire):
    latitude: float
    longitude: float


class Venue(_Wire):
    location: Location
    title: str = ""
    address: str = ""


class Button(_Wire):
    text: str = ""
    callback_data: str = ""


class Keyboard(_Wire):
    inline_keyboard: list[list[Button]] = []


class Message(_Wire):
    """Of an inaccessible message (in a tap) there is the chat and the id alone."""

    message_id: int
    date: int = 0
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    sender_chat: Chat | None = None
    via_bot: User | None = None
    forward_origin: Any = None
    message_thread_id: int | None = None
    is_topic_message: bool = False
    reply_to_message: "Message | None" = None
    text: str = ""
    entities: list[Entity] = []
    caption: str = ""
    caption_entities: list[Entity] = []
    media_group_id: str = ""
    photo: list[Media] = []
    voice: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    video_note: Media | None = None
    animation: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    venue: Venue | None = None
    contact: Contact | None = None
    migrate_to_chat_id: int | None = None
    migrate_from_chat_id: int | None = None
    reply_markup: Keyboard | None = None


class CallbackQuery(_Wire):
    id: str
    sender: User = Field(alias="from")
    message: Message | None = None
    data: str = ""


class Member(_Wire):
    status: str


class MemberUpdate(_Wire):
    chat: Chat
    sender: User = Field(alias="from")
    old_chat_member: Member
    new_chat_member: Member


class Reaction(_Wire):
    type: str
    emoji: str = ""


class ReactionUpdate(_Wire):
    chat: Chat
    message_id: int
    user: User | None = None
    new_reaction: list[Reaction] = []


class GenerationStopped(_Wire):
    """Since version 10.3; `draft_id` is what we called the draft."""

    chat: Chat
    draft_id: int = 0
    message_thread_id: int | None = None


class Update(_Wire):
    """At most one of the optional fields is there."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberUpdate | None = None
    message_reaction: ReactionUpdate | None = None
    stopped_message_generation: GenerationStopped | None = None


READ_KINDS = [name for name in Update.model_fields if name != "update_id"]
"""What we ask Telegram for (`allowed_updates`)."""
