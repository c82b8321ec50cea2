"""Gemini's wire against a scripted service: what is asked and what is understood."""

from itertools import pairwise
from typing import Any

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
    gemini_answer,
    gemini_chunk,
    heard,
    joined,
    served,
)

from secretary.adapters.llm.gemini_wire.answer import ContentAnswer
from secretary.adapters.llm.keepsakes import Keepsakes
from secretary.adapters.llm.sse import EventCutter
from secretary.kernel.errors import Upstream
from secretary.llm.ports import (
    Delta,
    Finish,
    FinishReason,
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

GEMINI = ProviderType.GEMINI
CHUNK = gemini_chunk({"text": "a"})
LAST = gemini_chunk(finish="STOP")
COUNTS = {
    "promptTokenCount": 127,
    "cachedContentTokenCount": 100,
    "candidatesTokenCount": 2,
    "thoughtsTokenCount": 5,
    "totalTokenCount": 134,
}
CALL = {"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Тверь"}}, "thoughtSignature": "c2ln"}
THOUGHTFUL: list[object] = [
    gemini_chunk({"text": "Хм", "thought": True}),
    gemini_chunk({"text": "…", "thought": True}, {"text": "Сейчас "}),
    gemini_chunk({"text": "узнаю 🙂"}, {"text": ""}),
    gemini_chunk(CALL, {"functionCall": {"id": "c2", "name": "time"}}),
    gemini_chunk(finish="STOP", usageMetadata=COUNTS),
]
TOLD: list[Piece] = [
    Reasoning("Хм…"),
    Delta("Сейчас узнаю 🙂"),
    ToolCallDelta(0, "c1", "weather", '{"city":"Тверь"}'),
    ToolCallDelta(1, "c2", "time", "{}"),
    Finish(FinishReason.TOOL_CALLS, "gemini-scripted", TokenUsage(127, 7, 100, 5)),
]


async def test_thoughts_text_and_calls_are_told_apart_and_counted() -> None:
    async with served(GEMINI, sending(*THOUGHTFUL)) as (model, _):
        assert await heard(model) == TOLD


async def test_key_goes_in_a_header_and_the_connection_is_kept() -> None:
    async with served(GEMINI, sending(*gemini_answer("При", "вет"))) as (model, upstream):
        for _ in range(3):
            end = Finish(FinishReason.STOP, "gemini-scripted", TokenUsage(7, 2))
            assert await heard(model) == [Delta("Привет"), end]
        got = upstream.received[0]
        assert got.path == "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
        assert (got.method, got.headers["x-goog-api-key"]) == ("POST", KEY)
        assert "authorization" not in got.headers
        assert upstream.open_connections == 1


@pytest.mark.parametrize("path", ["/gemini", "/gemini/", "/gemini/v1beta", "/gemini/v1beta/"])
@pytest.mark.parametrize("name", ["gemini-2.5-flash", "models/gemini-2.5-flash"])
async def test_base_may_end_with_the_version_and_the_name_begin_with_models(path: str, name: str) -> None:
    async with served(GEMINI, sending(*gemini_answer("a")), path=path, model=name) as (model, upstream):
        await heard(model)
        found = upstream.received[0].path
        assert found == "/gemini/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"


async def test_name_of_a_model_cannot_leave_its_place_in_the_address() -> None:
    async with served(GEMINI, sending(*gemini_answer("a")), model="../x?key=1#") as (model, upstream):
        await heard(model)
        assert upstream.received[0].path == "/v1beta/models/..%2Fx%3Fkey=1%23:streamGenerateContent?alt=sse"


def _read(stream: bytes, cuts: list[int]) -> list[Piece]:
    """The pieces of a stream that the network cut at these places."""
    answer, cutter, pieces = ContentAnswer("m", Keepsakes()), EventCutter(), list[Piece]()
    edges = sorted({0, len(stream), *(cut % len(stream) for cut in cuts)})
    for start, end in pairwise(edges):
        pieces += answer.take(cutter.feed(stream[start:end]))
        if answer.fault:
            raise answer.fault
    pieces += answer.take_last(cutter.end())
    return joined([*pieces, answer.finish()])


WHOLE = b"".join(event(payload).replace(b"\n", b"\r\n") for payload in THOUGHTFUL)  # as Google's front end sends them


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


