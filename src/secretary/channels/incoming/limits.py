"""How much one person may write, and what he is told beyond that: once, not for every message."""

from dataclasses import dataclass
from datetime import timedelta

from secretary.channels.desk import limit_reached
from secretary.channels.letters import Letter, post, queue_of
from secretary.channels.messenger import Address, Outgoing, Said, Tapped
from secretary.channels.models import ChannelReceipt, ChannelThread
from secretary.channels.running.lines import Line
from secretary.conversations import queries as conversation_queries
from secretary.kernel.errors import Language, RateLimited
from secretary.kernel.jobs import Payload
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.unit import Unit

NOTICE = "notice"
NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Limits:
    """`flood` counts a person's messages a minute, `told` how often he is told of it."""

    flood: WindowLimiter
    told: WindowLimiter

    async def exceeded(self, unit: Unit, line: Line, thread: ChannelThread) -> RateLimited | None:
        """Is this one message too many?"""
        try:
            self.flood.hit(f"{line.id}:{thread.person_key}")
        except RateLimited as error:
            return error
        row = line.row
        if row.rate_limit_count is None:
            return None
        since = unit.now() - timedelta(hours=row.rate_limit_hours)
        written = await conversation_queries.messages_since(
            unit.db, source_id=line.id, contact_key=thread.thread, address_hash="", since=since
        )
        if written < row.rate_limit_count:
            return None
        return limit_reached(row.rate_limit_count, row.rate_limit_hours)

    async def tell(
        self, unit: Unit, line: Line, receipt: ChannelReceipt, thread: ChannelThread, over: RateLimited
    ) -> None:
        """Say why there is no answer."""
        await self._say(unit, line, receipt, thread.address, over.text(thread.language), thread.language)

    async def refuse(self, unit: Unit, line: Line, receipt: ChannelReceipt, said: Said | Tapped) -> None:
        """Somebody may not write here: he is told so where the owner has written a text for it."""
        text = line.settings.unauthorized_message
        if text and not said.is_group:
            await self._say(unit, line, receipt, said.address, text, said.person.language)

    async def _say(
        self, unit: Unit, line: Line, receipt: ChannelReceipt, address: Address, text: str, language: Language
    ) -> None:
        try:
            self.told.hit(f"{line.id}:{receipt.thread}")
        except RateLimited:
            return
        payload: Payload = {"address": dict(address), "text": text, "language": language}
        await post(unit, queue_of(line.kind, line.id), NOTICE, payload, key=f"{NOTICE}:{receipt.id}")


async def write_notice(unit: Unit, payload: Payload) -> Letter | None:
    """A text of ours that belongs to no conversation."""
    del unit
    address, language = payload["address"], payload["language"]
    if not isinstance(address, dict):
        return None
    return Letter(address, Outgoing(str(payload["text"]), language="en" if language == "en" else "ru"))
