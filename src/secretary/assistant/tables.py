"""Markdown tables as lines that a chat window and a messenger can show: `Boat: Hour: 400; Day: 1 600`."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from secretary.assistant.turn import Said
from secretary.llm.ports import Delta, Finish

_RULE: Final = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_RULE_BEGINS: Final = re.compile(r"[|:\- \t]*")
_BETWEEN_CELLS: Final = re.compile(r"(?<!\\)\|")
_FENCES: Final = ("```", "~~~")
_LONGEST_HELD: Final = 4_000


def as_lines(markdown: str) -> str:
    """The same text with every table as one list item a row; what is no whole table stays as it is."""
    lines = markdown.split("\n")
    shown: list[str] = []
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and _is_rule(lines[at + 1]):
            header, at = _cells(lines[at]), at + 2
            while at < len(lines) and "|" in lines[at]:
                shown.append(_row(header, _cells(lines[at])))
                at += 1
        else:
            shown.append(lines[at])
            at += 1
    return "\n".join(shown)


class TableLines:
    """The same for a text that comes in pieces: only lines that begin like a table's are held back. A table's header
    begins with a pipe here, for what was said before the first pipe of a line is shown already.
    """

    def __init__(self) -> None:
        self._line = ""
        self._shown = 0
        self._header: str | None = None
        self._columns: Sequence[str] = ()
        self._is_fenced = False

    def feed(self, text: str) -> str:
        """What can be shown by now."""
        *whole, rest = text.split("\n")
        shown = [self._grown(part) + self._closed("\n") for part in whole]
        return "".join(shown) + self._grown(rest)

    def end(self) -> str:
        """What was held back."""
        return self._closed("")

    def _grown(self, part: str) -> str:
        """The line has become longer. What of it can be shown?"""
        self._line += part
        if self._may_be_of_table() and len(self._line) <= _LONGEST_HELD:
            return ""
        before = self._given_up()
        begin, self._shown = self._shown, len(self._line)
        return before + self._line[begin:]

    def _may_be_of_table(self) -> bool:
        if self._shown or self._is_fenced:
            return False
        begins = self._line.lstrip()
        if self._header is not None and _RULE_BEGINS.fullmatch(begins):
            return True
        return not begins or begins.startswith("|")

    def _closed(self, end: str) -> str:
        """The line is over. What is left to show of it?"""
        line, was_shown = self._line, self._shown
        self._line, self._shown = "", 0
        if line.lstrip().startswith(_FENCES):
            self._is_fenced = not self._is_fenced
        if was_shown:
            return end
        if self._header is not None and _is_rule(line):
            self._columns, self._header = _cells(self._header), None
            return ""
        if self._columns and line.lstrip().startswith("|"):
            return _row(self._columns, _cells(line)) + end
        before = self._given_up()
        if end and line.lstrip().startswith("|") and not self._is_fenced:
            self._header = line
            return before
        return before + line + end

    def _given_up(self) -> str:
        """What looked like the header of a table was none; the table is over."""
        header, self._header, self._columns = self._header, None, ()
        return "" if header is None else f"{header}\n"


async def with_table_lines(answer: AsyncGenerator[Said, None]) -> AsyncGenerator[Said, None]:
    """An answer whose tables can be read where tables cannot be shown."""
    tables = TableLines()
    async with aclosing(answer):
        async for said in answer:
            if isinstance(said, Delta):
                if text := tables.feed(said.text):
                    yield replace(said, text=text)
                continue
            if isinstance(said, Finish) and (text := tables.end()):
                yield Delta(text)
            yield said


def _is_rule(line: str) -> bool:
    return "-" in line and "|" in line and _RULE.fullmatch(line.strip()) is not None


def _cells(line: str) -> Sequence[str]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _BETWEEN_CELLS.split(inside)]


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    named = (f"{name}: {cell}" if name else cell for name, cell in zip(header[1:], cells[1:], strict=False) if cell)
    values = "; ".join(named)
    return f"- {cells[0]} — {values}" if values else f"- {cells[0]}"
