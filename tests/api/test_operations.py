"""`/admin/overview`, `/admin/jobs`, `/admin/schedules`, `/admin/status`, `/admin/deployment-mode`, `/admin/events`."""

import json

import pytest

from secretary.kernel.events import Event, News
from secretary.kernel.jobs import NewJob, claim, enqueue, fail
from secretary.kernel.jobs.retry import Failure
from secretary.kernel.unit import SYSTEM, Actor
from secretary.migrations import current_revision
from secretary.operations.work import keep_schedules


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


@pytest.fixture
def guest(client, people):
    return client.signed_in(people.guest.token)


async def put(app, actor=SYSTEM, **fields):
    async with app.units.write(actor) as unit:
        return await enqueue(unit, NewJob(**{"kind": "work", "payload": {"phone": "+7 900"}, **fields}))


async def die(app):
    async with app.units.write() as unit:
        [job] = await claim(unit, ["work", "outbox.mail"], "w", 60)
        await fail(unit, job, Failure("vendor_down", is_final=True), 0)
        return job.id


async def test_overview_counts_what_was_said(admin, visitor):
    await visitor.say("Сколько стоит доставка?")
    await visitor.say("Расскажи про море")
    answer = (await admin.get("/admin/overview?tz=Europe/Moscow")).json()
    totals = answer["totals"]
    assert (totals["conversations"], totals["questions"], totals["answers"], totals["messages"]) == (1, 2, 2, 4)
    assert totals["answered_by"] == {"faq": 1, "message": 1}
    assert totals["unanswered"] == 1
    assert totals["first_word_ms"]["median"] >= 1
    assert totals["total_ms"]["p95"] >= totals["total_ms"]["median"]
    assert len(answer["series"]) == 30
    assert answer["series"][-1]["conversations"] == 1
    assert answer["series"][-1]["start"].endswith("T00:00:00+03:00")
    nobody = (
        await admin.get("/admin/overview?source=telegram&assistant_id=x&group=hour&from=2026-01-01&to=2026-01-02")
    ).json()
    assert nobody["totals"]["messages"] == 0
    assert nobody["totals"]["first_word_ms"] == {"median": None, "p95": None}
    assert len(nobody["series"]) == 48


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("tz=Moscow", "no_such_time_zone"),
        ("tz=../../etc/passwd", "no_such_time_zone"),
        ("from=2026-02-01&to=2026-01-01", "bad_range"),
        ("from=2020-01-01&to=2026-01-01", "bad_range"),
        ("group=hour&from=2026-01-01&to=2026-03-01", "bad_range"),
        ("from=yesterday", "bad_request"),
        ("from=9999-12-31&to=9999-12-31", "bad_request"),
        ("from=0001-01-01&to=0001-01-02&tz=Asia/Tokyo", "bad_request"),
        ("to=2000-01-05&tz=Asia/Tokyo&group=hour&from=2000-01-06", "bad_range"),
        ("group=week", "bad_request"),
    ],
)
async def test_nonsense_is_refused(admin, query, code):
    answer = await admin.get(f"/admin/overview?{query}")
    assert (answer.status, answer.json()["code"]) == (422, code)


async def test_rights_of_the_overview_and_the_status(user, guest, client, people):
    web = client.signed_in(people.web.token)
    assert [(await each.get("/admin/overview")).status for each in (user, guest, web)] == [200, 200, 403]
    assert [(await each.get("/admin/status")).status for each in (user, guest, web)] == [200, 403, 403]


async def test_jobs_are_shown_without_what_they_are_about(admin, app):
    await put(app, kind="other")
    job_id = await put(app)
    answer = (await admin.get("/admin/jobs?state=queued&kind=work&limit=1")).json()
    assert answer["total"] == 1
    [job] = answer["jobs"]
    assert (job["id"], job["state"], job["attempts"], job["progress"]) == (job_id, "queued", 0, None)
    assert "900" not in json.dumps(answer)
    assert (await admin.get(f"/admin/jobs/{job_id}")).json()["job"] == job
    assert (await admin.get("/admin/jobs?state=odd")).status == 422
    assert (await admin.get("/admin/jobs/nothing")).json()["code"] == "no_such_job"


