"""Tool calls that a model writes into its text, told from text that merely contains JSON.

Three ways are understood: `<tool_call>{…}</tool_call>` anywhere (Qwen, Hermes), and an answer that as a whole is a
JSON object or array, bare or in a ```json fence (small models). Each must name tools that were asked for. Python's own
reader of JSON keeps numbers of any length: the twenty digits of a bank account must not be rounded.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from secretary.adapters.llm.openai_wire.thoughts import begun

_OPEN: Final = "<tool_call>"
_CLOSE: Final = "</tool_call>"
_MAX_HELD: Final = 16_384  # characters; a longer call is text
_FENCE: Final = re.compile(r"```[a-z_]*\s*(.*?)\s*```\s*", re.DOTALL)
_FENCE_BEGUN: Final = re.compile(r"`{1,3}\Z|```[a-z_]*\s*(?P<json>.*)\Z", re.DOTALL)
_FIRST_MEMBER: Final = re.compile(r'[\[{\s]*"(?P<key>[^"\\]*)"\s*:\s*("(?P<value>[^"\\]*)")?')
_NAMES: Final = ("name", "tool_name")
_ARGUMENTS: Final = ("arguments", "parameters", "args")
_KEYS: Final = frozenset({*_NAMES, *_ARGUMENTS, "id", "type", "function", "tool_calls", "tool_call"})
_NESTED: Final = ("function", "tool_call")


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call that stood in the text; `arguments` is JSON text."""

    name: str
    arguments: str


Told = Sequence[str | WrittenCall]


class WrittenCalls:
    """Feed it text cut anywhere; it hands out text and calls. Text waits only while it may still be a call."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._held = ""
        self._is_at_start = True
        self._is_silent = False
        """After a call: white space between calls is nobody's."""

    def feed(self, text: str) -> Told:
        """What can be told now."""
        if not (self._is_at_start or self._is_silent or self._held or "<" in text):
            return (text,)  # nearly every token of nearly every answer
        text, self._held = self._held + text, ""
        if self._is_at_start:
            if self._may_be_whole(text):
                self._held = text
                return ()
            self._is_at_start = False
        return self._tagged(text)

    def end(self) -> Told:
        """What was held back, now that nothing more comes."""
        held, self._held = self._held, ""
        if not self._is_at_start:
            inside = held.removeprefix(_OPEN)  # a model that stops at the closing tag leaves it out
            calls = calls_in(inside, self._names) if inside != held else ()
            return calls or self._spoken(held)
        return _whole(held, self._names) or self._tagged_to_the_end(held)

    def _tagged_to_the_end(self, text: str) -> Told:
        self._is_at_start = False
        told = self._tagged(text)
        return [*told, *self.end()]

    def _may_be_whole(self, text: str) -> bool:
        start = text.lstrip()
        if len(text) > _MAX_HELD:
            return False
        if not start:
            return True
        if start.startswith("`"):
            fence = _FENCE_BEGUN.match(start)
            return fence is not None and (not fence["json"] or self._may_be_call(fence["json"]))
        return start[0] in "[{" and self._may_be_call(start)

    def _may_be_call(self, text: str) -> bool:
        if text[0] not in "[{":
            return False
        member = _FIRST_MEMBER.match(text)
        if member is None:
            return _may_be_key(text.lstrip("[{ \r\n\t"))
        is_name = member["key"] in _NAMES and member["value"] is not None
        return member["key"] in _KEYS and (not is_name or member["value"] in self._names)

    def _tagged(self, text: str) -> Told:
        told: list[str | WrittenCall] = []
        while True:
            before, tag, rest = text.partition(_OPEN)
            if not tag:
                cut = len(text) - begun(text, _OPEN)
                self._held = text[cut:]
                return [*told, *self._spoken(text[:cut])]
            told += self._spoken(before)
            inside, tag, after = rest.partition(_CLOSE)
            if not tag and len(rest) <= _MAX_HELD:
                self._held = _OPEN + rest
                return told
            calls = calls_in(inside, self._names)
            told += calls or self._spoken(_OPEN + inside + tag)
            self._is_silent = bool(calls)
            text = after

    def _spoken(self, text: str) -> Sequence[str]:
        if self._is_silent:
            text = text.lstrip()
        if not text:
            return ()
        self._is_silent = False
        return (text,)


def _may_be_key(text: str) -> bool:
    """Whether this unfinished beginning of an object's first member may become a call's."""
    if not text:
        return True
    key, quote, _ = text[1:].partition('"')
    return text[0] == '"' and (key in _KEYS if quote else any(known.startswith(key) for known in _KEYS))


def calls_in(text: str, names: frozenset[str]) -> Sequence[WrittenCall]:
    """The calls that this JSON text is, if it is nothing else and names known tools only."""
    try:
        return _calls(json.loads(text, parse_constant=_no_number), names)
    except (ValueError, RecursionError):
        return ()


def _no_number(word: str) -> object:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _whole(text: str, names: frozenset[str]) -> Sequence[WrittenCall]:
    fence = _FENCE.fullmatch(text.strip())
    return calls_in(fence[1] if fence else text, names)


def _calls(value: object, names: frozenset[str]) -> Sequence[WrittenCall]:
    if isinstance(value, dict) and isinstance(value.get("tool_calls"), list):
        value = value["tool_calls"]
    items = value if isinstance(value, list) else [value]
    calls = [_call(item, names) for item in items]
    return [call for call in calls if call] if all(calls) else ()


def _call(value: object, names: frozenset[str]) -> WrittenCall | None:
    if not isinstance(value, dict) or not value.keys() <= _KEYS:
        return None
    for key in _NESTED:
        if isinstance(inner := value.get(key), dict):
            return _call(inner, names)
    name = next((value[key] for key in (*_NAMES, "function") if key in value), None)
    if not isinstance(name, str) or name not in names:
        return None
    return WrittenCall(name, _arguments(next((value[key] for key in _ARGUMENTS if key in value), None)))


def _arguments(value: object) -> str:
    if isinstance(value, str):
        return value
    told = json.dumps(value if value is not None else {}, ensure_ascii=False, separators=(",", ":"))
    return told.encode().decode()  # raises ValueError for half a character, which nobody could be sent
