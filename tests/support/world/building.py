"""Builds the world on a data folder, to be served by `secretary serve` afterwards."""

import random
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from secretary.accounts import service as accounts
from secretary.accounts.models import Role
from secretary.app import App, Ports, build
from secretary.app.admin import build_admin_api
from secretary.app.first_start import prepare
from secretary.assistant.prompt import UNKNOWN
from secretary.llm.ports import ChatCapabilities, Delta, Finish, FinishReason, Piece, Prompt, TokenUsage
from secretary.migrations import migrate
from secretary.settings import Settings
from secretary.usage.models import CallStatus
from secretary.usage.ports import Amount, Call, Outcome
from tests.support.chat import Chatter
from tests.support.client import Client
from tests.support.people import Person, sign_in
from tests.support.visitor import Visitor
from tests.support.world import texts
from tests.support.world.messengers import add_messengers

PASSWORD = "Correct-Horse-42"
DAYS = 30
PROVIDERS = (
    {"name": "OpenAI", "provider_type": "openai", "model_name": "gpt-4o-mini", "api_key": "sk-made-up-1234567890"},
    {"name": "GigaChat", "provider_type": "gigachat", "model_name": "GigaChat-2", "api_key": "bWFkZS11cC1rZXk="},
    {
        "name": "DeepSeek (резерв)",
        "provider_type": "deepseek",
        "model_name": "deepseek-chat",
        "api_key": "sk-made-up-2",
    },
)
SPENDING = (("gpt-4o-mini", "cloud:openai", "USD", 620), ("GigaChat-2", "cloud:gigachat", "RUB", 410_000))


@dataclass
class KnowingModel:
    """A `ChatModel` that knows the world's answers, and says that it does not know to everything else."""

    name: str = "scripted"
    languages: frozenset[Any] = frozenset({"ru", "en"})

    @property
    def capabilities(self) -> ChatCapabilities:
        return ChatCapabilities("gpt-4o-mini", self.languages)

    @property
    def is_available(self) -> bool:
        return True

    def start(self) -> None:
        """Nothing to load."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        asked = str(prompt.messages[-1].content)
        known = texts.ANSWERS | texts.DOCUMENT_ANSWERS
        answer = next((said for question, said in known.items() if question in asked), UNKNOWN)
        for word in answer.split(" "):
            yield Delta(word + " ")
        yield Finish(FinishReason.STOP, "gpt-4o-mini", TokenUsage(640, len(answer) // 4))

    async def close(self) -> None:
        """Nothing to end."""


@dataclass
class World:
    """Where it lies, and the people who may sign in, all with `PASSWORD`."""

    folder: Path
    users: tuple[str, ...] = ("admin", "olga", "site", "guest")
    facts: dict[str, Any] = field(default_factory=dict)


class _Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(days=DAYS)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=7)
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now


async def build_world(folder: Path, *, days: int = DAYS, tricks: bool = False) -> World:
    """A month of a shop's conversations, documents, spending and changes."""
    clock, luck, world = _Clock(), random.Random(7), World(folder)
    settings = Settings(_env_file=None, data_dir=folder, rate_limit_enabled=False)
    app = build(settings, Ports(models={"scripted": KnowingModel()}, clock=clock))
    try:
        await migrate(app.database)
        await prepare(app)
        await app.turns.start(everything=True)
        client = Client(app, build_admin_api(app.channels, app.messaging.messengers))
        admin = await _people(app)
        await _knowledge(client.signed_in(admin.token))
        for day in range(days):
            clock.now = datetime.now(UTC).replace(hour=6, minute=0) - timedelta(days=days - day)
            await _day(app, client, clock, luck, day)
        clock.now = datetime.now(UTC) - timedelta(minutes=50)
        admin = await sign_in(app, "builder", Role.ADMIN)
        world.facts = await _today(client, admin, tricks=tricks)
        await _models(client.signed_in(admin.token))
        world.facts["talks"] = await add_messengers(app, client, folder, clock.set, colleague_id=admin.id)
        await app.ledger.flush()
    finally:
        await app.close()
    return world


