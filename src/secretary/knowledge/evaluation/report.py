"""Runs as a table for people and as JSON to keep. What changed between two is `changes`' business."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from secretary.knowledge.evaluation import errors
from secretary.knowledge.evaluation.runner import Run
from secretary.knowledge.evaluation.scores import (
    ANSWERS,
    DECISIONS,
    LATENCY,
    ORDER,
    TOTAL,
    Measure,
    Scores,
    score,
    score_kinds,
)
from secretary.knowledge.evaluation.shapes import Half

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Report:
    """A run of the product beside runs of its peers on the same questions. `engine` is what searched."""

    product: Run
    peers: tuple[Run, ...] = ()
    format: int = FORMAT
    engine: str = ""

    @property
    def runs(self) -> tuple[Run, ...]:
        return (self.product, *self.peers)


_ADAPTER = TypeAdapter(Report)


def to_json(report: Report) -> bytes:
    """The report with each judged question, to be kept and compared with."""
    return _ADAPTER.dump_json(report, indent=1)


def from_json(text: bytes | str) -> Report:
    """A report that `to_json` wrote. Raises Invalid."""
    try:
        report = _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise errors.bad_report(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if report.format != FORMAT:
        raise errors.bad_report(f"format {report.format}, and only {FORMAT} is known")
    return report


def table(report: Report) -> str:
    """For each half: every kind and the total with each run's figures side by side, then decisions and latency."""
    return "\n\n".join(_half_table(report.runs, half) for half in report.product.halves)


def _half_table(runs: Sequence[Run], half: Half) -> str:
    figures = [score_kinds(run.of(half)) for run in runs]
    header = ["kind", "n", *(f"{measure.title} {run.name}" for measure in ORDER for run in runs)]
    rows = [_kind_row(kind, figures) for kind in figures[0] if _has_order(figures[0][kind])]
    totals = [score(run.of(half)) for run in runs]
    answers = [one for one in ANSWERS if any(one.of(scores) is not None for scores in totals)]
    shown = (*DECISIONS, *answers, *LATENCY)
    decisions = [["", *(run.name for run in runs)], *(_measure_row(one, totals) for one in shown)]
    return f"{half.value}: {totals[0].questions} questions\n{aligned([header, *rows])}\n\n{aligned(decisions)}"


def _kind_row(kind: str, figures: Sequence[Mapping[str, Scores]]) -> list[str]:
    of_runs = [by_kind.get(kind) for by_kind in figures]
    shown = [figure(measure, one) for measure in ORDER for one in of_runs]
    return [kind, _answerable(kind, figures[0]), *shown]


def _answerable(kind: str, figures: Mapping[str, Scores]) -> str:
    """How many questions the figures of the order come from."""
    if kind != TOTAL:
        return str(figures[kind].questions)
    return str(sum(one.questions for name, one in figures.items() if name != TOTAL and _has_order(one)))


def _has_order(scores: Scores) -> bool:
    return scores.ndcg_at_10 is not None


def _measure_row(measure: Measure, totals: Sequence[Scores]) -> list[str]:
    return [measure.title, *(figure(measure, one) for one in totals)]


def figure(measure: Measure, scores: Scores | None) -> str:
    """A figure as it is printed; a dash where there is none."""
    value = measure.of(scores) if scores else None
    if value is None:
        return "–"
    return f"{value:.3f}" if measure.unit == "share" else f"{value:.1f} ms"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
