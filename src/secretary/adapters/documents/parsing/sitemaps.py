"""Sitemaps (sitemaps.org): the addresses that a site lists itself."""

import gzip
import io
import zlib
from xml.etree.ElementTree import ParseError

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable

_LARGEST = 52_428_800  # sitemaps.org: 50 MB unpacked


def read_sitemap(data: bytes, limits: ReadingLimits) -> Parsed:
    """Its addresses as links; other sitemaps that it names have the title `index`. Raises Unreadable("damaged")."""
    from defusedxml import DefusedXmlException  # noqa: PLC0415 - only this kind needs it
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415 - as above

    try:
        root = fromstring(_unpacked(data), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable("damaged") from error
    found = [(place.text or "").strip() for place in root.iter() if str(place.tag).rpartition("}")[2] == "loc"]
    is_index = str(root.tag).endswith("sitemapindex")
    return Parsed("", "index" if is_index else "", [link for link in found if link][: limits.links])


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            unpacked = packed.read(_LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("damaged") from error
    if len(unpacked) > _LARGEST:
        raise Unreadable("too_much_inside")
    return unpacked
