"""The OpenAPI schema as clients are generated from it: plain names, one kind of error, streams that say what is told.

Printed by `secretary openapi` and kept in `panel/openapi.json`; the same program always gives the same bytes.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from secretary.assistant.stream_schemas import ChatEvent
from secretary.operations.api.event_schemas import PanelEvent

Json = dict[str, Any]

STREAMS: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "/admin/events": ("PanelEvent", TypeAdapter(PanelEvent)),
    "/admin/chat": ("ChatEvent", TypeAdapter(ChatEvent)),
}
"""What the `data` of each event is, in JSON, by the beginning of the stream's path."""

REPLACED = {"HTTPValidationError", "ValidationError"}
FIELDS = {"type": "object", "properties": {"field": {"type": "string"}, "reason": {"type": "string"}}}
PROBLEM: Json = {
    "type": "object",
    "title": "Problem",
    "description": "Why it was not done (RFC 9457). `code` is stable; `detail` is for a person, in his language.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": FIELDS | {"required": ["field", "reason"]}},
    },
    "additionalProperties": True,
    "required": ["type", "title", "status", "code", "detail", "request_id"],
}
TICKET: Json = {
    "name": "ticket",
    "in": "query",
    "required": False,
    "description": "From `POST /admin/auth/ticket`, for an EventSource, which cannot send a header",
    "schema": {"type": "string"},
}
A_FILE: Json = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
ANY_PROBLEM: Json = {
    "description": "It was not done",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def operation_id(route: APIRoute) -> str:
    """The name that a client calls the route by: its tag and its function, `knowledge_list_documents`."""
    tag = _snake(str(route.tags[0])) if route.tags else "api"
    return route.name if route.name.startswith(f"{tag}_") else f"{tag}_{route.name}"


def schema_of(api: FastAPI) -> Json:
    """The schema of the admin API, for generating clients."""
    for route in api.routes:
        if isinstance(route, APIRoute):
            route.unique_id = operation_id(route)
    schema = get_openapi(title=api.title, version=api.version, routes=api.routes)
    for path, method, operation in _operations(schema):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = deepcopy(ANY_PROBLEM)
        _without_titles(operation)
        if path.endswith("/export"):
            operation["responses"]["200"]["content"] = A_FILE
        if any("text/event-stream" in answer.get("content", {}) for answer in operation["responses"].values()):
            _as_stream(path, method, operation)
    parts: Json = schema["components"]["schemas"]
    for name in REPLACED:
        parts.pop(name, None)
    parts |= dict(_streamed()) | {"Problem": PROBLEM}
    schema["components"]["schemas"] = dict(sorted(parts.items()))
    schema["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"bearer": []}]
    schema["paths"] = dict(sorted(schema["paths"].items()))
    return _renamed(schema, _short_names(parts))


def written(schema: Json) -> str:
    """The schema as it is kept in a file: readable differences, the same bytes each time."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _operations(schema: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def _as_stream(path: str, method: str, operation: Json) -> None:
    """Say what an event stream tells: one event's data as the schema, which is what client generators read."""
    name = next(name for start, (name, _) in STREAMS.items() if path.startswith(start))
    content = operation["responses"]["200"]["content"]
    content["text/event-stream"] = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    if method == "get":
        operation.setdefault("parameters", []).append(TICKET)


def _streamed() -> Iterable[tuple[str, Json]]:
    for name, shape in STREAMS.values():
        described = shape.json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        yield from described.pop("$defs", {}).items()
        yield name, described


def _without_titles(operation: Json) -> None:
    """Titles made of paths would become names of types."""
    for response in operation["responses"].values():
        for media in response.get("content", {}).values():
            media.get("schema", {}).pop("title", None)


def _short_names(parts: Iterable[str]) -> dict[str, str]:
    """Names for models that share one: `secretary__audit__schemas__LogOut` is `AuditLogOut`.

    As many folders of the path go into the name as tell it from the others.
    """
    alike: dict[str, list[str]] = defaultdict(list)
    for name in parts:
        if name.startswith("secretary__"):
            alike[name.rpartition("__")[2]].append(name)
    taken = {name for name in parts if "__" not in name}
    short: dict[str, str] = {}
    for last, names in alike.items():
        for depth in range(1, 6):
            tried = {name: _camel(name.split("__")[1:-1][:depth]) + last for name in names}
            if len({*tried.values()} - taken) == len(names):
                break
        short |= tried
        taken |= {*tried.values()}
    return short


def _renamed(schema: Json, names: Mapping[str, str]) -> Json:
    text = json.dumps(schema, ensure_ascii=False)
    text = re.sub(r'(#/components/schemas/)(\w+)(?=")', lambda found: found[1] + names.get(found[2], found[2]), text)
    renamed: Json = json.loads(text)
    parts = {names.get(name, name): part for name, part in renamed["components"]["schemas"].items()}
    renamed["components"]["schemas"] = dict(sorted(parts.items()))
    return renamed


def _snake(tag: str) -> str:
    return re.sub(r"\W", "_", tag)


def _camel(words: Iterable[str]) -> str:
    return "".join(part.capitalize() for word in words for part in word.split("_"))
