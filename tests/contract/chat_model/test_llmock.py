"""Every surface of llmock that we speak × every fault it scripts, and its strict verdict on us.

The verdict sees requests, not errors: it wants a retry after a fault that may pass, and none after one that may not.
So who speaks here is a caller who wants the whole answer: he drops half of one and asks again.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Behavior, Delay, Fail, Match, Reply, SlowFirstToken, StreamFault, ToolFault
from llmock.scenarios import ToolCall as ScriptedCall
from llmock.testing import BASE_PATHS
from tests.contract.chat_model.routing import Routed
from tests.support.models import ScriptedModel

from secretary.adapters.llm.anthropic_wire import anthropic_model
from secretary.adapters.llm.gemini_wire import gemini_model
from secretary.adapters.llm.openai_wire.services import openai_service
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import (
    ChatCapabilities,
    ChatModel,
    Delta,
    Finish,
    FinishReason,
    Message,
    Piece,
    Prompt,
    TimeLimits,
    Tool,
    ToolCallDelta,
)
from secretary.llm.providers import ProviderSpec, ProviderType


@dataclass(frozen=True)
class Surface:
    """One of llmock's services, and as which of our types of provider it is spoken to."""

    service: str
    type: ProviderType
    model: str


SURFACES: Mapping[str, Surface] = {
    "anthropic": Surface("anthropic", ProviderType.CLAUDE, "claude-sonnet-4-5"),
    "gemini": Surface("gemini", ProviderType.GEMINI, "gemini-2.5-flash"),
    # Cohere's own wire is none of ours; all others of llmock imitate OpenAI.
    **{
        service: Surface(service, ProviderType.CUSTOM, f"{service}-1")
        for service in sorted(BASE_PATHS.keys() - {"anthropic", "gemini", "cohere", "openai"})
    },
    # Providers that llmock has not, each with its own dialect, at the address of the one they imitate.
    **{
        kind.value: Surface("openai", kind, f"{kind.value}-1")
        for kind in ProviderType
        if kind not in {ProviderType.CLAUDE, ProviderType.GEMINI, ProviderType.GIGACHAT}
    },
}
PROMPT = Prompt([Message("system", "Be brief"), Message("user", "Tell me about the weather in Tver, please")])
PATIENT = TimeLimits()
HASTY = TimeLimits(first_token_s=0.4, idle_s=0.4)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CALLING = Prompt(PROMPT.messages, tools=(Tool("weather", "Weather", CITY),))
MOST_TRIES = 3
LONGEST_S = 15.0  # the machine that runs the tests may be busy; with somebody else to ask it takes two
Answer = str
Speak = Callable[[ChatModel, Prompt], Awaitable[Answer]]


def model_of(surface: Surface, llmock: LLMock, http: HttpClient, limits: TimeLimits) -> ChatModel:
    spec = ProviderSpec(
        "cloud:1",
        surface.type,
        surface.model,
        llmock.base_url(surface.service),
        "sk-1",
        DestinationKind.TRUSTED,
        limits=limits,
        capabilities=ChatCapabilities(surface.model),
        options={"folder_id": "f"},
    )
    match surface.type:
        case ProviderType.CLAUDE:
            return anthropic_model(http, spec)
        case ProviderType.GEMINI:
            return gemini_model(http, spec)
    return openai_service(http, spec)


def match_of(surface: Surface) -> Match:
    """Requests of this surface alone: each has a model of its own."""
    return Match(model=f"*{surface.model}*")


@asynccontextmanager
async def client(llmock: LLMock) -> AsyncGenerator[HttpClient, None]:
    """The shared client; after it nobody is connected, and the strict verdict is clean."""
    http = HttpClient()
    try:
        yield http
    finally:
        await http.aclose()
    await until_nobody_is_connected(llmock)
    llmock.assert_resilient(strict=True)


