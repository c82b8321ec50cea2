"""Broadcasting over PostgreSQL's LISTEN and NOTIFY: no other server is needed where the database is shared."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from secretary.kernel.broadcast.remote import LineDown, RemoteBroadcast

if TYPE_CHECKING:
    import asyncpg

CHANNEL = "secretary"
CONNECT_S = 5.0


class PostgresqlBroadcast(RemoteBroadcast):
    """One connection of its own listens and tells."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: asyncpg.Connection | None = None

    async def receive(self) -> AsyncGenerator[bytes, None]:
        import asyncpg  # noqa: PLC0415 -- only where there is a PostgreSQL

        came: asyncio.Queue[bytes | None] = asyncio.Queue()
        try:
            connection = await asyncpg.connect(self._url, timeout=CONNECT_S)
            await connection.add_listener(CHANNEL, lambda *heard: came.put_nowait(base64.b64decode(heard[-1])))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise LineDown(type(error).__name__) from error
        connection.add_termination_listener(lambda _: came.put_nowait(None))
        self._connection = connection
        self.is_up.set()
        try:
            while (message := await came.get()) is not None:
                yield message
        finally:
            self._connection = None
            connection.terminate()

    async def send(self, message: bytes) -> None:
        import asyncpg  # noqa: PLC0415 -- see above

        if self._connection is None:
            raise LineDown("closed")
        try:
            await self._connection.execute("SELECT pg_notify($1, $2)", CHANNEL, base64.b64encode(message).decode())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LineDown(type(error).__name__) from error
