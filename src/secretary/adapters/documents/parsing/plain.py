"""Plain text, Markdown and tables of separated values."""

import csv
import io
import re

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.decoding import decode
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable
from secretary.adapters.documents.parsing.tables import table

_FRONT_MATTER = re.compile(r"\A---\n(?:.*\n){0,100}?---\n")
_TITLE = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)
_SAMPLE = 10_000


def read_text(data: bytes) -> Parsed:
    """Markdown and plain text as they are; what stands above it for a site generator is left out."""
    text = decode(data).strip("\n")
    front = _FRONT_MATTER.match(text + "\n")
    said = _TITLE.search(front[0]) if front else None
    body = text[front.end() :] if front else text
    heading = said or _HEADING.search(body)
    return Parsed(body.strip(), heading[1] if heading else "")


def read_csv(data: bytes, limits: ReadingLimits) -> Parsed:
    """A table. Raises Unreadable: too_many_pages for one that nobody can search, damaged."""
    text = decode(data)
    csv.field_size_limit(1_000_000)
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text[:_SAMPLE])):
            cells += len(row)
            if cells > limits.cells:
                raise Unreadable("too_many_pages")
            rows.append(row)
    except csv.Error as error:
        raise Unreadable("damaged") from error
    return Parsed(table(rows))


def _delimiter(sample: str) -> str:
    """The one that stands in most lines, and equally often: Excel writes `;` in Russia."""
    lines = [line for line in sample.split("\n")[:50] if line.strip()]
    return max(",;\t|", key=lambda mark: (sum(mark in line for line in lines), sample.count(mark)))
