"""GigaChat's own ways: a login that serves many, tokens that run out, functions, its certificate authority."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.contract.chat_model.services import chunk, gigachat_last
from tests.support.llm_upstream import Exchange, LlmUpstream, Script, hanging, replying, resetting, sending

from secretary.adapters.llm.gigachat import gigachat_embedder, gigachat_model
from secretary.adapters.llm.gigachat.model import GigaChatModel
from secretary.kernel.errors import Upstream
from secretary.kernel.http import DestinationKind, HttpClient
from secretary.llm.ports import (
    Delta,
    Finish,
    FinishReason,
    JsonOutput,
    Message,
    Prompt,
    Sampling,
    TimeLimits,
    Tool,
    ToolCall,
    ToolChoice,
)
from secretary.llm.providers import ProviderSpec, ProviderType

PROMPT = Prompt([Message("user", "Привет")])
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
TIME = Tool("get_time", "Time in a city")
ROOM = Tool("find_room")
ANSWER = sending(chunk("Привет"), gigachat_last("stop"), "[DONE]")


class Sber:
    """The service: a login that hands out numbered tokens, and answers for whoever has a good one."""

    def __init__(self, answer: Script = ANSWER, login: Script | None = None) -> None:
        self.now = START
        self.answer = answer
        self.login = login
        self.logins: list[str] = []
        self.spoiled: set[str] = set()

    async def __call__(self, exchange: Exchange) -> None:
        if exchange.received.path == "/oauth":
            await self._log_in(exchange)
        elif exchange.received.headers["authorization"].removeprefix("Bearer ") in self.spoiled:
            await replying(401, {"status": 401, "message": "Token has expired"})(exchange)
        else:
            await self.answer(exchange)

    async def _log_in(self, exchange: Exchange) -> None:
        got = exchange.received
        self.logins.append(got.headers["rquid"])
        assert got.headers["authorization"] == "Basic secret-key-1"
        assert got.body == b"scope=GIGACHAT_API_B2B"
        expires = (self.now + timedelta(minutes=30)).timestamp() * 1000
        token = {"access_token": f"token-{len(self.logins)}", "expires_at": int(expires)}
        await (self.login or replying(200, token))(exchange)


@asynccontextmanager
async def talking(
    sber: Sber, limits: TimeLimits | None = None
) -> AsyncGenerator[tuple[GigaChatModel, LlmUpstream], None]:
    http = HttpClient()
    async with LlmUpstream(sber) as upstream:
        yield gigachat_model(http, spec(upstream, limits), lambda: sber.now), upstream
        await http.aclose()


def spec(upstream: LlmUpstream, limits: TimeLimits | None = None, **options: str) -> ProviderSpec:
    origin = upstream.base_url.removesuffix("/v1")
    return ProviderSpec(
        "cloud:7",
        ProviderType.GIGACHAT,
        "GigaChat-2",
        upstream.base_url,
        "secret-key-1",
        DestinationKind.TRUSTED,
        limits=limits or TimeLimits(),
        options={"auth_url": f"{origin}/oauth", "scope": "GIGACHAT_API_B2B", **options},
    )


async def said(model: GigaChatModel, prompt: Prompt = PROMPT) -> str:
    pieces = [piece async for piece in model.stream(prompt)]
    assert isinstance(pieces[-1], Finish)
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


async def fault(model: GigaChatModel, prompt: Prompt = PROMPT) -> str:
    with pytest.raises(Upstream) as raised:
        await said(model, prompt)
    return raised.value.code


async def test_one_login_serves_all_who_ask_at_once_and_later() -> None:
    sber = Sber()
    async with talking(sber) as (model, _):
        assert await asyncio.gather(*(said(model) for _ in range(20))) == ["Привет"] * 20
        await said(model)
        assert len(sber.logins) == 1


async def test_token_is_renewed_before_it_runs_out() -> None:
    sber = Sber()
    async with talking(sber) as (model, upstream):
        for minutes in (0, 28, 1.1):  # the last time it would be good for less than a minute
            sber.now += timedelta(minutes=minutes)
            await said(model)
        tokens = [got.headers["authorization"] for got in upstream.received if got.path != "/oauth"]
        assert tokens == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
        assert len(set(sber.logins)) == 2, "every login has an RqUID of its own"


async def test_refused_token_is_replaced_once_and_unseen() -> None:
    sber = Sber()
    async with talking(sber) as (model, _):
        await said(model)
        sber.spoiled.add("token-1")
        assert await asyncio.gather(*(said(model) for _ in range(10))) == ["Привет"] * 10
        assert len(sber.logins) == 2
        sber.spoiled |= {"token-2", "token-3"}
        assert await fault(model) == "llm_bad_key"
        assert len(sber.logins) == 3


@pytest.mark.parametrize(
    ("login", "code"),
    [
        (replying(400, {"code": 4, "message": "Can't decode 'Authorization' header"}), "llm_bad_key"),
        (replying(401, {"code": 6, "message": "credentials doesn't match db data"}), "llm_bad_key"),
        (replying(429, {}), "llm_rate_limited"),
        (replying(500, {}), "llm_overloaded"),
        (replying(200, {"access_token": "t"}), "llm_nonsense"),
        (replying(200, {"access_token": "a\r\nb", "expires_at": 4e12}), "llm_nonsense"),
        (replying(200, [1]), "llm_nonsense"),
        (replying(200, b"x" * 100_000), "llm_nonsense"),
        (resetting(), "llm_unreachable"),
        (hanging(with_headers=False), "llm_timeout"),
    ],
)
async def test_failing_login_fails_all_who_wait_for_it_together(login: Script, code: str) -> None:
    sber = Sber(login=login)
    async with talking(sber, TimeLimits(first_token_s=0.3) if code == "llm_timeout" else None) as (model, _):
        assert set(await asyncio.gather(*(fault(model) for _ in range(5)))) == {code}
        assert len(sber.logins) == 1
        assert await fault(model) == code
        assert len(sber.logins) == 2, "who asks later tries again"


async def test_cancelled_login_is_taken_over_by_the_next() -> None:
    begun = asyncio.Event()

    async def stuck(exchange: Exchange) -> None:
        sber.login = None
        begun.set()
        await exchange.until_client_left()

    sber = Sber(login=stuck)
    async with talking(sber) as (model, _):
        first = asyncio.create_task(said(model))
        await begun.wait()
        second = asyncio.create_task(said(model))
        await asyncio.sleep(0)
        first.cancel()
        assert await second == "Привет"


async def sent(prompt: Prompt) -> dict[str, object]:
    async with talking(Sber()) as (model, upstream):
        await said(model, prompt)
        return next(got.json for got in upstream.received if got.path != "/oauth")


async def test_calls_and_results_become_functions_each_call_before_its_result() -> None:
    calls = (ToolCall("c1", "get_time", '{"city": "Омск"}'), ToolCall("c2", "find_room", ""))
    messages = [
        Message("user", "Когда и где?"),
        Message("assistant", "Сейчас.", calls),
        Message("tool", "12:30", tool_call_id="c1"),
        Message("tool", '{"room": 5}', tool_call_id="c2"),
        Message("tool", "nobody asked", tool_call_id="c3"),
        Message("system", "Будь краток"),
    ]
    body = await sent(Prompt(messages, tools=(TIME, ROOM)))
    assert body["messages"] == [
        {"role": "system", "content": "Будь краток"},
        {"role": "user", "content": "Когда и где?"},
        {"role": "assistant", "content": "Сейчас."},
        {
            "role": "assistant",
            "content": "",
            "function_call": {"name": "get_time", "arguments": {"city": "Омск"}},
        },
        {"role": "function", "name": "get_time", "content": '{"result":"12:30"}'},
        {"role": "assistant", "content": "", "function_call": {"name": "find_room", "arguments": {}}},
        {"role": "function", "name": "find_room", "content": '{"room": 5}'},
    ]
    assert [function["name"] for function in body["functions"]] == ["get_time", "find_room"]


@pytest.mark.parametrize(
    ("choice", "tools", "expected"),
    [
        (ToolChoice(), (TIME,), "auto"),
        (ToolChoice("none"), (TIME,), "none"),
        (ToolChoice("required"), (TIME,), {"name": "get_time"}),
        (ToolChoice("required", "find_room"), (TIME, ROOM), {"name": "find_room"}),
        (ToolChoice("required"), (TIME, ROOM), "auto"),
    ],
)
async def test_choice_of_function_is_said(choice: ToolChoice, tools: tuple[Tool, ...], expected: object) -> None:
    body = await sent(Prompt(PROMPT.messages, tools=tools, tool_choice=choice))
    assert body["function_call"] == expected
    assert ("одну из функций" in json.dumps(body["messages"], ensure_ascii=False)) is (
        choice.mode == "required" and expected == "auto"
    )


async def test_parameters_and_json_are_said() -> None:
    schema = {"type": "object"}
    body = await sent(Prompt(PROMPT.messages, Sampling(0.5, 9, 0.9, 1.1), json_output=JsonOutput(schema, strict=True)))
    assert body["response_format"] == {"type": "json_schema", "schema": schema, "strict": True}
    assert (body["temperature"], body["max_tokens"], body["repetition_penalty"]) == (0.5, 9, 1.1)
    told = await sent(Prompt(PROMPT.messages, json_output=JsonOutput()))
    assert "response_format" not in told
    assert "JSON" in json.dumps(told["messages"])


async def test_blacklisted_answer_is_refused() -> None:
    async with talking(Sber(sending(chunk("Не люблю"), gigachat_last("blacklist"), "[DONE]"))) as (model, _):
        end = [piece async for piece in model.stream(PROMPT)][-1]
        assert isinstance(end, Finish)
        assert end.reason is FinishReason.REFUSED


async def test_vectors_come_behind_the_same_login_and_survive_a_refused_token() -> None:
    vectors = {"object": "list", "data": [{"embedding": [1, 2], "index": 0, "usage": {"prompt_tokens": 3}}]}
    sber = Sber(replying(200, vectors))
    http = HttpClient()
    async with LlmUpstream(sber) as upstream:
        embedder = gigachat_embedder(http, spec(upstream), lambda: sber.now)
        assert (await embedder.embed(["a"])).vectors == [[1.0, 2.0]]
        sber.spoiled.add("token-1")
        assert (await embedder.embed(["a"])).vectors == [[1.0, 2.0]]
        assert len(sber.logins) == 2
    await http.aclose()


@pytest.mark.parametrize("content", [None, b"no certificate"])
async def test_authority_that_cannot_be_read_is_no_reason_to_trust_anybody(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "root.pem"
    if content is not None:
        path.write_bytes(content)
    http = HttpClient()
    async with LlmUpstream(Sber()) as upstream:
        model = gigachat_model(http, spec(upstream, ca_file=str(path)))
        assert await fault(model) == "llm_unreachable"
        assert not upstream.received
    await http.aclose()


def test_key_shows_nowhere(tmp_path: Path) -> None:
    make: Callable[..., object] = gigachat_model
    about = ProviderSpec("cloud:7", ProviderType.GIGACHAT, "GigaChat", "https://api.giga.chat/v1", "secret-key-1")
    model = make(HttpClient(), about)
    assert "secret-key-1" not in repr(model) + repr(about) + repr(getattr(model, "_login")._account)  # noqa: B009
