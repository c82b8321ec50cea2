"""Rows as a Markdown table."""

from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[str]]) -> str:
    """The first row is the head; empty rows and columns are left out. Empty without a row that says something."""
    told = [[cell_text(cell) for cell in row] for row in rows]
    told = [row for row in told if any(row)]
    width = max((len(row) for row in told), default=0)
    filled = [row + [""] * (width - len(row)) for row in told]
    used = [column for column in range(width) if any(row[column] for row in filled)]
    if not used:
        return ""
    lines = ["| " + " | ".join(row[column] for column in used) + " |" for row in filled]
    return "\n".join([lines[0], "|" + " --- |" * len(used), *lines[1:]])


def cell_text(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")
