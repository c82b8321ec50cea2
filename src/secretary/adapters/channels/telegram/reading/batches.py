"""Updates as they came, to be stored before anything is made of them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from pydantic import JsonValue, ValidationError

from secretary.adapters.channels.telegram.reading.threads import ELSEWHERE, thread_of
from secretary.adapters.channels.telegram.reading.wire import Update
from secretary.channels.messenger import RawUpdate
from secretary.kernel.errors import Invalid

_LARGEST: Final = 2 << 20
_NUL: Final = b"\\u0000"


def raw_update(payload: Mapping[str, Any]) -> RawUpdate:
    """An update with its number; Telegram counts a bot's updates without gaps. Raises Invalid for what is none."""
    number = payload.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise _no_update()
    update = _understood(payload)
    thread = ELSEWHERE if update is None else thread_of(update)
    is_piece = update is not None and update.message is not None and bool(update.message.media_group_id)
    return RawUpdate(str(number), number, thread, payload, number - 1, is_piece=is_piece)


def split_body(body: bytes) -> Sequence[RawUpdate]:
    """The update in a webhook's body: there is one. Raises Invalid."""
    if len(body) > _LARGEST:
        raise _no_update()
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _no_update() from error
    if not isinstance(payload, dict):
        raise _no_update()
    return [raw_update(_stored(payload) if _NUL in body else payload)]


def stored(payload: Any) -> Any:
    """The same without what no database stores."""
    return _stored(payload) if _NUL in orjson.dumps(payload) else payload


def _stored(value: JsonValue) -> Any:
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_stored(one) for one in value]
        case dict():
            return {name.replace("\0", ""): _stored(one) for name, one in value.items()}
        case _:
            return value


def _understood(payload: Mapping[str, Any]) -> Update | None:
    """A shape that we do not understand is stored all the same."""
    try:
        return Update.model_validate(payload)
    except ValidationError:
        return None


def _no_update() -> Invalid:
    return Invalid(
        "telegram_no_update",
        en="This is no update of Telegram's Bot API.",
        ru="Это не обновление Bot API Telegram.",
    )
