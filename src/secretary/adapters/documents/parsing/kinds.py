"""What a file is, by what is in it. Its name only says what its owner thinks it is."""

import zipfile
from typing import Final, Literal

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.archives import open_archive
from secretary.adapters.documents.parsing.shapes import Unreadable

Kind = Literal["pdf", "docx", "xlsx", "pptx", "epub", "html", "csv", "text"]

_EXTENSIONS: Final[dict[str, Kind]] = {
    "md": "text", "markdown": "text", "txt": "text", "text": "text", "log": "text",
    "html": "html", "htm": "html", "xhtml": "html", "csv": "csv", "tsv": "csv",
    "pdf": "pdf", "docx": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "pptx": "pptx", "epub": "epub",
}  # fmt: skip
_BINARY: Final = frozenset({"pdf", "docx", "xlsx", "pptx", "epub"})
_PARTS: Final[dict[str, Kind]] = {
    "word/document.xml": "docx",
    "xl/workbook.xml": "xlsx",
    "ppt/presentation.xml": "pptx",
    "META-INF/container.xml": "epub",
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_PDF_HEAD = 1_024
_HTML_HEAD = 2_000


def kind_of(data: bytes, name: str, limits: ReadingLimits) -> Kind:
    """What this is. Raises Unreadable: empty, wrong_type, old_office, encrypted, damaged, and `wrong_extension:KIND`
    where the name promises another kind than KIND.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("empty")
    promised = _EXTENSIONS.get(name.rpartition(".")[2].lower())
    found = _binary_kind(data, limits)
    if found is None:
        return _text_kind(data, promised)
    if promised is not None and promised != found:
        raise Unreadable(f"wrong_extension:{found}")
    return found


def _binary_kind(data: bytes, limits: ReadingLimits) -> Kind | None:
    if b"%PDF-" in data[:_PDF_HEAD]:
        return "pdf"
    if data.startswith(_OLE):
        raise Unreadable("encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "old_office")
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(open_archive(data, limits))
    if data.startswith((b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise Unreadable("wrong_type")
    return None


def _zip_kind(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    found = next((kind for part, kind in _PARTS.items() if part in names), None)
    if found is None:
        raise Unreadable("wrong_type")
    return found


def _text_kind(data: bytes, promised: Kind | None) -> Kind:
    """Text is what its name says, unless it begins as a web page does."""
    if promised in _BINARY:
        raise Unreadable("damaged" if data.startswith(b"PK") else "wrong_type")
    head = data[:_HTML_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if data.startswith(b"{\\rtf"):
        raise Unreadable("wrong_type")
    if head.startswith((b"<!doctype html", b"<html")) or (head.startswith(b"<?xml") and b"<html" in head):
        return "html"
    return promised or "text"
