"""What a benchmark says: rows of a number and its limit, printed as one table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number. `limit` is what it must not pass, `goal` what we would like; None where nobody said."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    goal: float | None = None
    note: str = ""

    @property
    def is_kept(self) -> bool:
        return self.limit is None or self.value <= self.limit


def middle(runs: Iterable[float]) -> float:
    """The median of several runs."""
    return median(runs)


def table(rows: Sequence[Row]) -> str:
    """The rows, aligned."""
    lines = [("benchmark", "measured", "limit", "ratio", "goal", "", "")]
    for row in rows:
        ratio = f"{row.value / row.limit:.2f}" if row.limit else ""
        verdict = "" if row.limit is None else ("ok" if row.is_kept else "TOO MUCH")
        lines.append(
            (row.what, f"{_short(row.value)} {row.unit}", _short(row.limit), ratio, _short(row.goal), verdict, row.note)
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
