"""`secretary models …`: models on this machine's disk, from the command line, whether the secretary runs or not."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

import click

from secretary.operations.local_models.errors import model_error
from secretary.operations.local_models.holding import Progress
from secretary.operations.local_models.machine import Fit
from secretary.operations.local_models.names import wanted
from secretary.operations.local_models.pull import Order
from secretary.operations.local_models.service import LocalModel, LocalModels, Overview

T = TypeVar("T")
GB, MB, PERCENT = 1_000_000_000, 1_000_000, 100
FITS = {
    Fit.YES: "fits / подходит",
    Fit.TIGHT: "fits once other programs are closed / подойдёт, если закрыть лишнее",
    Fit.NO: "too large / не поместится",
}


class OpensLocalModels(Protocol):
    """What the program puts into click's context object."""

    def local_models(self) -> AbstractAsyncContextManager[LocalModels]:
        """The folder of models and the hub, open as long as the context."""
        ...


@click.group()
def models() -> None:
    """Language models on this machine: recommended, pulled from a hub, removed."""


@models.command("list")
@click.option("--language", type=click.Choice(["ru", "en"]), help="Only recommended ones that speak it.")
@click.option("--all", "everything", is_flag=True, help="Those that do not fit this machine, too.")
@click.pass_obj
def list_models(opens: OpensLocalModels, language: str | None, everything: bool) -> None:
    """Print recommended and installed models."""
    found = _run(opens, lambda local: local.overview("en"))
    click.echo(_memory(found))
    for one in found.models:
        speaks = one.recommended is None or language is None or language in one.recommended.languages
        if one.installed or (speaks and (everything or one.fit is not Fit.NO)):
            click.echo("\n".join(_lines(one)))
    click.echo("\nsecretary models pull NAME")


@models.command("pull")
@click.argument("name", metavar="NAME|OWNER/REPOSITORY[:FILE]")
@click.option("--update", is_flag=True, help="Take the file even if it is not the one that was pulled first.")
@click.option("--use/--no-use", default=True, help="Let it be the model that answers.")
@click.pass_obj
def pull_model(opens: OpensLocalModels, name: str, update: bool, use: bool) -> None:
    """Download a model, or go on with a download that was broken off; verify it; use it."""
    line = _Line()

    async def work(local: LocalModels) -> str:
        asked = await local.exact(wanted(name))
        installed = await local.puller.pull(Order(asked, is_update=update, is_chosen=use), line.show)
        return f"{installed.path}\nSHA-256 {installed.source.sha256 if installed.source else ''}"

    try:
        done = _run(opens, work)
    finally:
        line.end()
    click.echo(done)
    click.echo("Ready. A running secretary takes it by itself. / Готово. Работающий секретарь возьмёт её сам.")


@models.command("use")
@click.argument("name")
@click.pass_obj
def use_model(opens: OpensLocalModels, name: str) -> None:
    """Let an installed model be the one that answers."""

    async def work(local: LocalModels) -> None:
        await asyncio.to_thread(local.shelf.choose, name)

    _run(opens, work)
    click.echo(f"{name}: will answer / будет отвечать")


@models.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask, even if it is the model that answers.")
@click.pass_obj
def remove_model(opens: OpensLocalModels, name: str, yes: bool) -> None:
    """Delete a model from the disk."""

    async def work(local: LocalModels) -> bool:
        found = await asyncio.to_thread(local.shelf.find, name)
        if found.is_chosen and not yes and not _confirmed(found.name):
            return False
        await asyncio.to_thread(local.shelf.remove, found.name)
        return True

    if _run(opens, work):
        click.echo(f"{name}: removed / удалена")


def _confirmed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise model_error("model_running")
    return click.confirm(f"{name} is the model that answers. Remove it? / отвечает эта модель. Удалить?")


def _run(opens: OpensLocalModels, work: Callable[[LocalModels], Awaitable[T]]) -> T:
    async def with_models() -> T:
        async with opens.local_models() as local:
            return await work(local)

    return asyncio.run(with_models())


def _memory(found: Overview) -> str:
    total, free = found.memory.total_bytes / GB, found.memory.available_bytes / GB
    return f"memory / память: {total:.1f} GB, free / свободно {free:.1f} GB"


def _lines(one: LocalModel) -> list[str]:
    installed = one.installed
    state = ""
    if installed is not None:
        state = "  [in use / в работе]" if installed.is_chosen else "  [installed / установлена]"
    size = (installed.size_bytes if installed else one.recommended.size_bytes if one.recommended else 0) / GB
    facts = [f"{size:.1f} GB", f"memory / память {one.memory_bytes / GB:.1f} GB", FITS[one.fit]]
    known = one.recommended
    if known is None:
        return [f"\n{one.name}{state}", f"    {', '.join(facts)}"]
    return [
        f"\n{one.name}{state}",
        f"    {known.title}, {known.licence}, {'+'.join(known.languages)}, {', '.join(facts)}",
        f"    {known.note_en} / {known.note_ru}",
    ]


class _Line:
    """One line that grows where somebody looks on; else a line each tenth."""

    def __init__(self) -> None:
        self._is_live = sys.stderr.isatty()
        self._tenth = -1

    async def show(self, progress: Progress) -> None:
        part = progress.done * PERCENT // max(progress.total, 1)
        done, total, speed = progress.done / GB, progress.total / GB, progress.bytes_per_s / MB
        text = f"{part:3} %  {done:.2f} / {total:.2f} GB  {speed:.1f} MB/s"
        if self._is_live:
            click.echo(f"\r{text}  ", nl=False, err=True)
        elif part // 10 > self._tenth:
            click.echo(text, err=True)
        self._tenth = part // 10

    def end(self) -> None:
        if self._is_live and self._tenth >= 0:
            click.echo(err=True)
