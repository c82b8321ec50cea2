"""`/admin/usage`: what was called, what it cost, and limits, seen through the program."""

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, update

from secretary.accounts.models import ApiKey
from secretary.assistant.models import Assistant
from secretary.usage import export, service
from secretary.usage.models import CallStatus, UsageCounter, UsageHour, UsageLimit, UsageRow
from secretary.usage.ports import Amount, Call, LimitReached, Outcome

CALL = Call("llm", "chat", backend="cloud:x", model="gpt", source="widget")
UNKNOWN = "01900000-0000-7000-8000-000000000000"
NEW = {"service_type": "llm", "limit_type": "daily", "limit_value": 1000}


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def use(app, units=100, cost=7, currency="USD", call=CALL, status=CallStatus.DONE, **more):
    """A call that was made and is stored."""
    return await app.ledger.record(call, Outcome(status, Amount(units, cost, currency), **more))


async def good(asking, status=200):
    answer = await asking
    assert answer.status == status, answer.text
    return answer.json()


async def test_a_call_is_a_row_with_tokens_and_cost(app, admin):
    await use(app, prompt_tokens=60, completion_tokens=40, cached_tokens=5, duration_ms=900)
    page = await good(admin.get("/admin/usage/logs"))
    (row,) = page["logs"]
    assert (page["count"], page["total"], page["is_total_exact"], page["next"]) == (1, 1, True, None)
    assert (row["units_consumed"], row["prompt_tokens"], row["cached_tokens"]) == (100, 60, 5)
    assert (row["cost_micro"], row["currency"], row["cost_usd"]) == (7, "USD", 0.000007)
    assert row["timestamp"].endswith("Z")
    assert row["details"] == {}


async def test_an_open_call_shows_nothing_of_what_is_held(app, admin):
    await good(admin.post("/admin/usage/limits", NEW | {"hard_limit": True}))
    await app.ledger.open(CALL, Amount(10))
    (row,) = (await good(admin.get("/admin/usage/logs")))["logs"]
    assert (row["status"], row["details"]) == ("open", {})


async def test_filters(app, admin):
    await use(app)
    await use(app, call=Call("tts", "speak", source="phone", assistant_id="a", api_key_id="k"))
    await use(app, call=Call("stt", "hear", backend="b", model="whisper"), status=CallStatus.FAILED)
    queries = {
        "": 3, "service_type=tts": 1, "action=hear": 1, "source=phone": 1, "backend=b": 1, "model=whisper": 1,
        "assistant_id=a": 1, "api_key_id=k": 1, "status=failed": 1, "status=done": 2, "status=lost": 0,
        "service_type=llm&source=phone": 0, "from_date=2999-01-01": 0, "to_date=2020-01-01": 0,
        f"from_date={datetime.now(UTC):%Y-%m-%d}&to_date={datetime.now(UTC):%Y-%m-%d}": 3,
    }  # fmt: skip
    for query, count in queries.items():
        page = await good(admin.get(f"/admin/usage/logs?{query}"))
        assert (page["count"], page["total"]) == (count, count), query


async def test_pages_by_offset_and_by_the_last_row(app, admin):
    for _ in range(7):
        await use(app)
    first = await good(admin.get("/admin/usage/logs?limit=3"))
    second = await good(admin.get(f"/admin/usage/logs?limit=3&before={first['next']}"))
    third = await good(admin.get(f"/admin/usage/logs?limit=3&before={second['next']}"))
    rows = [row for page in (first, second, third) for row in page["logs"]]
    ids = [row["id"] for row in rows]
    assert ids == [row["id"] for row in sorted(rows, key=lambda row: (row["timestamp"], row["id"]), reverse=True)]
    assert len(set(ids)) == 7
    assert third["next"] is None
    assert [row["id"] for row in (await good(admin.get("/admin/usage/logs?limit=3&offset=3")))["logs"]] == ids[3:6]
    assert (await admin.get(f"/admin/usage/logs?before={UNKNOWN}")).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "logs?limit=0", "logs?limit=1001", "logs?offset=-1", "logs?offset=100001", "logs?from_date=yesterday",
        "logs?service_type=fax", "logs?status=odd", "logs?model=%00", "logs?to_date=9999-12-31", "stats?period_days=0",
        "stats?period_days=366", "stats?service_type=fax", "check/fax", "check/llm?limit_type=hourly",
        "limits/fax/daily", "limits/llm/hourly", "limits/llm/daily?currency=rub",
    ],
)  # fmt: skip
async def test_questions_that_make_no_sense_are_refused(admin, path):
    assert (await admin.get(f"/admin/usage/{path}")).status in {400, 422}


