"""Somebody of the staff at the panel's chat."""

from dataclasses import dataclass
from typing import Any

from tests.support.client import Answer, Client, Stream

SESSIONS = "/admin/chat/sessions"


@dataclass
class Chatter:
    """A signed-in client with a conversation of his own."""

    client: Client
    id: str = ""

    @classmethod
    async def sit_down(cls, client: Client, token: str, **opening: Any) -> "Chatter":
        chatter = cls(client.signed_in(token))
        answer = await chatter.client.post(SESSIONS, opening)
        assert answer.status == 201, answer.text
        chatter.id = answer.json()["session"]["id"]
        return chatter

    def url(self, rest: str = "") -> str:
        return f"{SESSIONS}/{self.id}{rest}"

    async def send(self, text: str, **more: Any) -> Answer:
        return await self.client.post(self.url("/messages"), {"content": text, **more})

    async def ask(self, text: str, **more: Any) -> Any:
        """Send a message and return both it and its answer."""
        answer = await self.send(text, **more)
        assert answer.status == 200, answer.text
        return answer.json()

    async def begin(self, text: str, **more: Any) -> Stream:
        """Send a message and return while the answer is still coming."""
        return await self.client.open("POST", self.url("/stream"), {"content": text, **more})

    async def edit(self, message_id: str, text: str, **more: Any) -> Any:
        answer = await self.client.put(self.url(f"/messages/{message_id}"), {"content": text, **more})
        assert answer.status == 200, answer.text
        return answer.json()

    async def regenerate(self, message_id: str, **more: Any) -> Any:
        answer = await self.client.post(self.url(f"/messages/{message_id}/regenerate"), more)
        assert answer.status == 200, answer.text
        return answer.json()

    async def switch(self, message_id: str) -> Answer:
        return await self.client.post(self.url("/branches/switch"), {"message_id": message_id})

    async def delete(self, message_id: str) -> Answer:
        return await self.client.delete(self.url(f"/messages/{message_id}"))

    async def read(self, query: str = "") -> Any:
        answer = await self.client.get(self.url(query))
        assert answer.status == 200, answer.text
        return answer.json()

    async def says(self) -> list[str]:
        """What is said in the visible branch."""
        return [message["content"] for message in (await self.read())["session"]["messages"]]

    async def listed(self, query: str = "") -> Any:
        answer = await self.client.get(SESSIONS + query)
        assert answer.status == 200, answer.text
        return answer.json()
