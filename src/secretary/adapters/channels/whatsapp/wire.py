"""What Meta sends, as far as it is read: messages, statuses and who wrote. Unknown fields are nobody's business.

Source: Meta's OpenAPI description v23.0 (WebhookPayload) and the webhook reference of 2026-08, which adds the
business-scoped user id: since then `from`, `wa_id` and `contacts` may be missing.
"""

import hashlib
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _as_text(value: object) -> object:
    """Meta writes some numbers (ids, sizes) now as text and now as numbers."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


_LONGEST_ID: Final = 100


def bounded(key: str) -> str:
    """An id as the house keeps it. Meta allows 135 characters for a user's; those seen have 20."""
    if len(key) <= _LONGEST_ID:
        return key
    return f"{key[:59]}~{hashlib.sha256(key.encode()).hexdigest()[:40]}"


class Wire(BaseModel):
    """A piece of an update."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)  # who has no number has no use for it


class Metadata(Wire):
    """Which of the business's numbers it is about."""

    phone_number_id: Text = ""
    display_phone_number: Text = ""


class Profile(Wire):
    name: Text = ""
    username: Text = ""


class Contact(Wire):
    """Who writes. `user_id` is his id at this business, `wa_id` his phone number where he shows it."""

    wa_id: Text = ""
    user_id: Text = ""
    profile: Profile = Profile()


class Body(Wire):
    body: str = ""


class Media(Wire):
    """A file, to be fetched by its id. `is_voice` is a recorded message, `filename` a document's."""

    id: Text = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""
    is_voice: bool = Field(default=False, alias="voice")


class Location(Wire):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class CardName(Wire):
    formatted_name: str = ""


class CardPhone(Wire):
    phone: Text = ""


class CardMail(Wire):
    email: str = ""


class Card(Wire):
    """Somebody's card."""

    name: CardName = CardName()
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardMail, ...] = ()


class TemplateButton(Wire):
    """The button of a template that was tapped."""

    payload: str = ""
    text: str = ""


class Choice(Wire):
    id: Text = ""
    title: str = ""


class Interactive(Wire):
    """What was tapped in a message with buttons or a list."""

    type: str = ""
    button_reply: Choice | None = None
    list_reply: Choice | None = None


class Reaction(Wire):
    message_id: str = ""
    emoji: str = ""


class System(Wire):
    """Somebody has another number, and so another id. `wa_id` and `user_id` are the new ones."""

    type: str = ""
    wa_id: Text = ""
    user_id: Text = ""
    previous_user_id: Text = ""


class OrderItem(Wire):
    product_retailer_id: Text = ""
    quantity: Text = ""
    item_price: Text = ""
    currency: str = ""


class Order(Wire):
    """What was put into the cart of the business's catalogue."""

    text: str = ""
    product_items: tuple[OrderItem, ...] = ()


class Context(Wire):
    """The message that this one answers. `author` is its phone number."""

    id: Text = ""
    author: Text = Field(default="", alias="from")


class Referral(Wire):
    """The advertisement, or the post, that he came from."""

    source_id: Text = ""
    source_type: str = ""


class Revoked(Wire):
    original_message_id: str = ""


class NewContent(Wire):
    """What a message says after it was changed: a text, or another caption."""

    text: Body = Body()
    image: Media = Media()
    video: Media = Media()
    document: Media = Media()


class Changed(Wire):
    original_message_id: str = ""
    message: NewContent = NewContent()


class Message(Wire):
    """One message. Of the fields named after a type, the one that `type` names is there."""

    id: str
    type: str = ""
    sender: Text = Field(default="", alias="from")
    sender_user_id: Text = Field(default="", alias="from_user_id")
    group_id: Text = ""
    timestamp: Text = ""
    context: Context = Context()
    referral: Referral = Referral()
    text: Body = Body()
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: tuple[Card, ...] = ()
    button: TemplateButton | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    system: System | None = None
    order: Order | None = None
    revoke: Revoked | None = None
    edit: Changed | None = None


class StatusError(Wire):
    code: Text = ""


class Status(Wire):
    """How far a message of ours has come."""

    id: str
    status: str = ""
    errors: tuple[StatusError, ...] = ()


class StoredUpdate(Wire):
    """What `splitting` makes of a webhook: one message or one status, with who and which number it is about."""

    metadata: Metadata = Metadata()
    contact: Contact = Contact()
    message: Message | None = None
    status: Status | None = None
    other: str = ""
