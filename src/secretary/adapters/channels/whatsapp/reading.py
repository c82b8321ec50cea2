"""One stored update, read: what happened."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue, ValidationError

from secretary.adapters.channels.whatsapp.attachments import caption_of, files_of, order_text
from secretary.adapters.channels.whatsapp.wire import (
    Contact,
    Message,
    Metadata,
    Status,
    StoredUpdate,
    System,
    bounded,
)
from secretary.channels.messenger import (
    Address,
    Delivered,
    DeliveryState,
    Edited,
    Incoming,
    Moved,
    Person,
    Rated,
    Said,
    Tapped,
    Unknown,
    Withdrawn,
)
from secretary.kernel.errors import Language
from secretary.kernel.language import detect_language

_STATES: Final[Mapping[str, DeliveryState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_UP: Final = frozenset("👍❤🧡💛💚💙💜🤍🖤♥😍🥰🙏👏🔥💯🎉👌🤝😊😁")
_DOWN: Final = frozenset("👎😡😠🤬💩🤮🤢💔😤")
_RUSSIAN_SPEAKING: Final = ("7", "375", "996", "998", "992", "993", "374", "373")  # countries by their dialling codes
_SPOKEN: Final = frozenset({"text", "image", "video", "audio", "document", "sticker", "location", "contacts"})


def read(payload: Mapping[str, JsonValue], phone_number_id: str) -> Sequence[Incoming]:
    """What an update says; one thing as a rule. Never raises: what cannot be read is Unknown.

    An application at Meta has one address for all numbers of a business: what is for another number is Unknown too.
    """
    try:
        update = StoredUpdate.model_validate(payload)
    except ValidationError:
        return [Unknown("malformed")]
    if update.metadata.phone_number_id not in ("", phone_number_id):
        return [Unknown("another_number")]
    if update.status is not None:
        return [_status(update.status)]
    if update.message is not None:
        return [_message(update.message, update.contact, update.metadata)]
    return [Unknown(update.other or "empty")]


def _status(status: Status) -> Incoming:
    if (state := _STATES.get(status.status)) is None:
        return Unknown(f"status {status.status}")
    return Delivered(status.id, state, status.errors[0].code if status.errors else "")


def _message(message: Message, contact: Contact, ours: Metadata) -> Incoming:
    if (reader := _READERS.get(message.type)) is not None:
        return reader(message) or Unknown(message.type)
    if person_key(message, contact) == "":
        return Unknown("nameless")
    if message.type in ("button", "interactive"):
        return _tapped(message, contact) or Unknown(message.type)
    if message.type in _SPOKEN or message.type in ("order", "request_welcome"):
        return _said(message, contact, ours)
    return Unknown(message.type or "untyped")


def _said(message: Message, contact: Contact, ours: Metadata) -> Said:
    person = _person(message, contact)
    text = order_text(message.order, person.language) if message.order else message.text.body or caption_of(message)
    is_group = bool(message.group_id)
    return Said(
        message.id,
        person,
        _address(message, contact),
        text,
        files_of(message),
        at=_moment(message.timestamp),
        is_group=is_group,
        is_addressed=not is_group or (message.context.author != "" and _is_ours(message.context.author, ours)),
        is_start=message.type == "request_welcome",
        payload=_payload(message),
        quoted_id=message.context.id,
    )


def _tapped(message: Message, contact: Contact) -> Tapped | None:
    """A tap on a template's button, on a button or on a row of a list."""
    value = label = ""
    if message.button is not None:
        value, label = message.button.payload or message.button.text, message.button.text
    elif message.interactive is not None:
        choice = message.interactive.button_reply or message.interactive.list_reply
        value, label = (choice.id, choice.title) if choice else ("", "")
    if not value:
        return None
    is_group = bool(message.group_id)
    return Tapped(message.id, _person(message, contact), _address(message, contact), value, label, is_group=is_group)


def _reaction(message: Message) -> Incoming | None:
    """A thumb, as far as it is one: other pictures are no verdict on an answer."""
    if message.reaction is None:
        return None
    shown = message.reaction.emoji[:1]
    if shown and shown not in _UP | _DOWN:
        return None
    return Rated(message.reaction.message_id, 0 if not shown else 1 if shown in _UP else -1)


def _system(message: Message) -> Incoming | None:
    """A customer with another number or id: the update's thread goes on under it, and he is written to there."""
    system = message.system or System()
    if system.type not in ("user_changed_number", "user_changed_user_id") or not (system.wa_id or system.user_id):
        return None
    return Moved(
        bounded(system.user_id or system.wa_id), {"to": "", "recipient": "", **_to(system.wa_id, system.user_id)}
    )


def _edited(message: Message) -> Incoming | None:
    if message.edit is None:
        return None
    new = message.edit.message
    text = new.text.body or new.image.caption or new.video.caption or new.document.caption
    return Edited(message.edit.original_message_id, text)


def _revoked(message: Message) -> Incoming | None:
    return Withdrawn((message.revoke.original_message_id,)) if message.revoke else None


_READERS: Final[Mapping[str, Callable[[Message], Incoming | None]]] = {
    "reaction": _reaction,
    "system": _system,
    "edit": _edited,
    "revoke": _revoked,
}


def person_key(message: Message, contact: Contact) -> str:
    """Who writes: the id that stays his when he hides his number, else his number; "" where nothing says it."""
    return bounded(contact.user_id or message.sender_user_id or contact.wa_id or message.sender)


def _person(message: Message, contact: Contact) -> Person:
    number = contact.wa_id or message.sender
    phone = f"+{number}" if number.isascii() and number.isdigit() else ""
    return Person(
        person_key(message, contact),
        contact.profile.name,
        contact.profile.username,
        _language(message.text.body or caption_of(message), phone),
        phone,
    )


def _language(text: str, phone: str) -> Language:
    """WhatsApp does not say it: what he writes in, else what is spoken where his number is from."""
    by_phone: Language = "ru" if not phone or phone[1:].startswith(_RUSSIAN_SPEAKING) else "en"
    return detect_language(text, by_phone)


def _address(message: Message, contact: Contact) -> Address:
    if message.group_id:
        return {"recipient_type": "group", "to": message.group_id}
    return _to(contact.wa_id or message.sender, contact.user_id or message.sender_user_id)


def _to(phone: str, user_id: str) -> Address:
    """A number goes into `to`, an id into `recipient` (Meta, 2026-05); a number wins where both are there.

    An id in `to` would be taken for a number, and the message lost without an error.
    """
    return {"to": phone} if phone else {"recipient": user_id}


def _payload(message: Message) -> str:
    referral = message.referral
    return f"{referral.source_type}:{referral.source_id}" if referral.source_id else ""


def _is_ours(phone: str, ours: Metadata) -> bool:
    return phone.lstrip("+") == "".join(filter(str.isdigit, ours.display_phone_number))


def _moment(timestamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None
