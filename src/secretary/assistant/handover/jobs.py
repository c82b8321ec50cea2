"""The durable work of the hand-over: every minute, conversations whose time is up are given back to the secretary."""

from collections.abc import Mapping
from typing import Protocol

import structlog

from secretary.assistant.handover.expiry import nobody_came
from secretary.conversations.handover.service import expire_due
from secretary.conversations.models import ChatSession
from secretary.conversations.ports import SessionState
from secretary.conversations.service import get_sessions
from secretary.kernel.errors import Conflict
from secretary.kernel.jobs import ClaimedJob, Handler, Interval, NewSchedule, complete
from secretary.kernel.unit import Unit, UnitFactory

log = structlog.get_logger(__name__)

EXPIRE = "handover.expire"
SCHEDULE = NewSchedule(EXPIRE, EXPIRE, Interval(minutes=1))


class Outlet(Protocol):
    """The way out to channels that are written to: `channels.ports.Outlet`, which `app` fills."""

    async def send(self, unit: Unit, session: ChatSession, message_id: str, *, is_automatic: bool) -> None: ...


def handlers(units: UnitFactory, outlet: Outlet) -> Mapping[str, Handler]:
    """What a worker runs."""

    async def expire(job: ClaimedJob) -> None:
        while await give_back_due(units, outlet):
            pass
        async with units.write() as unit:
            await complete(unit, job)

    return {EXPIRE: expire}


async def give_back_due(units: UnitFactory, outlet: Outlet) -> int:
    """Give back some of the conversations that are due, with what is said there; how many they were."""
    async with units.write() as unit:
        expired = await expire_due(unit)
        unheard = [each.session_id for each in expired if each.was is SessionState.WAITING]
        for session in await get_sessions(unit, unheard):
            notice = await nobody_came(unit, session)
            if notice is not None:
                await _send(unit, outlet, session, notice.id)
    return len(expired)


async def _send(unit: Unit, outlet: Outlet, session: ChatSession, message_id: str) -> None:
    try:
        await outlet.send(unit, session, message_id, is_automatic=True)
    except Conflict as error:  # the provider lets nobody write now: it stays in the conversation, and in the inbox
        log.info("notice_not_sent", session_id=session.id, code=error.code)
