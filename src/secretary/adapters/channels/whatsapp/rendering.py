"""One message of ours as the requests that bring it."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from secretary.adapters.channels.whatsapp.cutting import cut, length, shortened
from secretary.adapters.channels.whatsapp.faults import window_closed
from secretary.adapters.channels.whatsapp.marks import marked
from secretary.adapters.channels.whatsapp.options import BELOW, MAX_BODY, MAX_ROWS, fits, interactive, numbered
from secretary.adapters.channels.whatsapp.settings import WhatsAppSettings
from secretary.channels.messenger import OutFile, Outgoing, Part
from secretary.conversations.ports import QuickReply, Source
from secretary.kernel.errors import Language

MAX_TEXT: Final = 4096
MAX_CAPTION: Final = 1024
SEND: Final = "messages"
_MAX_PARAMETER: Final = 1024
_SOURCES: Final[Mapping[Language, str]] = {"ru": "Источники", "en": "Sources"}
_IMAGES: Final = frozenset({"image/jpeg", "image/png"})
_AUDIOS: Final = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"})
_VIDEOS: Final = frozenset({"video/mp4", "video/3gpp"})
_MAX_IMAGE: Final = 5_000_000
_MAX_SOUND: Final = 16_000_000


def render(message: Outgoing, settings: WhatsAppSettings) -> Sequence[Part]:
    """The requests, in order; at least one. Raises Upstream("channel_window") where nothing may be sent."""
    if not message.is_window_open:
        return [_template(message, settings)]
    options, more = _options(message)
    text = marked("\n\n".join(filter(None, [message.text, _sources(message), more])))
    caption, text = _caption(message, text, options)
    bodies = [_texted(piece) for piece in cut(text, MAX_TEXT)]
    bodies = _with_options(bodies, text, options, message.language)
    files = [_filed(file, caption if index == 0 else "") for index, file in enumerate(message.files)]
    parts = [Part(SEND, body) for body in bodies]
    parts += [Part(SEND, body, file) for body, file in zip(files, message.files, strict=True)]
    return _quoting(parts, message.quoted_id) or [Part(SEND, _texted("…"))]


def template_text(text: str) -> str:
    """A text as the variable of a template: Meta refuses line ends, tabs and more than four blanks in a row there."""
    plain = " ".join(" ".join(cut(marked(text), MAX_TEXT)).split())
    return shortened(plain, _MAX_PARAMETER)


def _template(message: Outgoing, settings: WhatsAppSettings) -> Part:
    text = template_text(message.text)
    if not settings.template_name or not text:
        raise window_closed()
    return Part(SEND, {
        "type": "template",
        "template": {
            "name": settings.template_name,
            "language": {"policy": "deterministic", "code": settings.template_language or message.language},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}],
        },
    })  # fmt: skip


def _options(message: Outgoing) -> tuple[Sequence[QuickReply], str]:
    """What can be tapped, and the lines for what cannot: actions come first where there is no room for both."""
    actions = [one for row in message.actions for one in row][:MAX_ROWS]
    every = [*message.buttons, *actions]
    if not every or fits(every):
        return every, ""
    return (actions if fits(actions) else []), numbered(message.buttons)


def _with_options(
    bodies: list[dict[str, JsonValue]], text: str, options: Sequence[QuickReply], language: Language
) -> list[dict[str, JsonValue]]:
    if not options:
        return bodies
    if len(bodies) == 1 and length(text) <= MAX_BODY:
        return [{"type": "interactive", "interactive": interactive(cut(text, MAX_BODY)[0], options, language)}]
    return [*bodies, {"type": "interactive", "interactive": interactive(BELOW[language], options, language)}]


def _sources(message: Outgoing) -> str:
    lines = [f"{number}\\. {_source(source)}" for number, source in message.told_sources]
    return "\n".join([f"_{_SOURCES[message.language]}:_", *lines]) if lines else ""


def _is_open(source: Source) -> bool:
    return source.url.startswith(("http://", "https://"))


def _source(source: Source) -> str:
    title = source.title.replace("[", "(").replace("]", ")")
    return f"{title} — <{source.url}>" if _is_open(source) else title


def _caption(message: Outgoing, text: str, options: Sequence[QuickReply]) -> tuple[str, str]:
    """The words beside the only file where they fit there, and what is left to be said by itself."""
    if len(message.files) != 1 or options or length(text) > MAX_CAPTION:
        return "", text
    if media_type(message.files[0]) in ("audio", "sticker"):
        return "", text
    return "".join(cut(text, MAX_CAPTION)), ""


def _texted(text: str) -> dict[str, JsonValue]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _filed(file: OutFile, caption: str) -> dict[str, JsonValue]:
    kind = media_type(file)
    about: dict[str, JsonValue] = {"caption": caption} if caption else {}
    if kind == "document":
        about["filename"] = file.name or "file"
    return {"type": kind, kind: about}


def media_type(file: OutFile) -> str:
    """Which of Meta's kinds a file can go as: what it does not show, or not in this size, is a document."""
    kind = file.media_type.partition(";")[0].strip().lower()
    size = len(file.data)
    if file.kind == "sticker" and kind == "image/webp":
        return "sticker"
    if kind in _IMAGES and size <= _MAX_IMAGE and file.kind != "file":
        return "image"
    if kind in _AUDIOS and size <= _MAX_SOUND:
        return "audio"
    return "video" if kind in _VIDEOS and size <= _MAX_SOUND else "document"


def _quoting(parts: list[Part], quoted_id: str) -> list[Part]:
    if not parts or not quoted_id:
        return parts
    first = parts[0]
    return [Part(first.method, {**first.body, "context": {"message_id": quoted_id}}, first.file), *parts[1:]]
