"""The durable work of regression questions: asked again after something has changed."""

from collections.abc import Mapping

from secretary.kernel.jobs import ClaimedJob, Handler
from secretary.kernel.unit import SYSTEM, Actor
from secretary.knowledge.regression.asking import Examiner, Wish
from secretary.knowledge.regression.service import ASK
from secretary.knowledge.regression.shapes import Cause


def handlers(examiner: Examiner) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def ask(job: ClaimedJob) -> None:
        owner_id = job.payload.get("owner_id")
        whose = owner_id if isinstance(owner_id, str) else None
        actor = SYSTEM if whose is None else Actor("user", whose)
        await examiner.run(Wish([whose], whose, actor, cause=Cause(str(job.payload["cause"]))), job)

    return {ASK: ask}
