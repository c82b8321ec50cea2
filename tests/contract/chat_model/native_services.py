"""Claude and Gemini as they describe themselves: platform.claude.com/docs (messages), ai.google.dev/api."""

from tests.contract.chat_model.services import ARGUMENTS, OPENAI_LIKE, Failure, Service
from tests.support.native_upstream import (
    claude_call,
    claude_end,
    claude_start,
    claude_text,
    claude_thought,
    gemini_chunk,
)

from secretary.llm.ports import TokenUsage
from secretary.llm.providers import ProviderType


def claude_error(status: int, kind: str, message: str) -> Failure:
    return status, {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def gemini_error(status: int, name: str, message: str) -> Failure:
    return status, {"error": {"code": status, "message": message, "status": name}}


NATIVE = (
    Service(
        ProviderType.CLAUDE,
        "claude-sonnet-5-5",
        begins=[claude_start()],
        said=lambda texts: claude_text(5, *texts),
        call=claude_call(0, "toolu_1", "get_time", ARGUMENTS[:7], ARGUMENTS[7:]),
        thoughts=claude_thought(0, "Надо подумать.", "c2ln"),
        ends=claude_end(),
        call_ends=claude_end("tool_use"),
        usage=TokenUsage(7, 2),
        failures={
            "llm_bad_key": claude_error(401, "authentication_error", "invalid x-api-key"),
            "llm_no_money": claude_error(400, "invalid_request_error", "Your credit balance is too low"),
            "llm_rate_limited": claude_error(429, "rate_limit_error", "exceed the rate limit"),
            "llm_too_long": claude_error(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"),
            "llm_refused": claude_error(400, "invalid_request_error", "Output blocked by content filtering policy"),
            "llm_overloaded": claude_error(529, "overloaded_error", "Overloaded"),
            "llm_rejected": claude_error(404, "not_found_error", "model: x"),
        },
        key_header="x-api-key",
        sends_key="secret-key-1",
    ),
    Service(
        ProviderType.GEMINI,
        "gemini-3.8-flash",
        said=lambda texts: [gemini_chunk({"text": text}) for text in texts],
        call=[gemini_chunk({"functionCall": {"id": "c1", "name": "get_time", "args": {"city": "Омск"}}})],
        thoughts=[gemini_chunk({"text": "Надо подумать.", "thought": True})],
        ends=[gemini_chunk(finish="STOP")],
        call_ends=[gemini_chunk(finish="STOP")],
        usage=TokenUsage(7, 2),
        failures={
            "llm_bad_key": gemini_error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
            "llm_no_money": gemini_error(429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
            "llm_rate_limited": gemini_error(429, "RESOURCE_EXHAUSTED", "You exceeded requests per minute"),
            "llm_too_long": gemini_error(
                400, "INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8)."
            ),
            "llm_refused": (200, {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
            "llm_overloaded": gemini_error(503, "UNAVAILABLE", "The model is overloaded."),
            "llm_rejected": gemini_error(404, "NOT_FOUND", "models/x is not found"),
        },
        key_header="x-goog-api-key",
        sends_key="secret-key-1",
    ),
)

SERVICES = (*OPENAI_LIKE, *NATIVE)
