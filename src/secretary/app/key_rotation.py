"""Rotating the installation's key: a new one on top, every stored secret sealed anew, the old one dropped.

The secretary must be stopped meanwhile: a running one would go on sealing with the key it knows.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from secretary.accounts.models import SEALED as ACCOUNTS
from secretary.app.serve import lock_folder
from secretary.audit.models import SEALED as AUDIT
from secretary.channels.models import SEALED as CHANNELS
from secretary.kernel.db import Database
from secretary.kernel.errors import Conflict
from secretary.kernel.events import EventBus
from secretary.kernel.key_file import new_key, write_keys
from secretary.kernel.sealed import Resealed, SealedColumn, reseal, sealed_before
from secretary.kernel.secrets import KEY_FILE, Vault, key_from_file, split_keys
from secretary.kernel.unit import UnitFactory
from secretary.llm.models import SEALED as LLM
from secretary.migrations import migrate_if_needed
from secretary.operations.push.models import SEALED as PUSH
from secretary.settings import Settings

SEALED: Sequence[SealedColumn] = (*ACCOUNTS, *AUDIT, *CHANNELS, *LLM, *PUSH)
"""Every column with sealed secrets; each domain names its own."""


@dataclass(frozen=True, slots=True)
class KeyRotation:
    """The rotation of one installation."""

    settings: Settings
    places: Sequence[SealedColumn] = SEALED

    @property
    def _setting(self) -> str:
        return self.settings.secret_key.get_secret_value()

    @property
    def _keys(self) -> list[str]:
        return split_keys(self._setting or key_from_file(self.settings.data_dir / KEY_FILE))

    async def rotate(self) -> Resealed | str:
        """Seal everything with a new key; what was interrupted is finished with the key that was new then.

        Where the key comes from SECRETARY_SECRET_KEY, the first call returns what to put there, for the second one.
        """
        async with self._units() as units:
            keys = self._keys
            if self._setting and len(keys) == 1:
                return f"{new_key()},{keys[0]}"
            is_finished = not (await sealed_before(units, Vault(keys), self.places)).total()
            if is_finished and not self._setting:
                keys = [new_key(), *keys]
                write_keys(self.settings.data_dir / KEY_FILE, keys)
            return await reseal(units, Vault(keys), self.places)

    async def drop_old(self) -> str | None:
        """Forget all keys but the newest; returns what to put into SECRETARY_SECRET_KEY, if that is where they are.

        Raises Conflict while anything is sealed with an older key.
        """
        async with self._units() as units:
            keys = self._keys
            if left := (await sealed_before(units, Vault(keys), self.places)).total():
                raise still_needed(left)
            if self._setting:
                return keys[0]
            write_keys(self.settings.data_dir / KEY_FILE, keys[:1])
        return None

    @asynccontextmanager
    async def _units(self) -> AsyncIterator[UnitFactory]:
        with lock_folder(self.settings, alone=True):
            database = Database(self.settings.url_of_database)
            try:
                await migrate_if_needed(database)
                yield UnitFactory(database, EventBus())
            finally:
                await database.close()


def still_needed(count: int) -> Conflict:
    return Conflict(
        "old_key_needed",
        en=f"{count} stored secrets are still sealed with an older key. Run `secretary secrets rotate` first.",
        ru=f"Старым ключом зашифровано секретов: {count}. Сначала выполните `secretary secrets rotate`.",
    )