async def test_dead_letter_is_resent_and_audited(admin, app):
    await put(app, kind="outbox.mail", key="letter-1")
    dead_id = await die(app)
    answer = (await admin.get("/admin/jobs/dead?kind=outbox.")).json()
    assert [(job["id"], job["last_error"]) for job in answer["jobs"]] == [(dead_id, "vendor_down")]
    resent = await admin.post(f"/admin/jobs/{dead_id}/resend")
    assert resent.status == 200
    job = (await admin.get(f"/admin/jobs/{resent.json()['job_id']}")).json()["job"]
    assert (job["state"], job["attempts"]) == ("queued", 0)
    assert (await admin.post(f"/admin/jobs/{dead_id}/resend")).status == 404
    assert (await admin.get("/admin/jobs/dead")).json()["total"] == 0
    logs = (await admin.get("/admin/audit/logs?resource=job")).json()["logs"]
    assert [(entry["action"], entry["resource_id"]) for entry in logs] == [("resend", job["id"])]


async def test_waiting_job_is_cancelled_a_running_one_is_not(admin, app):
    job_id = await put(app)
    assert (await admin.post(f"/admin/jobs/{job_id}/cancel")).json() == {"status": "ok", "job_id": job_id}
    assert (await admin.post(f"/admin/jobs/{job_id}/cancel")).status == 404
    running = await put(app)
    async with app.units.write() as unit:
        await claim(unit, ["work"], "w", 60)
    assert (await admin.post(f"/admin/jobs/{running}/cancel")).json()["code"] == "job_has_begun"


async def test_user_sees_his_own_jobs_and_changes_none(user, guest, app, people):
    own = await put(app, Actor("user", people.user.id, "user"))
    foreign = await put(app, Actor("user", people.other.id, "user"))
    answer = (await user.get("/admin/jobs")).json()
    assert ([job["id"] for job in answer["jobs"]], answer["total"]) == ([own], 1)
    assert (await user.get(f"/admin/jobs/{own}")).status == 200
    assert (await user.get(f"/admin/jobs/{foreign}")).status == 404
    dead = {await die(app), await die(app)}
    assert [job["id"] for job in (await user.get("/admin/jobs/dead")).json()["jobs"]] == [own]
    for job_id in dead:
        assert (await user.post(f"/admin/jobs/{job_id}/resend")).status == 403
        assert (await user.post(f"/admin/jobs/{job_id}/cancel")).status == 403
    assert (await user.get("/admin/schedules")).status == 403
    assert (await guest.get("/admin/jobs")).status == 403


async def test_schedules_are_listed_and_changed(admin, app):
    async with app.units.write() as unit:
        await keep_schedules(unit)
    listed = (await admin.get("/admin/schedules")).json()
    assert listed["total"] == 3
    assert {one["zone"] for one in listed["schedules"]} == {"Europe/Moscow"}
    body = {"rule": {"every": "week", "on": ["sun"], "at": "04:00"}, "zone": "Asia/Tomsk", "enabled": False}
    changed = (await admin.put("/admin/schedules/jobs.purge", body)).json()["schedule"]
    assert changed["rule"] == {"every": "week", "on": ["sun"], "at": "04:00:00"}
    assert (changed["zone"], changed["enabled"], changed["next_run"][11:16]) == ("Asia/Tomsk", False, "21:00")


@pytest.mark.parametrize(
    "body",
    [
        {"zone": "Mars/Olympus"},
        {"rule": {"every": "week", "on": [], "at": "04:00"}},
        {"rule": {"every": "interval", "minutes": 0}},
        {"rule": {"every": "day", "at": "25:00"}},
        {"rule": {"every": "moon"}},
        {"kind": "other"},
    ],
)
async def test_schedule_that_makes_no_sense_is_refused(admin, app, body):
    async with app.units.write() as unit:
        await keep_schedules(unit)
    assert (await admin.put("/admin/schedules/jobs.purge", body)).status == 422
    assert (await admin.put("/admin/schedules/nothing", {"enabled": True})).status == 404


async def test_deployment_mode_is_for_everybody(client):
    assert (await client.get("/admin/deployment-mode")).json() == {"mode": "full"}


