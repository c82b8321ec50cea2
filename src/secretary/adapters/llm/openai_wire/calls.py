"""Tool calls as OpenAI-like services stream them: pieces under an index, or one `function_call`."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from secretary.adapters.llm.openai_wire.written_calls import WrittenCall
from secretary.llm.ports import ToolCallDelta

_MAX_CALLS: Final = 128


class CalledTools:
    """Numbers the calls of one answer. A call has its id and name in its first piece and in no other."""

    def __init__(self) -> None:
        self._places: dict[object, tuple[int, str]] = {}
        self._count = 0

    @property
    def has_called(self) -> bool:
        return self._count > 0

    @property
    def ids(self) -> Iterable[str]:
        return (call_id for _, call_id in self._places.values())

    def take(self, parts: object) -> Iterator[ToolCallDelta]:
        """The pieces of a `tool_calls` list. Raises TypeError for what is none."""
        if not isinstance(parts, list):
            raise TypeError
        for part in parts:
            function = part.get("function") or {}
            yield self._piece(part.get("index"), _text(part.get("id")), function)

    def take_function(self, call: object) -> Iterable[ToolCallDelta]:
        """The piece of a `function_call`: the older way, and GigaChat's. Raises TypeError for what is none."""
        if not isinstance(call, dict):
            raise TypeError
        return (self._piece("function_call", "", call),)

    def take_written(self, call: WrittenCall) -> ToolCallDelta:
        """The piece of a call that stood in the text."""
        return self._new(None, "", call.name, call.arguments)

    def _piece(self, place: object, call_id: str, function: Mapping[str, object]) -> ToolCallDelta:
        name, arguments = _text(function.get("name")), _arguments(function.get("arguments"))
        if place is None:  # a service without indexes: a name begins a call, the rest belongs to the last one
            place = ("nameless", self._count if name else self._count - 1)
        known = self._places.get(place)
        if known is None or (call_id and call_id != known[1] and name):  # some say index 0 for every call
            return self._new(place, call_id, name, arguments)
        return ToolCallDelta(known[0], arguments=arguments)

    def _new(self, place: object, call_id: str, name: str, arguments: str) -> ToolCallDelta:
        if not name or self._count >= _MAX_CALLS:
            raise TypeError
        call_id = call_id or f"call_{secrets.token_hex(12)}"
        index = self._count
        self._places[place] = (index, call_id)
        self._count += 1
        return ToolCallDelta(index, call_id, name, arguments)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise TypeError


def _arguments(value: object) -> str:
    """JSON text; GigaChat and some imitators send the object itself."""
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return _text(value)
