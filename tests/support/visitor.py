"""A visitor of a website, as the widget speaks for him."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.support.client import Answer, Client, Stream

_numbers = count(1)


@dataclass
class Visitor:
    """One visitor with a conversation and a token."""

    client: Client
    session_id: str
    token: str
    instance: str = "default"

    @classmethod
    async def arrive(cls, client: Client, instance: str = "default", language: str = "ru") -> "Visitor":
        answer = await client.post(
            f"/widget/chat/session?instance={instance}", {"source_id": instance, "language": language}
        )
        assert answer.status == 201, answer.text
        body = answer.json()
        return cls(client, body["session"]["id"], body["token"], instance)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def url(self, rest: str = "") -> str:
        return f"/widget/chat/session/{self.session_id}{rest}?instance={self.instance}"

    async def post(self, text: str, message_id: str | None = None, **headers: str) -> Answer:
        body = {"content": text, "message_id": message_id or f"visitor-message-{next(_numbers)}"}
        return await self.client.post(self.url("/stream"), body, headers=self.headers | headers)

    async def ask(self, text: str, message_id: str | None = None) -> Any:
        """Send a message and return the finished answer."""
        answer = await self.post(text, message_id)
        assert answer.status == 200, answer.text
        return answer.events()[-1]["message"]

    async def say(self, text: str) -> str:
        return (await self.ask(text))["content"]

    async def begin(self, text: str, message_id: str | None = None) -> Stream:
        """Send a message and return while the answer is still coming."""
        body = {"content": text, "message_id": message_id or f"visitor-message-{next(_numbers)}"}
        return await self.client.open("POST", self.url("/stream"), body, headers=self.headers)

    async def history(self) -> list[Any]:
        answer = await self.client.get(self.url(), headers=self.headers)
        assert answer.status == 200, answer.text
        return answer.json()["session"]["messages"]

    async def resume(self, answer_id: str, after: str = "") -> Answer:
        headers = self.headers | ({"last-event-id": after} if after else {})
        return await self.client.get(self.url(f"/messages/{answer_id}/stream"), headers=headers)

    async def cancel(self, answer_id: str) -> Answer:
        return await self.client.post(self.url(f"/messages/{answer_id}/cancel"), headers=self.headers)
