"""The way from bytes to Markdown: what is it, read it, is there anything in it."""

from collections.abc import Callable, Mapping

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.books import read_epub
from secretary.adapters.documents.parsing.kinds import Kind, kind_of
from secretary.adapters.documents.parsing.pages import read_html
from secretary.adapters.documents.parsing.pdf import read_pdf
from secretary.adapters.documents.parsing.plain import read_csv, read_text
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable
from secretary.adapters.documents.parsing.sheets import read_xlsx
from secretary.adapters.documents.parsing.sitemaps import read_sitemap
from secretary.adapters.documents.parsing.slides import read_pptx
from secretary.adapters.documents.parsing.words import read_docx

_READERS: Mapping[Kind, Callable[[bytes, ReadingLimits], Parsed]] = {
    "pdf": read_pdf,
    "docx": read_docx,
    "xlsx": read_xlsx,
    "pptx": read_pptx,
    "epub": read_epub,
    "csv": read_csv,
}


def read(data: bytes, name: str, limits: ReadingLimits, charset: str = "") -> Parsed:
    """Read a document. Raises Unreadable."""
    if name == "sitemap":
        return read_sitemap(data, limits)
    kind = kind_of(data, name, limits)
    if kind == "html":
        parsed = read_html(data, limits, charset)
    else:
        parsed = read_text(data) if kind == "text" else _READERS[kind](data, limits)
    if len(parsed.markdown) > limits.characters:
        raise Unreadable("too_much_text")
    if not parsed.markdown.strip() and not parsed.links:
        raise Unreadable("empty")
    return parsed