async def once(model: ChatModel, prompt: Prompt) -> Answer:
    """The whole answer, calls as name(arguments). Raises Upstream."""
    return heard([piece async for piece in model.stream(prompt)])


def heard(pieces: Iterable[Piece]) -> Answer:
    told: list[str] = []
    for piece in pieces:
        match piece:
            case Delta():
                told.append(piece.text)
            case ToolCallDelta():
                told.append(piece.name + piece.arguments)
            case Finish():
                assert piece.reason in {FinishReason.STOP, FinishReason.TOOL_CALLS}
    return "".join(told)


async def retrying(model: ChatModel, prompt: Prompt) -> Answer:
    """The whole answer, asked for again where that may help: by Retry-After, else later each time."""
    for attempt in range(MOST_TRIES):
        try:
            return await once(model, prompt)
        except Upstream as fault:
            if not fault.retryable or attempt == MOST_TRIES - 1:
                raise
            wait = fault.retry_after_s
            await asyncio.sleep(random.uniform(0.05, 0.1) * 4**attempt if wait is None else wait + 0.05)
    raise AssertionError


async def by_router(model: ChatModel, prompt: Prompt) -> Answer:
    """The whole answer as the gateway has it: from the router, over one backend."""
    routed = Routed(model)
    try:
        return heard(await routed.router.whole(routed.ask(prompt)))
    finally:
        routed.assert_nothing_is_held()


SPEAKERS: Mapping[str, Speak] = {"retrying": retrying, "router": by_router}


async def outcome(speaking: Awaitable[Answer]) -> str:
    """The code of the fault, or "answer"."""
    try:
        return "answer" if await speaking else "nothing"
    except Upstream as fault:
        return fault.code


async def until_nobody_is_connected(llmock: LLMock) -> None:
    state = llmock._server._server.server_state  # type: ignore[attr-defined]
    async with asyncio.timeout(5):
        while state.connections:
            await asyncio.sleep(0.01)


@dataclass(frozen=True)
class Case:
    """A fault as llmock scripts it, how long we wait, and what it comes to."""

    script: Callable[[Match], Behavior]
    comes_to: str = "answer"
    limits: TimeLimits = PATIENT
    prompt: Prompt = PROMPT
    pace_ms: int = 0
    """Between pieces, where the service must live to see us leave: the verdict believes nothing else."""


def failing(status: int, comes_to: str = "answer", *, times: int | None = 1, wait_s: float | None = None) -> Case:
    return Case(lambda match: Fail(status, retry_after=wait_s, times=times, match=match), comes_to)


def stream_fault(kind: str, after: int, limits: TimeLimits = PATIENT, pace_ms: int = 0) -> Case:
    def script(match: Match) -> Behavior:
        return StreamFault(kind, after_chunks=after, match=match)  # type: ignore[arg-type]

    return Case(script, limits=limits, pace_ms=pace_ms)


CASES: Mapping[str, Case] = {
    "400": failing(400, "llm_rejected", times=None),
    "401": failing(401, "llm_bad_key", times=None),
    "402": failing(402, "llm_no_money", times=None),
    "403": failing(403, "llm_bad_key", times=None),
    "404": failing(404, "llm_rejected", times=None),
    "413": failing(413, "llm_too_long", times=None),
    "422": failing(422, "llm_rejected", times=None),
    **{str(status): failing(status, wait_s=0) for status in (408, 409, 429, 500, 501, 502, 503, 504, 529)},
    "429 twice": failing(429, times=2, wait_s=0),
    "429 and a wait": failing(429, wait_s=1),
    "outage": failing(503, "llm_overloaded", times=None, wait_s=0),
    "limit without end": failing(429, "llm_rate_limited", times=None, wait_s=0),
    **{f"{kind} at {after}": stream_fault(kind, after) for kind in ("disconnect", "truncate") for after in (0, 1, 4)},
    **{f"malformed at {after}": stream_fault("malformed", after, pace_ms=20) for after in (0, 1, 4)},
    **{f"stall at {after}": stream_fault("stall", after, HASTY) for after in (0, 1, 4)},
    "slow first token": Case(lambda match: SlowFirstToken(30, match=match), limits=HASTY),
    "slow, but in time": Case(lambda match: SlowFirstToken(0.1, match=match)),
    "delay": Case(lambda match: Delay(1, match=match), limits=HASTY),
    "scripted text": Case(lambda match: Reply("Snow", match=match)),
    "scripted call": Case(lambda match: Reply(tool_calls=(ScriptedCall("weather", {"city": "Tver"}),), match=match)),
    "broken arguments": Case(lambda match: ToolFault("malformed_arguments", match=match), prompt=CALLING),
    "unknown tool": Case(lambda match: ToolFault("unknown_tool", match=match), prompt=CALLING),
}


