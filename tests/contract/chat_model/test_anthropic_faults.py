"""Every way in which Claude's service can fail us, and how we leave it."""

import asyncio
from contextlib import aclosing

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
    claude_answer,
    claude_start,
    claude_text,
    endless_comments,
    heard,
    served,
)

from secretary.llm.ports import (
    Delta,
    TimeLimits,
)
from secretary.llm.providers import ProviderType

CLAUDE = ProviderType.CLAUDE
START, TEXT = claude_start(), claude_text(0, "a")


def error(status: int, kind: str, message: str = SECRET, **headers: str) -> Script:
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return replying(status, body, **headers)


def in_stream(kind: str, message: str = SECRET) -> Script:
    return sending(START, *TEXT[:2], {"type": "error", "error": {"type": kind, "message": message}})


FAULTS: dict[str, tuple[Script, str, str]] = {
    "bad key": (error(401, "authentication_error"), "", "llm_bad_key"),
    "not allowed": (error(403, "permission_error"), "", "llm_bad_key"),
    "no money": (error(402, "billing_error"), "", "llm_no_money"),
    "no money in words": (
        error(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        "",
        "llm_no_money",
    ),
    "spent limit": (error(400, "invalid_request_error", "You have reached your API usage limits."), "", "llm_no_money"),
    "too many": (error(429, "rate_limit_error"), "", "llm_rate_limited"),
    "too long": (
        error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        "",
        "llm_too_long",
    ),
    "no room": (
        error(400, "invalid_request_error", "input length and `max_tokens` exceed context limit: 1 + 2 > 3"),
        "",
        "llm_too_long",
    ),
    "too large": (error(413, "request_too_large"), "", "llm_too_long"),
    "refused": (error(400, "invalid_request_error", "Output blocked by content filtering policy"), "", "llm_refused"),
    "bad request": (error(400, "invalid_request_error"), "", "llm_rejected"),
    "no such model": (error(404, "not_found_error"), "", "llm_rejected"),
    "redirect": (replying(307, location="http://169.254.169.254/"), "", "llm_rejected"),
    "internal": (error(500, "api_error"), "", "llm_overloaded"),
    "overloaded": (error(529, "overloaded_error"), "", "llm_overloaded"),
    "gateway timeout": (error(504, "timeout_error"), "", "llm_timeout"),
    "bad gateway": (replying(502, HTML, content_type="text/html"), "", "llm_unreachable"),
    "unavailable": (replying(503, HTML, content_type="text/html"), "", "llm_overloaded"),
    "words of another shape": (replying(429, {"error": {"type": 5, "message": [1]}}), "", "llm_rate_limited"),
    "error of another shape": (replying(400, ["x"]), "", "llm_rejected"),
    "html": (replying(200, HTML, content_type="text/html"), "", "llm_nonsense"),
    "empty": (replying(204), "", "llm_rejected"),
    "nonsense json": (replying(200, "[1, 2"), "", "llm_nonsense"),
    "json without an answer": (replying(200, {"type": "message", "content": []}), "", "llm_nonsense"),
    "json list": (replying(200, [1]), "", "llm_nonsense"),
    "error as 200": (error(200, "billing_error"), "", "llm_no_money"),
    "overloaded in the stream": (in_stream("overloaded_error"), "a", "llm_overloaded"),
    "internal in the stream": (in_stream("api_error"), "a", "llm_overloaded"),
    "too many in the stream": (in_stream("rate_limit_error"), "a", "llm_rate_limited"),
    "bad key in the stream": (in_stream("authentication_error"), "a", "llm_bad_key"),
    "no money in the stream": (in_stream("billing_error"), "a", "llm_no_money"),
    "timeout in the stream": (in_stream("timeout_error"), "a", "llm_timeout"),
    "bad request in the stream": (in_stream("invalid_request_error"), "a", "llm_rejected"),
    "unknown in the stream": (in_stream("new_error"), "a", "llm_overloaded"),
    "error without words": (sending(START, *TEXT, {"type": "error"}), "a", "llm_overloaded"),
    "nonsense event": (sending(START, *TEXT, "{not json"), "a", "llm_nonsense"),
    "foreign event": (sending(START, *TEXT, {"hello": 1}), "a", "llm_nonsense"),
    "text of a wrong type": (sending(START, *claude_text(0, 1)), "", "llm_nonsense"),  # type: ignore[arg-type]
    "endless line": (split(b"data: " + b"x" * 1_100_000, 60_000), "", "llm_nonsense"),
    "broken utf-8": (split(b'data: {"type": "\xff"}\n\n', 1000), "", "llm_nonsense"),
    "cut, chunked": (breaking_off(START, *TEXT), "a", "llm_truncated"),
    "cut, until close": (breaking_off(START, *TEXT, framing="close"), "a", "llm_truncated"),
    "ended without an end": (sending(START, *TEXT), "a", "llm_truncated"),
    "end without a reason": (sending(START, *TEXT, {"type": "message_stop"}), "a", "llm_truncated"),
    "half an event": (split(event(START) + event(TEXT[1]) + event(TEXT[1])[:-9], 10_000), "a", "llm_truncated"),
    "nothing at all": (sending(), "", "llm_truncated"),
    "reset at once": (resetting(), "", "llm_unreachable"),
    "hangs before headers": (hanging(with_headers=False), "", "llm_timeout"),
    "hangs before the first token": (hanging(START), "", "llm_timeout"),
    "hangs between tokens": (hanging(START, *TEXT), "a", "llm_timeout"),
}


@pytest.mark.parametrize("case", FAULTS)
async def test_fault_is_mapped_without_the_services_words_or_an_open_connection(case: str) -> None:
    script, text, code = FAULTS[case]
    limits = AT_ONCE if "hangs before" in case else IDLE
    async with served(CLAUDE, script, limits=limits) as (model, upstream):
        with capture_logs() as logs:
            said, fault = await broken(model)
        assert (said, fault.code) == (text, code)
        assert SECRET not in repr(fault) + fault.en + fault.ru + repr(logs)
        assert KEY not in repr(fault) + repr(logs) + repr(model)
        await upstream.until_idle()


@pytest.mark.parametrize(
    ("script", "limits", "code"),
    [
        (endless(TEXT[1]), TimeLimits(total_s=0.2), "llm_timeout"),
        (endless({"type": "ping"}), TimeLimits(total_s=0.2), "llm_timeout"),
        (endless_comments(event(START), event(TEXT[1])), IDLE, "llm_timeout"),
        (breaking_off(START, *TEXT, with_reset=True), IDLE, "llm_truncated"),
    ],
)
async def test_stream_that_does_not_end_well_is_left(script: Script, limits: TimeLimits, code: str) -> None:
    async with served(CLAUDE, script, limits=limits) as (model, upstream):
        assert (await broken(model))[1].code == code
        await upstream.until_all_left()


async def test_rate_limit_says_when_to_come_back() -> None:
    async with served(CLAUDE, error(429, "rate_limit_error", retry_after="7")) as (model, _):
        _, fault = await broken(model)
        assert (fault.code, fault.retryable, fault.retry_after_s) == ("llm_rate_limited", True, 7.0)


async def test_key_stays_with_its_own_host() -> None:
    async with LlmUpstream(sending(*claude_answer("a"))) as elsewhere:
        async with served(CLAUDE, replying(307, location=elsewhere.base_url)) as (model, _):
            assert (await broken(model))[1].code == "llm_rejected"
        assert not elsewhere.received


async def test_closing_the_stream_hangs_up_at_once() -> None:
    async with served(CLAUDE, hanging(START, *TEXT)) as (model, upstream):
        async with aclosing(model.stream(PROMPT)) as stream:
            assert await anext(stream) == Delta("a")
            assert upstream.open_connections == 1
        await upstream.until_all_left(0.5)


async def test_cancelled_listener_hangs_up_at_once() -> None:
    sent = asyncio.Event()
    async with served(CLAUDE, hanging(START, *TEXT, sent=sent)) as (model, upstream):
        task = asyncio.create_task(heard(model))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until_all_left(0.5)
