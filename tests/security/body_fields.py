"""Walks the request bodies of an OpenAPI schema: every field, and the smallest body that is valid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SAMPLES = {"date-time": "2030-01-01T00:00:00Z", "time": "09:00:00"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body: `path` holds names, and 0 for an element of a list."""

    method: str
    url: str
    path: tuple[str | int, ...]

    @property
    def name(self) -> str:
        return str(next(part for part in reversed(self.path) if isinstance(part, str)))

    def __str__(self) -> str:
        return f"{self.method} {self.url} {'.'.join(str(part) for part in self.path)}"


class Schema:
    """The schema of the admin API."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def bodies(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Method, path and schema of every request body."""
        for url, operations in self._document["paths"].items():
            for method, operation in operations.items():
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    yield method.upper(), url, content["schema"]

    def fields(self) -> Iterator[Field]:
        """Every leaf of every body."""
        for method, url, schema in self.bodies():
            for path in self._leaves(schema, ()):
                yield Field(method, url, path)

    def _leaves(self, schema: dict[str, Any], path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        schema = self._resolved(schema)
        for choice in (schema.get(word, ()) for word in ("anyOf", "oneOf", "allOf")):
            for one in choice:
                yield from self._leaves(one, path)
        for name, inner in schema.get("properties", {}).items():
            yield from self._leaves(inner, (*path, name))
        if "items" in schema:
            yield from self._leaves(schema["items"], (*path, 0))
        elif schema.get("type") not in {"object", "array", "null", None}:
            yield path

    def filled(self, method: str, url: str, path: tuple[str | int, ...], value: object) -> Any:
        """The smallest valid body, with `value` at `path`."""
        schema = next(found for one, other, found in self.bodies() if (one, other) == (method, url))
        return self._with(schema, path, value)

    def _with(self, schema: dict[str, Any], path: tuple[str | int, ...], value: object) -> Any:
        if not path:
            return value
        schema = self._shape_with(schema, path[0])
        if path[0] == 0:
            return [self._with(schema["items"], path[1:], value)]
        body = self._smallest(schema)
        body[path[0]] = self._with(schema["properties"][path[0]], path[1:], value)
        return body

    def _shape_with(self, schema: dict[str, Any], part: str | int) -> dict[str, Any]:
        """Of several shapes the one that has this part."""
        schema = self._resolved(schema)
        if part in schema.get("properties", {}) or (part == 0 and "items" in schema):
            return schema
        choices = [one for word in ("anyOf", "oneOf", "allOf") for one in schema.get(word, ())]
        for choice in choices:
            try:
                return self._shape_with(choice, part)
            except LookupError:
                continue
        raise LookupError(part)

    def _smallest(self, schema: dict[str, Any]) -> Any:
        schema = self._resolved(schema)
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self._smallest(schema[word][0])
        if "enum" in schema or "const" in schema:
            return schema.get("const", (schema.get("enum") or [None])[0])
        kind = schema.get("type")
        if kind == "object":
            # `PUT` and `POST` often share a shape, and only the latter asks for a name
            names = {*schema.get("required", ()), *({"name"} & schema.get("properties", {}).keys())}
            return {name: self._smallest(schema["properties"][name]) for name in sorted(names)}
        if kind == "array":
            return [self._smallest(schema["items"])] if schema.get("minItems") else []
        if kind == "string":
            return SAMPLES.get(schema.get("format", ""), "сколько стоит доставка"[: schema.get("maxLength", 99)])
        return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True}.get(kind)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema
