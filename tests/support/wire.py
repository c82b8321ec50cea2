"""A visitor over a real socket, with nothing but the standard library."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class WireVisitor:
    """Speaks to a running server as the widget does, one connection a call."""

    def __init__(self, url: str, session_id: str = "", token: str = "") -> None:
        self.url = url
        self.session_id = session_id
        self.token = token
        self._connections: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Leave: whatever is still coming is not heard."""
        for connection in self._connections:
            connection.close()

    def arrive(self) -> "WireVisitor":
        body = json.loads(self.call("POST", "/widget/chat/session", {"source_id": "default", "language": "ru"}).read())
        self.session_id, self.token = body["session"]["id"], body["token"]
        return self

    def call(self, method: str, path: str, body: Any = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        self._connections.append(connection)
        headers = {"origin": self.url, "content-type": "application/json"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        connection.request(method, f"{path}?instance=default", None if body is None else json.dumps(body), headers)
        return connection.getresponse()

    def begin(self, text: str, message_id: str) -> http.client.HTTPResponse:
        """Send a message; the answer is read by the caller."""
        body = {"content": text, "message_id": message_id}
        return self.call("POST", f"/widget/chat/session/{self.session_id}/stream", body)

    def history(self) -> list[Any]:
        answer = self.call("GET", f"/widget/chat/session/{self.session_id}")
        return json.loads(answer.read())["session"]["messages"]


def read_until(answer: http.client.HTTPResponse, wanted: str) -> str:
    """What comes, up to the line with `wanted`."""
    came = ""
    while wanted not in came:
        line = answer.readline().decode()
        assert line, f"the stream ended without {wanted!r}: {came}"
        came += line
    return came