async def test_long_logs_say_that_there_are_more(app, admin, monkeypatch):
    from secretary.usage import schemas
    from secretary.usage.queries import reading

    for module in (reading, schemas):
        monkeypatch.setattr(module, "COUNTED_AT_MOST", 2)
    for _ in range(4):
        await use(app)
    page = await good(admin.get("/admin/usage/logs"))
    assert (page["total"], page["is_total_exact"]) == (2, False)


async def test_export_is_csv_without_formulas_and_leaves_an_audit_row(app, admin, monkeypatch):
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(5):
        await use(app, call=Call("llm", f"=cmd{number}", model="gpt"))
    answer = await admin.get("/admin/usage/logs/export?model=gpt")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["action"] for row in rows] == [f"'=cmd{number}" for number in (4, 3, 2, 1, 0)]
    assert rows[0]["first_token_ms"] == ""
    newest = (await admin.get("/admin/audit/logs?limit=1")).json()["logs"][0]
    assert (newest["action"], newest["resource"]) == ("export", "usage_log")


async def test_stats_have_every_day_and_every_currency(app, admin):
    await use(app)
    await use(app, 50, 900, "RUB", Call("llm", "chat", backend="cloud:y", model="giga", source="phone"))
    await use(app, 30, 0, "", Call("tts", "speak", source="phone"), status=CallStatus.FAILED)
    stats = (await good(admin.get("/admin/usage/stats?period_days=7")))["stats"]
    assert stats["total"]["costs"] == {"USD": 7, "RUB": 900}
    assert stats["total"]["cost_usd"] == 0.000007
    assert {name: each["units"] for name, each in stats["by_service"].items()} == {"llm": 150, "tts": 30}
    assert stats["by_source"]["phone"]["requests"] == 2
    assert stats["by_source"]["phone"]["failed"] == 1
    assert stats["by_model"]["giga"]["units"] == 50
    assert stats["by_backend"]["cloud:x"]["units"] == 100
    days = [day["date"] for day in stats["daily"]]
    assert len(days) == 7
    assert days == sorted(days)
    assert days[-1] == stats["to_date"] == f"{datetime.now(UTC).astimezone(ZoneInfo(stats['timezone'])):%Y-%m-%d}"
    assert stats["daily"][-1]["units"] == 180
    assert sum(day["units"] for day in stats["daily"]) == 180
    only = (await good(admin.get("/admin/usage/stats?service_type=tts")))["stats"]
    assert only["total"]["units"] == 30
    assert set(only["by_service"]) == {"tts"}
    assert len(only["daily"]) == only["period_days"] == 30


