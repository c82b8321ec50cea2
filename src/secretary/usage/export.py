"""Calls as a CSV file, in pieces, that no spreadsheet takes for formulas. Newest first."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from secretary.kernel.unit import UnitFactory
from secretary.usage.queries import reading
from secretary.usage.queries.reading import Wanted

MAX_ROWS = 100_000
PAGE = 500
COLUMNS = (
    "at", "service_type", "action", "status", "code", "units_consumed", "prompt_tokens", "completion_tokens",
    "cached_tokens", "cost_micro", "currency", "source", "source_id", "assistant_id", "api_key_id", "backend", "model",
    "first_token_ms", "duration_ms", "id",
)  # fmt: skip
# OWASP, "CSV Injection": a cell that begins so is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def export_csv(units: UnitFactory, wanted: Wanted) -> AsyncIterator[bytes]:
    """RFC 4180, with a line of names first: up to `MAX_ROWS` rows, each page in a unit of its own."""
    yield _lines([COLUMNS])
    left, last = MAX_ROWS, None
    while left > 0:
        async with units.read() as unit:
            page = await reading.page(unit.db, wanted, limit=min(PAGE, left), before=last)
        if not page:
            return
        yield _lines([[_cell(getattr(row, name)) for name in COLUMNS] for row in page])
        left, last = left - len(page), page[-1]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else orjson.dumps(value).decode().strip('"')
    return f"'{text}" if text.startswith(FORMULA_STARTS) else str(text)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
