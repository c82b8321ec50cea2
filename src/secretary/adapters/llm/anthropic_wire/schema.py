"""A JSON schema as Claude's strict outputs take it: closed objects, and no limits but those the API knows. No I/O.

Source: the structured-outputs page, "JSON Schema limitations": numerical and string limits and sizes of lists are
refused, so is `oneOf`, and every object must say `additionalProperties: false`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

_LIMITS: Final = frozenset(
    {
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("maxItems", "uniqueItems", "minProperties", "maxProperties", "$schema"),
    }
)
_SINGLE: Final = frozenset({"items", "not"})
_LISTS: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "$defs", "definitions"})


def closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema with its limits told in words, where the API would refuse them."""
    kept = {_called(name): _inner(name, value) for name, value in schema.items() if not _is_refused(name, value)}
    limits = {name: value for name, value in schema.items() if _is_refused(name, value) and name != "$schema"}
    if limits:
        words = orjson.dumps(limits, option=orjson.OPT_SORT_KEYS).decode()
        kept["description"] = f"{schema.get('description', '')} {words}".strip()
    if schema.get("type") == "object" or "properties" in schema:
        kept["additionalProperties"] = False
    return kept


def can_be_closed(schema: Mapping[str, Any]) -> bool:
    """Whether every object of the schema says which properties it has: a closed map would always be empty."""
    is_map = schema.get("additionalProperties") not in (None, False)
    is_free = schema.get("type") == "object" and not schema.get("properties")
    return not (is_map or is_free) and all(can_be_closed(part) for part in _parts(schema))


def _parts(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, value in schema.items():
        if name in _SINGLE:
            found = [value]
        elif name in _LISTS and isinstance(value, list):
            found = value
        else:
            found = list(value.values()) if name in _NAMED and isinstance(value, Mapping) else []
        yield from (part for part in found if isinstance(part, Mapping))


def _called(name: str) -> str:
    return "anyOf" if name == "oneOf" else name


def _is_refused(name: str, value: object) -> bool:
    return name in _LIMITS or (name == "minItems" and value not in {0, 1})


def _inner(name: str, value: Any) -> Any:
    if name in _SINGLE and isinstance(value, Mapping):
        return closed(value)
    if name in _LISTS and isinstance(value, list):
        return [closed(part) if isinstance(part, Mapping) else part for part in value]
    if name in _NAMED and isinstance(value, Mapping):
        return {key: closed(part) if isinstance(part, Mapping) else part for key, part in value.items()}
    return value
