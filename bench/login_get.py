"""A simple GET with a login through a real socket: CPU of the server a request, with 1 and with 32 clients."""

import asyncio
import re
import tempfile
from collections.abc import Iterator

import uvloop

from bench.processes import Server
from bench.report import Row, middle
from bench.wire import Connection

LIMIT_MS = 3.0
REQUESTS = 1500
RUNS = 3


def run(pythons: list[str]) -> Iterator[Row]:
    """One server for all runs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Server("bench.serve", python=pythons[0], SECRETARY_DATA_DIR=folder) as server,
    ):
        server.get("/health")
        token = uvloop.run(_sign_in(server))
        uvloop.run(_ask(server, token, 4))
        for clients in (1, 32):
            runs = [_ms(server, token, clients) for _ in range(RUNS)]
            name = f"GET /admin/auth/me, {clients} client{'s' * (clients > 1)}"
            yield Row(name, middle(runs), "CPU ms", LIMIT_MS)


async def _sign_in(server: Server) -> str:
    password = re.search(r"^ *password +(\S+)$", server.printed, re.MULTILINE)
    assert password
    connection = await Connection.to(server.port)
    answer = await connection.json("POST", "/admin/auth/login", {"username": "admin", "password": password[1]})
    connection.close()
    return str(answer["access_token"])


def _ms(server: Server, token: str, clients: int) -> float:
    before = server.cpu_s
    uvloop.run(_ask(server, token, clients))
    return (server.cpu_s - before) * 1000 / REQUESTS


async def _ask(server: Server, token: str, clients: int) -> None:
    remaining = iter(range(REQUESTS))
    await asyncio.gather(*(_client(server.port, token, remaining) for _ in range(clients)))


async def _client(port: int, token: str, remaining: Iterator[int]) -> None:
    connection = await Connection.to(port)
    for _ in remaining:
        answer = await connection.json("GET", "/admin/auth/me", headers={"authorization": f"Bearer {token}"})
        assert answer["username"] == "admin"
    connection.close()
