"""Lines: the instances as this process uses them, each with its connection, renewed when its row has changed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from secretary.channels import queries, secrets
from secretary.channels.messenger import Connection, Messenger
from secretary.channels.models import ChannelInstance
from secretary.channels.ports import InstanceView
from secretary.channels.service import no_such_instance
from secretary.kernel.errors import NotFound
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import UnitFactory

FRESH_S = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One instance: its row as it was read, its kind, its own settings and secrets, and the way to its provider."""

    row: ChannelInstance
    messenger: Messenger
    view: InstanceView[Any]
    secrets: Any
    connection: Connection
    public_url: str = ""
    """Where the internet reaches us; empty where nobody has said it."""

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def kind(self) -> str:
        return self.row.kind

    @property
    def settings(self) -> Any:
        return self.view.settings

    @property
    def runs(self) -> bool:
        """Shall it run?"""
        return self.row.enabled and self.row.auto_start


class Lines:
    """Every line that was asked for. One is read again after a second at the latest."""

    def __init__(
        self, units: UnitFactory, vault: Vault, messengers: Mapping[str, Messenger], public_url: str = ""
    ) -> None:
        self._public_url = public_url.rstrip("/")
        self._units = units
        self._vault = vault
        self.messengers = messengers
        self._known: dict[str, tuple[float, Line]] = {}
        self._addresses: dict[tuple[str, str], str] = {}

    async def get(self, instance_id: str) -> Line:
        """The line of an instance. Raises NotFound, Internal("secret_unreadable")."""
        known = self._known.get(instance_id)
        if known is not None and time.monotonic() - known[0] < FRESH_S:
            return known[1]
        async with self._units.read() as unit:
            row = await queries.instance_by_id(unit.db, instance_id)
        if row is None or row.kind not in self.messengers:
            await self.drop(instance_id)
            raise no_such_instance()
        return await self._renewed(row, known[1] if known else None)

    async def by_webhook(self, kind: str, webhook_key: str) -> Line | None:
        """The line that a webhook's address names: an address stays an instance's as long as that is there."""
        known = self._addresses.get((kind, webhook_key))
        if known is None:
            async with self._units.read() as unit:
                row = await queries.instance_at(unit.db, kind, webhook_key)
            if row is None:
                return None
            known = self._addresses[kind, webhook_key] = row.id
        try:
            return await self.get(known)
        except NotFound:
            del self._addresses[kind, webhook_key]
            return None

    async def _renewed(self, row: ChannelInstance, before: Line | None) -> Line:
        line = before if before is not None and _same(before.row, row) else self._open(row)
        if before is not None and line is not before:
            await before.connection.close()
        self._known[row.id] = time.monotonic(), line
        return line

    def _open(self, row: ChannelInstance) -> Line:
        messenger = self.messengers[row.kind]
        view = InstanceView(row.id, row.name, row.enabled, messenger.settings.model_validate(row.settings))
        values = secrets.opened(self._vault, messenger, row)
        return Line(row, messenger, view, values, messenger.connect(view, values), self._public_url)

    def webhook_secret(self, instance_id: str) -> str:
        """What the provider shall send along with each update."""
        return secrets.webhook_secret(self._vault, instance_id)

    async def drop(self, instance_id: str) -> None:
        """Forget a line; the next one who asks gets a new connection."""
        known = self._known.pop(instance_id, None)
        if known is not None:
            await known[1].connection.close()

    async def close(self) -> None:
        """End every connection. Repeatable."""
        for instance_id in list(self._known):
            await self.drop(instance_id)


def _same(one: ChannelInstance, other: ChannelInstance) -> bool:
    return _version(one) == _version(other)


def _version(row: ChannelInstance) -> tuple[datetime, bool, bool, str]:
    return row.updated, row.enabled, row.auto_start, row.assistant_id
