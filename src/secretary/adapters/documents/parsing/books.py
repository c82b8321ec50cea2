"""EPUB books: their chapters in reading order. Members are looked up by name, never written to a disk."""

import posixpath
import zipfile
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.archives import member, open_archive
from secretary.adapters.documents.parsing.pages import read_html
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE = "{http://www.idpf.org/2007/opf}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_RIGHTS = "META-INF/encryption.xml"


def read_epub(data: bytes, limits: ReadingLimits) -> Parsed:
    """Raises Unreadable: damaged, encrypted, too_many_pages."""
    archive = open_archive(data, limits)
    root = _xml(archive, "META-INF/container.xml").find(f".//{_CONTAINER}rootfile")
    path = root.get("full-path", "") if root is not None else ""
    package = _xml(archive, path)
    chapters = _chapters(package, posixpath.dirname(path))
    if len(chapters) > limits.pages:
        raise Unreadable("too_many_pages")
    names = set(archive.namelist())
    told = [read_html(member(archive, name), limits).markdown for name in chapters if name in names]
    if not any(told) and _RIGHTS in names:
        raise Unreadable("encrypted")
    title = package.find(f".//{_TITLE}")
    return Parsed("\n\n".join(told), (title.text or "").strip() if title is not None else "")


def _chapters(package: Element, folder: str) -> list[str]:
    items = {item.get("id"): item.get("href", "") for item in package.iter(f"{_PACKAGE}item")}
    read = [items.get(reference.get("idref"), "") for reference in package.iter(f"{_PACKAGE}itemref")]
    return [posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))) for href in read if href]


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - only this kind needs it
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - as above

    try:
        parsed: Element = fromstring(member(archive, name), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable("damaged") from error
    return parsed
