"""The chain: what the hash of a row covers, what a seal says, and the walk that proves both. Pure; no database.

Rows and seals are authenticated with HMAC-SHA256 (RFC 2104) under keys that are not in the database, so whoever has
only the database can neither change a row nor end the chain earlier without its showing. What no chain can show is
the whole database put back to an older state of itself.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson

HEAD = "head"
BROKEN_SEAL = "broken"


class Keys:
    """Keys of the audit log, newest first: the first one signs, each proves what it signed. `newest` is empty
    when there is none.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hmac.digest(key, b"key-id", "sha256").hex()[:8]: key for key in keys}
        self.newest = next(iter(self._keys), "")

    def knows(self, key_id: str) -> bool:
        return key_id in self._keys

    def sign(self, key_id: str, content: bytes) -> str:
        return hmac.digest(self._keys[key_id], content, "sha256").hex()

    def prove(self, signed: "Entry | Seal", signature: str) -> bool:
        try:
            expected = self.sign(signed.key_id, signed.content)
            return hmac.compare_digest(expected.encode(), signature.encode())
        except (KeyError, TypeError, ValueError, AttributeError):  # whoever wrote into the database wrote anything
            return False


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the log. `number` is its place; the links of the chain prove it."""

    id: str
    number: int
    timestamp: datetime
    actor_kind: str
    user_id: str
    session_id: str
    user_ip: str
    action: str
    resource: str
    resource_id: str
    details: Mapping[str, Any]
    previous_hash: str
    key_id: str
    hash: str = ""

    @property
    def content(self) -> bytes:
        said = [
            self.id, self.timestamp.astimezone(UTC), self.actor_kind, self.user_id, self.session_id, self.user_ip,
            self.action, self.resource, self.resource_id, self.details, self.previous_hash,
        ]  # fmt: skip
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)

    def signed(self, keys: Keys) -> "Entry":
        return replace(self, hash=keys.sign(self.key_id, self.content))

    def is_genuine(self, keys: Keys) -> bool:
        return keys.prove(self, self.hash)


@dataclass(frozen=True, slots=True)
class Seal:
    """The head or an anchor, as the table has it."""

    id: str
    number: int
    hash: str
    removed: int
    timestamp: datetime
    key_id: str
    signature: str = BROKEN_SEAL

    @property
    def content(self) -> bytes:
        return orjson.dumps([self.id, self.number, self.hash, self.removed, self.timestamp.astimezone(UTC)])

    def signed(self, keys: Keys) -> "Seal":
        return replace(self, signature=keys.sign(self.key_id, self.content))

    def is_genuine(self, keys: Keys) -> bool:
        return keys.prove(self, self.signature)


class Reason(StrEnum):
    """What is wrong with the chain."""

    CHANGED = "changed"
    MISSING = "missing"
    OUT_OF_ORDER = "out of order"
    UNKNOWN_KEY = "unknown key"
    FORGED_ANCHOR = "forged anchor"
    FORGED_HEAD = "forged head"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first number at which the chain does not hold."""

    number: int
    reason: Reason