@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York", "Asia/Kolkata", "Pacific/Chatham"])
async def test_days_are_those_of_the_business_also_when_clocks_are_moved(app, admin, zone):
    clock, now = ZoneInfo(zone), datetime.now(UTC)
    expected = {}
    async with app.units.write() as unit:
        assistant = (await unit.db.scalars(select(Assistant).where(Assistant.is_default))).one()
        card = assistant.card.model_copy(update={"timezone": zone})
        await unit.db.execute(update(Assistant).where(Assistant.is_default).values(card=card))
        for hour in range(0, 24 * 360, 5):
            moment = datetime.fromtimestamp((now.timestamp() // 3600 - hour) * 3600, UTC)
            day = f"{moment.astimezone(clock):%Y-%m-%d}"
            expected[day] = expected.get(day, 0) + 1
            names = ("source", "assistant_id", "api_key_id", "backend", "model", "currency")
            numbers = dict.fromkeys(("failed", "prompt_tokens", "completion_tokens", "cost_micro"), 0)
            values = dict.fromkeys(names, "") | numbers | {"requests": 1, "units": 1}
            unit.db.add(UsageHour(hour=int(moment.timestamp()) // 3600, service_type="llm", **values))
        await unit.db.flush()
    stats = (await good(admin.get("/admin/usage/stats?period_days=365")))["stats"]
    found = {day["date"]: day["units"] for day in stats["daily"] if day["units"]}
    assert found == expected
    assert stats["total"]["units"] == sum(expected.values())


async def test_admin_writes_a_row_for_what_was_called_elsewhere(app, admin):
    body = {"service_type": "tts", "action": "speak", "units_consumed": 12, "cost_usd": 0.0000015, "details": {"a": 1}}
    row = (await good(admin.post("/admin/usage/log", body)))["log"]
    assert (row["service_type"], row["units_consumed"], row["cost_micro"], row["currency"]) == ("tts", 12, 2, "USD")
    assert row["details"] == {"a": 1}
    rouble = body | {"cost_usd": None, "cost_micro": 5, "currency": "RUB"}
    assert (await good(admin.post("/admin/usage/log", rouble)))["log"]["currency"] == "RUB"
    async with app.units.read() as unit:
        assert await unit.db.scalar(select(func.sum(UsageHour.units))) == 24


@pytest.mark.parametrize(
    "change",
    [
        {"service_type": "fax"}, {"units_consumed": -1}, {"cost_usd": -1}, {"action": ""}, {"action": "x" * 41},
        {"currency": "rub"}, {"extra": 1}, {"cost_micro": -1}, {"source": "\0"},
    ],
)  # fmt: skip
async def test_rows_that_make_no_sense_are_refused(app, admin, change):
    assert (await admin.post("/admin/usage/log", {"service_type": "llm", "action": "x"} | change)).status in {400, 422}


async def test_what_was_called_elsewhere_counts_but_is_never_refused(app, admin):
    await good(admin.post("/admin/usage/limits", NEW | {"hard_limit": True, "limit_value": 10}))
    await good(admin.post("/admin/usage/log", {"service_type": "llm", "action": "x", "units_consumed": 50}))
    with pytest.raises(LimitReached):
        await app.ledger.open(CALL, Amount(1))


async def test_a_limit_is_set_changed_seen_and_removed(app, admin):
    await use(app, 400)
    made = (await good(admin.post("/admin/usage/limits", NEW)))["limit"]
    assert (made["used"], made["percent"], made["hard_limit"], made["warning_threshold"]) == (400, 40.0, False, 80)
    changed = (await good(admin.post("/admin/usage/limits", NEW | {"limit_value": 500, "hard_limit": True})))["limit"]
    assert (changed["id"], changed["limit_value"], changed["percent"]) == (made["id"], 500, 80.0)
    assert (await good(admin.get("/admin/usage/limits/llm/daily")))["limit"] == changed
    assert (await good(admin.get("/admin/usage/limits")))["limits"] == [changed]
    rows = (await admin.get("/admin/audit/logs?limit=2")).json()["logs"]
    assert [(row["action"], row["resource"]) for row in rows] == [("update", "usage_limit"), ("create", "usage_limit")]
    await good(admin.delete("/admin/usage/limits/llm/daily"))
    assert (await admin.get("/admin/usage/limits/llm/daily")).status == 404
    assert (await admin.delete("/admin/usage/limits/llm/daily")).status == 404
    async with app.units.read() as unit:
        assert await unit.db.scalar(select(func.count()).select_from(UsageCounter)) == 0


async def test_limits_of_measures_and_things_stand_side_by_side(app, admin):
    assistant = (await good(admin.post("/admin/assistants", {"name": "A"}), 201))["assistant"]["id"]
    for more in ({}, {"measure": "requests"}, {"measure": "cost", "currency": "RUB"}, {"assistant_id": assistant}):
        await good(admin.post("/admin/usage/limits", NEW | more))
    assert (await good(admin.get("/admin/usage/limits")))["total"] == 4
    for query in ("measure=requests", "measure=cost&currency=RUB", f"assistant_id={assistant}"):
        limit = (await good(admin.get(f"/admin/usage/limits/llm/daily?{query}")))["limit"]
        assert limit["limit_value"] == 1000
    assert (await admin.get("/admin/usage/limits/llm/daily?measure=cost&currency=USD")).status == 404
    await good(admin.delete(f"/admin/assistants/{assistant}"))
    assert (await good(admin.get("/admin/usage/limits")))["total"] == 3


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"limit_value": 0}, {422, 400}), ({"warning_threshold": 0}, {422, 400}), ({"warning_threshold": 101}, {422, 400}),
        ({"measure": "cost"}, {422, 400}), ({"currency": "rub"}, {422, 400}), ({"limit_type": "hourly"}, {422, 400}),
        ({"assistant_id": UNKNOWN}, {404}), ({"api_key_id": UNKNOWN}, {404}), ({"limit_value": 10**16}, {422, 400}),
        ({"api_key_id": "k", "assistant_id": "a"}, {422, 400}),
    ],
)  # fmt: skip
async def test_limits_that_make_no_sense_are_refused(admin, change, status):
    assert (await admin.post("/admin/usage/limits", NEW | change)).status in status
    assert (await good(admin.get("/admin/usage/limits?enabled_only=false")))["total"] == 0


async def test_a_limit_that_was_off_counts_what_happened_meanwhile(app, admin):
    await good(admin.post("/admin/usage/limits", NEW | {"hard_limit": True}))
    await use(app, 100)
    await good(admin.post("/admin/usage/limits", NEW | {"enabled": False}))
    assert (await good(admin.get("/admin/usage/limits")))["total"] == 0
    await use(app, 850)
    back = (await good(admin.post("/admin/usage/limits", NEW | {"hard_limit": True})))["limit"]
    assert (back["used"], back["held"]) == (950, 0)
    with pytest.raises(LimitReached):
        await app.ledger.open(CALL, Amount(51))
    await app.ledger.open(CALL, Amount(50))


