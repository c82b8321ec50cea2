"""Excel workbooks: a heading and a table a sheet."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.parsing.archives import open_archive, refuse_entities
from secretary.adapters.documents.parsing.shapes import Parsed, Unreadable
from secretary.adapters.documents.parsing.tables import table

_COLUMNS = 200


def read_xlsx(data: bytes, limits: ReadingLimits) -> Parsed:
    """Visible sheets with the values last computed. Raises Unreadable: damaged, too_many_pages for too many cells."""
    import openpyxl  # noqa: PLC0415 - only this kind needs it

    refuse_entities(open_archive(data, limits))
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        return Parsed("\n\n".join(_sheets(book, limits)))
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, OSError) as error:
        raise Unreadable("damaged") from error


def _sheets(book: object, limits: ReadingLimits) -> Iterator[str]:
    left = limits.cells
    for sheet in book.worksheets:  # type: ignore[attr-defined]
        if sheet.sheet_state != "visible":
            continue
        sheet.reset_dimensions()  # what the file claims of its size may be anything
        rows: list[list[str]] = []
        for row in sheet.iter_rows(values_only=True):  # rows that are left out come as empty ones
            if any(value is not None for value in row):
                rows.append([_told(value) for value in row[:_COLUMNS]])
                left -= sum(value is not None for value in row)
            if left < 0:
                raise Unreadable("too_many_pages")
        if told := table(rows):
            yield f"## {sheet.title}\n\n{told}"


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
