"""What an OpenAI-like stream means: thoughts, calls, certainty, counts and ends, however the events are grouped."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.llm_upstream import chunk, event

from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.openai_wire.answer import Completion
from secretary.adapters.llm.openai_wire.endpoint import Dialect
from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.errors import Upstream
from secretary.llm.ports import (
    Delta,
    FinishReason,
    Message,
    Piece,
    Prompt,
    Reasoning,
    TokenUsage,
    Tool,
    ToolCallDelta,
)

TOOLS = Prompt([Message("user", "?")], tools=(Tool("get_time"), Tool("book")))
WRITTEN = '<tool_call>{"name": "book", "arguments": {"a": 1}}</tool_call>'


def data(payload: object) -> bytes:
    return payload.encode() if isinstance(payload, str) else orjson.dumps(payload)


def call(index: int | None, call_id: str | None = None, name: str | None = None, arguments: Any = None) -> Any:
    piece: dict[str, Any] = {"function": {"arguments": arguments}}
    if index is not None:
        piece["index"] = index
    if call_id is not None:
        piece["id"] = call_id
    if name is not None:
        piece["function"]["name"] = name
    return chunk(tool_calls=[piece])


def heard(*payloads: object, dialect: Dialect | None = None, prompt: Prompt = TOOLS) -> tuple[list[Piece], Completion]:
    answer = Completion("m", prompt, dialect or Dialect())
    pieces: list[Piece] = []
    for payload in payloads:
        pieces += answer.take([data(payload)])
    return [*pieces, *answer.take_last(None)], answer


def calls_of(pieces: Sequence[Piece]) -> list[tuple[int, str, str]]:
    """Index, name and whole arguments of each call."""
    calls: dict[int, tuple[str, str]] = {}
    for piece in pieces:
        if isinstance(piece, ToolCallDelta):
            name, arguments = calls.get(piece.index, ("", ""))
            calls[piece.index] = (name + piece.name, arguments + piece.arguments)
    return [(index, *rest) for index, rest in calls.items()]


@pytest.mark.parametrize(
    ("payloads", "calls"),
    [
        ([call(0, "a", "f", ""), call(0, None, None, "{}")], [(0, "f", "{}")]),
        ([call(0, "a", "f", "{"), call(0, "a", "f", "}")], [(0, "f", "{}")]),
        ([call(0, "a", "f", "{}"), call(1, "b", "g", "[]")], [(0, "f", "{}"), (1, "g", "[]")]),
        ([call(1, "a", "f", "{}"), call(3, "b", "g", "[]")], [(0, "f", "{}"), (1, "g", "[]")]),
        ([call(0, "a", "f", "{}"), call(0, "b", "g", "[]")], [(0, "f", "{}"), (1, "g", "[]")]),
        ([call(None, "a", "f", "{"), call(None, None, None, "}")], [(0, "f", "{}")]),
        ([call(None, "a", "f", "{}"), call(None, "b", "f", "[]")], [(0, "f", "{}"), (1, "f", "[]")]),
        ([call(0, "a", "f", {"x": 1})], [(0, "f", '{"x":1}')]),
        ([call(0, None, "f", None)], [(0, "f", "")]),
        ([chunk(function_call={"name": "f", "arguments": "{"}), chunk(function_call={"arguments": "}"})], None),
    ],
)
def test_calls_are_numbered_whatever_the_service_does(payloads: list[object], calls: Any) -> None:
    pieces, answer = heard(*payloads, chunk(finish="stop"))
    assert calls_of(pieces) == (calls or [(0, "f", "{}")])
    first = {piece.index: piece for piece in reversed(pieces) if isinstance(piece, ToolCallDelta) and piece.name}
    assert all(piece.id for piece in first.values())
    assert len({piece.id for piece in first.values()}) == len(first)
    assert answer.finish().reason is FinishReason.TOOL_CALLS


@pytest.mark.parametrize(
    "payload",
    [
        call(0, "a", None, "{}"),
        call(0, 5, "f", "{}"),  # type: ignore[arg-type]
        call(0, "a", "f", 5),
        chunk(tool_calls={"index": 0}),
        chunk(tool_calls=[5]),
        chunk(function_call="f"),
        chunk(tool_calls=[{"index": n, "id": str(n), "function": {"name": "f"}} for n in range(129)]),
        chunk(reasoning_content=5),
    ],
)
def test_call_that_is_none_is_nonsense(payload: object) -> None:
    answer = Completion("m")
    answer.take([data(payload)])
    assert answer.fault is not None
    assert answer.fault.code == "llm_nonsense"


def test_written_and_streamed_calls_do_not_share_a_number() -> None:
    pieces, _ = heard(call(0, "a", "get_time", "{}"), chunk(WRITTEN), chunk(finish="stop"))
    assert calls_of(pieces) == [(0, "get_time", "{}"), (1, "book", '{"a":1}')]


@pytest.mark.parametrize(
    "ends", [[chunk(finish="stop"), "[DONE]"], ["[DONE]"], [chunk(finish="tool_calls")], [chunk("", finish="stop")]]
)
def test_written_call_is_told_at_any_end(ends: list[object]) -> None:
    pieces, answer = heard(chunk('{"name": "book",'), chunk(' "arguments": {}}'), *ends)
    assert calls_of(pieces) == [(0, "book", "{}")]
    assert not any(isinstance(piece, Delta) for piece in pieces)
    assert answer.finish().reason is FinishReason.TOOL_CALLS


def test_what_was_held_back_is_not_lost_with_the_stream() -> None:
    pieces, answer = heard(chunk('{"name": "book",'))
    assert pieces == [Delta('{"name": "book",')]
    with pytest.raises(Upstream, match="llm_truncated"):
        answer.finish()
    said, answer = heard(chunk('{"name": "bo'), {"error": {"message": "x"}})
    assert said == [Delta('{"name": "bo')]
    assert answer.fault is not None


def test_json_stays_text_where_no_tools_were_asked_for_or_the_service_calls_itself() -> None:
    asked = Prompt(TOOLS.messages)
    for prompt, dialect in ((asked, Dialect()), (TOOLS, Dialect(calls_in_text=False))):
        pieces, answer = heard(chunk(WRITTEN), chunk(finish="stop"), prompt=prompt, dialect=dialect)
        assert pieces == [Delta(WRITTEN)]
        assert answer.finish().reason is FinishReason.STOP


def token(text: str) -> dict[str, object]:
    return {"token": text, "logprob": -0.1, "bytes": list(text.encode()), "top_logprobs": []}


def sure(*texts: str) -> dict[str, Any]:
    said = chunk("".join(texts))
    choices: Any = said["choices"]
    choices[0]["logprobs"] = {"content": [token(text) for text in texts], "refusal": None}
    return said


def test_certainty_stays_with_its_text() -> None:
    pieces, _ = heard(sure("При", "вет"), sure("!"), chunk(finish="stop"))
    assert pieces == [Delta("Привет", (token("При"), token("вет"))), Delta("!", (token("!"),))]


def test_certainty_of_text_that_waited_comes_with_it_and_that_of_thoughts_does_not() -> None:
    pieces, _ = heard(sure("<think>", "hm"), sure("</think>"), sure("\n"), sure("["), sure("1]"), chunk(finish="stop"))
    deltas = [piece for piece in pieces if isinstance(piece, Delta)]
    assert "".join(delta.text for delta in deltas) == "[1]"
    assert [found["token"] for delta in deltas for found in delta.logprobs][-1] == "1]"
    assert [piece.text for piece in pieces if isinstance(piece, Reasoning)] == ["hm"]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 3}, TokenUsage(5, 3)),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 2}}, TokenUsage(5, None, 2)),
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, TokenUsage()),
        ({"completion_tokens": 3, "completion_tokens_details": {"reasoning_tokens": 1}}, TokenUsage(None, 3, 0, 1)),
        ({"prompt_cache_hit_tokens": 4}, TokenUsage(cached=4)),
        ({"cached_tokens": 4}, TokenUsage(cached=4)),
        ({"precached_prompt_tokens": 4}, TokenUsage(cached=4)),
        ({"prompt_tokens": "many"}, TokenUsage()),
    ],
)
def test_tokens_are_counted_under_every_name(usage: dict[str, object], expected: TokenUsage) -> None:
    _, answer = heard(chunk("a"), {**chunk(finish="stop"), "usage": usage})
    assert answer.finish().usage == expected


@pytest.mark.parametrize(
    ("reason", "code"), [("error", "llm_truncated"), ("insufficient_system_resource", "llm_overloaded")]
)
def test_reason_that_is_a_failure_is_one(reason: str, code: str) -> None:
    pieces, answer = heard(chunk("При"), chunk(finish=reason))
    assert pieces == [Delta("При")]
    assert answer.fault is not None
    assert answer.fault.code == code


def test_thoughts_before_a_call_are_kept_for_its_service() -> None:
    kept: Keepsakes[str] = Keepsakes()
    answer = Completion("m", TOOLS, Dialect(hears_reasoning=True), kept)
    for payload in (chunk(reasoning_content="на"), chunk(reasoning_content="до"), call(0, "c1", "book", "{}")):
        answer.take([data(payload)])
    answer.take([data(chunk(finish="tool_calls"))])
    answer.finish()
    assert kept.of("c1") == "надо"


def test_whole_answer_has_its_thoughts_and_calls() -> None:
    message = {
        "role": "assistant",
        "reasoning_content": "hm",
        "content": "Сейчас",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "book", "arguments": "{}"}}],
    }
    answer = Completion("m", TOOLS, Dialect())
    pieces = answer.take_whole(data({"choices": [{"message": message, "finish_reason": "tool_calls"}]}))
    assert list(pieces) == [Reasoning("hm"), Delta("Сейчас"), ToolCallDelta(0, "a", "book", "{}")]
    assert answer.finish().reason is FinishReason.TOOL_CALLS
    written = Completion("m", TOOLS, Dialect())
    whole = written.take_whole(data({"choices": [{"message": {"content": WRITTEN}, "finish_reason": "stop"}]}))
    assert calls_of(whole) == [(0, "book", '{"a":1}')]


STREAM = b"".join(
    event(payload)
    for payload in (
        chunk(role="assistant"),
        *map(
            chunk, ("<thi", "nk>Надо ", "🙂</think>\n", "\nПосмо", "трю <tool", "_call>", WRITTEN[11:30], WRITTEN[30:])
        ),
        call(0, "a", "get_time", '{"city":'),
        call(0, None, None, '"Омск"}'),
        {**chunk(finish="tool_calls"), "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
        "[DONE]",
    )
)


def understood(pieces: Sequence[Piece]) -> tuple[str, str, list[tuple[int, str, str]]]:
    thought = "".join(piece.text for piece in pieces if isinstance(piece, Reasoning))
    text = "".join(piece.text for piece in pieces if isinstance(piece, Delta))
    return thought, text, calls_of(pieces)


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=30))
def test_stream_means_the_same_wherever_the_network_cuts_it(places: list[int]) -> None:
    edges = [0, *sorted(set(places)), len(STREAM)]
    answer, cutter, pieces = Completion("m", TOOLS, Dialect()), EventCutter(), []
    for start, end in pairwise(edges):
        pieces += answer.take(cutter.feed(STREAM[start:end]))
    pieces += answer.take_last(cutter.end())
    calls = [(0, "book", '{"a":1}'), (1, "get_time", '{"city":"Омск"}')]
    assert understood(pieces) == ("Надо 🙂", "Посмотрю ", calls)
    assert answer.finish().usage == TokenUsage(3, 2)
