"""When API keys were last used: noted in memory, written beside the requests, once a minute a key."""

import asyncio
from datetime import datetime, timedelta

import structlog

from secretary.accounts.queries.keys import store_uses
from secretary.kernel.errors import SecretaryError
from secretary.kernel.unit import UnitFactory

EVERY = timedelta(minutes=1)
log = structlog.get_logger(__name__)


class KeyUses:
    """`note` costs a look into a dictionary; what has to be written, one task writes, all keys in one transaction."""

    def __init__(self, units: UnitFactory) -> None:
        self._units = units
        self._noted: dict[str, datetime] = {}
        self._pending: dict[str, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, key_id: str, now: datetime) -> None:
        """Somebody used this key. Within a minute of the last note that counted it changes nothing."""
        noted = self._noted.get(key_id)
        if noted is not None and abs(now - noted) < EVERY:
            return
        self._noted[key_id] = self._pending[key_id] = now
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def settle(self) -> None:
        """Return once everything that was noted is stored."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, {}
            try:
                async with self._units.write() as unit:
                    await store_uses(unit.db, batch)
            except (SecretaryError, OSError) as error:  # the next use is a minute away: nothing else is lost
                log.warning("key_use_not_stored", reason=str(error), keys=len(batch))