NAMES = ["candidates", "content", "parts", "text", "functionCall", "args", "name", "usageMetadata", "promptFeedback"]
ANYTHING = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["STOP", "OTHER", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*NAMES, "error", "details", "finishReason", "blockReason"]), inner, max_size=5
        )
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANYTHING, max_size=4))
def test_no_event_is_more_than_a_fault(payloads: list[object]) -> None:
    answer = ContentAnswer("m", Keepsakes())
    answer.take([event(payload)[6:-2] for payload in payloads])
    assert answer.fault is None or isinstance(answer.fault, Upstream)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("STOP", FinishReason.STOP),
        ("MAX_TOKENS", FinishReason.LENGTH),
        *((reason, FinishReason.REFUSED) for reason in ("SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST")),
        *((reason, FinishReason.REFUSED) for reason in ("SPII", "LANGUAGE", "ESCALATION", "IMAGE_SAFETY")),
        ("SOMETHING_NEW", FinishReason.STOP),
    ],
)
async def test_reason_for_stopping_is_understood(reason: str, finish: FinishReason) -> None:
    async with served(GEMINI, sending(CHUNK, gemini_chunk(finish=reason))) as (model, _):
        end = (await heard(model))[-1]
        assert isinstance(end, Finish)
        assert end.reason is finish


@pytest.mark.parametrize(
    "script",
    [
        sending(CHUNK, LAST),
        sending(gemini_chunk({"text": "a"}, finish="STOP")),
        sending(CHUNK, {"candidates": [{"finishReason": "STOP"}]}),
        sending(CHUNK, LAST, framing="close"),
        breaking_off(CHUNK, LAST),
        hanging(CHUNK, LAST),
        sending({"usageMetadata": {"promptTokenCount": 1}}, CHUNK, LAST, {"modelVersion": "x"}),
        sending(gemini_chunk({"text": "a"}, {"inlineData": {"mimeType": "image/png", "data": ""}}, finish="STOP")),
        sending(CHUNK, gemini_chunk({"text": "", "thoughtSignature": "x"}, finish="STOP")),
        sending(gemini_chunk(finish="FINISH_REASON_UNSPECIFIED"), CHUNK, LAST),
    ],
)
async def test_complete_answer_is_recognised(script: Script) -> None:
    async with served(GEMINI, script, limits=IDLE) as (model, upstream):
        assert (await heard(model))[0] == Delta("a")
        await upstream.until_idle()


@pytest.mark.parametrize("body", [gemini_chunk({"text": "Привет"}, finish="STOP"), gemini_answer("При", "вет")])
async def test_whole_answer_of_a_service_that_ignores_streaming_is_taken(body: Any) -> None:
    async with served(GEMINI, replying(200, body)) as (model, _):
        assert joined(await heard(model))[0] == Delta("Привет")


async def test_call_without_an_id_gets_one() -> None:
    bare = {"functionCall": {"name": "f", "args": {}}}
    async with served(GEMINI, sending(gemini_chunk(bare, bare, finish="STOP"))) as (model, _):
        calls = [piece for piece in await heard(model) if isinstance(piece, ToolCallDelta)]
        assert [call.index for call in calls] == [0, 1]
        assert len({call.id for call in calls if call.id}) == 2


@pytest.mark.parametrize("name", ["gemini-2.5-flash", "gemini-3-pro-preview"])
async def test_signature_of_a_call_goes_back_with_its_result(name: str) -> None:
    asked = Message("assistant", "", (ToolCall("c1", "weather", '{"city":"Тверь"}'),))
    follow_up = Prompt([*PROMPT.messages, asked, Message("tool", "+5", tool_call_id="c1")], tools=(Tool("weather"),))
    async with served(GEMINI, sending(gemini_chunk(CALL, finish="STOP")), model=name) as (model, upstream):
        await heard(model, follow_up)
        await heard(model, follow_up)
        first, second = (got.json["contents"][1]["parts"] for got in upstream.received)
        lost = {} if "2.5" in name else {"thoughtSignature": "skip_thought_signature_validator"}
        assert first == [{"functionCall": CALL["functionCall"], **lost}]
        assert second == [CALL]
