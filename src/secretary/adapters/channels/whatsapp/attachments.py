"""What came beside the words, and what it says: files to be fetched, places, cards, orders."""

from secretary.adapters.channels.whatsapp.wire import Card, Location, Media, Message, Order
from secretary.channels.messenger import FileKind, IncomingFile
from secretary.kernel.errors import Language

_KINDS: dict[str, FileKind] = {"image": "photo", "video": "video", "document": "file", "sticker": "sticker"}
_ORDERED = {"ru": "Заказ из каталога", "en": "Order from the catalogue"}


def files_of(message: Message) -> tuple[IncomingFile, ...]:
    """The files, the place and the cards of a message."""
    found = [_file(kind, media) for name, kind in _KINDS.items() if (media := getattr(message, name))]
    if message.audio:
        found.append(_file("voice" if message.audio.is_voice else "audio", message.audio))
    if message.location:
        found.append(IncomingFile("location", text=_place(message.location)))
    found += [IncomingFile("contact", name=card.name.formatted_name, text=_card(card)) for card in message.contacts]
    return tuple(found)


def caption_of(message: Message) -> str:
    """The words beside a file."""
    media = message.image or message.video or message.document
    return media.caption if media else ""


def order_text(order: Order, language: Language) -> str:
    """What was ordered, as a text: a secretary answers it like any other."""
    lines = [
        f"{item.quantity} × {item.product_retailer_id} ({item.item_price} {item.currency})".strip()
        for item in order.product_items
    ]
    return "\n".join(filter(None, [f"{_ORDERED[language]}:", *lines, order.text]))


def _file(kind: FileKind, media: Media) -> IncomingFile:
    return IncomingFile(kind, media.filename, media.mime_type.partition(";")[0].strip(), ref={"id": media.id})


def _place(place: Location) -> str:
    return ", ".join(filter(None, [place.name, place.address, f"{place.latitude:.6f}, {place.longitude:.6f}"]))


def _card(card: Card) -> str:
    means = [one.phone for one in card.phones] + [one.email for one in card.emails]
    return ", ".join(filter(None, [card.name.formatted_name, *means]))
