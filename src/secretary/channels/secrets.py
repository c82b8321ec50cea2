"""An instance's secrets: sealed together in one column, shown by their last letters, told apart by a mark."""

import hmac
import secrets as randomness
from typing import Any

import orjson
from pydantic import BaseModel

from secretary.channels.messenger import Messenger
from secretary.channels.models import SEALED, ChannelInstance
from secretary.kernel.errors import Conflict
from secretary.kernel.secrets import Vault

PLACE = SEALED[0]
SHOWN = 4


def opened(vault: Vault, messenger: Messenger, row: ChannelInstance) -> Any:
    """The secrets of an instance, in the shape of its kind. Raises Internal("secret_unreadable")."""
    if row.sealed_secrets is None:
        return messenger.secrets()
    return messenger.secrets.model_validate_json(vault.open(row.sealed_secrets, bound_to=PLACE.bound_to(row.id)))


def keep(vault: Vault, messenger: Messenger, row: ChannelInstance, sent: dict[str, str]) -> None:
    """Store the secrets that were sent; an empty one takes it away, one that was not sent stays. Raises Invalid."""
    if not sent and row.webhook_key:
        return
    values = opened(vault, messenger, row).model_dump() | sent
    checked = messenger.secrets.model_validate(values)
    row.sealed_secrets = vault.seal(checked.model_dump_json(), bound_to=PLACE.bound_to(row.id))
    row.secret_mark = mark(vault, messenger, row.settings, checked)
    row.webhook_key = row.webhook_key or randomness.token_urlsafe(32)


def mark(vault: Vault, messenger: Messenger, settings: dict[str, Any], values: BaseModel) -> str | None:
    """What two instances of one kind must not have in common; None while it is not set."""
    identity = messenger.identity(messenger.settings.model_validate(settings), values)
    if not identity:
        return None
    return hmac.digest(vault.derive("channel-secret"), f"{messenger.kind}:{identity}".encode(), "sha256").hex()


def webhook_secret(vault: Vault, instance_id: str) -> str:
    """What a provider sends along with each update, where it can."""
    return vault.derive(f"webhook:{instance_id}").hex()


def shown(values: BaseModel) -> dict[str, str]:
    """Every secret as it is shown: its last letters, or nothing."""
    return {name: _masked(value) for name, value in orjson.loads(values.model_dump_json()).items()}


def _masked(value: str) -> str:
    if not value:
        return ""
    return "…" + value[-SHOWN:] if len(value) > 2 * SHOWN else "…"


def taken_twice() -> Conflict:
    return Conflict(
        "channel_taken_twice",
        en="Another channel here already uses this token or number: two of them would take each other's messages. "
        "Change that one, or use another token.",
        ru="Этот токен или номер уже использует другой канал: два канала отнимали бы сообщения друг у друга. "
        "Измените тот канал или возьмите другой токен.",
    )
