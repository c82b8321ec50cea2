"""The command line: `secretary serve`, and what an owner does from a shell. Commands import what they need."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
from pydantic import ValidationError

from secretary import __version__
from secretary.accounts.commands import users
from secretary.audit.commands import audit
from secretary.kernel.errors import SecretaryError
from secretary.knowledge.evaluation.commands import SelfTested, knowledge
from secretary.operations.local_models.commands import models

if TYPE_CHECKING:
    from secretary.app import App
    from secretary.kernel.unit import UnitFactory
    from secretary.operations.local_models.service import LocalModels


class Context:
    """What commands share: settings, and units on a migrated database."""

    def build(self) -> "App":
        from secretary.app import Ports, build  # noqa: PLC0415
        from secretary.settings import Settings  # noqa: PLC0415

        return build(Settings(), Ports(models={}))

    @asynccontextmanager
    async def program(self) -> "AsyncIterator[App]":
        from secretary.migrations import migrate_if_needed  # noqa: PLC0415

        app = self.build()
        try:
            await migrate_if_needed(app.database)
            yield app
        finally:
            await app.close()

    @asynccontextmanager
    async def units(self) -> "AsyncIterator[UnitFactory]":
        async with self.program() as app:
            yield app.units

    @asynccontextmanager
    async def local_models(self) -> "AsyncIterator[LocalModels]":
        """The folder of models and the hub; the database is not touched."""
        from secretary.app.local import open_local_models  # noqa: PLC0415
        from secretary.settings import Settings  # noqa: PLC0415

        async with open_local_models(Settings()) as opened:
            yield opened

    @asynccontextmanager
    async def testing(self, *, words_only: bool = False) -> "AsyncIterator[SelfTested]":
        """The whole program, its models too, for what tests its answers."""
        import structlog  # noqa: PLC0415

        from secretary.app import build  # noqa: PLC0415
        from secretary.app.sandbox import sandboxes  # noqa: PLC0415
        from secretary.kernel.telemetry import configure_logging  # noqa: PLC0415
        from secretary.migrations import migrate_if_needed  # noqa: PLC0415
        from secretary.settings import Settings  # noqa: PLC0415

        settings = Settings()
        if not structlog.is_configured():  # stdout is for the report
            configure_logging(settings.log_level, as_json=settings.log_json)
        app = build(settings)
        laboratory = app.self_test.laboratory
        if words_only:
            laboratory = replace(laboratory, sandbox=sandboxes([], app.units.clock))
        try:
            await migrate_if_needed(app.database)
            yield SelfTested(app.units, laboratory, app.search.check)
        finally:
            await app.close()


@click.group()
@click.version_option(__version__, prog_name="secretary")
@click.pass_context
def cli(context: click.Context) -> None:
    """AI Secretary: answers your customers."""
    context.obj = Context()


cli.add_command(users)
cli.add_command(audit)
cli.add_command(models)
cli.add_command(knowledge)


@cli.group()
def secrets() -> None:
    """The key that seals stored secrets. Stop the secretary first, everywhere."""


@secrets.command("rotate")
def rotate_key() -> None:
    """Make a new key and seal every stored secret with it. If interrupted, run it again."""
    from secretary.app.key_rotation import KeyRotation  # noqa: PLC0415
    from secretary.settings import Settings  # noqa: PLC0415

    result = asyncio.run(KeyRotation(Settings()).rotate())
    if isinstance(result, str):
        click.echo(f"Put this into SECRETARY_SECRET_KEY, then run `secretary secrets rotate` again:\n{result}")
        return
    for place in sorted(result.done | result.unreadable):
        click.echo(f"{place}: {result.done[place]} sealed anew, {result.unreadable[place]} unreadable")
    click.echo(f"{result.done.total()} secrets sealed with the newest key. Then: `secretary secrets drop-old`")


@secrets.command("drop-old")
def drop_old_keys() -> None:
    """Forget older keys, once nothing is sealed with them."""
    from secretary.app.key_rotation import KeyRotation  # noqa: PLC0415
    from secretary.settings import Settings  # noqa: PLC0415

    to_set = asyncio.run(KeyRotation(Settings()).drop_old())
    click.echo(f"Put this into SECRETARY_SECRET_KEY:\n{to_set}" if to_set else "Only the newest key is left.")


@cli.command()
@click.option("--host", help="Address to listen on; SECRETARY_HOST, else 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; ORCHESTRATOR_PORT, else 8002.")
@click.option("--roles", help="What this process does: web, worker, bots; SECRETARY_ROLES, else all of them.")
def serve(host: str | None, port: int | None, roles: str | None) -> None:
    """Answer customers until stopped. Of several processes on one PostgreSQL each may do a part; bots come later."""
    gc.disable()  # nothing that is imported ever becomes garbage: looking for it is a tenth of the start
    from secretary.app.serve import run  # noqa: PLC0415
    from secretary.settings import Settings  # noqa: PLC0415

    given: dict[str, Any] = {"SECRETARY_HOST": host, "ORCHESTRATOR_PORT": port, "SECRETARY_ROLES": roles}
    run(Settings(**{name: value for name, value in given.items() if value is not None}))


@cli.command()
@click.option("--revision", default="head", show_default=True, help="A revision, `head` or `base`.")
@click.pass_obj
def migrate(context: Context, revision: str) -> None:
    """Bring the database to a revision of the schema."""
    from secretary.migrations import current_revision  # noqa: PLC0415
    from secretary.migrations import migrate as run_migrations  # noqa: PLC0415

    async def work() -> str | None:
        app = context.build()
        try:
            await run_migrations(app.database, revision)
            return await current_revision(app.database)
        finally:
            await app.close()

    click.echo(f"schema {asyncio.run(work()) or 'empty'}")


@cli.command()
@click.pass_obj
def routes(context: Context) -> None:
    """Print every route, one `METHOD /path` a line."""
    from secretary.app.asgi import all_routes, lines_of  # noqa: PLC0415

    for line in lines_of(all_routes(context.build())):
        click.echo(line)


@cli.command()
@click.pass_obj
def openapi(context: Context) -> None:
    """Print the OpenAPI schema of the admin API, the same each time: `panel/openapi.json` is this."""
    from secretary.app.admin import build_admin_api  # noqa: PLC0415
    from secretary.app.schema import schema_of, written  # noqa: PLC0415

    app = context.build()
    click.echo(written(schema_of(build_admin_api(app.channels, app.messaging.messengers))), nl=False)


@cli.command()
@click.option("--all", "everything", is_flag=True, help="Those that are done, too.")
@click.pass_obj
def requests(context: Context, everything: bool) -> None:
    """Print the messages that the secretary has taken."""
    from secretary.assistant import queries  # noqa: PLC0415

    async def work() -> list[str]:
        async with context.units() as units, units.read() as unit:
            status = None if everything else "new"
            rows, _ = await queries.requests(unit.db, status=status, owner_id=None, limit=500, offset=0)
            assistant = await queries.default_assistant(unit.db)
        zone = ZoneInfo(assistant.card.timezone if assistant else "UTC")
        return [
            f"{row.created.astimezone(zone):%Y-%m-%d %H:%M}  {row.urgency or '-':8}  {row.name or '-'}  {row.contact}\n"
            f"    {row.question}\n    ответить / reply: {row.call_back}"
            for row in rows
        ]

    for line in asyncio.run(work()) or ["Сообщений нет / no messages"]:
        click.echo(line)


def main() -> None:
    """Run the command line; a mistake of the user's ends in a clear line, not in a traceback."""
    try:
        cli()
    except SecretaryError as error:
        click.echo(f"{error.ru}\n{error.en}", err=True)
        sys.exit(1)
    except ValidationError as error:
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"])
            reason = fault["msg"].removeprefix("Value error, ")
            click.echo(f"Неверная настройка / bad setting: {name} {reason}".replace("  ", " "), err=True)
        sys.exit(1)
