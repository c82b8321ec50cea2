"""Markdown tables as lines that a chat window and a messenger can show: `Boat: Hour: 400; Day: 1 600`."""

import re
from collections.abc import Sequence
from typing import Final

_RULE: Final = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")


def as_lines(markdown: str) -> str:
    """The same text with every table as one list item a row; what is no whole table stays as it is."""
    lines = markdown.split("\n")
    shown: list[str] = []
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and "|" in lines[at] and "-" in lines[at + 1] and _RULE.fullmatch(lines[at + 1]):
            header, at = _cells(lines[at]), at + 2
            while at < len(lines) and "|" in lines[at]:
                shown.append(_row(header, _cells(lines[at])))
                at += 1
        else:
            shown.append(lines[at])
            at += 1
    return "\n".join(shown)


def _cells(line: str) -> Sequence[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _row(header: Sequence[str], cells: Sequence[str]) -> str:
    named = (f"{name}: {cell}" if name else cell for name, cell in zip(header[1:], cells[1:], strict=False) if cell)
    values = "; ".join(named)
    return f"- {cells[0]} — {values}" if values else f"- {cells[0]}"
