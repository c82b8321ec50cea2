"""The log as a file, in pieces: JSON, or CSV that no spreadsheet takes for formulas. Newest first."""

import csv
import io
from collections.abc import AsyncIterator, Sequence

import orjson

from secretary.audit.chain import Entry
from secretary.audit.queries import pages
from secretary.audit.queries.pages import Wanted
from secretary.kernel.unit import UnitFactory

MAX_ROWS = 100_000
PAGE = 500
COLUMNS = (
    "number", "timestamp", "actor_kind", "user_id", "session_id", "user_ip", "action", "resource", "resource_id",
    "details", "previous_hash", "hash", "id",
)  # fmt: skip
# OWASP, "CSV Injection": a cell that begins so is a formula to a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def export_json(units: UnitFactory, wanted: Wanted) -> AsyncIterator[bytes]:
    """One JSON object, `{logs, count}`."""
    yield b'{"logs":['
    count = 0
    async for page in _pages(units, wanted):
        yield (b",\n" if count else b"\n") + b",\n".join(orjson.dumps(_shown(entry)) for entry in page)
        count += len(page)
    yield b'\n],"count":%d}\n' % count


async def export_csv(units: UnitFactory, wanted: Wanted) -> AsyncIterator[bytes]:
    """RFC 4180, with a line of names first."""
    yield _lines([COLUMNS])
    async for page in _pages(units, wanted):
        yield _lines([[_cell(value) for value in _shown(entry).values()] for entry in page])


async def _pages(units: UnitFactory, wanted: Wanted) -> AsyncIterator[Sequence[Entry]]:
    """Up to `MAX_ROWS` rows, each page in a unit of its own: a slow reader holds no connection."""
    left, last = MAX_ROWS, None
    while left > 0:
        async with units.read() as unit:
            page = await pages.page_before(unit.db, wanted, last, min(PAGE, left))
        if not page:
            return
        yield page
        left, last = left - len(page), page[-1]


def _shown(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in COLUMNS}


def _cell(value: object) -> str:
    plain = value if isinstance(value, str | int) else orjson.dumps(value).decode().strip('"')
    text = str(plain)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
