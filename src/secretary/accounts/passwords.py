"""Passwords: the rule for new ones, argon2id for stored ones. Hashing runs in threads of its own, never in a unit."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from secretary.accounts.names import username_key
from secretary.kernel.errors import Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 8, 256
# OWASP Password Storage Cheat Sheet (2025): m = 46 MiB, t = 1, p = 1 is its first choice for argon2id.
MEMORY_KIB, PASSES, LANES = 47_104, 1, 1
# Two at once bound what a burst of sign-ins may take of memory (2 x 46 MiB) and of the processors.
_EXECUTOR = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")

T = TypeVar("T")


def check_policy(password: str, username: str) -> None:
    """Raises Invalid for a password that nobody should choose."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            "password_length",
            en=f"A password has {SHORTEST} to {LONGEST} characters.",
            ru=f"В пароле должно быть от {SHORTEST} до {LONGEST} знаков.",
            fields={"shortest": SHORTEST, "longest": LONGEST},
        )
    if username_key(password) == username_key(username):
        raise Invalid(
            "password_is_username",
            en="The password must differ from the user name.",
            ru="Пароль не должен совпадать с именем пользователя.",
        )


def random_password() -> str:
    """96 random bits, readable enough to be typed once."""
    return secrets.token_urlsafe(12)


class Passwords:
    """Hashes and verifies off the event loop. An unknown account costs as much time as a known one."""

    async def hash(self, password: str) -> str:
        """The argon2id string to store. Takes some 50 ms of a processor."""
        return await _in_thread(partial(self._hasher.hash, _octets(password)))

    async def is_right(self, stored: str | None, password: str) -> bool:
        """Does `password` fit? With no stored hash (no such account) the same work is done for nothing."""
        return await _in_thread(partial(self._fits, stored, password))

    def _fits(self, stored: str | None, password: str) -> bool:
        from argon2.exceptions import Argon2Error, InvalidHashError  # noqa: PLC0415 - paid for when first needed

        decoy = self._decoy  # made on the first call, whoever asks for it
        try:
            self._hasher.verify(stored or decoy, _octets(password))
        except (Argon2Error, InvalidHashError):
            return False
        return stored is not None

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415 - paid for when first needed

        return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_bytes(16))


def _octets(password: str) -> bytes:
    """The same bytes for the same characters, however a keyboard composes them (NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_EXECUTOR, work)
