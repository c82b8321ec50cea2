"""`secretary audit …`: what an operator does with the log from the command line."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import click

from secretary.audit.ports import Audited
from secretary.audit.verify import Verdict, verify


class OpensAudited(Protocol):
    """What the program puts into click's context object."""

    def program(self) -> AbstractAsyncContextManager[Audited]:
        """The installation, open as long as the context."""
        ...


@click.group()
def audit() -> None:
    """Look after the audit log."""


@audit.command("verify")
@click.pass_obj
def verify_log(opens: OpensAudited) -> None:
    """Prove that no row of the audit log was changed, moved or removed; exit code 1 when one was."""
    verdict = asyncio.run(_verdict(opens))
    if verdict.fault is not None:
        fault = verdict.fault
        click.echo(f"audit log broken at row {fault.number}: {fault.reason}; rows proved {verdict.checked}", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"audit log whole: rows proved {verdict.checked}, newest {verdict.number} {verdict.hash}".rstrip())


async def _verdict(opens: OpensAudited) -> Verdict:
    async with opens.program() as program:
        return await verify(program.units, program.audit.keyring)
