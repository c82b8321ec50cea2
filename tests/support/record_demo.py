"""Records what the panel's demo shows: real answers of the program, on the world of made-up customers.

`tools/record-demo` runs it. The answers are as the backend gives them; the demo moves their times to the day it is opened.
"""

import asyncio
import sys
import tempfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from secretary.app import Ports, build
from secretary.app.admin import build_admin_api
from secretary.settings import Settings
from tests.support.client import Client
from tests.support.upkeep import look_after
from tests.support.world import PASSWORD, build_world
from tests.support.world.building import KnowingModel

DATA = Path(__file__).parents[2] / "panel" / "src" / "demo" / "data"
CHATS, EXPLAINED, LOGS = 48, 60, 120
AT_ONCE_MS = 200
TIMES = {"first_word_ms", "total_ms", "latency_ms", "first_token_ms", "duration_ms"}
SPANS = {"median", "p95"}
LISTS = (
    "/admin/api-keys", "/admin/assistants", "/admin/audit/stats", "/admin/auth/profile", "/admin/auth/sessions",
    "/admin/auth/status", "/admin/canned-answers?limit=200", "/admin/contacts?limit=200", "/admin/deployment-mode", "/admin/faq?limit=200", "/admin/jobs?limit=40", "/admin/jobs/dead",
    "/admin/knowledge/collections", "/admin/knowledge/contradictions", "/admin/knowledge/embedding", "/admin/knowledge/evaluation",
    "/admin/knowledge/regression", "/admin/knowledge/reranker", "/admin/knowledge/unanswered?limit=100",
    "/admin/llm/backend", "/admin/llm/history", "/admin/llm/local-models", "/admin/llm/model", "/admin/llm/models",
    "/admin/llm/params", "/admin/llm/persona", "/admin/llm/personas", "/admin/llm/presets",
    "/admin/llm/presets/current", "/admin/llm/prompt", "/admin/llm/prompt/history", "/admin/llm/providers",
    "/admin/llm/vllm-model", "/admin/push/devices", "/admin/requests?limit=100", "/admin/owner-links", "/admin/schedules",
    "/admin/setup", "/admin/status", "/admin/telegram/abilities", "/admin/telegram/config",
    "/admin/telegram/instances", "/admin/whatsapp/abilities", "/admin/whatsapp/instances",
    "/admin/usage/check/llm", "/admin/usage/limits", "/admin/usage/stats?period_days=30",
    "/admin/usage/summary", "/admin/users", "/admin/widget/config", "/admin/widget/instances",
    "/admin/wiki-rag/documents?limit=200", "/admin/wiki-rag/imports", "/admin/wiki-rag/sites", "/admin/wiki-rag/stats",
    f"/admin/audit/logs?limit={LOGS}", f"/admin/usage/logs?limit={LOGS}",
)  # fmt: skip


class Recorder:
    """Asks as one signed-in person, and keeps every answer under its path."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.kept: dict[str, Any] = {}

    async def keep(self, url: str, name: str = "") -> Any:
        answer = await self.client.get(url)
        assert answer.status == 200, f"{url}: {answer.status} {answer.text}"
        self.kept[name or url.partition("?")[0]] = answer.json()
        return answer.json()


async def record(folder: Path) -> dict[str, Any]:
    """Everything that the demo knows at first, by path."""
    settings = Settings(_env_file=None, data_dir=folder, rate_limit_enabled=False)
    app = build(settings, Ports(models={"scripted": KnowingModel()}))
    try:
        await app.turns.start(everything=True)
        await look_after(app)
        visitor = Client(
            app,
            build_admin_api(app.channels, app.messaging.messengers),
            headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0"},
        )
        me = {role: await _me(visitor, name) for role, name in {"admin": "admin", "web": "site"}.items()}
        recorder = Recorder(visitor.signed_in(await _token(visitor, "admin")))
        for url in LISTS:
            await recorder.keep(url)
        await _overview(recorder)
        await _details(recorder)
        await _inbox(recorder)
        kept = recorder.kept["/admin/jobs"]
        kept["jobs"] = [job for job in kept["jobs"] if job["state"] == "done"]
        return {"at": datetime.now(UTC).isoformat(), "me": me, "answers": recorder.kept, **await _chats(recorder)}
    finally:
        await app.close()


def _believable(value: Any, name: str = "") -> Any:
    """The same with times as a hosted model takes them: the world's answers at once."""
    if isinstance(value, dict):
        return {key: _believable(each, name if key in SPANS else key) for key, each in value.items()}
    if isinstance(value, list):
        return [_believable(each, name) for each in value]
    is_time = isinstance(value, int) and name in TIMES and value < AT_ONCE_MS
    return value * 190 + (240 if name.startswith("first") else 870) if is_time else value


