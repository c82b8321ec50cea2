"""The OpenAI wire against a scripted service: what is sent, what is understood, and every way it can go wrong."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.llm_upstream import (
    Exchange,
    LlmUpstream,
    Script,
    answering,
    breaking_off,
    chunk,
    conversation,
    endless,
    event,
    hanging,
    replying,
    resetting,
    sending,
    split,
    usage,
)

from secretary.adapters.llm.faults import retry_after
from secretary.adapters.llm.openai_wire import Dialect, Endpoint, openai_model
from secretary.adapters.llm.wire import WireModel
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import Delta, Finish, FinishReason, Message, Prompt, Sampling, TimeLimits, TokenUsage

PROMPT = Prompt([Message("system", "Будь краток"), Message("user", "Привет")])
# Only what is meant to run out is short: the machine that runs the tests may be busy.
AT_ONCE = TimeLimits(first_token_s=0.15)
IDLE = TimeLimits(idle_s=0.15)
SECRET = "the service's own words"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def served(
    *scripts: Script, limits: TimeLimits | None = None, dialect: Dialect | None = None
) -> AsyncGenerator[tuple[WireModel, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(*scripts) as upstream:
        endpoint = Endpoint(upstream.base_url, "small-1", "sk-1", DestinationKind.TRUSTED)
        try:
            yield openai_model(http, endpoint, name="wire", limits=limits, dialect=dialect, now=lambda: NOW), upstream
        finally:
            await http.aclose()


async def heard(wire: WireModel, prompt: Prompt = PROMPT) -> tuple[str, Finish]:
    """The whole text and the end, which is one and the last."""
    pieces = [piece async for piece in wire.stream(prompt)]
    assert [isinstance(piece, Finish) for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    finish = pieces[-1]
    assert isinstance(finish, Finish)
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta)), finish


async def broken(wire: WireModel) -> tuple[str, Upstream]:
    """The text that came before the fault, and the fault."""
    said: list[Delta | Finish] = []

    async def listen() -> None:
        async for piece in wire.stream(PROMPT):
            said.append(piece)  # noqa: PERF401 - what came before the fault must stay

    with pytest.raises(Upstream) as raised:
        await listen()
    assert not any(isinstance(piece, Finish) for piece in said), "what breaks off is never shown as complete"
    return "".join(piece.text for piece in said if isinstance(piece, Delta)), raised.value


async def test_answer_arrives_with_its_end_and_its_count() -> None:
    async with served(answering(["При", "вет"])) as (wire, _):
        text, finish = await heard(wire)
        assert text == "Привет"
        assert finish == Finish(FinishReason.STOP, "scripted", TokenUsage(7, 2))


async def test_request_carries_prompt_model_key_and_parameters() -> None:
    sampling = Sampling(0.5, 100, 0.9, 1.1, stop=("\n\n",))
    async with served(answering(["x"])) as (wire, upstream):
        await heard(wire, replace(PROMPT, sampling=sampling))
        got = upstream.received[0]
        assert (got.method, got.path, got.headers["authorization"]) == ("POST", "/v1/chat/completions", "Bearer sk-1")
        assert got.json == {
            "model": "small-1",
            "messages": [{"role": "system", "content": "Будь краток"}, {"role": "user", "content": "Привет"}],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.5,
            "max_tokens": 100,
            "top_p": 0.9,
            "stop": ["\n\n"],
        }


@pytest.mark.parametrize(
    ("dialect", "present", "absent"),
    [
        (Dialect(repetition_penalty="repetition_penalty"), {"repetition_penalty"}, {"repeat_penalty"}),
        (Dialect(repetition_penalty="repeat_penalty"), {"repeat_penalty"}, {"repetition_penalty"}),
        (
            Dialect("max_completion_tokens", has_sampling=False),
            {"max_completion_tokens"},
            {"max_tokens", "temperature"},
        ),
        (Dialect(counts_in_stream=False), {"temperature"}, {"stream_options"}),
    ],
)
async def test_dialect_decides_what_parameters_are_called(
    dialect: Dialect, present: set[str], absent: set[str]
) -> None:
    sampling = Sampling(0.5, 100, 0.9, 1.1)
    async with served(answering(["x"]), dialect=dialect) as (wire, upstream):
        await heard(wire, replace(PROMPT, sampling=sampling))
        assert present <= upstream.received[0].json.keys()
        assert not absent & upstream.received[0].json.keys()


async def test_unset_parameters_and_key_are_left_out() -> None:
    http = HttpClient()
    async with LlmUpstream(answering(["x"])) as upstream:
        wire = openai_model(http, Endpoint(upstream.base_url, "m", kind=DestinationKind.TRUSTED), name="wire")
        await heard(wire)
        assert upstream.received[0].json.keys() == {"model", "messages", "stream", "stream_options"}
        assert "authorization" not in upstream.received[0].headers
        await http.aclose()


async def test_connection_serves_the_next_answer_too() -> None:
    async with served(answering(["x"])) as (wire, upstream):
        for _ in range(3):
            await heard(wire)
        assert upstream.open_connections == 1


WHOLE = b"".join(event(payload) for payload in conversation(["Привет, ", "мир 🙂"]))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, len(WHOLE)])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
async def test_answer_survives_any_cutting_of_the_stream(size: int, line_end: bytes) -> None:
    async with served(split(WHOLE.replace(b"\n", line_end), size)) as (wire, _):
        text, finish = await heard(wire)
        assert (text, finish.usage) == ("Привет, мир 🙂", TokenUsage(7, 2))


COMPLETION: dict[str, Any] = {
    "object": "chat.completion",
    "model": "scripted",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Привет"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1},
}


async def test_whole_answer_of_a_service_that_ignores_streaming_is_taken() -> None:
    async with served(replying(200, COMPLETION)) as (wire, _):
        assert await heard(wire) == ("Привет", Finish(FinishReason.STOP, "scripted", TokenUsage(3, 1)))


@pytest.mark.parametrize(
    ("script", "text", "reason"),
    [
        (answering(["a"], finish="length"), "a", FinishReason.LENGTH),
        (answering(["a"], finish="content_filter"), "a", FinishReason.REFUSED),
        (answering([], finish="content_filter"), "", FinishReason.REFUSED),
        (answering(["a"], finish="eos"), "a", FinishReason.STOP),
        (sending(chunk(refusal="no"), chunk(finish="stop"), "[DONE]"), "", FinishReason.REFUSED),
        (sending(chunk("a"), "[DONE]"), "a", FinishReason.STOP),
        (sending(chunk("a"), chunk(finish="stop")), "a", FinishReason.STOP),
        (breaking_off(chunk("a"), chunk(finish="stop")), "a", FinishReason.STOP),
        (sending(chunk("a"), chunk("b", finish="stop"), framing="close"), "ab", FinishReason.STOP),
        (hanging(chunk("a"), chunk(finish="stop")), "a", FinishReason.STOP),
        (sending(chunk(reasoning_content="hm"), chunk("a"), chunk(finish="stop"), "[DONE]"), "a", FinishReason.STOP),
        (sending({"choices": [], "usage": None}, chunk("a"), "[DONE]"), "a", FinishReason.STOP),
        (split(b": ping\n\n" + event(chunk("a")) + b"data: [DONE]", 1000), "a", FinishReason.STOP),
    ],
)
async def test_complete_answer_is_recognised(script: Script, text: str, reason: FinishReason) -> None:
    async with served(script, limits=IDLE) as (wire, _):
        said, finish = await heard(wire)
        assert (said, finish.reason) == (text, reason)


def error(status: int, code: str | int | None = None, kind: str = "some_error", **headers: str) -> Script:
    return replying(status, {"error": {"message": SECRET, "type": kind, "code": code}}, **headers)


HTML = "<html><body>Welcome</body></html>"
FAULTS: dict[str, tuple[Script, str, str]] = {
    "bad key": (error(401, "invalid_api_key"), "", "llm_bad_key"),
    "forbidden": (error(403), "", "llm_bad_key"),
    "payment required": (error(402), "", "llm_no_money"),
    "quota": (error(429, "insufficient_quota"), "", "llm_no_money"),
    "too many": (error(429, "rate_limit_exceeded"), "", "llm_rate_limited"),
    "too long": (error(400, "context_length_exceeded"), "", "llm_too_long"),
    "too long for llama.cpp": (error(400, 400, "exceed_context_size_error"), "", "llm_too_long"),
    "too large": (error(413), "", "llm_too_long"),
    "filtered prompt": (error(400, "content_filter"), "", "llm_refused"),
    "bad request": (error(400), "", "llm_rejected"),
    "no such model": (error(404, "model_not_found"), "", "llm_rejected"),
    "redirect": (replying(302, location="http://169.254.169.254/"), "", "llm_rejected"),
    "request timeout": (error(408), "", "llm_timeout"),
    "server error": (error(500), "", "llm_overloaded"),
    "bad gateway": (replying(502, HTML, content_type="text/html"), "", "llm_unreachable"),
    "unavailable": (replying(503, HTML, content_type="text/html"), "", "llm_overloaded"),
    "gateway timeout": (error(504), "", "llm_timeout"),
    "overloaded": (error(529), "", "llm_overloaded"),
    "huge error": (replying(400, b"x" * 200_000), "", "llm_rejected"),
    "html": (replying(200, HTML, content_type="text/html"), "", "llm_nonsense"),
    "plain text": (replying(200, "ok", content_type="text/plain"), "", "llm_nonsense"),
    "empty": (replying(204), "", "llm_rejected"),
    "nonsense json": (replying(200, "[1, 2"), "", "llm_nonsense"),
    "json without an answer": (replying(200, {"choices": []}), "", "llm_nonsense"),
    "json list": (replying(200, [1]), "", "llm_nonsense"),
    "error as 200": (error(200, "insufficient_quota"), "", "llm_no_money"),
    "nonsense event": (sending(chunk("a"), "{not json"), "a", "llm_nonsense"),
    "foreign event": (sending(chunk("a"), {"hello": 1}), "a", "llm_nonsense"),
    "content of a wrong type": (sending(chunk("a"), chunk(content=[1])), "a", "llm_nonsense"),
    "choices of a wrong type": (sending({"choices": [1]}), "", "llm_nonsense"),
    "endless line": (split(b"data: " + b"x" * 1_100_000, 60_000), "", "llm_nonsense"),
    "broken utf-8": (split(b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n', 1000), "", "llm_nonsense"),
    "error in the stream": (sending(chunk("a"), {"error": {"message": SECRET}}), "a", "llm_overloaded"),
    "numeric error in the stream": (sending(chunk("a"), {"error": {"code": 429}}), "a", "llm_rate_limited"),
    "named error in the stream": (sending({"error": {"type": "context_length_exceeded"}}), "", "llm_too_long"),
    "textual error in the stream": (sending({"error": "Rate limit reached"}), "", "llm_rate_limited"),
    "finish reason error": (sending(chunk("a"), chunk(finish="error"), "[DONE]"), "a", "llm_truncated"),
    "cut, chunked": (breaking_off(chunk("a")), "a", "llm_truncated"),
    "cut, until close": (breaking_off(chunk("a"), framing="close"), "a", "llm_truncated"),
    "ended without an end": (sending(chunk("a")), "a", "llm_truncated"),
    "half an event": (split(event(chunk("a")) + event(chunk("b"))[:-20], 10_000), "a", "llm_truncated"),
    "done without a word": (sending("[DONE]"), "", "llm_truncated"),
    "nothing at all": (sending(), "", "llm_truncated"),
    "reset at once": (resetting(), "", "llm_unreachable"),
    "hangs before headers": (hanging(with_headers=False), "", "llm_timeout"),
    "hangs before the first token": (hanging(chunk(role="assistant")), "", "llm_timeout"),
    "hangs between tokens": (hanging(chunk("a")), "a", "llm_timeout"),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_fault_is_mapped_without_the_services_words_or_an_open_connection(case: str) -> None:
    script, text, code = FAULTS[case]
    limits = AT_ONCE if "hangs before" in case else IDLE
    async with served(script, limits=limits) as (wire, upstream):
        said, fault = await broken(wire)
        assert (said, fault.code) == (text, code)
        assert SECRET not in str(fault) + fault.ru
        await upstream.until_idle()


async def test_reset_in_mid_answer_is_a_cut() -> None:
    async with served(breaking_off(chunk("a"), with_reset=True), limits=IDLE) as (wire, upstream):
        _, fault = await broken(wire)
        assert fault.code == "llm_truncated"
        await upstream.until_all_left()


@pytest.mark.parametrize("payload", [chunk("a"), chunk(reasoning_content="hm")])
async def test_endless_answer_meets_the_total_limit(payload: object) -> None:
    async with served(endless(payload), limits=TimeLimits(total_s=0.2)) as (wire, upstream):
        _, fault = await broken(wire)
        assert fault.code == "llm_timeout"
        await upstream.until_all_left()


async def test_comments_do_not_pass_for_progress() -> None:
    async def alive(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(event(chunk("a")))
        while True:
            await exchange.send(b": still here\n\n")
            await asyncio.sleep(0.01)

    async with served(alive, limits=IDLE) as (wire, upstream):
        said, fault = await broken(wire)
        assert (said, fault.code) == ("a", "llm_timeout")
        await upstream.until_all_left()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://no-such-host.invalid/v1"])
async def test_dead_address_is_unreachable(url: str) -> None:
    async def nowhere(host: str, port: int) -> list[Any]:
        raise OSError(host, port)

    http = HttpClient(resolve=nowhere)
    wire = openai_model(http, Endpoint(url, "m", kind=DestinationKind.TRUSTED), name="wire", limits=IDLE)
    _, fault = await broken(wire)
    assert (fault.code, fault.retryable) == ("llm_unreachable", True)
    await http.aclose()


async def test_typed_private_address_is_not_reached() -> None:
    http = HttpClient()
    async with LlmUpstream(answering(["x"])) as upstream:
        wire = openai_model(http, Endpoint(upstream.base_url, "m"), name="wire")
        _, fault = await broken(wire)
        assert fault.code == "llm_unreachable"
        assert not upstream.received
    await http.aclose()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("3", 3.0), ("0.5", 0.5), ("-4", 0.0), ("1e9", 86_400.0), ("nan", None), ("soon", None), ("", None)),
        *(("Sun, 01 Nov 2026 12:00:30 GMT", 30.0), ("Sun, 01 Nov 2026 11:00:00 GMT", 0.0), (None, None)),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


async def test_rate_limit_says_when_to_come_back() -> None:
    async with served(error(429, retry_after="7")) as (wire, _):
        _, fault = await broken(wire)
        assert (fault.code, fault.retry_after_s) == ("llm_rate_limited", 7.0)


async def test_closing_the_stream_hangs_up_at_once() -> None:
    async with served(hanging(chunk("a"))) as (wire, upstream):
        async with aclosing(wire.stream(PROMPT)) as stream:
            assert await anext(stream) == Delta("a")
            assert upstream.open_connections == 1
        await upstream.until_all_left(0.5)


@pytest.mark.parametrize("payloads", [[], [chunk("a")]])
async def test_cancelled_listener_hangs_up_at_once(payloads: list[object]) -> None:
    sent = asyncio.Event()
    async with served(hanging(*payloads, sent=sent)) as (wire, upstream):
        task = asyncio.create_task(heard(wire))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until_all_left(0.5)


async def test_many_answers_at_once_keep_apart() -> None:
    async def echo(exchange: Exchange) -> None:
        await sending(*conversation([exchange.received.json["messages"][0]["content"]] * 20))(exchange)

    async with served(echo) as (wire, _):
        answers = await asyncio.gather(*(heard(wire, Prompt([Message("user", f"<{n}>")])) for n in range(50)))
        assert [text for text, _ in answers] == [f"<{n}>" * 20 for n in range(50)]


async def test_usage_before_the_end_and_model_name_are_optional() -> None:
    bare = {"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}]}
    async with served(sending(usage(1, 1), bare)) as (wire, _):
        assert (await heard(wire))[1] == Finish(FinishReason.STOP, "small-1", TokenUsage(1, 1))
