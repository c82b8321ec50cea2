"""Conversations at size on SQLite: a long one, a long list, a long memory. CPU of a call through the whole program."""

import asyncio
import random
import sqlite3
import tempfile
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.report import Row

SESSIONS, MESSAGES_EACH, LONG = 100_000, 10, 10_000
CALLS = 100
OPEN_MS, OPEN_GOAL_MS, APPEND_MS, LIST_MS, SEARCH_MS = 10.0, 3.0, 5.0, 10.0, 50.0
TURN_MS, TURN_GOAL_MS = 6.0, 2.0
SAID = (
    "заказ доставка курьер оплата возврат размер цвет магазин телефон адрес скидка подарок упаковка "
    "завтра утром вечером мастер ремонт гарантия запись приём окно стол лампа "
    "кресло диван зеркало полка шкаф ковёр delivery order"
)
WORDS = SAID.split()
SEARCHES = {
    "a word of every third message": "доставки",
    "two such words": "заказы курьеров",
    "a rare word": "самовары",
    "a word that nobody said": "дирижабль",
}


@dataclass
class Staff:
    """Calls the program as a signed-in person."""

    asgi: Any
    token: str

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        path, _, query = path.partition("?")
        sent: list[bytes] = []
        status = 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"" if body is None else orjson.dumps(body)}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            sent.append(message.get("body", b""))

        headers = [(b"authorization", f"Bearer {self.token}".encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
        scope |= {"scheme": "http", "client": ("127.0.0.1", 1), "server": ("bench", 80), "root_path": "", "state": {}}
        await self.asgi(scope, receive, send)
        assert status < 300, b"".join(sent)
        return orjson.loads(b"".join(sent))


def run(pythons: list[str]) -> Iterator[Row]:
    """One filled database for all."""
    del pythons
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> list[Row]:
    from tests.support.models import ScriptedModel
    from tests.support.people import sign_in

    from secretary.accounts.models import Role
    from secretary.app import Ports, build
    from secretary.app.asgi import Asgi
    from secretary.app.first_start import prepare
    from secretary.migrations import migrate
    from secretary.settings import Settings

    settings = Settings(_env_file=None, data_dir=folder, secret_key="k" * 43, rate_limit_enabled=False)
    app = build(settings, Ports(models={"scripted": ScriptedModel()}))
    await migrate(app.database)
    await prepare(app)
    admin, user = await sign_in(app, "admin-1", Role.ADMIN), await sign_in(app, "user-1", Role.USER)
    asgi = Asgi(app)
    await asgi.warm()
    long = _fill(folder / "secretary.db", user.id)
    await app.turns.start(everything=True)
    boss, owner = Staff(asgi, admin.token), Staff(asgi, user.token)
    rows = [
        await _row(
            "open 10,000 messages, the last 50", lambda: boss.call("GET", f"{_S}/{long}"), OPEN_MS, OPEN_GOAL_MS
        ),
        await _row("… 50 from the middle", lambda: boss.call("GET", f"{_S}/{long}?before=5000"), OPEN_MS),
        await _row("append a message (stored only)", _append(app, long), APPEND_MS),
        await _row("a turn: store, FAQ miss, history, scripted model, store", _turn(app, long), TURN_MS, TURN_GOAL_MS),
        await _row("… over HTTP, both messages shown", lambda: boss.call("POST", f"{_S}/{long}/messages", _ASK), None),
        await _row("list 100,000, admin", lambda: boss.call("GET", _S), LIST_MS),
        await _row("list 100,000, grouped by source", lambda: boss.call("GET", f"{_S}?group_by=source"), None),
        await _row("list 100,000, a user's own and nobody's", lambda: owner.call("GET", _S), LIST_MS),
    ]
    for who, staff in (("admin", boss), ("a user of 1 % of them", owner)):
        for name, words in SEARCHES.items():
            path = f"/admin/chat/search?q={urllib.parse.quote(words)}"
            rows.append(await _row(f"search 1,000,000, {name}, {who}", _get(staff, path), SEARCH_MS))
    await app.close()
    return rows


_S = "/admin/chat/sessions"
_ASK = {"content": "zzqx zzqx"}


def _get(staff: Staff, path: str) -> Callable[[], Awaitable[Any]]:
    return lambda: staff.call("GET", path)


def _turn(app: Any, session_id: str) -> Callable[[], Awaitable[Any]]:
    from secretary.assistant.ports import Inbound

    async def turn() -> None:
        accepted = await app.turns.accept(Inbound(session_id, _ASK["content"]))
        async for _ in app.turns.listen(accepted.session_id, accepted.answer_id):
            pass

    return turn


def _append(app: Any, session_id: str) -> Callable[[], Awaitable[Any]]:
    from secretary.conversations.service import store_question

    async def append() -> None:
        async with app.units.write() as unit:
            await store_question(unit, session_id, "ещё один вопрос про доставку", None, "holder")

    return append


async def _row(what: str, call: Callable[[], Awaitable[Any]], limit: float | None, goal: float | None = None) -> Row:
    for _ in range(5):
        await call()
    times = sorted([await _cpu_ms(call) for _ in range(CALLS)])
    return Row(what, times[len(times) // 2], "CPU ms", limit, goal, note=f"p95 {times[len(times) * 95 // 100]:.2f}")


async def _cpu_ms(call: Callable[[], Awaitable[Any]]) -> float:
    before = time.process_time()
    await call()
    return (time.process_time() - before) * 1000


def _fill(path: Path, owner: str) -> str:
    """100,000 conversations of ten messages, one in a hundred the owner's, and one of 10,000; returns its id."""
    said = random.Random(1)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA synchronous=OFF")
        (assistant,) = db.execute("SELECT id FROM assistants").fetchone()
        for number in range(SESSIONS):
            _session(db, said, f"s-{number:06}", assistant, owner if number % 100 == 0 else None, MESSAGES_EACH)
        _session(db, said, "long", assistant, None, LONG)
        db.execute("ANALYZE")
    return "long"


def _session(
    db: sqlite3.Connection, said: random.Random, id_: str, assistant: str, owner: str | None, count: int
) -> None:
    from secretary.conversations.search.words import words_for

    now = "2026-01-01 00:00:00.000000"
    source = said.choice(("widget", "telegram", "admin", "phone"))
    texts = [" ".join(said.sample(WORDS, 10)) for _ in range(count)]
    if said.random() < 0.001:
        texts[0] = "Продаёте ли вы самовары?"
    day = f"2026-{said.randint(1, 9):02}-{said.randint(1, 28):02} 10:00:00.{said.randint(0, 999999):06}"
    db.execute(
        "INSERT INTO chat_sessions (id, title, owner_id, assistant_id, source, source_id, contact_key, address_hash, "
        "language, last_seq, leaf_id, message_count, last_message, created, updated) "
        "VALUES (?, ?, ?, ?, ?, 'w', 'v', '', 'ru', ?, ?, ?, ?, ?, ?)",
        (id_, texts[0][:50], owner, assistant, source, count, f"{id_}-{count}", count, texts[-1][:120], now, day),
    )
    db.executemany(
        "INSERT INTO chat_messages (id, session_id, seq, parent_id, role, content, status, is_active, edited, sources, "
        "buttons, created, updated) VALUES (?, ?, ?, ?, ?, ?, 'complete', 1, 0, '[]', '[]', ?, ?)",
        [
            (f"{id_}-{n}", id_, n, f"{id_}-{n - 1}" if n > 1 else None, ("assistant", "user")[n % 2], text, now, now)
            for n, text in _numbered(texts)
        ],
    )
    db.executemany(
        "INSERT INTO chat_search (message_id, session_id, words) VALUES (?, ?, ?)",
        [(f"{id_}-{n}", id_, words_for(text, id_, owner)) for n, text in _numbered(texts)],
    )


def _numbered(texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    return iter(enumerate(texts, 1))
