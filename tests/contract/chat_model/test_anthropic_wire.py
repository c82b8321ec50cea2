"""Claude's wire against a scripted service: what is asked and what is understood."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.llm_upstream import (
    Script,
    breaking_off,
    event,
    hanging,
    replying,
    sending,
)
from tests.support.native_upstream import (
    IDLE,
    KEY,
    PROMPT,
    claude_answer,
    claude_block,
    claude_call,
    claude_end,
    claude_start,
    claude_text,
    claude_thought,
    heard,
    joined,
    served,
)

from secretary.adapters.llm.anthropic_wire.answer import MessageAnswer
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.errors import Upstream
from secretary.llm.ports import (
    Delta,
    Finish,
    FinishReason,
    JsonOutput,
    Message,
    Piece,
    Prompt,
    Reasoning,
    TokenUsage,
    Tool,
    ToolCall,
    ToolCallDelta,
)
from secretary.llm.providers import ProviderType

CLAUDE = ProviderType.CLAUDE
START, TEXT, END = claude_start(), claude_text(0, "a"), claude_end()
THOUGHTFUL: list[object] = [
    claude_start(cache_read_input_tokens=100, cache_creation_input_tokens=20),
    *claude_thought(0, "Хм…", "c2ln"),
    *claude_text(1, "Сейчас ", "узнаю 🙂"),
    *claude_call(2, "toolu_1", "weather", '{"city": "Т', 'верь"}'),
    *claude_call(3, "toolu_2", "time"),
    *claude_end("tool_use", output_tokens_details={"thinking_tokens": 1}),
]
TOLD: list[Piece] = [
    Reasoning("Хм…"),
    Delta("Сейчас узнаю 🙂"),
    ToolCallDelta(0, "toolu_1", "weather", '{"city": "Тверь"}'),
    ToolCallDelta(1, "toolu_2", "time", "{}"),
    Finish(FinishReason.TOOL_CALLS, "claude-scripted", TokenUsage(127, 2, 100, 1)),
]


async def test_thoughts_text_and_calls_are_told_apart_and_counted() -> None:
    async with served(CLAUDE, sending(*THOUGHTFUL)) as (model, _):
        assert await heard(model) == TOLD


async def test_request_carries_key_version_and_whole_answer_keeps_the_connection() -> None:
    async with served(CLAUDE, sending(*claude_answer("При", "вет"))) as (model, upstream):
        for _ in range(3):
            end = Finish(FinishReason.STOP, "claude-scripted", TokenUsage(7, 2))
            assert await heard(model) == [Delta("Привет"), end]
        got = upstream.received[0]
        assert (got.method, got.path, got.headers["x-api-key"]) == ("POST", "/v1/messages", KEY)
        assert got.headers["anthropic-version"] == "2023-06-01"
        assert "authorization" not in got.headers
        assert upstream.open_connections == 1


@pytest.mark.parametrize("path", ["/anthropic", "/anthropic/", "/anthropic/v1", "/anthropic/v1/"])
async def test_base_may_end_with_the_version(path: str) -> None:
    async with served(CLAUDE, sending(*claude_answer("a")), path=path) as (model, upstream):
        await heard(model)
        assert upstream.received[0].path == "/anthropic/v1/messages"


def _read(stream: bytes, cuts: list[int]) -> list[Piece]:
    """The pieces of a stream that the network cut at these places."""
    answer, cutter, pieces = MessageAnswer("m", Keepsakes()), EventCutter(), list[Piece]()
    edges = sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})
    for start, end in pairwise(edges):
        pieces += answer.take(cutter.feed(stream[start:end]))
        if answer.fault:
            raise answer.fault
    pieces += answer.take_last(cutter.end())
    return joined([*pieces, answer.finish()])


WHOLE = b"".join(b"event: x\n" + event(payload) for payload in THOUGHTFUL)


@settings(deadline=None)
@given(st.lists(st.integers(min_value=0), max_size=40))
def test_answer_survives_any_cutting_of_the_stream(cuts: list[int]) -> None:
    assert _read(WHOLE, cuts) == TOLD


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=len(WHOLE) - 1), st.lists(st.integers(min_value=0), max_size=5))
def test_stream_that_ends_anywhere_is_truncated_or_complete_and_nothing_else(end: int, cuts: list[int]) -> None:
    try:
        assert _read(WHOLE[:end] or b"\n", cuts)[:-1] == TOLD[:-1]
    except Upstream as fault:
        assert fault.code == "llm_truncated"  # noqa: PT017 - either is right


NAMES = ["type", "delta", "index", "content_block", "message", "usage", "error", "text", "input", "name", "id"]
KINDS = [
    *("content_block_start", "content_block_delta", "content_block_stop", "message_start", "message_delta", "error"),
    *("text", "text_delta", "tool_use", "input_json_delta", "thinking", "thinking_delta", "signature_delta"),
]
ANYTHING = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(KINDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANYTHING, max_size=4))
def test_no_event_is_more_than_a_fault(payloads: list[object]) -> None:
    answer = MessageAnswer("m", Keepsakes())
    answer.take([event(payload)[6:-2] for payload in payloads])
    assert answer.fault is None or isinstance(answer.fault, Upstream)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("pause_turn", FinishReason.LENGTH),
        ("refusal", FinishReason.REFUSED),
        ("something_new", FinishReason.STOP),
    ],
)
async def test_reason_for_stopping_is_understood(reason: str, finish: FinishReason) -> None:
    async with served(CLAUDE, sending(START, *TEXT, *claude_end(reason))) as (model, _):
        end = (await heard(model))[-1]
        assert isinstance(end, Finish)
        assert end.reason is finish


@pytest.mark.parametrize(
    "script",
    [
        sending(START, *TEXT, END[0]),
        breaking_off(START, *TEXT, END[0]),
        hanging(START, *TEXT, END[0]),
        sending(START, *TEXT, *END, framing="close"),
        sending(START, {"type": "yet_unknown", "x": 1}, {"type": "ping"}, *TEXT, *END),
        sending(
            START, *claude_block(0, {"type": "server_tool_use", "id": "s", "name": "x"}), *claude_text(1, "a"), *END
        ),
        sending(START, *claude_block(0, {"type": "redacted_thinking", "data": "x"}), *claude_text(1, "a"), *END),
        sending(START, *claude_block(0, {"type": "text", "text": "a"}), *END),
    ],
)
async def test_complete_answer_is_recognised(script: Script) -> None:
    async with served(CLAUDE, script, limits=IDLE) as (model, upstream):
        pieces = await heard(model)
        assert pieces[0] == Delta("a")
        await upstream.until_idle()


async def test_whole_answer_of_a_service_that_ignores_streaming_is_taken() -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "Привет"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"x": 1}},
    ]
    usage = {"input_tokens": 3, "output_tokens": 1, "cache_read_input_tokens": 2}
    body = {"type": "message", "model": "m", "content": content, "stop_reason": "tool_use", "usage": usage}
    async with served(CLAUDE, replying(200, body)) as (model, _):
        assert await heard(model) == [
            Reasoning("hm"),
            Delta("Привет"),
            ToolCallDelta(0, "t", "f", '{"x":1}'),
            Finish(FinishReason.TOOL_CALLS, "m", TokenUsage(5, 1, 2)),
        ]


async def test_json_by_a_forced_tool_comes_as_text() -> None:
    script = sending(START, *claude_call(0, "t", "answer", '{"a": ', "1}"), *claude_end("tool_use"))
    prompt = Prompt(PROMPT.messages, json_output=JsonOutput())
    async with served(CLAUDE, script) as (model, upstream):
        end = Finish(FinishReason.STOP, "claude-scripted", TokenUsage(7, 2))
        assert await heard(model, prompt) == [Delta('{"a": 1}'), end]
        assert upstream.received[0].json["tool_choice"] == {"type": "tool", "name": "answer"}


async def test_thoughts_before_a_call_go_back_with_its_result() -> None:
    script = sending(START, *claude_thought(0, "hm", "c2ln"), *claude_call(1, "t", "f", "{}"), *claude_end("tool_use"))
    asked = Message("assistant", "", (ToolCall("t", "f", "{}"),))
    follow_up = Prompt([*PROMPT.messages, asked, Message("tool", "42", tool_call_id="t")], tools=(Tool("f"),))
    async with served(CLAUDE, script) as (model, upstream):
        await heard(model, follow_up)
        await heard(model, follow_up)
        unknown, known = (got.json["messages"][1]["content"] for got in upstream.received)
        call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
        assert unknown == [call]
        assert known == [{"type": "thinking", "thinking": "hm", "signature": "c2ln"}, call]
