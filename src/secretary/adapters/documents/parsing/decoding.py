"""From bytes to text, whatever they were written with: UTF-8, UTF-16, Windows-1251, KOI8-R, DOS."""

import codecs

from secretary.adapters.documents.parsing.shapes import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CODE_PAGES = ["cp1251", "koi8_r", "cp866", "mac_cyrillic", "cp1252"]
_SAMPLE = 100_000
_HIGH_BYTES = frozenset({0x00, 0x04})  # the upper half of a UTF-16 unit that is Latin or Cyrillic
_MOST = 0.7
_FEW = 0.02
_FREQUENT = frozenset("оеаинтсрвл")
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


def decode(data: bytes) -> str:
    """The text, with one kind of line ends. Raises Unreadable("wrong_type") for what is no text at all."""
    text = _decoded(data)
    sample = text[:_SAMPLE]
    odd = sum(letter < " " and letter not in "\t\n\r\f\v\x1a\x1b" for letter in sample)
    if odd > len(sample) * _FEW:
        raise Unreadable("wrong_type")
    return "".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\0"))


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if encoding := _utf16_without_mark(data[:_SAMPLE]):
        return data.decode(encoding, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(_code_page(data[:_SAMPLE]), errors="replace")


def _utf16_without_mark(sample: bytes) -> str:
    """Russian and English text has one of two upper bytes in nearly every unit of UTF-16."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        upper, lower = sample[first::2], sample[1 - first :: 2]
        likely = sum(byte in _HIGH_BYTES for byte in upper)
        if len(upper) > 1 and likely > len(upper) * _MOST and not any(byte == 0 for byte in lower):
            return encoding
    return ""


def _code_page(sample: bytes) -> str:
    """Russian first: the page by which most Cyrillic letters are frequent ones in small print."""
    scores = {page: _russian(sample.decode(page, errors="replace")) for page in _CODE_PAGES[:4]}
    best = max(scores, key=lambda page: scores[page])
    if scores[best] > 0:
        return best
    from charset_normalizer import from_bytes  # noqa: PLC0415 - seldom needed

    found = from_bytes(sample).best()
    return found.encoding if found else "cp1252"


def _russian(text: str) -> float:
    high = [letter for letter in text if letter > "\x7f"]
    if not high:
        return 0.0
    frequent = sum(letter in _FREQUENT for letter in high)
    small = sum(letter in _RUSSIAN for letter in high)
    capitals = sum(letter in _RUSSIAN.upper() for letter in high)
    others = len(high) - small - capitals
    return (frequent + small - 2 * others + capitals / 2) / len(high)
