"""The desk: what adapters call. It checks whose a conversation is and how much one may write, then knows the heart."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from secretary.assistant.noticing import rate
from secretary.assistant.ports import Accepted, Inbound, Reply, Turns
from secretary.channels import service
from secretary.channels.models import ChannelInstance
from secretary.channels.ports import InstanceView, StoredMessage
from secretary.conversations import queries as conversation_queries
from secretary.conversations import service as conversations
from secretary.conversations.errors import no_such_session
from secretary.conversations.service import NewSession
from secretary.kernel.errors import Language, RateLimited
from secretary.kernel.limits import WindowLimiter
from secretary.kernel.unit import Unit, UnitFactory

INSTANCE_CACHE_S = 1.0


class FrontDesk:
    """Implements `channels.ports.Desk` for all kinds. `fingerprint` turns a network address into what may be stored."""

    def __init__(
        self,
        units: UnitFactory,
        turns: Turns,
        shapes: Mapping[str, type[BaseModel]],
        fingerprint: Callable[[str], str],
        flood: WindowLimiter,
    ) -> None:
        self._units = units
        self._turns = turns
        self._shapes = shapes
        self._fingerprint = fingerprint
        self._flood = flood
        self._instances: dict[tuple[str, str], tuple[float, ChannelInstance]] = {}

    async def instance(self, kind: str, instance_id: str) -> InstanceView[Any]:
        row = await self._row(kind, instance_id)
        return InstanceView(row.id, row.name, row.enabled, self._shapes[kind].model_validate(row.settings))

    async def _row(self, kind: str, instance_id: str) -> ChannelInstance:
        known = self._instances.get((kind, instance_id))
        if known and time.monotonic() - known[0] < INSTANCE_CACHE_S:
            return known[1]
        async with self._units.read() as unit:
            row = await service.get_instance(unit, kind, instance_id)
        self._instances[kind, instance_id] = self._instances[kind, row.id] = time.monotonic(), row
        return row

    async def open_session(
        self, kind: str, instance_id: str, contact_key: str, language: Language, address: str
    ) -> tuple[str, datetime]:
        row = await self._row(kind, instance_id)
        self._flood.hit(address)
        new = NewSession(
            assistant_id=row.assistant_id,
            source=kind,
            source_id=row.id,
            contact_key=contact_key,
            language=language,
            owner_id=row.owner_id,
            address_hash=self._fingerprint(address),
        )
        async with self._units.write() as unit:
            session = await conversations.open_session(unit, new)
        return session.id, session.created

    async def receive(
        self, kind: str, instance_id: str, contact_key: str, session_id: str, text: str, message_id: str, address: str
    ) -> Accepted:
        row = await self._row(kind, instance_id)
        self._flood.hit(address)
        async with self._units.read() as unit:
            session = await conversations.get_session_of(unit, session_id, contact_key)
            if session.source_id != row.id:
                raise no_such_session()
            if row.rate_limit_count is not None and not await conversations.is_stored(unit, session_id, message_id):
                await self._check_limit(unit, row, contact_key, session.address_hash)
        return await self._turns.accept(Inbound(session_id, text, message_id))

    async def _check_limit(self, unit: Unit, row: ChannelInstance, contact_key: str, address_hash: str) -> None:
        since = unit.now() - timedelta(hours=row.rate_limit_hours)
        written = await conversation_queries.messages_since(
            unit.db, source_id=row.id, contact_key=contact_key, address_hash=address_hash, since=since
        )
        if row.rate_limit_count is not None and written >= row.rate_limit_count:
            raise limit_reached(row.rate_limit_count, row.rate_limit_hours)

    async def history(self, session_id: str, contact_key: str, *, last: int) -> Sequence[StoredMessage]:
        async with self._units.read() as unit:
            await conversations.get_session_of(unit, session_id, contact_key)
            rows = await conversation_queries.visible_messages(unit.db, session_id, last=last)
        return [
            StoredMessage(row.id, row.role, row.content, row.status.value, row.created, row.sources, row.buttons)
            for row in rows
        ]

    def follow(self, accepted: Accepted, after: int = 0) -> AsyncIterator[tuple[int, Reply]]:
        return self._turns.listen(accepted.session_id, accepted.answer_id, after)

    async def listen(
        self, session_id: str, contact_key: str, answer_id: str, after: int
    ) -> AsyncIterator[tuple[int, Reply]]:
        async with self._units.read() as unit:
            await conversations.get_session_of(unit, session_id, contact_key)
            await conversations.get_message(unit, session_id, answer_id)
        return self._turns.listen(session_id, answer_id, after)

    async def cancel(self, session_id: str, contact_key: str, answer_id: str) -> None:
        async with self._units.read() as unit:
            await conversations.get_session_of(unit, session_id, contact_key)
        await self._turns.cancel(session_id, answer_id)

    async def rate(self, session_id: str, contact_key: str, answer_id: str, value: int, comment: str | None) -> None:
        async with self._units.write() as unit:
            await conversations.get_session_of(unit, session_id, contact_key)
            await rate(unit, session_id, answer_id, value, comment)


def limit_reached(count: int, hours: int) -> RateLimited:
    return RateLimited(
        "message_limit",
        en=f"You have sent {count} messages within {hours} h. Please come back later.",
        ru=f"Вы отправили {count} сообщ. за {hours} ч. Пожалуйста, вернитесь позже.",
        retry_after_s=3600,
    )
