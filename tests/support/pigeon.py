"""Pigeon: a messenger without a network, for what all messengers have in common. Tests say what it brings and does.

An update is `{"id", "who", …}` with one of `say`, `tap`, `start`, `edit`, `withdraw`, `state`, `leave`, `stop`, `move`, `break`.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from pydantic import BaseModel, Field

from secretary.channels import secrets, service
from secretary.channels.letters import queue_of
from secretary.channels.messenger import (
    Delivered,
    Edited,
    Identity,
    Incoming,
    IncomingFile,
    Left,
    MessengerSettings,
    Moved,
    Outgoing,
    Part,
    Person,
    RawUpdate,
    Said,
    Stopped,
    Tapped,
    Unknown,
    WebhookRequest,
    Withdrawn,
)
from secretary.channels.outgoing.pace import Pacer
from secretary.channels.outgoing.sender import Sender
from secretary.channels.ports import Capabilities, Pace
from secretary.channels.running.lines import Line
from secretary.kernel import outbox
from secretary.kernel.errors import Invalid, Upstream
from secretary.kernel.jobs import claim, complete, fail
from secretary.kernel.jobs.retry import failure_of

KIND = "pigeon"
FAST = Pace(per_second=1_000_000)


CAPABLE = Capabilities(
    streams=True, buttons=True, markdown=False, typing=True, files=True, max_file_bytes=1000, pace=FAST
)


class PigeonSettings(MessengerSettings):
    template_name: str = ""
    allowed_users: list[str] = Field(default=[])
    mode: str = "auto"


class PigeonSecrets(BaseModel):
    token: str = ""


@dataclass
class PigeonPost:
    """Implements `Connection`; `sent` is (chat, text, quoted), `carried` the files among them, `before` runs at the beginning of each sending."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    taps: list[str] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    carried: list[tuple[str, bytes]] = field(default_factory=list)
    batches: asyncio.Queue[Sequence[RawUpdate] | Upstream] = field(default_factory=asyncio.Queue)
    before: Callable[[Part], Awaitable[None]] | None = None
    opened: list[str] = field(default_factory=list)
    refusal: BaseException | None = None
    show_id: str = ""

    async def open(self, webhook_url: str, webhook_secret: str) -> Identity:
        if self.refusal is not None:
            raise self.refusal
        self.opened.append(webhook_url)
        return Identity("1", "Pigeon", "https://pigeon.example")

    async def poll(self, after: int | None) -> AsyncIterator[Sequence[RawUpdate]]:
        while True:
            batch = await self.batches.get()
            if isinstance(batch, Upstream):
                raise batch
            yield batch

    async def send(self, address: Mapping[str, Any], part: Part, shown_id: str = "") -> str:
        if self.before is not None:
            await self.before(part)
        if self.faults:
            raise self.faults.pop(0)
        if part.file is not None:
            self.carried.append((part.method, part.file.data))
        self.sent.append((str(address["chat"]), str(part.body["text"]), shown_id or str(part.body["quoted"])))
        return shown_id or f"out-{len(self.sent)}"

    async def typing(self, address: Mapping[str, Any], quoted_id: str = "") -> None:
        self.typed.append(str(address["chat"]))

    async def show(self, address: Mapping[str, Any], answer_id: str, text: str, shown_id: str = "") -> str:
        self.shown.append(text)
        return self.show_id

    async def tapped(self, callback_id: str, text: str = "") -> None:
        self.taps.append(callback_id)

    async def fetch(self, ref: Mapping[str, Any], max_bytes: int) -> tuple[bytes, str]:
        data = self.files[str(ref["file"])]
        if len(data) > max_bytes:
            raise Invalid("channel_file_too_large", en="too large", ru="слишком большой")
        return data, "image/png"

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Pigeon:
    """Implements `Messenger`. Texts longer than `longest` go out in parts."""

    post: PigeonPost = field(default_factory=PigeonPost)
    longest: int = 1000
    capabilities: Capabilities = CAPABLE
    kind: str = KIND
    settings: type[PigeonSettings] = PigeonSettings
    secrets: type[PigeonSecrets] = PigeonSecrets
    polls: bool = True

    def identity(self, settings: PigeonSettings, secrets: PigeonSecrets) -> str:
        return secrets.token

    def address_of(self, person_key: str) -> Mapping[str, Any]:
        return {"chat": person_key}

    def connect(self, instance: Any, secrets: PigeonSecrets) -> PigeonPost:
        return self.post

    def ready(self, settings: PigeonSettings, secrets: PigeonSecrets) -> None:
        if not secrets.token:
            raise Invalid("token_missing", en="Enter the token.", ru="Укажите токен.", fields={"field": "token"})

    def admits(self, request: WebhookRequest, settings: Any, secrets: Any, webhook_secret: str) -> bool:
        given = request.headers.get("x-pigeon-secret", "")
        return bool(webhook_secret) and hmac.compare_digest(given, webhook_secret)

    def handshake(self, request: WebhookRequest, secrets: PigeonSecrets) -> str | None:
        return None

    def split(self, body: bytes) -> Sequence[RawUpdate]:
        return [raw(**update) for update in orjson.loads(body)]

    def read(self, payload: Mapping[str, Any], instance: Any) -> Sequence[Incoming]:
        who, address = Person(str(payload["who"]), f"Person {payload['who']}"), {"chat": payload["who"]}
        number, group = str(payload["id"]), bool(payload.get("group"))
        if "say" in payload:
            files = tuple(IncomingFile(kind, f"{kind}.png", ref={"file": kind}) for kind in payload.get("files", ()))
            album = str(payload.get("album", ""))
            return [Said(number, who, address, payload["say"], files, is_group=group, album=album)]
        if "start" in payload:
            return [Said(number, who, address, is_start=True, payload=payload["start"])]
        if "tap" in payload:
            return [Tapped(number, who, address, payload["tap"], callback_id=f"tap-{number}")]
        if "edit" in payload:
            return [Edited(str(payload["of"]), payload["edit"])]
        if "state" in payload:
            return [Delivered(payload["of"], payload["state"])]
        return [self._rare(payload, who, address)]

    def _rare(self, payload: Mapping[str, Any], who: Person, address: Mapping[str, Any]) -> Incoming:
        if "leave" in payload:
            return Left(who, is_back=not payload["leave"])
        if "withdraw" in payload:
            return Withdrawn((str(payload["withdraw"]),))
        if "stop" in payload:
            return Stopped(who, address)
        if "move" in payload:
            return Moved(str(payload["move"]), {"chat": payload["move"]})
        if "break" in payload:
            raise ValueError(payload["break"])
        return Unknown("strange")

    def render(self, message: Outgoing, settings: Any) -> Sequence[Part]:
        if not message.is_window_open:
            return [Part("template", {"text": message.text, "quoted": ""})]
        pieces = [message.text[at : at + self.longest] for at in range(0, len(message.text), self.longest)]
        parts = [Part("text", {"text": piece, "quoted": message.quoted_id}) for piece in pieces]
        return parts + [Part(file.kind, {"text": file.name, "quoted": ""}, file) for file in message.files]

    def admitted(self, said: Said | Tapped, settings: PigeonSettings) -> bool:
        return not settings.allowed_users or said.person.key in settings.allowed_users