@pytest.mark.parametrize("speak", SPEAKERS.values(), ids=SPEAKERS)
@pytest.mark.parametrize("name", CASES)
async def test_fault_comes_to_what_it_should_and_the_verdict_is_clean(name: str, speak: Speak, llmock: LLMock) -> None:
    case = CASES[name]
    llmock.pace(case.pace_ms).add(*(case.script(match_of(surface)) for surface in SURFACES.values()))
    async with client(llmock) as http:
        models = [model_of(surface, llmock, http, case.limits) for surface in SURFACES.values()]
        found = await asyncio.gather(*(outcome(speak(model, case.prompt)) for model in models))
    assert dict(zip(SURFACES, found, strict=True)) == dict.fromkeys(SURFACES, case.comes_to)


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"scripted call", "broken arguments", "unknown tool"}))
async def test_second_backend_answers_whatever_the_first_one_does(name: str, llmock: LLMock) -> None:
    case = CASES[name]
    llmock.pace(case.pace_ms).add(*(case.script(match_of(surface)) for surface in SURFACES.values()))
    http = HttpClient()
    chains = [
        Routed(model_of(surface, llmock, http, case.limits), ScriptedModel(("second",), name="second"))
        for surface in SURFACES.values()
    ]
    async with asyncio.timeout(LONGEST_S):
        heard_out = await asyncio.gather(*(chain.router.whole(chain.ask(case.prompt)) for chain in chains))
    assert all(map(heard, heard_out))
    await http.aclose()
    await until_nobody_is_connected(llmock)
    for chain in chains:
        chain.assert_nothing_is_held()


@pytest.mark.parametrize("name", SURFACES)
async def test_whole_text_and_whole_call_arrive(name: str, llmock: LLMock) -> None:
    llmock.reply("Снег, −5 °C 🙂").call_tool("weather", {"city": "Tver"})
    async with client(llmock) as http:
        model = model_of(SURFACES[name], llmock, http, PATIENT)
        assert await once(model, PROMPT) == "Снег, −5 °C 🙂"
        assert (await once(model, CALLING)).replace(" ", "") == 'weather{"city":"Tver"}'


@pytest.mark.parametrize("name", SURFACES)
async def test_prompt_past_the_window_is_too_long(name: str, llmock: LLMock) -> None:
    llmock.limits(context_window=2)
    async with client(llmock) as http:
        assert await outcome(once(model_of(SURFACES[name], llmock, http, PATIENT), PROMPT)) == "llm_too_long"


async def test_quota_is_waited_out(llmock: LLMock) -> None:
    prompts = [Prompt([Message("user", f"Question {number}")]) for number in range(61)]
    llmock.limits(rpm=60)
    async with client(llmock) as http:
        models = [model_of(SURFACES[name], llmock, http, PATIENT) for name in ("openai", "anthropic", "gemini")]
        # one more than the quota has room for; who is told to wait is the service's business
        asked = [outcome(retrying(model, prompt)) for model in models for prompt in prompts]
        assert await asyncio.gather(*asked) == ["answer"] * len(asked)
