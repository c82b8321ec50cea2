"""Names of documents: plain, storable, and never a path."""

import hashlib
import re
import unicodedata
from typing import Final
from urllib.parse import unquote, urlsplit

NAME_LENGTH: Final = 200
TITLE_LENGTH: Final = 300
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_GAPS: Final = re.compile(r"\s+")
_SHAPING: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_LONGEST_EXTENSION: Final = 10


def safe_name(given: str) -> str:
    """The last part of what a client calls a file, without what any system takes for a command. Never empty."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(letter for letter in unicodedata.normalize("NFC", last) if _is_plain(letter))
    named = _GAPS.sub(" ", _UNSAFE.sub("", plain)).strip(" .")
    return _shortened(named) or "document"


def title_of(name: str) -> str:
    """A title for a document that has none: its name without the extension."""
    stem, dot, extension = name.rpartition(".")
    title = stem if dot and len(extension) <= _LONGEST_EXTENSION else name
    return title.replace("_", " ").strip()[:TITLE_LENGTH] or name


def short_title(title: str) -> str:
    """A title in one line that fits its column."""
    return " ".join("".join(max(letter, " ") for letter in title).split())[:TITLE_LENGTH]


def name_of_address(url: str) -> str:
    """A name for what an address leads to: readable, and of this address only."""
    parts = urlsplit(url)
    path = unquote(parts.path).strip("/").replace("/", "_")
    readable = safe_name(f"{parts.hostname or ''}_{path}".strip("_"))[: NAME_LENGTH - 30]
    return f"{readable} {hashlib.sha256(url.encode()).hexdigest()[:12]}"


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter) not in _SHAPING


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return name[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(extension) - 1]}.{extension}"