def raw(id: int, who: int, *, follows: bool = False, **rest: Any) -> RawUpdate:  # noqa: A002 -- as in the update
    """An update as it comes; one with a `state` reports how far a message of ours has come, one of an `album` is a
    piece of it.
    """
    payload = {"id": id, "who": who, **rest}
    before = id - 1 if follows else None
    return RawUpdate(
        str(id), id, str(rest.get("thread", who)), payload, before, is_report="state" in rest, is_piece="album" in rest
    )


def window(**changes: Any) -> Capabilities:
    """As WhatsApp: free text for a day."""
    return Capabilities(
        streams=False, buttons=True, markdown=False, reply_window=timedelta(hours=24), pace=FAST, **changes
    )


class Loft:
    """An instance of Pigeon in a joined program, and what tests do with it."""

    def __init__(self, app: Any, pigeon: Pigeon, row: Any) -> None:
        self.app, self.pigeon, self.id = app, pigeon, row.id
        self._next = 1

    @classmethod
    async def of(cls, app: Any, pigeon: Pigeon, named: str = "pigeon", **fields: Any) -> "Loft":
        settings = fields.pop("settings", {})
        async with app.units.write() as unit:
            row = await service.create_instance(
                unit, KIND, {"name": "Loft", "auto_start": True, **fields}, settings, _no_assistant_fields()
            )
            secrets.keep(app.vault, pigeon, row, {"token": named})
        return cls(app, pigeon, row)

    @property
    def post(self) -> PigeonPost:
        return self.pigeon.post

    async def line(self) -> Line:
        return await self.app.lines.get(self.id)

    async def bring(self, *updates: RawUpdate) -> None:
        """Store and take updates, and let the answers come to their end."""
        await self.app.messaging.intake.bring(await self.line(), updates)
        await self.settle()

    async def says(self, who: int, text: str, **rest: Any) -> None:
        self._next += 1
        await self.bring(raw(self._next, who, say=text, **rest))

    async def settle(self) -> None:
        """Until nothing is being taken or answered."""
        intake, turns = self.app.messaging.intake, self.app.turns
        while tasks := [*intake._threads.values(), *turns._tasks.values()]:
            await asyncio.wait(tasks)

    def sender(self, writers: Mapping[str, Any] | None = None) -> Sender:
        tools = self.app.messaging.supervisor._tools
        return Sender(
            self.app.units, self.app.lines, self.id, Pacer(FAST), writers or tools.writers,
            self.app.messaging.live.settled, lambda error: None, tools.files.outgoing,
        )  # fmt: skip

    async def deliver(self) -> int:
        """Do what the outbox holds, as the sender does; how many jobs were done?"""
        sender, done = self.sender(), 0
        while await self.deliver_one(sender):
            done += 1
        return done

    async def deliver_one(self, sender: Sender | None = None) -> bool:
        kind = outbox.PREFIX + queue_of(KIND, self.id)
        async with self.app.units.write() as unit:
            jobs = await claim(unit, [kind], unit.new_id(), 60)
        for job in jobs:
            try:
                await (sender or self.sender()).handle(job)
            except Upstream as error:
                async with self.app.units.write() as unit:
                    await fail(unit, job, failure_of(error), 0)
            else:
                async with self.app.units.write() as unit:
                    await complete(unit, job)
        return bool(jobs)

    @property
    def texts(self) -> list[str]:
        return [text for _, text, _ in self.post.sent]


def _no_assistant_fields() -> Any:
    from secretary.assistant.service import AssistantFields

    return AssistantFields()


def refused(code: str, *, retryable: bool = False, **fields: Any) -> Upstream:
    return Upstream(code, en=code, ru=code, retryable=retryable, **fields)