async def test_status_says_how_everything_is(admin, app, database):
    await put(app)
    status = (await admin.get("/admin/status")).json()
    assert status["roles"] == ["web", "worker", "bots"]
    assert status["uptime_seconds"] >= 0
    assert status["database"]["engine"] == ("sqlite" if database.is_sqlite else "postgresql")
    assert status["database"]["size_bytes"] > 100_000
    assert status["database"]["revision"] == await current_revision(database)
    assert status["jobs"] == {"queued": 1, "running": 0, "done": 0, "dead": 0}
    assert status["channels"] == [
        {"kind": "widget", "total": 1, "enabled": 1},
        {"kind": "telegram", "total": 0, "enabled": 0},
        {"kind": "whatsapp", "total": 0, "enabled": 0},
    ]
    assert status["models"] == []
    assert status["turns"] == {"queued": 0, "streaming": 0}
    assert {"orchestrator", "services", "gpu", "streaming_tts_stats", "llm_config", "tts_config"} <= set(status)


class Told(Event):
    """For the tests: something of the FAQ."""

    def news(self) -> News:
        return News("update", "faq", "entry", fields={"count": 1})


async def test_panel_hears_what_changes_and_goes_on_where_it_was(admin, app):
    stream = await admin.open("GET", "/admin/events")
    assert '"ready"' in await stream.until("ready")
    app.units.bus.publish([Told()])
    heard = await stream.until("entry")
    await stream.close()
    assert '{"type":"faq.update","resource":"faq","id":"entry","fields":{"count":1}}' in heard
    last = [line.removeprefix("id: ") for line in heard.split("\n") if line.startswith("id: ")][-1]
    app.units.bus.publish([Told()])
    again = await admin.open("GET", "/admin/events", headers={"last-event-id": last})
    assert f"id: {int(last) + 1}\n" in await again.until("entry")
    await again.close()
    for nonsense in ("x", "9" * 40, "-1", "²"):
        lost = await admin.open("GET", "/admin/events", headers={"last-event-id": nonsense})
        assert "resync" in await lost.until("resync")
        await lost.close()


async def test_panel_hears_of_a_change_made_through_the_api_by_right(admin, user, guest):
    streams = [await each.open("GET", "/admin/events") for each in (admin, user, guest)]
    for stream in streams:
        await stream.until("ready")
    created = await admin.post("/admin/assistants", {"name": "Secret"})
    assert created.status == 201
    heard = await streams[0].until("assistant.create")
    assert created.json()["assistant"]["id"] in heard
    assert "Secret" not in heard
    await admin.post("/admin/faq", {"trigger": "Новый вопрос", "response": "Новый ответ"})
    for stream in streams:
        heard = await stream.until("faq.create")
        assert "faq.create" in heard
        assert "вопрос" not in heard
    assert "assistant" not in await streams[2].until("faq.create")
    for stream in streams:
        await stream.close()


async def test_stream_takes_a_ticket_and_ends_with_the_sign_in(admin, client, app):
    ticket = (await admin.post("/admin/auth/ticket")).json()["ticket"]
    stream = await client.open("GET", f"/admin/events?ticket={ticket}")
    await stream.until("ready")
    assert (await client.get(f"/admin/events?ticket={ticket}")).status == 401
    assert (await client.get("/admin/events")).status == 401
    assert (await admin.post("/admin/auth/logout")).status == 204
    assert "signed_out" in await stream.until("signed_out")
    assert app.changes.listeners == 0


async def test_panels_of_those_who_see_a_conversation_hear_that_it_goes_on(admin, user, client, people, visitor):
    guest = client.signed_in(people.guest.token)
    streams = [await each.open("GET", "/admin/events") for each in (admin, user, guest)]
    for stream in streams:
        await stream.until("ready")
    await visitor.say("Сколько стоит доставка?")
    for stream in streams[:2]:
        heard = await stream.until("conversation.update")
        assert visitor.session_id in heard
        assert "доставка" not in heard
    await admin.post("/admin/faq", {"trigger": "Ещё вопрос", "response": "Ответ"})
    assert "conversation" not in await streams[2].until("faq.create")
    for stream in streams:
        await stream.close()


async def test_owner_hears_of_his_own_assistant_and_nobody_else_but_the_admin(admin, user, client, people):
    other = client.signed_in(people.other.token)
    streams = [await each.open("GET", "/admin/events") for each in (admin, user, other)]
    for stream in streams:
        await stream.until("ready")
    created = (await user.post("/admin/assistants", {"name": "Mine"})).json()["assistant"]["id"]
    await admin.post("/admin/faq", {"trigger": "Ещё вопрос", "response": "Ответ"})
    heard = [await stream.until("faq.create") for stream in streams]
    assert [created in text for text in heard] == [True, True, False]
    for stream in streams:
        await stream.close()
