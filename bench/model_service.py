"""A model service on OpenAI's wire that answers at once, as one document or as a stream: `python -m bench.model_service`.

A stream is written in one go: what is measured with it is the cost of a request, not of its tokens.
"""

import asyncio
from typing import cast

import uvloop

TOKENS = 20
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"scripted","choices":'
    b'[{"index":0,"delta":%b,"finish_reason":%b}]}\n\n'
)
_USAGE = b'{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32}'
_WHOLE = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"scripted","choices":[{"index":0,"message":'
    b'{"role":"assistant","content":"%b"},"finish_reason":"stop"}],"usage":%b}' % (b"word " * TOKENS, _USAGE)
)
_STREAM = (
    (_EVENT % (b'{"content":"word "}', b"null")) * TOKENS
    + _EVENT % (b"{}", b'"stop"')
    + b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"scripted","choices":[],"usage":'
    + _USAGE
    + b"}\n\ndata: [DONE]\n\n"
)


def _answer(content_type: bytes, body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (content_type, len(body), body)


WHOLE, STREAM = _answer(b"application/json", _WHOLE), _answer(b"text/event-stream", _STREAM)


class Connection(asyncio.Protocol):
    """Answers every request; a request's end is seen by its length."""

    def __init__(self) -> None:
        self._received = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, gap, body = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        if gap and len(body) >= length:
            self._received = body[length:]
            is_stream = b'"stream":true' in body[:length].replace(b" ", b"")
            self._transport.write(STREAM if is_stream else WHOLE)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
