"""Who is measured at the gateway: ours, LiteLLM's proxy, a bare pass-through; all before one model service."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop

from bench.processes import Server
from bench.wire import Connection

PATH = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "Say twenty words, please."}]
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that takes chat completions."""

    name: str
    server: Server
    model: str
    headers: Headers
    more: Mapping[str, object]

    def body(self, *, stream: bool) -> dict[str, object]:
        return {"model": self.model, "messages": MESSAGES, "stream": stream, "max_tokens": 64, **self.more}


def peers(stack: ExitStack, python: str, upstream: Server, *, with_litellm: bool = True) -> dict[str, Peer]:
    """Started until the stack is left."""
    bare = stack.enter_context(Server("bench.passthrough", upstream.url, python=python))
    found = {
        "bare": Peer("bare", bare, "scripted", {}, {}),
        "secretary": stack.enter_context(secretary(python, upstream)),
    }
    folder = os.environ.get("SECRETARY_BENCH_LITELLM", "")
    if with_litellm and folder:
        found["litellm"] = stack.enter_context(_litellm(Path(folder), upstream))
    return found


@contextmanager
def secretary(python: str, upstream: Server) -> Iterator[Peer]:
    """With a key, a hard limit, and a second model to fall back on."""
    with tempfile.TemporaryDirectory() as folder, ours(python, upstream, folder) as server:
        headers = uvloop.run(_prepare(server, upstream))
        yield Peer("secretary", server, headers.pop("model"), headers, {"models": ["vllm/default"]})


def ours(python: str, upstream: Server, folder: str, module: str = "bench.serve") -> Server:
    """The program on this folder, with the model service as its vLLM."""
    return Server(
        module,
        python=python,
        SECRETARY_DATA_DIR=folder,
        VLLM_API_URL=upstream.url,
        ALLOWED_PRIVATE_HOSTS="127.0.0.1",
        RATE_LIMIT_ENABLED="false",
    )


async def sign_in(server: Server) -> tuple[Connection, dict[str, str]]:
    """A connection, and the headers of the first administrator."""
    server.get("/admin/auth/status")  # what is built after the start is built before the measurement
    password = re.search(r"^ *password +(\S+)$", server.printed, re.MULTILINE)
    assert password
    connection = await Connection.to(server.port)
    signed = await connection.json("POST", "/admin/auth/login", {"username": "admin", "password": password[1]})
    return connection, {"authorization": f"Bearer {signed['access_token']}"}


async def add_provider(connection: Connection, admin: Headers, name: str, upstream: Server) -> str:
    """A provider at the model service; its id."""
    config = {"max_concurrency": 1000, "price": {"input": 1, "output": 2, "currency": "USD"}}
    provider = {"name": name, "provider_type": "custom", "base_url": f"{upstream.url}/v1", "api_key": "bench"}
    whole = provider | {"model_name": "scripted", "config": config}
    made = await connection.json("POST", "/admin/llm/providers", whole, admin)
    return str(made["provider"]["id"])


async def add_key(connection: Connection, admin: Headers) -> dict[str, str]:
    """The headers of a new key for /v1."""
    made = await connection.json("POST", "/admin/api-keys", {"name": "bench", "scopes": ["v1"]}, admin)
    return {"authorization": f"Bearer {made['key']}"}


async def _prepare(server: Server, upstream: Server) -> dict[str, str]:
    connection, admin = await sign_in(server)
    provider = await add_provider(connection, admin, "bench", upstream)
    limit = {"service_type": "llm", "limit_type": "daily", "limit_value": 10**12, "hard_limit": True}
    await connection.request("POST", "/admin/usage/limits", limit | {"measure": "units"}, admin)
    headers = await add_key(connection, admin)
    connection.close()
    return {**headers, "model": f"{provider}/scripted"}


@contextmanager
def _litellm(folder: Path, upstream: Server) -> Iterator[Peer]:
    parameters = {"model": "openai/scripted", "api_base": f"{upstream.url}/v1", "api_key": "bench"}
    settings = {
        "model_list": [{"model_name": "scripted", "litellm_params": parameters}],
        "general_settings": {"master_key": "sk-bench"},
        "litellm_settings": {"telemetry": False},
    }
    with tempfile.TemporaryDirectory() as place:
        config = Path(place, "config.yaml")
        config.write_bytes(orjson.dumps(settings))  # JSON is YAML
        with Server("bench.litellm_proxy", str(folder), str(config)) as server:
            yield Peer("litellm", server, "scripted", {"authorization": "Bearer sk-bench"}, {})
