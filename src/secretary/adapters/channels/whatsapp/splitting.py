"""A webhook's body, cut into single updates: each message, each status and each error by itself.

One body may carry many, of several customers. Nothing is judged here: what is not understood is stored all the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

import orjson
from pydantic import JsonValue

from secretary.adapters.channels.whatsapp.wire import bounded
from secretary.channels.messenger import RawUpdate
from secretary.kernel.errors import Invalid

_Json = Mapping[str, JsonValue]
_OBJECT = "whatsapp_business_account"
_MILLISECONDS = 1000
_ACCOUNT = "account"
"""The thread of what is about no customer."""


def split(body: bytes) -> Sequence[RawUpdate]:
    """The updates in a webhook's body, in its order. Raises Invalid("not_an_update")."""
    document = _mapping(_parsed(body.replace(b"\\u0000", b"\\ufffd")))  # no database stores NUL
    if document.get("object") != _OBJECT or not isinstance(document.get("entry"), list):
        raise _no_update()
    found: list[RawUpdate] = []
    for entry in _mappings(document["entry"]):
        for change in _mappings(entry.get("changes")):
            found += _of_change(change)
    return found


def _parsed(body: bytes) -> JsonValue:
    """Half a surrogate pair, which JSON allows and nobody can store, becomes a question mark."""
    try:
        return orjson.loads(body)  # type: ignore[no-any-return]
    except orjson.JSONDecodeError:
        try:
            text = json.dumps(json.loads(body), ensure_ascii=False)
            return orjson.loads(text.encode("utf-8", "replace"))  # type: ignore[no-any-return]
        except (ValueError, RecursionError) as error:
            raise _no_update() from error


def _of_change(change: _Json) -> Iterator[RawUpdate]:
    value = _mapping(change.get("value"))
    field = _text(change.get("field"))
    if field != "messages":
        yield _other(value, field or "nameless", value)
        return
    messages, contacts = _mappings(value.get("messages")), _mappings(value.get("contacts"))
    is_one = len(messages) == 1 == len(contacts)
    for index, message in enumerate(messages):
        contact = contacts[0] if is_one else _contact_of(message, contacts)
        yield _of_message(value, contact, message, index)
    for index, status in enumerate(_mappings(value.get("statuses"))):
        yield _of_status(value, status, index)
    for error in _mappings(value.get("errors")):
        yield _other(value, f"error {_text(error.get('code'))}", error)


def _of_message(value: _Json, contact: _Json, message: _Json, index: int) -> RawUpdate:
    return RawUpdate(
        key=_text(message.get("id")) or _digest(message),
        order=_order(message, index),
        thread=bounded(_thread_of(message, contact)),
        payload={"metadata": value.get("metadata") or {}, "contact": dict(contact), "message": dict(message)},
    )


def _of_status(value: _Json, status: _Json, index: int) -> RawUpdate:
    return RawUpdate(
        key=f"status:{_text(status.get('id'))}:{_text(status.get('status'))}",
        order=_order(status, index),
        thread=bounded(_first(status, "group_id", "recipient_user_id", "recipient_id")),
        payload={"metadata": value.get("metadata") or {}, "status": dict(status)},
        is_report=True,
    )


def _other(value: _Json, kind: str, content: _Json) -> RawUpdate:
    payload = {"metadata": value.get("metadata") or {}, "other": kind, "content": dict(content)}
    return RawUpdate(f"other:{_digest(payload)}", _order(content, 0), _ACCOUNT, payload)


def _contact_of(message: _Json, contacts: Sequence[_Json]) -> _Json:
    """Who of those in the body wrote it, by either id; nobody rather than somebody else."""
    ids = {_text(message.get("from")), _text(message.get("from_user_id"))} - {""}
    mine = (one for one in contacts if ids & {_text(one.get("wa_id")), _text(one.get("user_id"))})
    return next(mine, {})


def _thread_of(message: _Json, contact: _Json) -> str:
    """The group, or the person by the id that stays his when he hides his number; his old one where it has changed."""
    system = _mapping(message.get("system"))
    return (
        _text(message.get("group_id"))
        or _text(system.get("previous_user_id"))
        or _text(contact.get("user_id"))
        or _first(message, "from_user_id", "from")
        or _text(contact.get("wa_id"))
        or _ACCOUNT
    )


def _order(content: _Json, index: int) -> int:
    """Meta's seconds, and the place in the body: what came in one body keeps its order."""
    seconds = _text(content.get("timestamp"))
    at = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) <= 11 else 0  # noqa: PLR2004 - year 5138
    return at * _MILLISECONDS + min(index, _MILLISECONDS - 1)


def _digest(content: _Json) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()[:40]


def _first(content: _Json, *names: str) -> str:
    return next((text for name in names if (text := _text(content.get(name)))), "")


def _text(value: JsonValue) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _mapping(value: JsonValue) -> _Json:
    return value if isinstance(value, dict) else {}


def _mappings(value: JsonValue) -> Sequence[_Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _no_update() -> Invalid:
    return Invalid("not_an_update", en="This is no update of WhatsApp.", ru="Это не обновление WhatsApp.")
