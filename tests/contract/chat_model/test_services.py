"""Every type of provider keeps the same promises: what its service says differs, what we hear does not."""

import asyncio
import json
import logging
import re
import traceback
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from tests.contract.chat_model.native_services import SERVICES
from tests.contract.chat_model.services import ARGUMENTS, FAILURES, Service
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, answering, hanging, replying, resetting

from secretary.adapters.llm.factory import Models
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import (
    ChatModel,
    Delta,
    Finish,
    FinishReason,
    Image,
    JsonOutput,
    Message,
    Piece,
    Prompt,
    Reasoning,
    Sampling,
    TimeLimits,
    Tool,
    ToolCall,
    ToolCallDelta,
)
from secretary.llm.providers import ProviderSpec, ProviderType

KEY = "secret-key-1"
TOKEN = "token-1"
TIME = Tool("get_time", "Time in a city", {"type": "object", "properties": {"city": {"type": "string"}}})
PROMPT = Prompt([Message("system", "Будь краток"), Message("user", "Привет")])
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
EVERY = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.type.value)
THINKING = pytest.mark.parametrize(
    "service", [service for service in SERVICES if service.thoughts], ids=lambda service: service.type.value
)


def test_every_type_of_provider_is_here() -> None:
    assert {service.type for service in SERVICES} == set(ProviderType)


def behind_login(script: Script) -> Script:
    """GigaChat's login answers on its own path; anything else is the script's."""

    async def play(exchange: Exchange) -> None:
        if exchange.received.path.endswith("/oauth"):
            await replying(200, {"access_token": TOKEN, "expires_at": 4_000_000_000_000})(exchange)
        else:
            await script(exchange)

    return play


