"""The one door into the log: fills the port `kernel.unit.AuditSink`. Everything that is audited goes through here."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from secretary.audit.chain import BROKEN_SEAL, HEAD, Entry, Keys, Seal
from secretary.audit.keyring import Keyring
from secretary.audit.models import ADDRESS_LENGTH
from secretary.audit.queries import links
from secretary.kernel.events import Detail, Trace
from secretary.kernel.unit import Unit

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _End:
    """Where the next row is tied on. Once it could not be proved, no later head is signed: the break stays seen."""

    number: int
    hash: str
    is_proved: bool


class AuditLog:
    """Appends rows to the chain. `keyring` holds what proves them."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    async def write(self, unit: Unit, traces: Sequence[Trace]) -> None:
        """Keep `traces` in this unit's transaction. Holds the chain's head from here to the commit."""
        await unit.db.flush()  # what may have to wait for others waits before we hold what others wait for
        head = await links.locked_head(unit.db)
        keys = await self.keyring.signing_keys(unit)
        end = await _end(unit, head, keys)
        entries: list[Entry] = []
        for trace in traces:
            entry = _entry(unit, trace, end, keys.newest).signed(keys)
            entries.append(entry)
            end = _End(entry.number, entry.hash, end.is_proved)
        await links.append(unit.db, entries, _head(unit, end, keys))


async def _end(unit: Unit, head: Seal, keys: Keys) -> _End:
    if head.is_genuine(keys):
        return _End(head.number, head.hash, is_proved=True)
    last = await links.entry(unit.db, await links.newest_number(unit.db))
    if last is None and head.number == 0 and not await links.has_begun(unit.db):
        return _End(0, "", is_proved=True)
    log.error("audit_chain_broken")
    return _End(last.number, last.hash, is_proved=False) if last else _End(0, "", is_proved=False)


def _entry(unit: Unit, trace: Trace, end: _End, key_id: str) -> Entry:
    return Entry(
        id=unit.new_id(),
        number=end.number + 1,
        timestamp=unit.now(),
        actor_kind=unit.actor.kind,
        user_id=unit.actor.id,
        session_id=unit.actor.session_id,
        user_ip=storable(unit.actor.address),
        action=trace.action,
        resource=trace.resource,
        resource_id=trace.resource_id,
        details={name: _plain(value) for name, value in trace.details.items()},
        previous_hash=end.hash,
        key_id=key_id,
    )


def _head(unit: Unit, end: _End, keys: Keys) -> Seal:
    head = Seal(HEAD, end.number, end.hash, 0, unit.now(), keys.newest, BROKEN_SEAL)
    return head.signed(keys) if end.is_proved else head


def storable(address: str) -> str:
    """An address may be what a proxy passed on: whatever it is, both databases store it and it can be hashed."""
    return address.encode("ascii", "replace").decode().replace("\0", "?")[:ADDRESS_LENGTH]


def _plain(value: Detail) -> str | int | list[str]:
    return value if isinstance(value, str | int) else list(value)
