"""The keys of the log: random, sealed in the database, so that they outlive a rotation of the installation's key."""

import secrets

import structlog

from secretary.audit.chain import Keys
from secretary.audit.models import SEALED, AuditKey
from secretary.audit.queries import links
from secretary.kernel.errors import Internal
from secretary.kernel.secrets import Vault
from secretary.kernel.unit import Unit

KEY_BYTES = 32
log = structlog.get_logger(__name__)


class Keyring:
    """Reads the keys once and remembers them."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: Keys | None = None

    async def keys(self, unit: Unit) -> Keys:
        """The keys that prove what is stored; none before the first row, or when the installation's key is lost."""
        if self._known is not None:
            return self._known
        opened = [self._open(row) for row in await links.sealed_keys(unit.db)]
        keys = Keys([key for key in opened if key is not None])
        if keys.newest:
            self._known = keys
        return keys

    async def signing_keys(self, unit: Unit) -> Keys:
        """The same, and a new key where there is none. The unit holds the chain's head."""
        keys = await self.keys(unit)
        return keys if keys.newest else await self._make(unit)

    def _open(self, row: AuditKey) -> bytes | None:
        try:
            return bytes.fromhex(self._vault.open(row.sealed_key, bound_to=SEALED[0].bound_to(row.id)))
        except Internal:  # another installation's key: the log goes on, and what it cannot prove shows as broken
            log.warning("audit_key_unreadable")
            return None

    async def _make(self, unit: Unit) -> Keys:
        """Not remembered: this unit may come to nothing."""
        key, key_id = secrets.token_bytes(KEY_BYTES), unit.new_id()
        sealed = self._vault.seal(key.hex(), bound_to=SEALED[0].bound_to(key_id))
        await links.add_key(unit.db, AuditKey(id=key_id, sealed_key=sealed, created=unit.now()))
        return Keys([key])
