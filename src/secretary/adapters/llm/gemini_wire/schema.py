"""A JSON schema cut down to what Gemini takes. No I/O.

Source: `responseJsonSchema` in the official description of 2026-05-31, which lists every keyword that is supported.
"""

from collections.abc import Mapping
from typing import Any, Final

_TAKEN: Final = frozenset(
    {
        *("$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems"),
        *("minItems", "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties"),
        *("required", "propertyOrdering"),
    }
)
_SINGLE: Final = frozenset({"items", "additionalProperties"})
_LISTS: Final = frozenset({"anyOf", "oneOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "$defs"})


def taken(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The same schema without the keywords that Gemini refuses; beside a `$ref` nothing else may stand."""
    if "$ref" in schema:
        kept = {name: value for name, value in schema.items() if name.startswith("$") and name in _TAKEN}
        return {name: _inner(name, value) for name, value in kept.items()}
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    if "definitions" in schema:
        schema = {**schema, "$defs": schema["definitions"]}
    return {name: _inner(name, value) for name, value in schema.items() if name in _TAKEN}


def _inner(name: str, value: Any) -> Any:
    if name == "$ref" and isinstance(value, str):
        return value.replace("#/definitions/", "#/$defs/")
    if name in _SINGLE and isinstance(value, Mapping):
        return taken(value)
    if name in _LISTS and isinstance(value, list):
        return [taken(part) if isinstance(part, Mapping) else part for part in value]
    if name in _NAMED and isinstance(value, Mapping):
        return {key: taken(part) if isinstance(part, Mapping) else part for key, part in value.items()}
    return value
