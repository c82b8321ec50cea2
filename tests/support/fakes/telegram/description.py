"""The official Bot API description as data, and whether a value is as described.

The data is a rendering of core.telegram.org/bots/api (version 10.1 of June 2026, MIT). It is not part of the
repository: where it is absent nothing is checked, and the tests that need it are skipped (`described`).
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

_FILE = "telegram_api_paulsonoflars.json"
_SHARED = Path(__file__).resolve().parents[4].parent / "shared" / "data"

_LATER = {
    "methods": {"sendMessageDraft": {"can_stop": "Boolean", "keep_on_stop": "Boolean"}},
    "types": {"Update": {"stopped_message_generation": "MessageGenerationStopped"}},
    "new": {"MessageGenerationStopped": {"chat": "Chat", "draft_id": "Integer", "message_thread_id": "Integer"}},
}
"""Version 10.3 (of August 24, 2026), as far as it is used here: the stop button of a draft."""

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "String": str,
    "Integer": int,
    "Float": (int, float),
    "Boolean": bool,
    "InputFile": bytes,
}


def _path() -> Path:
    return Path(os.environ.get("FAKE_API_DATA", _SHARED)) / _FILE


@cache
def description() -> dict[str, Any]:
    """The methods and types; empty where the data is absent."""
    if not _path().is_file():
        return {}
    data: dict[str, Any] = json.loads(_path().read_text())
    for section in ("methods", "types"):
        for name, fields in _LATER[section].items():
            data[section][name]["fields"] += [_field(one, kind, required=False) for one, kind in fields.items()]
    for name, fields in _LATER["new"].items():
        data["types"][name] = {
            "fields": [_field(one, kind, one != "message_thread_id") for one, kind in fields.items()]
        }
    return data


def _field(name: str, kind: str, required: bool) -> dict[str, Any]:
    return {"name": name, "types": [kind], "required": required}


def described() -> None:
    """Skips a test where there is nothing to check against."""
    import pytest

    if not description():
        pytest.skip(f"the official Bot API description ({_FILE}) is not on this machine")


def problems_of_call(method: str, parameters: dict[str, Any]) -> list[str]:
    """What is wrong with a request."""
    if not description():
        return []
    found = description()["methods"].get(method)
    if found is None:
        return [f"{method}: there is no such method"]
    return _fields(parameters, found.get("fields", []), method)


def problems_of_type(value: Any, name: str) -> list[str]:
    """What is wrong with an object of ours: an answer, an update."""
    return _value(value, name, name) if description() else []


def kind_of(method: str, parameter: str) -> list[str]:
    """The types that a parameter may have; none where it is not described."""
    fields = description().get("methods", {}).get(method, {}).get("fields", [])
    return next((one["types"] for one in fields if one["name"] == parameter), [])


def _fields(value: dict[str, Any], fields: list[dict[str, Any]], path: str) -> list[str]:
    known = {one["name"]: one for one in fields}
    found = [f"{path}.{name}: is required" for name, one in known.items() if one["required"] and name not in value]
    for name, inner in value.items():
        if name not in known:
            found.append(f"{path}.{name}: is not described")
        else:
            found += _any(inner, known[name]["types"], f"{path}.{name}")
    return found


def _any(value: Any, kinds: list[str], path: str) -> list[str]:
    tries = [_value(value, kind, path) for kind in kinds]
    return [] if any(not one for one in tries) else min(tries, key=len)


def _value(value: Any, kind: str, path: str) -> list[str]:
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return [f"{path}: is no array"]
        return [one for index, inner in enumerate(value) for one in _value(inner, kind[9:], f"{path}[{index}]")]
    if kind in _PLAIN:
        is_right = isinstance(value, _PLAIN[kind]) and (kind == "Boolean" or not isinstance(value, bool))
        return [] if is_right else [f"{path}: {type(value).__name__} instead of {kind}"]
    found = description()["types"].get(kind)
    if found is None:
        return [f"{path}: there is no type {kind}"]
    return _object(value, found, path)


def _object(value: Any, described: dict[str, Any], path: str) -> list[str]:
    if subtypes := described.get("subtypes"):
        return _any(value, subtypes, path)
    if not isinstance(value, dict):
        return [f"{path}: is no object"]
    return _fields(value, described.get("fields", []), path)
