"""Many listeners of token streams, a process of its own: `python -m bench.listeners KIND PORT PID STREAMS TOKENS
[REQUEST]`, the request as JSON with `path`, `body` and `headers`.

Prints JSON: tokens lost or out of order, how late tokens came, and the server's CPU for those that came while all
streams were flowing: opening and storing are not counted there.
"""

import asyncio
import re
import sys
from statistics import median, quantiles
from typing import Any

import orjson
import uvloop

from bench.processes import cpu_s
from bench.upstream import WRAP_US, clock_us
from bench.visitor import Visitor
from bench.wire import Connection

TOKEN = re.compile(rb"(\d+):(\d+);")
QUESTION = "zzqx zzqx"
BARE = '{"path": "/", "body": {"stream": true}, "headers": {}}'


class Measuring:
    """What all listeners saw."""

    def __init__(self, pid: int, streams: int, tokens: int) -> None:
        self._pid, self._streams, self.tokens = pid, streams, tokens
        self.late_us: list[int] = []
        self.lost = 0
        self._begun = 0
        self._window: list[tuple[float, int]] = []

    def begun(self) -> None:
        self._begun += 1
        if self._begun == self._streams:
            self._mark()

    def ends(self) -> None:
        """Some stream has come to its last tokens: the time when all flow is over."""
        if len(self._window) == 1:
            self._mark()

    def _mark(self) -> None:
        self._window.append((cpu_s(self._pid), len(self.late_us)))

    def summary(self) -> dict[str, float]:
        (cpu, seen), (cpu_then, seen_then) = self._window
        late = self.late_us[seen:seen_then]
        return {
            "lost": self.lost,
            "median_ms": median(late) / 1e3,
            "p95_ms": quantiles(late, n=20)[-1] / 1e3,
            "us_a_token": (cpu_then - cpu) * 1e6 / len(late),
        }


class Listener:
    """One stream: every number once and in order."""

    def __init__(self, measuring: Measuring) -> None:
        self._measuring = measuring
        self._next = 0
        self._rest = b""

    def on_piece(self, piece: bytes) -> None:
        now = clock_us()
        whole, gap, self._rest = (self._rest + piece).rpartition(b"\n\n")
        if not gap:
            return
        for event in whole.split(b"\n\n"):
            if b'"assistant_message"' in event:
                self._check_whole(event)
            else:
                self._take(event, now)

    def _take(self, event: bytes, now: int) -> None:
        measuring = self._measuring
        for number, written in TOKEN.findall(event):
            measuring.lost += int(number) != self._next
            if self._next == 0:
                measuring.begun()
            self._next = int(number) + 1
            measuring.late_us.append((now - int(written)) % WRAP_US)
            if self._next == measuring.tokens - 5:
                measuring.ends()

    def _check_whole(self, event: bytes) -> None:
        self._measuring.lost += len(TOKEN.findall(event)) != self._measuring.tokens

    def ended(self) -> None:
        self._measuring.lost += self._measuring.tokens - self._next


async def main(kind: str, numbers: list[int], asked: str) -> None:
    port, pid, streams, tokens = numbers
    measuring = Measuring(pid, streams, tokens)
    arrive = Visitor.arrive if kind == "secretary" else Connection.to
    speakers = [await arrive(port) for _ in range(streams)]
    request = orjson.loads(asked)
    await asyncio.gather(*(_listen(speaker, Listener(measuring), request) for speaker in speakers))
    print(orjson.dumps(measuring.summary()).decode())


async def _listen(speaker: Visitor | Connection, listener: Listener, asked: dict[str, Any]) -> None:
    if isinstance(speaker, Visitor):
        await speaker.say(QUESTION, listener.on_piece)
    else:
        await speaker.request("POST", asked["path"], asked["body"], asked["headers"], on_piece=listener.on_piece)
    listener.ended()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], [*map(int, sys.argv[2:6])], sys.argv[6] if len(sys.argv) > 6 else BARE))
