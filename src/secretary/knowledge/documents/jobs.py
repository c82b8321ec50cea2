"""The durable work of documents: what a worker runs, and what recurs."""

import asyncio
from collections.abc import Mapping
from typing import Final

from secretary.kernel.jobs import (
    ClaimedJob,
    Handler,
    Interval,
    JobState,
    JobsWanted,
    NewSchedule,
    complete,
    list_jobs,
    note_progress,
)
from secretary.kernel.unit import Unit, UnitFactory
from secretary.knowledge.documents import crawling, imports, queries
from secretary.knowledge.documents.crawling import Walk
from secretary.knowledge.documents.imports import PREFIX, READ, REINDEX, SITE, WATCH
from secretary.knowledge.documents.reading import read_document
from secretary.knowledge.documents.tools import Tools
from secretary.knowledge.documents.watching import look_through

WATCH_EVERY_MINUTES: Final = 5
_MOST: Final = 1_000
SCHEDULE: Final = NewSchedule(WATCH, WATCH, Interval(minutes=WATCH_EVERY_MINUTES))


def handlers(units: UnitFactory, tools: Tools) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def read(job: ClaimedJob) -> None:
        await read_document(units, tools, job)

    async def site(job: ClaimedJob) -> None:
        await Walk(units, tools, job).run()

    async def watch(job: ClaimedJob) -> None:
        await look_through(units, tools, job)
        await clear_away(units, tools)

    async def reindex(job: ClaimedJob) -> None:
        async def report(done: int, total: int) -> None:
            async with units.write() as unit:
                await note_progress(unit, job, {"done": done, "total": total, "unit": "sections"})

        await tools.index.reindex(report)
        async with units.write() as unit:
            await complete(unit, job)

    return {READ: read, SITE: site, WATCH: watch, REINDEX: reindex}


async def clear_away(units: UnitFactory, tools: Tools) -> None:
    """Say of documents that nobody reads any more, and delete what imports have left behind. Repeatable."""
    async with units.write() as unit:
        waiting = set(await queries.unfinished_ids(unit.db))
        payloads, open_ids = await _open_jobs(unit)
        for document_id in sorted(waiting - payloads):
            await imports.give_up(unit, document_id, "interrupted")
    await asyncio.to_thread(tools.uploads.tidy)
    await asyncio.to_thread(crawling.tidy, tools.crawls, open_ids)


async def _open_jobs(unit: Unit) -> tuple[set[str], set[str]]:
    """The documents that jobs are about which wait or run, and the ids of those jobs."""
    documents: set[str] = set()
    ids: set[str] = set()
    for state in (JobState.QUEUED, JobState.RUNNING):
        offset, total = 0, 1
        while offset < total:
            jobs, total = await list_jobs(unit, JobsWanted(state, PREFIX), _MOST, offset)
            documents |= {str(job.payload["document_id"]) for job in jobs if "document_id" in job.payload}
            ids |= {job.id for job in jobs}
            offset += _MOST
    return documents, ids
