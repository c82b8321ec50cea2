"""What comes beside words: files to be fetched, places and cards to be read."""

from collections.abc import Sequence
from typing import Final

from secretary.adapters.channels.telegram.reading.wire import Contact, Location, Media, Message
from secretary.channels.messenger import FileKind, IncomingFile

_KINDS: Final[Sequence[tuple[str, FileKind, str, str]]] = (
    ("voice", "voice", "voice.ogg", "audio/ogg"),
    ("audio", "audio", "audio.mp3", "audio/mpeg"),
    ("video", "video", "video.mp4", "video/mp4"),
    ("video_note", "video", "video.mp4", "video/mp4"),
    ("animation", "video", "animation.mp4", "video/mp4"),
    ("document", "file", "file", "application/octet-stream"),
)
"""Fields of a message, ours, and the names and types of those that come without. An animation is a document too."""


def files_of(message: Message) -> tuple[IncomingFile, ...]:
    """Everything beside the words, in order."""
    found = [*_photos(message.photo), *_stickers(message.sticker), *_media(message)]
    return (*found, *_places(message), *_cards(message.contact))


def own_phone(message: Message) -> str:
    """The number of who writes, when he has shared his own card: Telegram says that it is his."""
    card = message.contact
    if card is None or message.sender is None or card.user_id != message.sender.id or message.forward_origin:
        return ""
    return _phone(card)


def _photos(sizes: Sequence[Media]) -> list[IncomingFile]:
    """The largest: Telegram gives every photo in several sizes, the largest last."""
    return [_file(sizes[-1], "photo", "photo.jpg", "image/jpeg")] if sizes else []


def _stickers(sticker: Media | None) -> list[IncomingFile]:
    if sticker is None:
        return []
    name, kind = ("sticker.webp", "image/webp")
    if sticker.is_video:
        name, kind = ("sticker.webm", "video/webm")
    elif sticker.is_animated:
        name, kind = ("sticker.tgs", "application/gzip")
    return [_file(sticker, "sticker", name, kind, text=sticker.emoji)]


def _media(message: Message) -> list[IncomingFile]:
    for field, kind, name, media_type in _KINDS:
        media = getattr(message, field)
        if media is not None:
            return [_file(media, kind, name, media_type)]
    return []


def _file(media: Media, kind: FileKind, name: str, media_type: str, text: str = "") -> IncomingFile:
    ref = {"file_id": media.file_id, "media_type": media.mime_type or media_type}
    called = media.file_name or name
    return IncomingFile(kind, called, media.mime_type or media_type, media.file_size, ref, text)


def _places(message: Message) -> list[IncomingFile]:
    if message.venue is not None:
        about = [message.venue.title, message.venue.address, _coordinates(message.venue.location)]
        return [IncomingFile("location", text=", ".join(one for one in about if one))]
    return [IncomingFile("location", text=_coordinates(message.location))] if message.location else []


def _coordinates(place: Location) -> str:
    return f"{place.latitude:.6f}, {place.longitude:.6f}"


def _cards(card: Contact | None) -> list[IncomingFile]:
    if card is None:
        return []
    name = f"{card.first_name} {card.last_name}".strip()
    return [IncomingFile("contact", text=", ".join(one for one in (name, _phone(card)) if one))]


def _phone(card: Contact) -> str:
    """With its plus: Telegram leaves it out now and then."""
    number = card.phone_number.strip()
    return f"+{number}" if number[:1].isdigit() else number
