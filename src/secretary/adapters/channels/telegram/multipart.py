"""A form with a file in it (RFC 7578), whole in memory: our files are small."""

from collections.abc import Mapping
from secrets import token_hex

import orjson
from pydantic import JsonValue

from secretary.channels.messenger import OutFile


def form(fields: Mapping[str, JsonValue], file_field: str, file: OutFile) -> tuple[bytes, str]:
    """The body and its content type. What is no text goes as JSON, as the Bot API wants it."""
    boundary = token_hex(16)
    parts = [_part(boundary, f'name="{name}"', "", _bytes(value)) for name, value in fields.items()]
    about = f'name="{file_field}"; filename="{_quoted(file.name) or "file"}"'
    parts.append(_part(boundary, about, file.media_type or "application/octet-stream", file.data))
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _part(boundary: str, about: str, media_type: str, data: bytes) -> bytes:
    kind = f"Content-Type: {_quoted(media_type)}\r\n" if media_type else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {about}\r\n{kind}\r\n".encode() + data + b"\r\n"


def _bytes(value: JsonValue) -> bytes:
    return value.encode() if isinstance(value, str) else orjson.dumps(value)


def _quoted(text: str) -> str:
    """As browsers write it (HTML standard, multipart/form-data): a quote or a line end cannot begin a header."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")[:200]