async def _token(client: Client, name: str) -> str:
    answer = await client.post("/admin/auth/login", {"username": name, "password": PASSWORD})
    assert answer.status == 200, answer.text
    return str(answer.json()["access_token"])


async def _me(client: Client, name: str) -> Any:
    answer = await client.signed_in(await _token(client, name)).get("/admin/auth/me")
    return answer.json()


async def _overview(recorder: Recorder) -> None:
    today = datetime.now(UTC).date()
    since = today - timedelta(days=59)
    query = f"from={since}&to={today}&tz=Europe/Moscow"
    await recorder.keep(f"/admin/overview?{query}&group=day", "/admin/overview")


async def _details(recorder: Recorder) -> None:
    kept = recorder.kept
    for document in kept["/admin/wiki-rag/documents"]["documents"]:
        path = f"/admin/wiki-rag/documents/{document['id']}"
        for part in ("", "/chunks", "/content", "/versions"):
            await recorder.keep(path + part)
    for persona in kept["/admin/llm/personas"]["personas"]:
        await recorder.keep(f"/admin/llm/prompt/{persona}")
        await recorder.keep(f"/admin/llm/prompt/{persona}/history")


async def _inbox(recorder: Recorder) -> None:
    """What came by messengers: who has it, what became of it, the files, and who the customers are."""
    for row in (await recorder.keep("/admin/inbox?limit=200"))["sessions"]:
        if row["source"] == "widget":
            continue
        path = f"/admin/inbox/{row['id']}"
        session = (await recorder.keep(path))["session"]
        await recorder.keep(f"{path}/brief?language=ru")
        for one in (one for files in session["attachments"].values() for one in files):
            file = await recorder.client.get(f"/admin/inbox/attachments/{one['id']}")
            recorder.kept[f"/admin/inbox/attachments/{one['id']}"] = {"base64": b64encode(file.content).decode()}
    for contact in recorder.kept["/admin/contacts"]["contacts"]:
        await recorder.keep(f"/admin/contacts/{contact['id']}")
        await recorder.keep(f"/admin/contacts/{contact['id']}/suggestions")
    for kind in ("telegram", "whatsapp"):
        for instance in recorder.kept[f"/admin/{kind}/instances"]["instances"]:
            path = f"/admin/{kind}/instances/{instance['id']}"
            for part in ("/status", "/logs", *(("/sessions",) if kind == "telegram" else ())):
                await recorder.keep(path + part)


async def _chats(recorder: Recorder) -> dict[str, Any]:
    listed = (await recorder.client.get(f"/admin/chat/sessions?limit={CHATS}")).json()["sessions"]
    listed += (await recorder.client.get("/admin/chat/sessions?source=admin&limit=5")).json()["sessions"]
    chats: dict[str, Any] = {}
    explained: dict[str, Any] = {}
    for session in listed:
        url = f"/admin/chat/sessions/{session['id']}"
        page = (await recorder.client.get(f"{url}?last=200")).json()["session"]
        shown = {message["id"]: message for message in page["messages"]}
        page["messages"] = sorted((shown | await _hidden(recorder, url, shown)).values(), key=lambda one: one["seq"])
        chats[session["id"]] = page
        for message in page["messages"]:
            if message["role"] == "assistant" and len(explained) < EXPLAINED:
                why = await recorder.client.get(f"{url}/messages/{message['id']}/why")
                if why.status == 200:
                    explained[message["id"]] = why.json()
    return {"chats": list(chats.values()), "why": explained}


async def _hidden(recorder: Recorder, url: str, shown: dict[str, Any]) -> dict[str, Any]:
    """Messages of branches that are not shown now: each is switched to, read, and the first is switched to again."""
    page = (await recorder.client.get(f"{url}?last=200")).json()
    found: dict[str, Any] = {}
    for info in page["sibling_info"].values():
        for sibling in info["siblings"]:
            if sibling not in shown:
                switched = await recorder.client.post(f"{url}/branches/switch", {"message_id": sibling})
                found |= {one["id"]: one | {"is_active": False} for one in switched.json()["session"]["messages"]}
    if found:
        await recorder.client.post(f"{url}/branches/switch", {"message_id": list(shown)[-1]})
    return {key: value for key, value in found.items() if key not in shown}


async def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "world"
        if not (folder / "secretary.db").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            await build_world(folder)
        recorded = await record(folder)
    DATA.mkdir(parents=True, exist_ok=True)
    for name in ("answers", "chats", "why"):
        part = {name: _believable(recorded[name])} | (
            {"at": recorded["at"], "me": recorded["me"]} if name == "answers" else {}
        )
        path = DATA / f"{name}.json"
        path.write_bytes(orjson.dumps(part))
        print(f"{path.name}: {path.stat().st_size // 1024} kB")


if __name__ == "__main__":
    asyncio.run(main())
