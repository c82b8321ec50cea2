"""What customers do in WhatsApp: each act becomes the update that Meta would send."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.fakes.whatsapp.world import Number, Person, World, new_message_id, now

Update = dict[str, Any]
Deliver = Callable[[Number, Update], None]


def update_of(number: Number, value: dict[str, Any]) -> Update:
    """The envelope around what has happened at a number."""
    about = {"messaging_product": "whatsapp", "metadata": number.metadata, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [{"value": about, "field": "messages"}]}],
    }


class People:
    """`number` says to which business number (its id); `user` is a phone number, or the id of who hides his."""

    def __init__(self, world: World, deliver: Deliver) -> None:
        self._world = world
        self._deliver = deliver

    async def say(self, number: str, user: str, text: str, **extra: Any) -> str:
        """A message; `extra` are further fields of it (`context`, `referral`). Its id."""
        return self._send(number, user, "text", {"text": {"body": text}, **extra})

    async def say_all(self, number: str, said: Sequence[tuple[str, str]], *, one_update: bool = False) -> list[str]:
        """Many messages at once: (user, text); in one update where told."""
        at = self._world.numbers[number]
        made = [self._message(at, user, "text", {"text": {"body": text}}) for user, text in said]
        if one_update:
            contacts = {person.key: _contact(person) for person, _ in made}
            value = {"contacts": list(contacts.values()), "messages": [message for _, message in made]}
            self._deliver(at, update_of(at, value))
        else:
            for person, message in made:
                self._deliver(at, update_of(at, {"contacts": [_contact(person)], "messages": [message]}))
        return [message["id"] for _, message in made]

    async def send(self, number: str, user: str, kind: str, content: Any, **extra: Any) -> str:
        """A message of any kind: `content` is the value of the field named so. Its id."""
        return self._send(number, user, kind, {kind: content, **extra})

    async def send_file(
        self, number: str, user: str, kind: str, size: int, media_type: str, name: str = "", caption: str = "",
        *, voice: bool = False,
    ) -> str:  # fmt: skip
        """A file of so many bytes; its contents are kept only below a megabyte. The message's id."""
        data = b"x" * size if size <= 1 << 20 else b""
        file = self._world.keep(data, media_type, name, size)
        content: dict[str, Any] = {
            "id": file.id,
            "mime_type": media_type,
            "sha256": b64encode(hashlib.sha256(data).digest()).decode(),
        }
        content |= {"caption": caption} if caption else {}
        content |= {"filename": name or "file"} if kind == "document" else {}
        content |= {"voice": voice} if kind == "audio" else {}
        return self._send(number, user, kind, {kind: content})

    async def tap(self, number: str, user: str, value: str, label: str = "", *, kind: str = "button_reply") -> str:
        """A button, or a row of a list (`kind="list_reply"`), under a message of ours. The message's id."""
        content = {"type": kind, kind: {"id": value, "title": label or value}}
        return self._send(number, user, "interactive", {"interactive": content, "context": self._context(number)})

    async def react(self, number: str, user: str, message_id: str, emoji: str = "") -> str:
        """A reaction; without an emoji it is taken back."""
        return self._send(number, user, "reaction", {"reaction": {"message_id": message_id, "emoji": emoji}})

    async def edit(self, number: str, user: str, message_id: str, text: str) -> str:
        changed = {"original_message_id": message_id, "message": {"type": "text", "text": {"body": text}}}
        return self._send(number, user, "edit", {"edit": changed})

    async def withdraw(self, number: str, user: str, message_id: str) -> str:
        return self._send(number, user, "revoke", {"revoke": {"original_message_id": message_id}})

    async def change_number(self, number: str, user: str, to: str) -> str:
        """A customer has another phone number from now on, and so another id."""
        at = self._world.numbers[number]
        person = self._person(at, user)
        old = person.user_id
        system: dict[str, Any] = {
            "body": f"User {person.name} changed from {person.phone} to {to}",
            "wa_id": to,
            "type": "user_changed_number",
        }
        message = {
            "from": person.phone,
            "id": new_message_id(person.phone),
            "timestamp": str(int(now())),
            "type": "system",
        }
        person.phone = to
        at.people[to] = person
        if old:
            person.user_id = f"{old[:3]}9{old[3:]}"
            system |= {"user_id": person.user_id, "previous_user_id": old}
        self._deliver(at, update_of(at, {"messages": [message | {"system": system}]}))
        return message["id"]

    async def person(self, number: str, user: str, **about: Any) -> str:
        """Name, id and habits of somebody (`Person`)."""
        at = self._world.numbers[number]
        person = self._person(at, user)
        for name, value in about.items():
            setattr(person, name, value)
        return person.key

    async def read(self, number: str, message_id: str, state: str = "read", **extra: Any) -> None:
        """A message of ours gets on: sent, delivered, read, failed (`errors`)."""
        self.status(self._world.numbers[number], message_id, state, **extra)

    async def update(self, number: str, value: dict[str, Any]) -> None:
        """An update with any contents."""
        at = self._world.numbers[number]
        self._deliver(at, update_of(at, value))

    def status(self, number: Number, message_id: str, state: str, **extra: Any) -> None:
        person = number.person(number.sent.get(message_id, ""))
        about = {"id": message_id, "status": state, "timestamp": str(int(now())), **extra}
        about |= {"recipient_id": person.phone} if person and not person.hides else {}
        about |= {"recipient_user_id": person.user_id} if person and person.user_id else {}
        self._deliver(number, update_of(number, {"statuses": [about]}))

    def _send(self, number: str, user: str, kind: str, content: dict[str, Any]) -> str:
        at = self._world.numbers[number]
        person, message = self._message(at, user, kind, content)
        self._deliver(at, update_of(at, {"contacts": [_contact(person)], "messages": [message]}))
        return str(message["id"])

    def _message(self, number: Number, user: str, kind: str, content: dict[str, Any]) -> tuple[Person, Update]:
        person = self._person(number, user)
        person.last_wrote = now()
        message = {
            "id": new_message_id(person.phone),
            "timestamp": str(int(now())),
            "type": kind,
            **({} if person.hides else {"from": person.phone}),
            **({"from_user_id": person.user_id} if person.user_id else {}),
            **content,
        }
        number.keep(number.incoming, message["id"], person.key)
        return person, message

    def _person(self, number: Number, user: str) -> Person:
        return number.person(user) or number.people.setdefault(user, Person(user, f"Person {user[-4:]}"))

    def _context(self, number: str) -> dict[str, str]:
        at = self._world.numbers[number]
        return {"from": at.metadata["display_phone_number"], "id": next(reversed(at.sent), "wamid.none")}


def _contact(person: Person) -> dict[str, Any]:
    return {
        "profile": {"name": person.name, **({"username": person.username} if person.username else {})},
        **({} if person.hides else {"wa_id": person.phone}),
        **({"user_id": person.user_id} if person.user_id else {}),
    }
