"""Meta's OpenAPI description as data, and whether a value is as described.

The data (v23.0, MIT) is not part of the repository: where it is absent nothing is checked, and the tests that need it
are skipped (`described`). It cannot be used word for word: its `allOf` refuses by the one half what the other demands,
so the halves are joined here; its webhook schemas demand of customers what is demanded of businesses, so updates are
held against its 15 examples instead.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

_FILE = "meta_business_messaging_v23.yaml"
_SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data"
_TYPES = {
    "text": "TextMessage", "audio": "AudioMessage", "document": "DocumentMessage", "image": "ImageMessage",
    "location": "LocationMessage", "video": "VideoMessage", "sticker": "StickerMessage", "reaction": "ReactionMessage",
    "interactive": "InteractiveMessage", "template": "TemplateMessage", "contacts": "ContactsMessage",
}  # fmt: skip
_READ = {
    "type": "object",
    "required": ["messaging_product", "status", "message_id"],
    "additionalProperties": False,
    "properties": {
        "messaging_product": {"const": "whatsapp"},
        "status": {"const": "read"},
        "message_id": {"type": "string"},
        "typing_indicator": {"type": "object", "required": ["type"], "properties": {"type": {"const": "text"}}},
    },
}
"""As in the example "Send typing indicator and read receipt"; the schema of the request leaves it out."""
_LATER = frozenset({
    # Business-scoped user ids and usernames, 2026-08.
    "contacts[].user_id", "contacts[].profile.username", "messages[].from_user_id", "statuses[].recipient_user_id",
    "messages[].system.user_id", "messages[].system.previous_user_id",
    # Edited and deleted messages, 2026-07.
    "messages[].revoke.original_message_id", "messages[].edit.original_message_id",
    "messages[].edit.message.type", "messages[].edit.message.text.body",
    # Media and documents: webhooks/reference/messages/{audio,document,video,sticker}, 2026-05.
    *(f"messages[].{kind}.{name}" for kind in ("audio", "video", "document", "sticker")
      for name in ("id", "mime_type", "sha256", "caption", "filename", "voice", "animated")),
    # Statuses, which have no example.
    *(f"statuses[].{name}" for name in ("id", "status", "timestamp", "recipient_id", "errors[].code",
      "errors[].title", "errors[].message", "errors[].error_data.details")),
})  # fmt: skip


def _path() -> Path:
    return Path(os.environ.get("FAKE_API_DATA", _SHARED)) / _FILE


@cache
def description() -> dict[str, Any]:
    """The whole document; empty where the data is absent."""
    if not _path().is_file():
        return {}
    return yaml.load(_path().read_text(), Loader=yaml.CSafeLoader)  # a megabyte: 0.3 s, in pure Python 4 s


def described() -> None:
    """Skips a test where there is nothing to check against."""
    if not description():
        pytest.skip(f"Meta's description ({_FILE}) is not on this machine")


def problems_of_message(body: Any) -> list[str]:
    """What is wrong with the body of POST …/messages."""
    if not description():
        return []
    is_read = isinstance(body, dict) and "status" in body
    kind = body.get("type", "text") if isinstance(body, dict) and not is_read else ""
    if not is_read and kind not in _TYPES:
        return [f"type: {kind} is no type of message"]
    validator = _read_validator() if is_read else _message_validator(kind)
    return _errors(validator, body)


def problems_of_answer(body: Any, name: str) -> list[str]:
    """What is wrong with an answer of ours, by the name of its schema."""
    return _errors(_schema_validator(name), body) if description() else []


def problems_of_update(body: Any) -> list[str]:
    """What an update of ours has that no example has."""
    if not description():
        return []
    known = _example_paths() | _LATER
    return [
        f"webhook {path}: is in no example"
        for entry in body["entry"] for change in entry["changes"]
        for path in _leaves(change["value"], "") if path not in known
    ]  # fmt: skip


def example_webhooks() -> dict[str, Any]:
    """Meta's examples of what a webhook gets, by their names."""
    post = description()["paths"]["/whatsapp/webhooks"]["post"]
    examples = post["requestBody"]["content"]["application/json"]["examples"]
    return {name: example["value"] for name, example in examples.items()}


@cache
def _example_paths() -> frozenset[str]:
    changes = [
        change["value"] for one in example_webhooks().values() for entry in one["entry"] for change in entry["changes"]
    ]
    return frozenset(path for value in changes for path in _leaves(value, ""))


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, f"{path}[]")
    else:
        yield path


def _errors(validator: Draft202012Validator, body: Any) -> list[str]:
    return [
        f"{'.'.join(map(str, error.path)) or 'body'}: {error.message}"[:300] for error in validator.iter_errors(body)
    ]


@cache
def _message_validator(kind: str) -> Draft202012Validator:
    """The common half and a type's own half as one. `recipient` stands for `to` since 2026-05."""
    schemas = description()["components"]["schemas"]
    common, own = schemas["BaseMessageProperties"], schemas[_TYPES[kind]]["allOf"][1]
    properties = {**common["properties"], "recipient": {"type": "string"}, **own["properties"]}
    required = [*(one for one in common["required"] if one != "to"), *own["required"]]
    return _validator({
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "anyOf": [{"required": ["to"]}, {"required": ["recipient"]}],
        "properties": {**properties, "messaging_product": {"const": "whatsapp"}},
    })  # fmt: skip


@cache
def _schema_validator(name: str) -> Draft202012Validator:
    return _validator({"$ref": f"#/components/schemas/{name}"})


@cache
def _read_validator() -> Draft202012Validator:
    return _validator(_READ)


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": description()["components"]})
