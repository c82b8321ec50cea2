"""The faults that llmock lacks, on each of the three wires: mapped, within the limits, and no connection left."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.support.llm_upstream import (
    Exchange,
    LlmUpstream,
    Script,
    breaking_off,
    chunk,
    endless,
    event,
    framed,
    hanging,
    replying,
    split,
)
from tests.support.native_upstream import (
    HTML,
    broken,
    claude_start,
    claude_text,
    endless_comments,
    gemini_chunk,
    spec_of,
)

from secretary.adapters.llm.anthropic_wire import anthropic_model
from secretary.adapters.llm.gemini_wire import gemini_model
from secretary.adapters.llm.openai_wire import Endpoint, openai_model
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import ChatModel, TimeLimits
from secretary.llm.providers import ProviderType

SLACK_S = 3.0  # the machine that runs the tests may be busy; the limits themselves are a tenth of it
FIRST = TimeLimits(first_token_s=0.2)
IDLE = TimeLimits(idle_s=0.2)
TOTAL = TimeLimits(total_s=0.3)


@dataclass(frozen=True)
class Spoken:
    """A wire: how its model is made, and events of a stream that has said "a"."""

    make: Callable[[HttpClient, str, TimeLimits], ChatModel]
    opening: tuple[object, ...]
    said: object

    @property
    def events(self) -> tuple[object, ...]:
        return (*self.opening, self.said)


def _openai(http: HttpClient, base_url: str, limits: TimeLimits) -> ChatModel:
    return openai_model(http, Endpoint(base_url, "m", kind=DestinationKind.TRUSTED), name="wire", limits=limits)


def _claude(http: HttpClient, base_url: str, limits: TimeLimits) -> ChatModel:
    return anthropic_model(http, spec_of(ProviderType.CLAUDE, base_url, limits=limits))


def _gemini(http: HttpClient, base_url: str, limits: TimeLimits) -> ChatModel:
    return gemini_model(http, spec_of(ProviderType.GEMINI, base_url.removesuffix("/v1"), limits=limits))


WIRES = {
    "openai": Spoken(_openai, (chunk(role="assistant"),), chunk("a")),
    "claude": Spoken(_claude, (claude_start(), claude_text(0)[0]), claude_text(0, "a")[1]),
    "gemini": Spoken(_gemini, (), gemini_chunk({"text": "a"})),
}


def half_a_chunk(spoken: Spoken) -> Script:
    """A whole event and the half of another in one chunk of HTTP, of which the rest never comes."""

    async def play(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.events(spoken.opening)
        both = framed(event(spoken.said) * 2)
        await exchange.raw(both[: len(both) * 2 // 3])
        await exchange.until_client_left()

    return play


def hanging_up_in_headers(spoken: Spoken) -> Script:
    async def play(exchange: Exchange) -> None:
        await exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-st")

    return play


def gigantic_header(spoken: Spoken) -> Script:
    async def play(exchange: Exchange) -> None:
        await exchange.raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n")

    return play


def endless_line(spoken: Spoken) -> Script:
    async def play(exchange: Exchange) -> None:
        await exchange.start()
        await exchange.send(b"data: ")
        while True:
            await exchange.send(b"x" * 10_000)

    return play


FAULTS: dict[str, tuple[Callable[[Spoken], Script], TimeLimits, str, str]] = {
    "hangs before headers": (lambda _: hanging(with_headers=False), FIRST, "", "llm_timeout"),
    "hangs after headers": (lambda _: hanging(), FIRST, "", "llm_timeout"),
    "html with status 200": (lambda _: replying(200, HTML, content_type="text/html"), IDLE, "", "llm_nonsense"),
    "html as an event stream": (
        lambda _: replying(200, HTML, content_type="text/event-stream"),
        IDLE,
        "",
        "llm_truncated",
    ),
    "half a chunk, then silence": (half_a_chunk, IDLE, "a", "llm_timeout"),
    "reset in mid-stream": (lambda spoken: breaking_off(*spoken.events, with_reset=True), IDLE, "a", "llm_truncated"),
    "endless stream": (lambda spoken: endless(spoken.said), TOTAL, "a…", "llm_timeout"),
    "endless comments": (lambda spoken: endless_comments(*map(event, spoken.events)), IDLE, "a", "llm_timeout"),
    "endless comments at first": (lambda _: endless_comments(), FIRST, "", "llm_timeout"),
    "gigantic line": (lambda _: split(b"data: " + b"x" * 1_200_000, 60_000), IDLE, "", "llm_nonsense"),
    "endless line": (endless_line, IDLE, "", "llm_nonsense"),
    "gigantic header": (gigantic_header, IDLE, "", "llm_nonsense"),
    "leaves in mid-header": (hanging_up_in_headers, IDLE, "", "llm_unreachable"),
}


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_fault_ends_in_time_in_its_error_and_leaves_no_connection(fault: str, wire: str) -> None:
    script, limits, text, code = FAULTS[fault]
    http, spoken = HttpClient(), WIRES[wire]
    async with LlmUpstream(script(spoken)) as upstream, asyncio.timeout(SLACK_S):
        said, error = await broken(spoken.make(http, upstream.base_url, limits))
        assert error.code == code
        assert said == text or (text == "a…" and set(said) == {"a"})
        await upstream.until_idle()
        await http.aclose()
        await upstream.until_all_left()
