"""PDF: the text of every page; entries of the table of contents become headings."""

import re
from typing import Any

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_DEEPEST = 6
_SHORT = 200
_END = re.compile(r"[.!?:;…»\")\]]$")
_POINT = re.compile(r"^([-–—•·*▪●]|\d{1,3}[.)])\s")


def read_pdf(data: bytes, limits: ReadingLimits) -> Parsed:
    """Raises Unreadable: encrypted, damaged, too_many_pages, and no_text for pictures of pages."""
    import pypdfium2  # noqa: PLC0415 - only this kind needs it

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable("encrypted" if getattr(error, "err_code", 0) == _PASSWORD else "damaged") from error
    if len(document) > limits.pages:
        raise Unreadable("too_many_pages")
    headings = _headings(document)
    pages, letters = [], 0
    for number in range(len(document)):
        pages.append(_page(document, number, headings.get(number, {})))
        letters += len(pages[-1])
        if letters > limits.characters:
            raise Unreadable("too_much_text")
    if not letters:
        raise Unreadable("no_text" if len(document) else "empty")
    return Parsed("\n\n".join(page for page in pages if page))  # what a PDF calls itself is seldom its title


def _headings(document: Any) -> dict[int, dict[str, int]]:
    """By page: what is a heading there, and how deep."""
    import pypdfium2  # noqa: PLC0415 - as above

    found: dict[int, dict[str, int]] = {}
    try:
        for entry in document.get_toc(max_depth=_DEEPEST):
            target = entry.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                found.setdefault(page, {})[" ".join(entry.get_title().split())] = entry.level
    except pypdfium2.PdfiumError:
        return found
    return found


def _page(document: Any, number: int, headings: dict[str, int]) -> str:
    import pypdfium2  # noqa: PLC0415 - as above

    try:
        page = document[number]
        text_page = page.get_textpage()
        text: str = text_page.get_text_range()
        text_page.close()
        page.close()
    except pypdfium2.PdfiumError as error:
        raise Unreadable("damaged") from error
    lines = [" ".join(line.split()) for line in text.replace("\ufffe", "-").replace("\0", "").splitlines()]
    return _paragraphs(lines, headings)


def _paragraphs(lines: list[str], headings: dict[str, int]) -> str:
    told: list[str] = []
    is_open = False
    for line in lines:
        if line in headings:
            told.append(f"{'#' * min(headings[line] + 2, _DEEPEST)} {line}")
            is_open = False
        elif is_open and line and not _POINT.match(line):
            told[-1] = _joined(told[-1], line)
            is_open = not _END.search(line)
        elif line:
            told.append(line)
            is_open = not _END.search(line)
        else:
            is_open = False
    return "\n\n".join(told)


def _joined(before: str, line: str) -> str:
    """A line that goes on: a word that was broken is made whole."""
    if before.endswith("-") and before[-2:-1].isalpha() and line[:1].islower():
        return before[:-1] + line
    separator = "\n" if line[:1].isupper() and len(before) < _SHORT else " "
    return f"{before}{separator}{line}"
