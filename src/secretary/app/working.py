"""The worker as a part of the running program: started after the database is ready, ended before it is closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from secretary.app.build import App, business_zone
from secretary.app.messengers import schedules
from secretary.app.upkeep import SCHEDULES
from secretary.kernel.jobs import ensure_schedules, free_running
from secretary.knowledge.documents.jobs import SCHEDULE as WATCHED_FOLDER
from secretary.operations.work import keep_schedules

log = structlog.get_logger(__name__)


@asynccontextmanager
async def working(app: App) -> AsyncIterator[None]:
    """Jobs are done meanwhile. At the end those that run get a second to end (`build.WORKER_GRACE_S`), then they are
    given back.

    An embedded database has one process at a time: what its worker held when it died goes on at once.
    """
    async with app.units.write() as unit:
        await keep_schedules(unit)
        zone = str(await business_zone(unit))
        await ensure_schedules(unit, [WATCHED_FOLDER, *SCHEDULES, *schedules(zone)])
        if app.settings.is_embedded and (freed := await free_running(unit)):
            log.info("jobs_taken_over", count=freed)
    running = asyncio.create_task(app.worker.run(), name="worker")
    running.add_done_callback(_tell)
    try:
        yield
    finally:
        app.worker.stop()
        await asyncio.gather(running, return_exceptions=True)


def _tell(ended: asyncio.Task[None]) -> None:
    """A worker that ends by itself leaves everything undone: that must not go unseen."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None:
        log.error("worker_ended", exc_info=error)
