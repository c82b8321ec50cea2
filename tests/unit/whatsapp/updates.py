"""Updates as Meta sends them, small enough to be read."""

import json
from collections.abc import Sequence
from typing import Any

from secretary.adapters.channels.whatsapp.reading import read
from secretary.adapters.channels.whatsapp.splitting import split
from secretary.channels.messenger import Incoming, RawUpdate

NUMBER = "106540352242922"
PHONE = "79991234567"
USER_ID = "RU.13491208655302741918"
METADATA = {"display_phone_number": "74955550102", "phone_number_id": NUMBER}
CONTACT = {"profile": {"name": "Анна"}, "wa_id": PHONE}


def body(*values: dict[str, Any], field: str = "messages") -> bytes:
    """A webhook's body with one change a value."""
    changes = [
        {"value": {"messaging_product": "whatsapp", "metadata": METADATA, **one}, "field": field} for one in values
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "4195", "changes": changes}]}).encode()


def message(kind: str = "text", at: int = 1_749_416_383, number: str = "wamid.1", **content: Any) -> dict[str, Any]:
    if kind == "text" and "text" not in content:
        content["text"] = {"body": "Привет"}
    return {"from": PHONE, "id": number, "timestamp": str(at), "type": kind, **content}


def of_message(kind: str = "text", *, contact: dict[str, Any] | None = None, **content: Any) -> bytes:
    return body({"contacts": [CONTACT if contact is None else contact], "messages": [message(kind, **content)]})


def only(raw: bytes) -> Incoming:
    """What a body with one update says."""
    [update] = split(raw)
    [incoming] = read_all([update])
    return incoming


def read_all(updates: Sequence[RawUpdate]) -> list[Incoming]:
    """As they come out of the database: as JSON."""
    return [one for update in updates for one in read(json.loads(json.dumps(update.payload)), NUMBER)]
