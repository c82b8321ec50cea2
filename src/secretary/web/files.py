"""Built files of a front end: the smallest form that the browser takes, with what lets it keep them. Knows no program.

Beside `name` may stand `name.br` and `name.gz`; they are never served under their own names.
"""

import asyncio
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FORMS: Mapping[str, str] = {"br": ".br", "gzip": ".gz"}
"""Content encodings by preference, and what their files end with."""

SAFE_PATH = re.compile(r"[A-Za-z0-9_@-][\w.@-]*(?:/[A-Za-z0-9_@-][\w.@-]*)*", re.ASCII)
TYPES: Mapping[str, str] = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
}


@dataclass(frozen=True, slots=True)
class BuiltFile:
    """One form of a file. `encoding` is empty for the file itself."""

    body: bytes
    media_type: str
    encoding: str
    etag: str
    changed_ns: int


class BuiltFiles:
    """The files below one folder, read when they are asked for and kept until they change."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[tuple[str, str], BuiltFile] = {}

    async def find(self, name: str, accept_encoding: str = "") -> BuiltFile | None:
        """The file at this path below the folder; None if there is none. The loop does not wait for the disk."""
        if not SAFE_PATH.fullmatch(name) or name.endswith(tuple(FORMS.values())):
            return None
        return await asyncio.to_thread(self._find, name, accepted(accept_encoding))

    def _find(self, name: str, encodings: frozenset[str]) -> BuiltFile | None:
        for encoding, ending in FORMS.items():
            if encoding in encodings and (found := self._read(name, encoding, ending)):
                return found
        return self._read(name, "", "")

    def _read(self, name: str, encoding: str, ending: str) -> BuiltFile | None:
        path = self._folder / f"{name}{ending}"
        kept = self._kept.get((name, encoding))
        try:
            changed_ns = path.stat().st_mtime_ns
            if kept and kept.changed_ns == changed_ns:
                return kept
            body = path.read_bytes()
        except OSError:  # not there, or a folder
            return None
        etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        found = BuiltFile(body, media_type_of(name), encoding, etag, changed_ns)
        self._kept[name, encoding] = found
        return found


def accepted(accept_encoding: str) -> frozenset[str]:
    """The encodings that a browser takes, of those we have (RFC 9110, 12.5.3)."""
    taken = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.strip().partition(";")
        taken[coding.strip()] = not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)
    return frozenset(coding for coding in FORMS if taken.get(coding, taken.get("*", False)))


def media_type_of(name: str) -> str:
    """The type by the name's ending; machines know different lists, so that ours goes first."""
    ending = Path(name).suffix
    found = TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") else found


def is_known(if_none_match: str, etag: str) -> bool:
    """Has the browser this very form already (RFC 9110, 13.1.2)?"""
    return if_none_match.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
