"""A streaming answer: raw chunks under time limits that cost one timer an answer, not one a chunk."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING

from secretary.kernel.http.errors import http_error
from secretary.kernel.http.request import HttpTimeouts

if TYPE_CHECKING:
    from aiohttp import ClientResponse

_TICK_S = 0.001  # uvloop's clock counts whole milliseconds


class HttpResponse:
    """What came back. `headers` are case-insensitive. Only one reader at a time.

    `breaks` are what aiohttp raises when a body breaks off.
    """

    def __init__(
        self, raw: "ClientResponse", timeouts: HttpTimeouts, ends_at: float, breaks: tuple[type[Exception], ...]
    ) -> None:
        self.status = raw.status
        self.headers: Mapping[str, str] = raw.headers
        self.url = str(raw.url)
        self._raw = raw
        self._content = raw.content
        self._idle_s = timeouts.idle_s
        self._ends_at = ends_at
        self._breaks = breaks
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = 0.0
        self._until = 0.0
        self._is_waiting = False

    async def next_chunk(self, within_s: float | None = None) -> bytes:
        """The bytes that have arrived, at least one; b"" at the end.

        `within_s` replaces the request's idle limit; the total limit holds in any case.
        Raises Upstream: http_timeout, http_cut_off. After either the connection is closed.
        """
        now = self._loop.time()
        until = now + (self._idle_s if within_s is None else within_s)
        self._until = min(until, self._ends_at)
        if self._until <= now:
            self.close()
            raise http_error("http_timeout")
        if self._alarm is None or self._alarm_at > self._until:
            self._set_alarm()
        self._is_waiting = True
        try:
            return await self._content.readany()
        except TimeoutError as error:
            self.close()
            raise http_error("http_timeout") from error
        except self._breaks as error:
            self.close()
            raise http_error("http_cut_off") from error
        finally:
            self._is_waiting = False

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """All chunks to the end, each under the request's own limits. Raises as `next_chunk` does."""
        while chunk := await self.next_chunk():
            yield chunk

    async def read(self, limit: int) -> bytes:
        """The whole body, `limit` bytes at most (unpacked). Raises Upstream("http_too_large") past it."""
        body = bytearray()
        while chunk := await self.next_chunk():
            body += chunk
            if len(body) > limit:
                self.close()
                raise http_error("http_too_large")
        return bytes(body)

    def close(self) -> None:
        """Give the connection back where the answer was read to its end; otherwise cut it at once."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._raw.close()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm_at = self._until
        self._alarm = self._loop.call_at(self._until, self._ring)

    def _ring(self) -> None:
        self._alarm = None
        if not self._is_waiting:
            return
        if self._loop.time() + _TICK_S < self._until:
            self._set_alarm()
        else:
            self._content.set_exception(TimeoutError())
