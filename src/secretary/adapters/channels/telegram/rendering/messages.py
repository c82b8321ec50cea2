"""One message of ours as the requests that bring it."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import JsonValue

from secretary.adapters.channels.telegram.reading.threads import message_number
from secretary.adapters.channels.telegram.rendering.cutting import pieces
from secretary.adapters.channels.telegram.rendering.graphemes import length16
from secretary.adapters.channels.telegram.rendering.inline import is_web_address
from secretary.adapters.channels.telegram.rendering.keyboard import keyboard_of
from secretary.adapters.channels.telegram.rendering.markdown import rich_of
from secretary.adapters.channels.telegram.rendering.rich import Rich, Span
from secretary.channels.messenger import OutFile, Outgoing, Part
from secretary.kernel.errors import Language

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
"""UTF-16 code units after the tags are gone: core.telegram.org/bots/api#sendmessage and #sendphoto, read 2026-11."""

_MAX_PHOTO_BYTES: Final = 10 << 20
_PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_VOICES: Final = frozenset({"audio/ogg", "audio/mpeg", "audio/mp4", "audio/x-m4a"})
_MAX_SOURCES: Final = 10
_SOURCES: Final[dict[Language, str]] = {"ru": "Источники:", "en": "Sources:"}
_NOTHING: Final = "…"

Body = dict[str, JsonValue]


def parts_of(message: Outgoing) -> Sequence[Part]:
    """The requests in order, at least one: texts, then files; the buttons are under the last."""
    rich = _with_sources(rich_of(message.text), message)
    fits_caption = bool(message.files) and length16(rich.text.strip()) <= MAX_CAPTION
    parts = list(_captioned(rich, message.files) if fits_caption else _apart(rich, message.files))
    parts[0] = _extended(parts[0], _quoting(message.quoted_id))
    keyboard = keyboard_of(message.buttons, message.actions)
    parts[-1] = _extended(parts[-1], {"reply_markup": keyboard} if keyboard else {})
    return parts


def shown_html(markdown: str) -> str:
    """The end of a growing answer, as much as one message holds."""
    rich = rich_of(markdown)
    cut = pieces(rich, MAX_TEXT)
    return rich.html(*cut[-1]) if cut else ""


def _texts(rich: Rich) -> list[Part]:
    return [_text(rich.html(begin, end)) for begin, end in pieces(rich, MAX_TEXT)]


def _text(html: str) -> Part:
    return Part("sendMessage", {"text": html, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}})


def _apart(rich: Rich, files: Sequence[OutFile]) -> Sequence[Part]:
    return [*_texts(rich), *(_file(one) for one in files)] or [_text(_NOTHING)]


def _captioned(rich: Rich, files: Sequence[OutFile]) -> Iterator[Part]:
    cut = pieces(rich, MAX_CAPTION)
    html = rich.html(*cut[0]) if cut else ""
    yield _file(files[0], {"caption": html, "parse_mode": "HTML"} if html else {})
    yield from (_file(one) for one in files[1:])


def _file(file: OutFile, body: Body | None = None) -> Part:
    """As a picture or a voice message where Telegram takes it for one, else as a document."""
    if file.kind == "photo" and file.media_type in _PHOTOS and len(file.data) <= _MAX_PHOTO_BYTES:
        return Part("sendPhoto", body or {}, file)
    if file.kind == "voice" and file.media_type in _VOICES:
        return Part("sendVoice", body or {}, file)
    return Part("sendDocument", body or {}, file)


def _quoting(quoted_id: str) -> Body:
    number = message_number(quoted_id)
    if not number:
        return {}
    return {"reply_parameters": {"message_id": number, "allow_sending_without_reply": True}}


def _extended(part: Part, more: Body) -> Part:
    return Part(part.method, {**part.body, **more}, part.file) if more else part


def _with_sources(rich: Rich, message: Outgoing) -> Rich:
    """A short list under the text; a link where a customer could open it."""
    told = message.told_sources
    if not told:
        return rich
    said = rich.text.rstrip()
    text = f"{said}\n\n{_SOURCES[message.language]}"
    spans = [Span(one.begin, min(one.end, len(said)), one.tag, one.value) for one in rich.spans]
    for number, source in told[:_MAX_SOURCES]:
        text += f"\n{number}. "
        title = source.title.strip()
        if is_web_address(source.url):
            spans.append(Span(len(text), len(text) + len(title), "a", source.url))
        text += title
    return Rich(text, spans)
