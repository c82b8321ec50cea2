"""Each service as it describes itself: how it streams text, thoughts and tool calls, counts, and fails.

From their published references, autumn 2026: developers.openai.com/api/reference/chat, api-docs.deepseek.com,
platform.kimi.ai/docs/api, openrouter.ai/docs/api (streaming, errors), aistudio.yandex.ru (OpenAI-compatible APIs),
docs.ollama.com/api/openai-compatibility, docs.vllm.ai (OpenAI-compatible server), developers.sber.ru (GigaChat).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.support.llm_upstream import Exchange, Script, chunk, event, replying

from secretary.llm.ports import TokenUsage
from secretary.llm.providers import ProviderType

ARGUMENTS = '{"city": "Омск"}'
Failure = tuple[int, object]


def last(finish: str) -> dict[str, Any]:
    return {**chunk(finish=finish), "usage": None}


def counted(**more: object) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "model": "scripted",
        "choices": [],
        "usage": {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29, **more},
    }


def streamed_call(*, with_id_once: bool = True) -> Sequence[object]:
    """A tool call in pieces under an index: OpenAI, DeepSeek, Kimi, OpenRouter, vLLM, YandexGPT."""
    first = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "get_time", "arguments": ""}}
    more: dict[str, Any] = {} if with_id_once else {"id": "call_1"}
    pieces = [{"index": 0, **more, "function": {"arguments": part}} for part in (ARGUMENTS[:7], ARGUMENTS[7:])]
    return [chunk(tool_calls=[piece]) for piece in (first, *pieces)]


def openai_error(status: int, code: str | None, message: str, kind: str = "invalid_request_error") -> Failure:
    return status, {"error": {"message": message, "type": kind, "param": None, "code": code}}


FAILURES: Mapping[str, Failure] = {
    "llm_bad_key": openai_error(401, "invalid_api_key", "Incorrect API key provided: sk-***."),
    "llm_no_money": openai_error(429, "insufficient_quota", "You exceeded your current quota", "insufficient_quota"),
    "llm_rate_limited": openai_error(429, "rate_limit_exceeded", "Rate limit reached for requests", "requests"),
    "llm_too_long": openai_error(400, "context_length_exceeded", "This model's maximum context length is 8 tokens."),
    "llm_refused": openai_error(400, "content_policy_violation", "Rejected as a result of our safety system."),
    "llm_overloaded": openai_error(503, None, "The engine is currently overloaded", "server_error"),
    "llm_unreachable": (502, "<html>Bad gateway</html>"),
    "llm_rejected": openai_error(404, "model_not_found", "The model `x` does not exist"),
}


@dataclass(frozen=True)
class Service:
    """One type of provider. Thoughts and calls are events that its stream carries before `finish`."""

    type: ProviderType
    model: str
    call: Sequence[object] = field(default_factory=streamed_call)
    thoughts: Sequence[object] = ()
    ends: Sequence[object] = (last("stop"), counted(), "[DONE]")
    call_ends: Sequence[object] = (last("tool_calls"), counted(), "[DONE]")
    usage: TokenUsage = field(default_factory=lambda: TokenUsage(20, 9))
    failures: Mapping[str, Failure] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    comment: bytes = b""
    key_header: str = "authorization"
    sends_key: str = "Bearer secret-key-1"
    begins: Sequence[object] = ()
    said: Callable[[Sequence[str]], Sequence[object]] = lambda texts: [chunk(text) for text in texts]

    def begun(self, *texts: str) -> Sequence[object]:
        """The events of an answer that is not at its end."""
        return [*self.begins, *self.said(texts)]

    def answering(self, *texts: str) -> Script:
        return self.sending(*self.begun(*texts), *self.ends)

    def thinking(self, *texts: str) -> Script:
        return self.sending(*self.begins, *self.thoughts, *self.said(texts), *self.ends)

    def calling(self) -> Script:
        return self.sending(*self.begins, *self.call, *self.call_ends)

    def failing(self, code: str) -> Script:
        status, body = {**FAILURES, **self.failures}[code]
        return replying(status, body)

    def sending(self, *payloads: object) -> Script:
        comment = self.comment

        async def play(exchange: Exchange) -> None:
            await exchange.start()
            for payload in payloads:
                await exchange.send(comment + event(payload))
            await exchange.finish()

        return play


def within_choice(finish: str) -> dict[str, Any]:
    """Kimi counts inside the last choice."""
    end = chunk(finish=finish)
    choice: Any = end["choices"]
    choice[0]["usage"] = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29, "cached_tokens": 4}
    return end


def gigachat_last(finish: str) -> dict[str, Any]:
    usage = {"prompt_tokens": 20, "completion_tokens": 9, "total_tokens": 29, "precached_prompt_tokens": 4}
    return {**chunk("", finish=finish), "usage": usage, "model": "GigaChat-2:2.0.28.2"}


def said_thought(name: str) -> Sequence[object]:
    return [chunk(**{name: piece, "content": None}) for piece in ("Надо ", "подумать.")]


OPENAI_LIKE = (
    Service(
        ProviderType.OPENAI,
        "gpt-4o-mini",
        ends=(
            last("stop"),
            counted(
                prompt_tokens_details={"cached_tokens": 4, "audio_tokens": 0},
                completion_tokens_details={"reasoning_tokens": 2},
            ),
            "[DONE]",
        ),
        usage=TokenUsage(20, 9, 4, 2),
    ),
    Service(
        ProviderType.DEEPSEEK,
        "deepseek-v4-flash",
        thoughts=said_thought("reasoning_content"),
        ends=(
            {
                **chunk("", finish="stop", reasoning_content=None),
                "usage": {"prompt_tokens": 20, "completion_tokens": 9, "prompt_cache_hit_tokens": 4},
            },
            "[DONE]",
        ),
        usage=TokenUsage(20, 9, 4),
        failures={
            "llm_bad_key": openai_error(401, "invalid_request_error", "Authentication Fails", "authentication_error"),
            "llm_no_money": openai_error(402, "invalid_request_error", "Insufficient Balance", "unknown_error"),
            "llm_refused": openai_error(400, "invalid_request_error", "Content Exists Risk"),
            "llm_overloaded": openai_error(503, None, "Service is too busy.", "service_unavailable_error"),
        },
    ),
    Service(
        ProviderType.KIMI,
        "kimi-k3",
        thoughts=said_thought("reasoning_content"),
        ends=(within_choice("stop"), "[DONE]"),
        usage=TokenUsage(20, 9, 4),
        failures={
            "llm_bad_key": (
                401,
                {"error": {"message": "Invalid Authentication", "type": "invalid_authentication_error"}},
            ),
            "llm_no_money": (429, {"error": {"message": "x", "type": "exceeded_current_quota_error"}}),
            "llm_rate_limited": (429, {"error": {"message": "max RPM: 3", "type": "rate_limit_reached_error"}}),
            "llm_too_long": (
                400,
                {"error": {"message": "Input token length too long", "type": "invalid_request_error"}},
            ),
            "llm_refused": (400, {"error": {"message": "considered high risk", "type": "content_filter"}}),
            "llm_overloaded": (429, {"error": {"message": "try again later", "type": "engine_overloaded_error"}}),
        },
    ),
    Service(
        ProviderType.OPENROUTER,
        "openrouter/auto",
        thoughts=said_thought("reasoning"),
        comment=b": OPENROUTER PROCESSING\n\n",
        failures={
            "llm_bad_key": (401, {"error": {"message": "No auth credentials found", "code": 401}}),
            "llm_no_money": (402, {"error": {"message": "Insufficient credits", "code": 402}}),
            "llm_rate_limited": (429, {"error": {"message": "Rate limit exceeded", "code": 429}}),
            "llm_too_long": (
                400,
                {"error": {"message": "This endpoint's maximum context length is 8 tokens", "code": 400}},
            ),
            "llm_refused": (
                403,
                {"error": {"message": "requires moderation, input was flagged", "code": 403, "metadata": {}}},
            ),
            "llm_overloaded": (503, {"error": {"message": "No available model provider", "code": 503}}),
        },
    ),
    Service(
        ProviderType.GIGACHAT,
        "GigaChat-2",
        call=[chunk("", function_call={"name": "get_time", "arguments": {"city": "Омск"}})],
        thoughts=said_thought("reasoning_content"),
        ends=(gigachat_last("stop"), "[DONE]"),
        call_ends=(gigachat_last("function_call"), "[DONE]"),
        usage=TokenUsage(20, 9, 4),
        failures={
            "llm_bad_key": (401, {"status": 401, "message": "Unauthorized"}),
            "llm_no_money": (402, {"status": 402, "message": "Payment Required"}),
            "llm_rate_limited": (429, {"status": 429, "message": "Too Many Requests"}),
            "llm_too_long": (413, {"status": 413, "message": "Payload too large"}),
            "llm_overloaded": (500, {"status": 500, "message": "Internal Server Error"}),
        },
        sends_key="Bearer token-1",
    ),
    Service(
        ProviderType.YANDEXGPT,
        "yandexgpt/latest",
        failures={
            "llm_bad_key": openai_error(401, "UNAUTHENTICATED", "Unknown api key"),
            "llm_too_long": openai_error(400, None, "number of input tokens must be no more than 32000, got 33000"),
            "llm_rate_limited": openai_error(429, "RESOURCE_EXHAUSTED", "count.in-flight gRPC quota limit exceed"),
        },
        options={"folder_id": "b1g"},
        sends_key="Api-Key secret-key-1",
    ),
    Service(
        ProviderType.OLLAMA,
        "qwen3:8b",
        call=[
            chunk(
                "",
                tool_calls=[
                    {
                        "index": 0,
                        "id": "call_x1",
                        "type": "function",
                        "function": {"name": "get_time", "arguments": ARGUMENTS},
                    }
                ],
            )
        ],
        thoughts=said_thought("reasoning"),
        call_ends=(last("stop"), counted(), "[DONE]"),
        failures={
            "llm_overloaded": openai_error(503, None, "server busy, please try again.", "api_error"),
            "llm_rejected": openai_error(404, None, 'model "x" not found, try pulling it first', "api_error"),
        },
    ),
    Service(
        ProviderType.VLLM,
        "Qwen/Qwen2.5-7B-Instruct-AWQ",
        call=streamed_call(with_id_once=False),
        thoughts=said_thought("reasoning_content"),
        failures={
            "llm_bad_key": (401, {"error": "Unauthorized"}),
            "llm_too_long": (
                400,
                {"object": "error", "message": "maximum context length is 8", "type": "BadRequestError"},
            ),
        },
    ),
    Service(
        ProviderType.CUSTOM,
        "small",
        call=[
            chunk(piece)
            for piece in ("<tool_", 'call>\n{"name": "get_time", ', '"arguments": ', ARGUMENTS, "}\n</tool", "_call>")
        ],
        thoughts=[chunk(piece) for piece in ("<thi", "nk>Надо ", "подумать.</th", "ink>\n\n")],
        call_ends=(last("stop"), counted(), "[DONE]"),
    ),
)
