"""`/admin/faq` over HTTP: its seven endpoints and the export, rights, limits, and old clients' shapes."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from tests.support.client import Client
from tests.support.people import People

from secretary.app import App

WHERE = {"trigger": "Где ваш склад?", "response": "На Лесной, {day_of_week}"}


@pytest.fixture
def owner(client: Client, people: People) -> Client:
    return client.signed_in(people.admin.token)


def _path(trigger: str) -> str:
    return f"/admin/faq/{trigger}"


async def _test(client: Client, text: str) -> Any:
    answer = await client.post("/admin/faq/test", {"text": text})
    assert answer.status == 200
    return answer.json()


async def test_list_is_a_mapping_for_old_clients_and_whole_entries_for_new_ones(owner: Client) -> None:
    await owner.post("/admin/faq", WHERE)
    listed = (await owner.get("/admin/faq")).json()
    assert listed["faq"][WHERE["trigger"]] == WHERE["response"]
    assert len(listed["faq"]) == len(listed["entries"]) == listed["total"]
    assert listed["entries"][-1]["created"].endswith("Z")


async def test_list_is_paged_and_searched(owner: Client) -> None:
    total = (await owner.get("/admin/faq?limit=1")).json()["total"]
    page = (await owner.get(f"/admin/faq?limit=2&offset={total - 1}")).json()
    assert (len(page["entries"]), page["total"]) == (1, total)
    found = (await owner.get("/admin/faq?q=" + quote("РАССРОЧКА"))).json()
    assert list(found["faq"]) == ["Есть рассрочка?"]


async def test_entry_is_added_whole(owner: Client) -> None:
    body = WHERE | {
        "phrasings": ["склад*", {"text": r"\bсклад\w*", "kind": "regex"}, "как найти склад"],
        "keywords": ["склад"], "priority": 5, "enabled": False,
    }  # fmt: skip
    answer = await owner.post("/admin/faq", body)
    saved = answer.json()
    assert (answer.status, saved["status"], saved["trigger"]) == (200, "ok", WHERE["trigger"])
    assert [way["kind"] for way in saved["entry"]["phrasings"]] == ["wildcard", "regex", "exact"]
    assert (saved["entry"]["priority"], saved["entry"]["enabled"], saved["entry"]["hit_count"]) == (5, False, 0)


async def test_taken_question_is_a_conflict_in_the_callers_language(owner: Client) -> None:
    await owner.post("/admin/faq", WHERE)
    answer = await owner.post("/admin/faq", WHERE | {"trigger": "ГДЕ ВАШИ СКЛАДЫ"}, headers={"accept-language": "ru"})
    assert (answer.status, answer.json()["code"]) == (409, "faq_question_taken")
    assert "уже есть" in answer.json()["detail"]


async def test_change_keeps_what_is_left_out_and_may_rename(owner: Client) -> None:
    await owner.post("/admin/faq", WHERE | {"keywords": ["склад"], "priority": 2})
    answer = await owner.put(_path("где ваш склад"), {"trigger": "А/Б: где? 100%", "response": "Тут"})
    entry = answer.json()["entry"]
    assert (entry["question"], entry["answer"], entry["keywords"], entry["priority"]) == (
        "А/Б: где? 100%",
        "Тут",
        ["склад"],
        2,
    )
    assert (await owner.put(_path("Где ваш склад?"), WHERE)).status == 404
    assert (await owner.delete(_path("А/Б: где? 100%".replace("?", "")))).json() == {
        "status": "ok",
        "deleted": "А/Б: где? 100%",
    }


async def test_change_of_what_was_changed_meanwhile_is_a_conflict(owner: Client) -> None:
    read = (await owner.post("/admin/faq", WHERE)).json()["entry"]
    changed = WHERE | {"updated": read["updated"]}
    assert (await owner.put(_path("где ваш склад"), changed)).status == 200
    assert (await owner.put(_path("где ваш склад"), changed)).json()["code"] == "faq_stale"


async def test_unknown_entry_is_not_found(owner: Client) -> None:
    for answer in (await owner.put(_path("нет такого"), WHERE), await owner.delete(_path("нет такого"))):
        assert (answer.status, answer.json()["code"]) == (404, "faq_not_found")
    unknown = await owner.post("/admin/faq", WHERE | {"collection_id": "нет"})
    assert (unknown.status, unknown.json()["code"]) == (404, "collection_not_found")
    assert (await owner.post("/admin/faq/test", {"text": "да да", "collection_id": "нет"})).status == 404


async def test_trial_says_what_answers_and_why(owner: Client) -> None:
    await owner.post("/admin/faq", WHERE | {"phrasings": ["* склад *"]})
    await owner.post(
        "/admin/faq", {"trigger": "Склады в городе", "response": "Нет", "keywords": ["склад"], "priority": -1}
    )
    tried = await _test(owner, "Скажите, а склад где?")
    assert (tried["match"], tried["matched_by"], tried["phrasing"]) == (True, "wildcard", "* склад *")
    assert tried["response"].startswith("На Лесной, ")
    assert "{" not in tried["response"]
    assert tried["entry"]["question"] == WHERE["trigger"]
    assert tried["explanation"]["words"] == ["склад", "где"]
    assert [(loser["question"], loser["lost_by"]) for loser in tried["explanation"]["others"]] == [
        ("Склады в городе", "priority")
    ]


async def test_trial_sees_a_change_at_once_and_counts_no_hit(owner: Client) -> None:
    assert (await _test(owner, WHERE["trigger"]))["match"] is False
    await owner.post("/admin/faq", WHERE)
    assert (await _test(owner, WHERE["trigger"]))["entry"]["hit_count"] == 0
    await owner.delete(_path("Где ваш склад"))
    assert (await _test(owner, WHERE["trigger"]))["match"] is False


@pytest.mark.parametrize("text", ["", "?", "???", "а", "Я", "1", "👍", " "])
async def test_lone_sign_letter_or_nothing_hits_nothing(owner: Client, text: str) -> None:
    tried = await _test(owner, text)
    assert (tried["match"], tried["response"], tried["entry"]) == (False, None, None)


async def test_reload_counts_what_is_loaded(owner: Client) -> None:
    total = (await owner.get("/admin/faq?limit=1")).json()["total"]
    assert (await owner.post("/admin/faq/reload")).json() == {"status": "ok", "count": total}


async def test_save_writes_a_file_into_the_exports(owner: Client, app: App) -> None:
    saved = (await owner.post("/admin/faq/save")).json()
    assert saved["status"] == "ok"
    assert saved["name"] in saved["message"]
    content = (app.data_dir / "exports" / saved["name"]).read_bytes()
    assert orjson.loads(content)["entries"]


async def test_export_is_a_json_file(owner: Client) -> None:
    answer = await owner.get("/admin/faq/export")
    total = (await owner.get("/admin/faq?limit=1")).json()["total"]
    assert len(answer.json()["entries"]) == total
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"trigger": "?", "response": "а"}, "faq_phrasing_too_broad"),
        ({"trigger": "*", "response": "а"}, "faq_phrasing_too_broad"),
        ({"trigger": "", "response": "а"}, "faq_empty"),
        ({"trigger": "вопрос", "response": ""}, "faq_empty"),
        ({"trigger": "в" * 501, "response": "а"}, "faq_too_long"),
        ({"trigger": "вопрос", "response": "о" * 10_001}, "faq_too_long"),
        ({"trigger": "вопрос", "response": "а", "phrasings": ["фраза"] * 51}, "faq_too_many"),
        (
            {"trigger": "вопрос", "response": "а", "phrasings": [{"text": r"(.)\1", "kind": "regex"}]},
            "faq_expression_refused",
        ),
        (
            {"trigger": "вопрос", "response": "а", "phrasings": [{"text": "(?=а)бв", "kind": "regex"}]},
            "faq_expression_refused",
        ),
        (
            {"trigger": "вопрос", "response": "а", "phrasings": [{"text": ".*", "kind": "regex"}]},
            "faq_phrasing_too_broad",
        ),
        ({"trigger": "вопрос", "response": "а", "phrasings": [{"text": "а", "kind": "magic"}]}, "bad_request"),
        ({"trigger": "вопрос", "response": "а", "priority": 10**15}, "faq_priority"),
        ({"trigger": "вопрос\0", "response": "а"}, "bad_characters"),
        ({"trigger": "вопрос", "response": "а", "keywords": ["\0"]}, "bad_characters"),
        ({"trigger": "вопрос"}, "bad_request"),
        (["вопрос"], "bad_request"),
    ],
)
async def test_bad_entry_is_refused_with_a_reason(owner: Client, body: Any, code: str) -> None:
    for answer in (await owner.post("/admin/faq", body), await owner.put(_path("Часы работы"), body)):
        assert (answer.status, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/admin/faq?q=%00", "bad_characters"),
        ("GET", "/admin/faq?collection_id=%00", "bad_characters"),
        ("DELETE", "/admin/faq/\0", "bad_characters"),
        ("DELETE", "/admin/faq/да?collection_id=%00", "bad_characters"),
        ("PUT", "/admin/faq/Часы работы", "bad_characters"),
        ("POST", "/admin/faq", "bad_characters"),
        ("POST", "/admin/faq/test", "bad_request"),
    ],
)
async def test_characters_that_cannot_be_stored_are_refused(owner: Client, method: str, path: str, code: str) -> None:
    half_a_pair = rb'{"trigger": "\ud800", "response": "x", "text": "\ud800"}'
    answer = await owner.request(method, path, content=half_a_pair)
    assert (answer.status, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("query", ["limit=0", "limit=10001", "offset=-1", "limit=x", "q=" + "x" * 201])
async def test_bad_page_is_refused(owner: Client, query: str) -> None:
    assert (await owner.get(f"/admin/faq?{query}")).status == 422


CALLS = [
    ("GET", "/admin/faq", None),
    ("GET", "/admin/faq/export", None),
    ("POST", "/admin/faq/test", {"text": "привет"}),
    ("POST", "/admin/faq", WHERE),
    ("PUT", "/admin/faq/часы работы", {"trigger": "Часы работы", "response": "Всегда"}),
    ("POST", "/admin/faq/reload", None),
    ("POST", "/admin/faq/save", None),
    ("DELETE", "/admin/faq/часы работы", None),
]


@pytest.mark.parametrize(("role", "allowed"), [("admin", 8), ("user", 8), ("web", 8), ("guest", 3), ("", 0)])
async def test_guest_only_looks_and_nobody_else_than_signed_in_comes_in(
    client: Client, people: People, role: str, allowed: int
) -> None:
    caller = client.signed_in(getattr(people, role).token) if role else client
    statuses = [(await caller.request(method, path, body)).status for method, path, body in CALLS]
    assert statuses[:allowed] == [200] * allowed
    assert set(statuses[allowed:]) <= {403 if role else 401}
