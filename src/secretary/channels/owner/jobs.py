"""The durable work of the owner's messenger: cards, and summaries in the morning and in the evening."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from secretary.channels.letters import post, queue_of
from secretary.channels.models import ChannelInstance
from secretary.channels.owner import queries
from secretary.channels.owner.models import OperatorLink
from secretary.channels.owner.summing_up import has_news
from secretary.channels.owner.telling import Telling
from secretary.channels.owner.writing import SUMMARY
from secretary.kernel.jobs import ClaimedJob, Daily, Handler, NewSchedule, complete
from secretary.kernel.unit import Unit, UnitFactory

SUM_UP = "owner.summary"
MORNING, EVENING = time(9), time(20)
CARDS_KEPT = timedelta(days=30)


def schedules(zone: str) -> Sequence[NewSchedule]:
    """When it recurs, on the clock of the business."""
    return (
        NewSchedule(f"{SUM_UP}.morning", SUM_UP, Daily(at=MORNING), zone, {"occasion": "morning"}),
        NewSchedule(f"{SUM_UP}.evening", SUM_UP, Daily(at=EVENING), zone, {"occasion": "evening"}),
    )


def handlers(units: UnitFactory) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def sum_up(job: ClaimedJob) -> None:
        async with units.write() as unit:
            await send_summaries(unit, str(job.payload["occasion"]))
            await queries.forget_cards(unit.db, unit.now() - CARDS_KEPT)
            await complete(unit, job)

    return {SUM_UP: sum_up, **Telling().handlers(units)}


async def send_summaries(unit: Unit, occasion: str) -> int:
    """A summary to everybody who wants one now and for whom there is something to say; to how many?"""
    told = 0
    for link, instance, actor in await queries.linked(unit.db):
        wants = link.morning if occasion == "morning" else link.evening
        if wants and await has_news(unit, actor, link.summed_up):
            await post_summary(unit, link, instance, occasion, link.summed_up)
            link.summed_up = unit.now()
            told += 1
    await unit.db.flush()
    return told


async def post_summary(
    unit: Unit, link: OperatorLink, instance: ChannelInstance, occasion: str, since: datetime
) -> None:
    """One summary on its way."""
    payload = {"link_id": link.id, "occasion": occasion, "since": since.isoformat()}
    payload["until"] = unit.now().isoformat()
    await post(unit, queue_of(instance.kind, instance.id), SUMMARY, payload, key=unit.new_id(), conversation=link.id)
