"""Use cases on API keys: made for their owner, revoked for good."""

from collections.abc import Collection
from datetime import datetime

from secretary.accounts.events import ApiKeyCreated, ApiKeyRevoked
from secretary.accounts.keys import KeyText
from secretary.accounts.models import ApiKey
from secretary.accounts.names import clean_label
from secretary.accounts.queries import keys as queries
from secretary.accounts.reach import ensure_may_touch
from secretary.accounts.scopes import KEY_SCOPES
from secretary.kernel.errors import Invalid, NotFound
from secretary.kernel.unit import Unit


async def create_key(
    unit: Unit, owner_id: str, name: str, scopes: Collection[str], expires: datetime | None = None
) -> tuple[ApiKey, KeyText]:
    """A new key; its text is nowhere else. Raises Invalid for an unknown scope or a moment that has passed."""
    _check(scopes, expires, unit.now())
    text = KeyText.new()
    key = ApiKey(
        id=unit.new_id(),
        owner_id=owner_id,
        name=clean_label(name),
        prefix=text.prefix,
        key_hash=text.digest,
        scopes=sorted(set(scopes)),
        expires=expires,
        created=unit.now(),
    )
    unit.db.add(key)
    await unit.db.flush()
    unit.record(ApiKeyCreated(key.id, owner_id))
    return key, text


async def revoke_key(unit: Unit, key_id: str) -> None:
    """The key opens nothing from now on. Repeating changes nothing. Raises NotFound, for a foreign key, too."""
    key = await queries.key_by_id(unit.db, key_id)
    if key is None:
        raise NotFound("not_found", en="There is no such thing.", ru="Такого нет.")
    ensure_may_touch(unit.actor, "api_keys", key.owner_id)
    if key.revoked_at is None:
        key.revoked_at = unit.now()
        unit.record(ApiKeyRevoked(key.id, key.owner_id))


def _check(scopes: Collection[str], expires: datetime | None, now: datetime) -> None:
    unknown = sorted(set(scopes) - KEY_SCOPES)
    if unknown or not scopes:
        raise Invalid(
            "unknown_scope",
            en="A scope is v1, metrics, or a module and a level such as faq:edit; at least one is needed.",
            ru="Область — v1, metrics или модуль и уровень, например faq:edit; нужна хотя бы одна.",
            fields={"unknown": unknown},
        )
    if expires is not None and expires <= now:
        raise Invalid("expired_already", en="This moment has passed already.", ru="Этот момент уже прошёл.")
