"""A client that misbehaves on a raw socket, with nothing but the standard library."""

import json
import select
import socket
import struct
import time
from typing import Self
from urllib.parse import urlsplit

PATIENCE_S = 15.0


class RawClient:
    """One TCP connection. Waiting is for something to read, never for a clock alone."""

    def __init__(self, url: str, receive_buffer: int | None = None) -> None:
        address = urlsplit(url)
        self._host = address.netloc
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect((address.hostname, address.port))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()

    def head(self, method: str, path: str, **headers: object) -> bytes:
        lines = {"host": self._host, "origin": f"http://{self._host}", "content-type": "application/json"}
        lines |= {name.replace("_", "-"): str(value) for name, value in headers.items()}
        fields = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, method: str, path: str, body: object = None, **headers: object) -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send(self.head(method, path, content_length=len(data), **headers) + data)

    def drip(self, piece: bytes, pause_s: float = 0.1, *, is_last: bool = True) -> bytes:
        """Send `piece` again and again until an answer comes or the server hangs up; everything that came.

        Unless it `is_last`, only what came at once.
        """
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            if select.select([self.socket], [], [], pause_s)[0]:
                return self.rest() if is_last else self.socket.recv(65536)
            try:
                self.send(piece)
            except OSError:
                return self.rest()
        raise AssertionError("the server waits for ever")

    def send_slowly(self, data: bytes, piece: int, pause_s: float) -> None:
        """Send `data` in pieces, with pauses that only an answer cuts short."""
        for start in range(0, len(data), piece):
            self.send(data[start : start + piece])
            select.select([self.socket], [], [], pause_s)

    def until(self, wanted: bytes) -> bytes:
        """What comes, once `wanted` is part of it."""
        came = b""
        while wanted not in came:
            part = self.socket.recv(65536)
            assert part, f"hung up without {wanted!r}: {came!r}"
            came += part
        return came

    def rest(self) -> bytes:
        """What comes until the server hangs up."""
        came = b""
        while True:
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                return came
            if not part:
                return came
            came += part

    def shut_sending(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Leave with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