async def test_check_says_what_is_near_and_what_is_blocked(app, admin):
    free = await good(admin.get("/admin/usage/check/llm"))
    assert (free["within_limits"], free["blocked"], free["warnings"], free["limits"]) == (True, False, [], [])
    await good(admin.post("/admin/usage/limits", NEW | {"hard_limit": True}))
    await use(app, 850)
    near = await good(admin.get("/admin/usage/check/llm"))
    assert (near["current_usage"], near["within_limits"], near["blocked"]) == (850, True, False)
    assert near["warnings"] == ["llm daily units: 85 %"]
    await app.ledger.open(CALL, Amount(150))
    held = await good(admin.get("/admin/usage/check/llm"))
    assert (held["blocked"], held["limits"][0]["used"], held["limits"][0]["held"]) == (True, 850, 150)
    await use(app, 150)
    assert not (await good(admin.get("/admin/usage/check/llm")))["within_limits"]
    assert (await good(admin.get("/admin/usage/check/llm?limit_type=monthly")))["current_usage"] == 1000


async def test_summary_has_today_and_the_month_of_every_service(app, admin):
    await good(admin.post("/admin/usage/limits", NEW))
    await good(admin.post("/admin/usage/limits", NEW | {"measure": "requests", "limit_value": 5}))
    await use(app, 250)
    summary = (await good(admin.get("/admin/usage/summary")))["summary"]
    assert set(summary) == {"tts", "stt", "llm"}
    daily = summary["llm"]["daily"]
    assert (daily["used"], daily["limit"], daily["percent"], daily["costs"]) == (250, 1000, 25.0, {"USD": 7})
    assert summary["llm"]["monthly"]["used"] == 250
    assert summary["llm"]["monthly"]["limit"] is None
    assert summary["tts"]["daily"] == {"used": 0, "requests": 0, "limit": None, "percent": 0.0, "costs": {}}


async def test_cleaning_up_removes_old_calls_and_keeps_their_sums(app, admin, monkeypatch):
    monkeypatch.setattr(service, "REMOVED_AT_ONCE", 2)
    for _ in range(5):
        await use(app)
    long_ago = datetime.now(UTC) - timedelta(days=40)
    async with app.units.write() as unit:
        ids = list(await unit.db.scalars(select(UsageRow.id).limit(4)))
        await unit.db.execute(update(UsageRow).where(UsageRow.id.in_(ids)).values(at=long_ago))
    assert (await good(admin.post("/admin/usage/cleanup")))["deleted"] == 0
    answer = await good(admin.post("/admin/usage/cleanup?days=30"))
    assert answer == {"status": "ok", "deleted": 4, "retention_days": 30}
    assert (await good(admin.get("/admin/usage/logs")))["total"] == 1
    assert (await good(admin.get("/admin/usage/stats")))["stats"]["total"]["requests"] == 5
    newest = (await admin.get("/admin/audit/logs?limit=1")).json()["logs"][0]
    assert (newest["action"], newest["details"]) == ("cleanup", {"days": 30, "deleted": 4})
    for days in (6, 366):
        assert (await admin.post(f"/admin/usage/cleanup?days={days}")).status in {400, 422}


async def test_users_see_and_admins_manage(client, people):
    looks = ("logs", "logs/export", "stats", "limits", "summary", "check/llm")
    changes = (("POST", "log"), ("POST", "cleanup"), ("POST", "limits"), ("DELETE", "limits/llm/daily"))
    for role, status in (("user", 200), ("web", 403), ("guest", 403)):
        caller = client.signed_in(getattr(people, role).token)
        for path in looks:
            assert (await caller.get(f"/admin/usage/{path}")).status == status, (role, path)
        for method, path in changes:
            assert (await caller.request(method, f"/admin/usage/{path}", NEW)).status == 403, (role, path)


async def test_removing_an_api_key_removes_its_limits(app, admin):
    made = await good(admin.post("/admin/api-keys", {"name": "k", "scopes": ["faq:edit"]}), 201)
    await good(admin.post("/admin/usage/limits", NEW | {"api_key_id": made["id"]}))
    async with app.units.write() as unit:
        await unit.db.execute(delete(ApiKey).where(ApiKey.id == made["id"]))
        assert await unit.db.scalar(select(func.count()).select_from(UsageLimit)) == 0
