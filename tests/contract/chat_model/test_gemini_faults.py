"""Every way in which Gemini's service can fail us, and how we leave it."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.support.llm_upstream import (
    LlmUpstream,
    Script,
    breaking_off,
    endless,
    event,
    hanging,
    replying,
    resetting,
    sending,
    split,
)
from tests.support.native_upstream import (
    AT_ONCE,
    HTML,
    IDLE,
    KEY,
    PROMPT,
    SECRET,
    broken,
    endless_comments,
    gemini_answer,
    gemini_chunk,
    heard,
    served,
)

from secretary.llm.ports import (
    Delta,
    TimeLimits,
)
from secretary.llm.providers import ProviderType

GEMINI = ProviderType.GEMINI
CHUNK = gemini_chunk({"text": "a"})


def error(status: int, name: str, message: str = SECRET, *details: dict[str, Any], **headers: str) -> Script:
    return replying(status, _error(status, name, message, *details), **headers)


def _error(status: int, name: str, message: str = SECRET, *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "status": name, "details": list(details)}}


def reason(word: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": word, "domain": "googleapis.com"}


RETRY = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}
QUOTA = "You exceeded your current quota, please check your plan and billing details."
BLOCKED = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 3}}
FAULTS: dict[str, tuple[Script, str, str]] = {
    "bad key": (
        error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason("API_KEY_INVALID")),
        "",
        "llm_bad_key",
    ),
    "expired key": (error(400, "INVALID_ARGUMENT", "API key expired. Please renew the API key."), "", "llm_bad_key"),
    "unauthenticated": (error(401, "UNAUTHENTICATED"), "", "llm_bad_key"),
    "not allowed": (error(403, "PERMISSION_DENIED"), "", "llm_bad_key"),
    "no billing": (error(403, "PERMISSION_DENIED", SECRET, reason("BILLING_DISABLED")), "", "llm_no_money"),
    "free tier ended": (
        error(400, "FAILED_PRECONDITION", "Free tier is not available in your country. Please enable billing."),
        "",
        "llm_no_money",
    ),
    "prepaid and spent": (
        error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
        "",
        "llm_no_money",
    ),
    "too many": (error(429, "RESOURCE_EXHAUSTED", QUOTA, RETRY), "", "llm_rate_limited"),
    "too long": (
        error(400, "INVALID_ARGUMENT", "The input token count (2) exceeds the maximum number of tokens allowed (1)."),
        "",
        "llm_too_long",
    ),
    "too large": (error(413, "RESOURCE_EXHAUSTED"), "", "llm_too_long"),
    "blocked prompt": (sending(BLOCKED), "", "llm_refused"),
    "blocked whole": (replying(200, BLOCKED), "", "llm_refused"),
    "bad request": (error(400, "INVALID_ARGUMENT"), "", "llm_rejected"),
    "wrong country": (error(400, "FAILED_PRECONDITION", "User location is not supported."), "", "llm_rejected"),
    "no such model": (error(404, "NOT_FOUND"), "", "llm_rejected"),
    "redirect": (replying(307, location="http://169.254.169.254/"), "", "llm_rejected"),
    "internal": (error(500, "INTERNAL"), "", "llm_overloaded"),
    "overloaded": (error(503, "UNAVAILABLE"), "", "llm_overloaded"),
    "deadline": (error(504, "DEADLINE_EXCEEDED"), "", "llm_timeout"),
    "bad gateway": (replying(502, HTML, content_type="text/html"), "", "llm_unreachable"),
    "error in a list": (replying(429, [_error(429, "RESOURCE_EXHAUSTED")]), "", "llm_rate_limited"),
    "details of another shape": (replying(429, {"error": {"details": 5, "message": [1]}}), "", "llm_rate_limited"),
    "error of another shape": (replying(400, ["x"]), "", "llm_rejected"),
    "html": (replying(200, HTML, content_type="text/html"), "", "llm_nonsense"),
    "empty": (replying(204), "", "llm_rejected"),
    "nonsense json": (replying(200, "[1, 2"), "", "llm_nonsense"),
    "json without an answer": (replying(200, {"candidates": []}), "", "llm_nonsense"),
    "json list": (replying(200, [1]), "", "llm_nonsense"),
    "error as 200": (error(200, "RESOURCE_EXHAUSTED"), "", "llm_rate_limited"),
    "overloaded in the stream": (sending(CHUNK, _error(503, "UNAVAILABLE")), "a", "llm_overloaded"),
    "too many in the stream": (sending(CHUNK, _error(429, "RESOURCE_EXHAUSTED")), "a", "llm_rate_limited"),
    "bad key in the stream": (sending(_error(401, "UNAUTHENTICATED")), "", "llm_bad_key"),
    "nameless in the stream": (sending(CHUNK, {"error": {"status": "CANCELLED"}}), "a", "llm_overloaded"),
    "wordless in the stream": (sending(CHUNK, {"error": "x"}), "a", "llm_overloaded"),
    "unknown reason": (sending(CHUNK, gemini_chunk({"text": "b"}, finish="OTHER")), "ab", "llm_truncated"),
    "broken call": (sending(CHUNK, gemini_chunk(finish="MALFORMED_FUNCTION_CALL")), "a", "llm_nonsense"),
    "broken answer": (sending(CHUNK, gemini_chunk(finish="MALFORMED_RESPONSE")), "a", "llm_nonsense"),
    "call of no tool": (sending(CHUNK, gemini_chunk(finish="UNEXPECTED_TOOL_CALL")), "a", "llm_nonsense"),
    "lost signature": (sending(gemini_chunk(finish="MISSING_THOUGHT_SIGNATURE")), "", "llm_rejected"),
    "broken whole": (replying(200, gemini_chunk(finish="MALFORMED_RESPONSE")), "", "llm_nonsense"),
    "nonsense event": (sending(CHUNK, "{not json"), "a", "llm_nonsense"),
    "foreign event": (sending(CHUNK, {"hello": 1}), "a", "llm_nonsense"),
    "text of a wrong type": (sending(CHUNK, gemini_chunk({"text": 1})), "a", "llm_nonsense"),
    "candidates of a wrong type": (sending({"candidates": {}}), "", "llm_nonsense"),
    "endless line": (split(b"data: " + b"x" * 1_100_000, 60_000), "", "llm_nonsense"),
    "broken utf-8": (split(b'data: {"candidates": "\xff"}\n\n', 1000), "", "llm_nonsense"),
    "cut, chunked": (breaking_off(CHUNK), "a", "llm_truncated"),
    "cut, until close": (breaking_off(CHUNK, framing="close"), "a", "llm_truncated"),
    "ended without an end": (sending(CHUNK), "a", "llm_truncated"),
    "half an event": (split(event(CHUNK) + event(CHUNK)[:-20], 10_000), "a", "llm_truncated"),
    "nothing at all": (sending(), "", "llm_truncated"),
    "reset at once": (resetting(), "", "llm_unreachable"),
    "hangs before headers": (hanging(with_headers=False), "", "llm_timeout"),
    "hangs before the first token": (hanging(gemini_chunk()), "", "llm_timeout"),
    "hangs between tokens": (hanging(CHUNK), "a", "llm_timeout"),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_fault_is_mapped_without_the_services_words_or_an_open_connection(case: str) -> None:
    script, text, code = FAULTS[case]
    limits = AT_ONCE if "hangs before" in case else IDLE
    async with served(GEMINI, script, limits=limits) as (model, upstream):
        with capture_logs() as logs:
            said, fault = await broken(model)
        assert (said, fault.code) == (text, code)
        assert SECRET not in repr(fault) + fault.en + fault.ru + repr(logs)
        assert KEY not in repr(fault) + repr(logs) + repr(model)
        await upstream.until_idle()


@pytest.mark.parametrize(
    ("script", "limits", "code"),
    [
        (endless(CHUNK), TimeLimits(total_s=0.2), "llm_timeout"),
        (endless(gemini_chunk()), TimeLimits(total_s=0.2), "llm_timeout"),
        (endless_comments(event(CHUNK)), IDLE, "llm_timeout"),
        (breaking_off(CHUNK, with_reset=True), IDLE, "llm_truncated"),
    ],
)
async def test_stream_that_does_not_end_well_is_left(script: Script, limits: TimeLimits, code: str) -> None:
    async with served(GEMINI, script, limits=limits) as (model, upstream):
        assert (await broken(model))[1].code == code
        await upstream.until_all_left()


@pytest.mark.parametrize(
    ("details", "headers", "seconds"),
    [
        ((RETRY,), {}, 34.5),
        ((RETRY,), {"retry_after": "7"}, 7.0),
        ((), {}, None),
        (({"retryDelay": "soon"}, "x"), {}, None),
        (({"retryDelay": "9" * 400 + "s"},), {}, 86_400.0),
    ],
)
async def test_rate_limit_says_when_to_come_back(details: Any, headers: dict[str, str], seconds: float | None) -> None:
    script = error(429, "RESOURCE_EXHAUSTED", QUOTA, *details, **headers)
    async with served(GEMINI, script) as (model, _):
        _, fault = await broken(model)
        assert (fault.code, fault.retryable, fault.retry_after_s) == ("llm_rate_limited", True, seconds)


async def test_key_stays_with_its_own_host() -> None:
    async with LlmUpstream(sending(*gemini_answer("a"))) as elsewhere:
        async with served(GEMINI, replying(307, location=elsewhere.base_url)) as (model, _):
            assert (await broken(model))[1].code == "llm_rejected"
        assert not elsewhere.received


async def test_closing_the_stream_hangs_up_at_once() -> None:
    async with served(GEMINI, hanging(CHUNK)) as (model, upstream):
        async with aclosing(model.stream(PROMPT)) as stream:
            assert await anext(stream) == Delta("a")
            assert upstream.open_connections == 1
        await upstream.until_all_left(0.5)


async def test_cancelled_listener_hangs_up_at_once() -> None:
    sent = asyncio.Event()
    async with served(GEMINI, hanging(CHUNK, sent=sent)) as (model, upstream):
        task = asyncio.create_task(heard(model))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until_all_left(0.5)
