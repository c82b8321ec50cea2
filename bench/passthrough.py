"""The peer for streams: a bare ASGI server that hands on what a model service says, and does nothing else."""

import socket
import sys

import aiohttp
import uvicorn
import uvloop


class PassThrough:
    """uvicorn on one side, aiohttp on the other."""

    def __init__(self, upstream: str) -> None:
        self._url = f"{upstream}/v1/chat/completions"
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        if scope["method"] == "GET":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        body = (await receive())["body"]
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        async with self._session.post(self._url, data=body) as answer:
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            async for piece in answer.content.iter_any():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def main(upstream: str) -> None:
    bound = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{bound.getsockname()[1]}", flush=True)
    config = uvicorn.Config(PassThrough(upstream), log_config=None, access_log=False, lifespan="off")
    await uvicorn.Server(config).serve(sockets=[bound])


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