@asynccontextmanager
async def served(
    service: Service, script: Script, spec_limits: TimeLimits | None = None
) -> AsyncGenerator[tuple[ChatModel, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(behind_login(script)) as upstream:
        model = Models(http).chat(spec_of(service, upstream, spec_limits))
        try:
            yield model, upstream
        finally:
            await model.close()
            await http.aclose()


def spec_of(service: Service, upstream: LlmUpstream, limits: TimeLimits | None = None) -> ProviderSpec:
    origin = upstream.base_url.removesuffix("/v1")
    return ProviderSpec(
        "cloud:1",
        service.type,
        service.model,
        upstream.base_url,
        KEY,
        DestinationKind.TRUSTED,
        limits=limits or TimeLimits(),
        options={**service.options, "auth_url": f"{origin}/api/v2/oauth"},
    )


async def heard(model: ChatModel, prompt: Prompt = PROMPT) -> tuple[list[Piece], Finish]:
    pieces = [piece async for piece in model.stream(prompt)]
    end = pieces.pop()
    assert isinstance(end, Finish)
    assert not any(isinstance(piece, Finish) for piece in pieces)
    return pieces, end


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


def asked(upstream: LlmUpstream) -> list[dict[str, object]]:
    return [got.json for got in upstream.received if not got.path.endswith("/oauth")]


@EVERY
async def test_text_arrives_with_its_end_and_its_count(service: Service) -> None:
    async with served(service, service.answering("При", "вет", " 🙂")) as (model, upstream):
        pieces, end = await heard(model)
        assert text_of(pieces) == "Привет 🙂"
        assert (end.reason, end.usage) == (FinishReason.STOP, service.usage)
        assert upstream.received[-1].headers[service.key_header] == service.sends_key


@EVERY
async def test_tool_call_is_heard_as_one(service: Service) -> None:
    async with served(service, service.calling()) as (model, _):
        pieces, end = await heard(model, replace(PROMPT, tools=(TIME,)))
        calls = [piece for piece in pieces if isinstance(piece, ToolCallDelta)]
        assert text_of(pieces) == ""
        assert {call.index for call in calls} == {0}
        assert (calls[0].name, bool(calls[0].id)) == ("get_time", True)
        assert not any(call.name or call.id for call in calls[1:])
        assert json.loads("".join(call.arguments for call in calls)) == json.loads(ARGUMENTS)
        assert end.reason is FinishReason.TOOL_CALLS


@EVERY
async def test_result_of_a_tool_goes_back_with_its_call(service: Service) -> None:
    call = ToolCall("call_1", "get_time", ARGUMENTS)
    messages = [
        *PROMPT.messages,
        Message("assistant", "", (call,)),
        Message("tool", "12:30", tool_call_id="call_1"),
    ]
    async with served(service, service.answering("Полпервого")) as (model, upstream):
        pieces, _ = await heard(model, Prompt(messages, tools=(TIME,)))
        assert text_of(pieces) == "Полпервого"
        sent = json.dumps(asked(upstream)[0], ensure_ascii=False)
        assert all(word in sent for word in ("get_time", "Омск", "12:30"))
        assert "call_1" in sent or service.type in {ProviderType.GIGACHAT, ProviderType.GEMINI}


@THINKING
async def test_thoughts_are_kept_apart_from_the_answer(service: Service) -> None:
    async with served(service, service.thinking("Привет")) as (model, _):
        pieces, _ = await heard(model)
        thought = "".join(piece.text for piece in pieces if isinstance(piece, Reasoning))
        assert (thought.strip(), text_of(pieces)) == ("Надо подумать.", "Привет")


@EVERY
async def test_json_is_asked_for_and_comes_as_text(service: Service) -> None:
    async with served(service, service.answering('{"city":', ' "Омск"}')) as (model, upstream):
        pieces, _ = await heard(model, replace(PROMPT, json_output=JsonOutput(SCHEMA)))
        assert json.loads(text_of(pieces)) == {"city": "Омск"}
        sent = json.dumps(asked(upstream)).replace("\\", "")
        assert '"city"' in sent, "the schema travels, as a parameter or in words"


@EVERY
async def test_picture_is_sent_or_refused_but_never_dropped(service: Service) -> None:
    prompt = Prompt([Message("user", ("Что это?", Image("image/png", b"\x89PNG")))])
    async with served(service, service.answering("Кот")) as (model, upstream):
        if model.capabilities.has_images:
            await heard(model, prompt)
            assert "iVBORw==" in json.dumps(asked(upstream))
        else:
            assert await fault_of(model, prompt) == "llm_rejected"
            assert not asked(upstream)


async def fault_of(model: ChatModel, prompt: Prompt = PROMPT) -> str:
    with pytest.raises(Upstream) as raised:
        await heard(model, prompt)
    return raised.value.code


@EVERY
@pytest.mark.parametrize("code", FAILURES)
async def test_failure_is_one_of_the_set_and_tells_nothing(
    service: Service, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        async with served(service, service.failing(code)) as (model, upstream):
            with pytest.raises(Upstream) as raised:
                await heard(model)
            assert raised.value.code == code
            told = "".join(traceback.format_exception(raised.value)) + str(logs) + caplog.text + repr(model)
            assert KEY not in told
            assert TOKEN not in told
            assert KEY not in repr(spec_of(service, upstream))


@EVERY
async def test_service_that_echoes_the_key_does_not_make_us_tell_it(service: Service) -> None:
    echo = {"message": KEY, "type": KEY, "code": KEY, "param": KEY, "status": KEY}
    for script in (replying(400, {"error": echo}), replying(400, echo), service.sending({"error": echo})):
        with capture_logs() as logs:
            async with served(service, script) as (model, _):
                with pytest.raises(Upstream) as raised:
                    await heard(model)
        assert KEY not in "".join(traceback.format_exception(raised.value)) + str(logs)


@EVERY
@pytest.mark.parametrize(("key", "is_sent"), [(f" {KEY}\n", True), (f"{KEY}\r\nX-Evil: 1", False), ("ключ", False)])
async def test_key_as_it_was_pasted_is_sent_or_refused(service: Service, key: str, is_sent: bool) -> None:
    http = HttpClient()
    async with LlmUpstream(behind_login(service.answering("Привет"))) as upstream:
        model = Models(http).chat(replace(spec_of(service, upstream), api_key=key))
        if is_sent:
            await heard(model)
            assert upstream.received[-1].headers[service.key_header] == service.sends_key
        else:
            assert await fault_of(model) == "llm_bad_key"
            assert not upstream.received
    await http.aclose()


@EVERY
async def test_cut_off_answer_is_truncated(service: Service) -> None:
    async with served(service, service.sending(*service.begun("При"))) as (model, _):
        assert await fault_of(model) == "llm_truncated"


@EVERY
async def test_reset_is_unreachable_and_silence_a_timeout(service: Service) -> None:
    async with served(service, resetting()) as (model, _):
        assert await fault_of(model) == "llm_unreachable"
    async with served(service, hanging(with_headers=False), TimeLimits(first_token_s=0.15)) as (model, _):
        assert await fault_of(model) == "llm_timeout"


@EVERY
async def test_closing_or_cancelling_hangs_up_at_once(service: Service) -> None:
    sent = asyncio.Event()
    async with served(service, hanging(*service.begun("При"), sent=sent)) as (model, upstream):
        async with aclosing(model.stream(PROMPT)) as stream:
            assert await anext(stream) == Delta("При")
        await upstream.until_idle(0.5)
        sent.clear()
        task = asyncio.create_task(heard(model))
        await sent.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await upstream.until_idle(0.5)


@EVERY
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_key_is_not_carried_along_a_redirect(service: Service, status: int) -> None:
    async with LlmUpstream(answering(["stolen"])) as thief:
        async with served(service, replying(status, location=f"{thief.base_url}/chat/completions")) as (model, _):
            assert await fault_of(model) == "llm_rejected"
        assert not thief.received


@EVERY
async def test_every_parameter_is_taken_or_left_out_in_peace(service: Service) -> None:
    sampling = Sampling(0.5, 50, 0.9, 1.1, 0.1, 0.2, 7, None, "low", ("КОНЕЦ",))
    async with served(service, service.answering("x")) as (model, upstream):
        await heard(model, replace(PROMPT, sampling=sampling, tools=(TIME,)))
        sent = json.dumps(asked(upstream)[0], ensure_ascii=False)
        assert re.search(r'"max\w*tokens": 50', sent, re.IGNORECASE)
        assert "КОНЕЦ" in sent
        assert "null" not in sent
