"""The program on a real socket with scripted models: what other people's clients are pointed at."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from tests.contract.gateway.scripts import models
from tests.support.client import Client
from tests.support.databases import migrated_sqlite
from tests.support.llm_admin import made
from tests.support.llm_upstream import LlmUpstream, replying
from tests.support.people import People

from secretary.accounts import api_keys
from secretary.app import App, Ports, build
from secretary.app.asgi import Asgi
from secretary.app.first_start import prepare
from secretary.kernel.unit import Actor
from secretary.settings import Settings
from secretary.web.patient import Patience, patient

VECTORS = [[0.5, -0.25, 1.0], [0.0, 2.0, -8.0]]
EMBEDDED = {
    "object": "list",
    "model": "text-embedding-3-small",
    "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(VECTORS)],
    "usage": {"prompt_tokens": 5, "total_tokens": 5},
}


@dataclass(frozen=True)
class House:
    """Where it is, and keys: one for `/v1`, one for something else."""

    app: App
    client: Client
    url: str
    key: str
    wrong_key: str
    embeds: str
    """A model id that makes vectors."""


@asynccontextmanager
async def house(folder: Path, admin_api: Any) -> AsyncGenerator[House, None]:
    database = await migrated_sqlite(folder)
    settings = Settings(
        _env_file=None,
        data_dir=folder,
        secret_key="k" * 43,
        rate_limit_enabled=False,
        allowed_private_hosts=("127.0.0.1",),
    )
    app = build(settings, Ports(models=models(), database=database))
    await prepare(app)
    await app.turns.start(everything=True)
    async with LlmUpstream(replying(200, EMBEDDED)) as upstream, _served(app, admin_api) as url:
        admin = (await People.of(app)).admin
        client = Client(app, admin_api).signed_in(admin.token)
        provider = await made(
            client, name="vectors", api_key="x", base_url=upstream.base_url, model_name="text-embedding-3-small"
        )
        async with app.units.write(Actor("user", admin.id, "admin")) as unit:
            keys = [(await api_keys.create_key(unit, admin.id, "k", [scope]))[1].text for scope in ("v1", "faq:view")]
        yield House(app, client, url, *keys, f"{provider['id']}/text-embedding-3-small")
    await app.close()


@asynccontextmanager
async def _served(app: App, admin_api: Any) -> AsyncGenerator[str, None]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(
            Asgi(app, admin_api), http=patient(Patience()), log_config=None, access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve([bound]))
        while not server.started:
            await asyncio.sleep(0)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        server.should_exit = True
        await serving
