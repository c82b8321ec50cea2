"""A model service on OpenAI's wire that answers as fast as it can: `python -m bench.model_service [TOKENS]`.

Without TOKENS an answer is twenty words, written in one go, as a document or as a stream: the cost of a request is
measured with it. With TOKENS a stream is written token by token, each as soon as the last one is out. The model `busy`
is too busy; embeddings are always the same.
"""

import asyncio
import sys
from collections.abc import Callable
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
VECTORS = _answer(
    b"application/json",
    b'{"object":"list","model":"scripted","data":[{"object":"embedding","index":0,"embedding":[%b]}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":5}}' % b",".join([b"0.25"] * 256),
)
BUSY = b"HTTP/1.1 503 Busy\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


WORDS = [_framed(_EVENT % (b'{"content":"word%d "}' % number, b"null")) for number in range(100)]
END = _framed(_EVENT % (b"{}", b'"stop"') + b"data: [DONE]\n\n") + b"0\r\n\r\n"


def drip(tokens: int) -> Callable[[asyncio.Transport], None]:
    """Writes a stream token by token, giving way to the other streams after each."""
    loop = asyncio.get_running_loop()

    def write(transport: asyncio.Transport, left: int) -> None:
        if left and not transport.is_closing():
            transport.write(WORDS[left % len(WORDS)])
            loop.call_soon(write, transport, left - 1)
        else:
            transport.write(END)

    def begin(transport: asyncio.Transport) -> None:
        transport.write(HEAD)
        write(transport, tokens)

    return begin


class Connection(asyncio.Protocol):
    """Answers every request; a request's end is seen by its length."""

    def __init__(self, stream: Callable[[asyncio.Transport], None]) -> None:
        self._stream = stream
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
            self._reply(head, body[:length])

    def _reply(self, head: bytes, body: bytes) -> None:
        if b"/embeddings " in head[:100]:
            self._transport.write(VECTORS)
        elif b'"busy"' in body:
            self._transport.write(BUSY)
        elif b'"stream":true' in body.replace(b" ", b""):
            self._stream(self._transport)
        else:
            self._transport.write(WHOLE)


async def main(tokens: int) -> None:
    stream = drip(tokens) if tokens else lambda transport: transport.write(STREAM)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(stream), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
