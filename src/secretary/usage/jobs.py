"""Durable work of usage: settling the calls that dead processes left open."""

from collections.abc import Mapping
from datetime import timedelta

from secretary.kernel.jobs import ClaimedJob, Handler, Interval, NewSchedule
from secretary.usage.ledger import Ledger

RECOVER = "usage.recover"
RECOVER_EVERY_MINUTES = 30
SURELY_DEAD = timedelta(hours=1)  # a provider's time limit is an hour at most
SCHEDULE = NewSchedule(RECOVER, RECOVER, Interval(minutes=RECOVER_EVERY_MINUTES))


def handlers(ledger: Ledger) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def recover(_: ClaimedJob) -> None:
        await ledger.recover(SURELY_DEAD)

    return {RECOVER: recover}


async def recover_at_start(ledger: Ledger, *, is_embedded: bool) -> int:
    """What a start settles: an embedded database has one process at a time, so whatever is open is lost."""
    return await ledger.recover(timedelta(0) if is_embedded else SURELY_DEAD)
