"""A visitor of the widget: opens a conversation, says something, listens."""

from collections.abc import Callable

from bench.wire import Connection


class Visitor:
    """One conversation on a connection of its own."""

    def __init__(self, connection: Connection, path: str, headers: dict[str, str]) -> None:
        self._connection = connection
        self._path = path
        self._headers = headers

    @classmethod
    async def arrive(cls, port: int) -> "Visitor":
        """Begin a conversation with the demo widget."""
        connection = await Connection.to(port)
        headers = {"host": f"127.0.0.1:{port}", "origin": f"http://127.0.0.1:{port}"}
        opened = await connection.json("POST", "/widget/chat/session", {"source_id": "default"}, headers)
        headers["authorization"] = f"Bearer {opened['token']}"
        return cls(connection, f"/widget/chat/session/{opened['session']['id']}", headers)

    async def say(self, text: str, on_piece: Callable[[bytes], None] | None = None) -> bytes:
        """Returns the whole event stream at its end, or hands it to `on_piece` as it comes."""
        path = f"{self._path}/stream"
        return await self._connection.request("POST", path, {"content": text}, self._headers, on_piece)

    def leave(self) -> None:
        self._connection.close()
