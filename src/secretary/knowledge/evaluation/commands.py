"""`secretary knowledge …`: test the answers, and check the search, from the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from secretary.kernel.unit import UnitFactory
    from secretary.knowledge.evaluation.evaluating import Laboratory
    from secretary.knowledge.evaluation.report import Report
    from secretary.knowledge.evaluation.shapes import QuestionSet
    from secretary.knowledge.search.health import Health

HALVES = ("tuning", "held_out")


@dataclass(frozen=True, slots=True)
class SelfTested:
    """What the commands work with: the installation's database, its laboratory, and its search's health."""

    units: "UnitFactory"
    laboratory: "Laboratory"
    check: "Callable[[], Awaitable[Health | None]]"


class OpensTesting(Protocol):
    """What the program puts into click's context object."""

    def testing(self, *, words_only: bool = False) -> AbstractAsyncContextManager[SelfTested]:
        """The installation, open as long as the context; `words_only` leaves embedding models out of the laboratory."""
        ...


@click.group()
def knowledge() -> None:
    """Test the answers from your documents, and check the search."""


@knowledge.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--half", type=click.Choice(HALVES), help="Only the questions of this half.")
@click.option("--with-model", is_flag=True, help="Have the assistant's own models answer, too. It may cost money.")
@click.option("--words-only", is_flag=True, help="Leave the embedding models out: quicker.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the report there.")
@click.pass_obj
def evaluate(
    opens: OpensTesting, folder: Path | None, half: str | None, with_model: bool, words_only: bool,
    json_file: Path | None,
) -> None:  # fmt: skip
    """Put questions to the product and print how well it finds and answers, beside plain BM25.

    FOLDER holds a file of questions (JSON Lines) and the documents beside it; without one, the shipped sets are used.
    """
    order = _Order(folder, half, with_model=with_model, words_only=words_only)
    line = _Line()
    try:
        report, shown = asyncio.run(_evaluated(opens, order, line))
    finally:
        line.end()
    from secretary.knowledge.evaluation.report import to_json  # noqa: PLC0415

    if json_file is not None:
        json_file.write_bytes(to_json(report))
    click.echo(shown)


@knowledge.command()
@click.pass_obj
def check(opens: OpensTesting) -> None:
    """Ask the search for passages that it must find, and say which engine answers."""

    async def work() -> "Health | None":
        async with opens.testing() as testing:
            return await testing.check()

    health = asyncio.run(work())
    if health is None:
        click.echo("No documents yet: there is nothing to find. / Документов ещё нет: искать нечего.")
        return
    meaning = {None: "not searched", True: "found", False: "NOT FOUND"}[health.finds_by_meaning]
    click.echo(f"engine       {health.engine}")
    click.echo(f"passages     {health.passages}, without vectors {health.lacking}")
    click.echo(f"by words     {'found' if health.finds_by_words else 'NOT FOUND'}")
    click.echo(f"by meaning   {meaning}")
    if not health.is_healthy:
        click.echo("The search does not find what is there. / Поиск не находит того, что есть.", err=True)
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _Order:
    folder: Path | None
    half: str | None
    with_model: bool
    words_only: bool


async def _evaluated(opens: OpensTesting, order: _Order, line: "_Line") -> "tuple[Report, str]":
    from secretary.knowledge.evaluation import service  # noqa: PLC0415
    from secretary.knowledge.evaluation.evaluating import Wish, of_sets  # noqa: PLC0415
    from secretary.knowledge.evaluation.models import Origin  # noqa: PLC0415
    from secretary.knowledge.evaluation.shapes import Half  # noqa: PLC0415

    sets = await asyncio.to_thread(_sets, order.folder)
    half = Half(order.half) if order.half else None
    origin = Origin.SHIPPED if order.folder is None else Origin.FOLDER
    name = service.SHIPPED_NAME if order.folder is None else str(order.folder.resolve())
    async with opens.testing(words_only=order.words_only) as testing:
        wish = Wish(half=half, with_model=order.with_model, tell=line.show)
        report = await of_sets(testing.laboratory, sets, wish)
        new = service.NewRun(half=half, with_model=order.with_model)
        async with testing.units.write() as unit:
            row = await service.keep(unit, origin, name, new, report)
            changes = await service.changes_of(unit, row, report)
    return report, _shown(report, changes.text() if changes else "")


def _shown(report: "Report", changes: str) -> str:
    from secretary.knowledge.evaluation.report import table  # noqa: PLC0415

    since = f"\nSince the last run:\n{changes}" if changes else "\nThis is the first run of these questions."
    return f"engine: {report.engine}\n\n{table(report)}\n{since}"


def _sets(folder: Path | None) -> "tuple[QuestionSet, ...]":
    from secretary.knowledge.evaluation import errors  # noqa: PLC0415
    from secretary.knowledge.evaluation.folder import read_set, shipped_sets  # noqa: PLC0415

    if folder is None:
        return shipped_sets()
    if not folder.exists():
        raise errors.no_such_folder(str(folder))
    return (read_set(folder),)


class _Line:
    """How far it is: one line that is written over on a terminal, else a line for every tenth part."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._last = ""

    async def show(self, phase: str, done: int, total: int) -> None:
        """Say it, where it is news."""
        tenth = done * 10 // max(total, 1)
        text = f"{phase} {done}/{total}" if self._is_terminal else f"{phase} {tenth * 10} %"
        if text != self._last:
            click.echo(f"\r{text:<60}" if self._is_terminal else text, err=True, nl=not self._is_terminal)
            self._last = text

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._last:
            click.echo(err=True)