async def _people(app: App) -> Person:
    roles = {"olga": Role.USER, "site": Role.WEB, "guest": Role.GUEST}
    hashed = await app.accounts.passwords.hash(PASSWORD)
    async with app.units.write() as unit:
        for name, role in roles.items():
            await accounts.create_user(unit, name, hashed, role)
        admin = await accounts.user_named(unit, "admin")
        admin.password_hash = hashed
    return await sign_in(app, "setup", Role.ADMIN)


async def _knowledge(panel: Client) -> None:
    for filename, content in texts.DOCUMENTS.items():
        body = {"filename": filename, "title": content[2 : content.index("\n")], "content": content}
        answer = await panel.post("/admin/wiki-rag/documents/text", body)
        assert answer.status in {200, 201}, answer.text


async def _models(panel: Client) -> None:
    for provider in PROVIDERS:
        answer = await panel.post("/admin/llm/providers", provider)
        assert answer.status in {200, 201}, answer.text
    limit = {"service_type": "llm", "limit_type": "monthly", "limit_value": 2_000_000, "warning_threshold": 80}
    answer = await panel.post("/admin/usage/limits", limit)
    assert answer.status in {200, 201}, answer.text


async def _day(app: App, client: Client, clock: _Clock, luck: random.Random, day: int) -> None:
    is_weekend = clock.now.weekday() >= 5
    for _ in range(luck.randint(2, 4) if is_weekend else luck.randint(4, 7 + day // 8)):
        clock.now += timedelta(minutes=luck.randint(10, 90))
        await _conversation(client, clock, luck)
    for model, backend, currency, price in SPENDING:
        for _ in range(luck.randint(3, 9)):
            tokens = luck.randint(400, 1_900)
            call = Call("llm", "chat", backend, model, luck.choice(["widget", "api"]))
            await app.ledger.record(
                call,
                Outcome(
                    CallStatus.DONE, Amount(tokens, tokens * price // 1_000, currency), "", tokens - 120, 120, 0,
                    luck.randint(250, 900), luck.randint(900, 4_000),
                ),
            )  # fmt: skip


async def _conversation(client: Client, clock: _Clock, luck: random.Random) -> None:
    visitor = await Visitor.arrive(client)
    kind = luck.choices(("faq", "model", "document", "unknown", "message"), (38, 30, 18, 9, 5))[0]
    questions = {
        "faq": luck.sample(texts.FAQ_QUESTIONS, luck.randint(1, 2)),
        "model": luck.sample(list(texts.ANSWERS), luck.randint(1, 3)),
        "document": luck.sample(list(texts.DOCUMENT_ANSWERS), 1),
        "unknown": [luck.choice(texts.UNKNOWN_QUESTIONS)],
        "message": [],
    }[kind]
    for question in questions:
        answer = await visitor.ask(question)
        clock.now += timedelta(seconds=luck.randint(20, 90))
        if luck.random() < 0.15:
            rating = {"feedback": luck.choice(["up", "up", "up", "down"])}
            await visitor.client.post(
                visitor.url(f"/messages/{answer['id']}/feedback"), rating, headers=visitor.headers
            )
    if kind == "message":
        await _leave_message(visitor, luck)


async def _leave_message(visitor: Visitor, luck: random.Random) -> None:
    for said in ("Позовите менеджера", luck.choice(texts.MATTERS), "Согласен(на)",
                 f"+7 900 000-{luck.randint(10, 99)}-{luck.randint(10, 99)}", luck.choice(texts.NAMES),
                 "Сегодня", "Днём"):  # fmt: skip
        await visitor.say(said)


async def _today(client: Client, admin: Person, *, tricks: bool) -> dict[str, Any]:
    """What somebody who opens the panel sees first: a talk of his own with branches, and tricks where asked for."""
    chatter = await Chatter.sit_down(client, admin.token, title="Проверка ответов")
    first = await chatter.ask("Какой чайник выбрать для зелёного чая?")
    await chatter.regenerate(first["response"]["id"])
    await chatter.ask("Сколько дней действует гарантия на чайники?")
    if tricks:
        visitor = await Visitor.arrive(client)
        for trick in texts.TRICKS:
            await visitor.post(trick[:4_000])
    return {"session_id": chatter.id}
