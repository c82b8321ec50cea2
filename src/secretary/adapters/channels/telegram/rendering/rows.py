"""A table as lines: `• Boat: Swan; Hour: 400; Day: 1 600`."""

import re
from typing import Final

from markdown_it.token import Token

from secretary.adapters.channels.telegram.rendering.inline import write_words
from secretary.adapters.channels.telegram.rendering.writer import Writer

_EMPTY: Final = "—"
_BARS: Final = re.compile(r"(?<!\\)\|")


class Table:
    """Its rows as they are read; the first one names the columns."""

    def __init__(self) -> None:
        self._rows: list[list[Token]] = []
        self._beyond: list[str] = []

    def row(self, source: str) -> None:
        """A row begins, which was written so: the parser drops cells beyond the last column."""
        columns = len(self._rows[0]) if self._rows else None
        cells = _BARS.split(source.strip().removeprefix("|").removesuffix("|"))
        self._beyond.append("; ".join(one.strip() for one in cells[columns:]) if columns else "")
        self._rows.append([])

    def cell(self, token: Token) -> None:
        self._rows[-1].append(token)

    def write(self, writer: Writer) -> None:
        """A line a row; the names alone where there is no row."""
        names, *rows = self._rows
        for cells, beyond in zip(rows, self._beyond[1:], strict=True):
            writer.item("• ")
            for number, (name, cell) in enumerate(zip(names, cells, strict=False)):
                writer.write("; " if number else "")
                write_words(writer, name.children or [])
                writer.write(": " if name.content else "")
                write_words(writer, cell.children or [])
                writer.write("" if cell.content else _EMPTY)
            writer.write(f"; {beyond}" if beyond else "")
        if not rows:
            writer.item("• ")
            for number, name in enumerate(names):
                writer.write("; " if number else "")
                write_words(writer, name.children or [])
