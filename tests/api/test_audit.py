"""`/admin/audit` and `secretary audit verify`: what was done through the program, seen through the program."""

import asyncio
import csv
import io
from contextlib import asynccontextmanager
from dataclasses import dataclass

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import text, update
from tests.support.people import sign_in

from secretary.accounts import service as accounts
from secretary.accounts import sessions
from secretary.accounts.models import RefreshSession, Role, User
from secretary.accounts.passwords import Passwords
from secretary.accounts.sessions import Device
from secretary.app import Ports, build
from secretary.app.first_start import prepare
from secretary.audit import export
from secretary.audit.commands import audit
from secretary.audit.export import _cell
from secretary.audit.verify import verify
from secretary.kernel.errors import Unauthenticated
from secretary.kernel.events import Event, Trace
from secretary.migrations import migrate_if_needed

PASSWORD = "верная лошадь"
PASSWORD_HASH = asyncio.run(Passwords().hash(PASSWORD))


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def logs(admin, query=""):
    answer = await admin.get(f"/admin/audit/logs?limit=1000&{query}")
    assert answer.status == 200, answer.text
    return answer.json()["logs"]


async def newest(admin, query=""):
    return (await logs(admin, query))[0]


async def test_a_change_is_found_with_who_what_where_and_which_fields(admin, people):
    made = (await admin.post("/admin/assistants", {"name": "Секрет-1"})).json()["assistant"]["id"]
    row = await newest(admin, "resource=assistant")
    assert (row["action"], row["resource_id"], row["user_id"]) == ("create", made, people.admin.id)
    assert (row["actor_kind"], row["user_ip"]) == ("user", "203.0.113.7")
    assert row["timestamp"].endswith("Z")
    await admin.put(f"/admin/assistants/{made}", {"name": "Секрет-2", "description": "Секрет-3"})
    assert (await newest(admin, "resource=assistant"))["details"] == {"fields": ["description", "name"]}
    await admin.delete(f"/admin/assistants/{made}")
    assert (await newest(admin, "resource=assistant"))["action"] == "delete"
    assert "Секрет" not in (await admin.get("/admin/audit/export")).text


async def test_instances_and_answers_leave_rows(admin):
    made = (await admin.post("/admin/widget/instances", {"name": "Сайт"})).json()["instance"]["id"]
    await admin.put(f"/admin/widget/instances/{made}", {"name": "Другой", "title": "Привет"})
    await admin.delete(f"/admin/widget/instances/{made}")
    rows = await logs(admin, "resource=widget_instance&limit=3")
    assert [row["action"] for row in rows if row["resource_id"] == made] == ["delete", "update", "create"]
    assert next(row for row in rows if row["action"] == "update")["details"] == {"fields": ["name", "title"]}
    await admin.post("/admin/faq", {"trigger": "где вы", "response": "здесь"})
    await admin.put("/admin/faq/где вы", {"trigger": "где вы", "response": "там"})
    assert (await newest(admin, "resource=faq"))["details"]["fields"] == ["answer"]
    await admin.delete("/admin/faq/где вы")
    await admin.get("/admin/faq/export")
    await admin.post("/admin/faq/save")
    assert [row["action"] for row in (await logs(admin, "resource=faq"))[:5]] == [
        "export", "export", "delete", "update", "create",
    ]  # fmt: skip
    await admin.post("/admin/faq/reload")
    assert (await newest(admin))["action"] == "reload"


async def test_a_refused_change_leaves_no_row(admin, client, people):
    before = (await admin.get("/admin/audit/logs")).json()["total"]
    await admin.post("/admin/assistants", {"name": "x", "persona_id": "nobody"})
    await client.signed_in(people.guest.token).post("/admin/assistants", {"name": "x"})
    await admin.get("/admin/assistants")
    assert (await admin.get("/admin/audit/logs")).json()["total"] == before


async def with_password(app, name):
    person = await sign_in(app, name, Role.ADMIN)
    async with app.units.write() as unit:
        await unit.db.execute(update(User).where(User.id == person.id).values(password_hash=PASSWORD_HASH))
    return person


async def test_signing_in_and_out_leaves_rows(app, client, admin):
    olga = await with_password(app, "olga")
    signed_in = await client.post("/admin/auth/login", {"username": "olga", "password": PASSWORD})
    row = await newest(admin)
    assert (row["action"], row["user_id"], row["resource_id"]) == ("login", olga.id, olga.id)
    assert row["user_ip"] == "203.0.113.7"
    await client.signed_in(signed_in.json()["access_token"]).post("/admin/auth/logout")
    row = await newest(admin)
    assert (row["action"], row["resource"], row["user_id"]) == ("logout", "session", olga.id)


async def test_a_failed_sign_in_leaves_a_row_that_names_no_name(app, client, admin):
    olga = await with_password(app, "olga")
    for username, known in (("olga", olga.id), ("my-password-by-mistake", "")):
        answer = await client.post("/admin/auth/login", {"username": username, "password": "wrong-password"})
        assert answer.status == 401
        row = await newest(admin)
        assert (row["action"], row["resource_id"], row["user_id"]) == ("login_failed", known, "")
        assert row["user_ip"] == "203.0.113.7"
        assert username not in str(row)


async def test_a_copied_refresh_token_leaves_a_row(app, admin):
    olga = await with_password(app, "olga")
    first = await app.accounts.sign_in("olga", PASSWORD, Device("192.0.2.9"))
    await app.accounts.refresh(first.refresh_token, Device("192.0.2.9"))
    long_ago = app.units.clock() - 2 * sessions.RACE
    async with app.units.write() as unit:
        await unit.db.execute(update(RefreshSession).values(last_used=long_ago))
    with pytest.raises(Unauthenticated, match="bad_token"):
        await app.accounts.refresh(first.refresh_token, Device("198.51.100.1"))
    row = await newest(admin)
    assert (row["action"], row["details"], row["user_ip"]) == (
        "suspicious_refresh", {"user_id": olga.id}, "198.51.100.1",
    )  # fmt: skip


async def test_changes_of_users_name_the_fields(app, admin, people):
    async with app.units.write() as unit:
        user = await accounts.user_of(unit, people.other.id)
        await accounts.rename(unit, user.id, "Тайное имя")
        await accounts.set_role(unit, user, Role.WEB)
        await accounts.set_password_hash(unit, user, "!")
        await accounts.deactivate(unit, user)
        await accounts.activate(unit, user)
    rows = (await logs(admin, "resource=user"))[:5]
    assert {(row["action"], row["resource_id"]) for row in rows} == {("update", people.other.id)}
    fields = [row["details"]["fields"] for row in reversed(rows)]
    assert fields == [["display_name"], ["role"], ["password"], ["is_active"], ["is_active"]]
    assert "Тайное" not in str(rows)


async def test_a_visitor_who_consents_leaves_no_address_and_no_words(admin, visitor):
    await visitor.say("Позовите человека")
    for said in ("Нужен курьер", "Согласен(на)", "+7 900 000-00-00", "Иван", "Срочно", "Утром"):
        await visitor.say(said)
    request = (await admin.get("/admin/requests")).json()["requests"][0]["id"]
    await admin.put(f"/admin/requests/{request}", {"status": "done"})
    rows = await logs(admin)
    settled = next(row for row in rows if row["resource"] == "request")
    assert (settled["action"], settled["resource_id"], settled["details"]) == ("settle", request, {"status": "done"})
    assert any(row["resource"] == "consent" for row in rows)
    assert "Иван" not in str(rows)
    assert "курьер" not in str(rows)
    assert {row["user_ip"] for row in rows if row["actor_kind"] != "user"} == {""}


async def test_filters_and_pages(admin, people):
    for name in ("a", "b", "c"):
        await admin.post("/admin/assistants", {"name": name})
    everything = (await admin.get("/admin/audit/logs?limit=2")).json()
    assert everything["count"] == 2 == len(everything["logs"])
    assert everything["total"] > 3
    second = (await admin.get("/admin/audit/logs?limit=2&offset=1")).json()["logs"]
    assert second[0] == everything["logs"][1]
    assert (await admin.get("/admin/audit/logs?user_id=nobody")).json() == {"logs": [], "count": 0, "total": 0}
    mine = await logs(admin, f"user_id={people.admin.id}&action=create&resource=assistant")
    assert len(mine) == 3
    day = mine[0]["timestamp"][:10]
    assert len(await logs(admin, f"resource=assistant&user_id={people.admin.id}&from_date={day}&to_date={day}")) == 3
    assert await logs(admin, "to_date=2020-01-01T00:00:00Z") == []
    assert await logs(admin, "from_date=2999-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=1001", "offset=-1", "from_date=yesterday", "from_date=9999-12-31T23:59:59-23:59",
        "to_date=9999-12-31", "action=%00", f"action={'x' * 65}", "from_date=0001-01-01T00:00:00%2B23:00",
    ],
)  # fmt: skip
async def test_questions_that_make_no_sense_are_refused(admin, query):
    assert (await admin.get(f"/admin/audit/logs?{query}")).status in {400, 422}


async def test_totals(admin):
    stats = (await admin.get("/admin/audit/stats")).json()["stats"]
    assert stats["total"] == sum(stats["by_action"].values()) == sum(stats["by_resource"].values())
    assert stats["total"] >= stats["last_24h"] > 0
    assert stats["by_resource"]["user"] >= 5


async def test_export_as_json_is_whole_across_pages_and_leaves_a_row(admin, monkeypatch):
    monkeypatch.setattr(export, "PAGE", 3)
    answer = await admin.get("/admin/audit/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit.json"'
    exported = answer.json()
    total = (await admin.get("/admin/audit/logs")).json()["total"]
    assert exported["count"] == len(exported["logs"]) == total
    assert [row["number"] for row in exported["logs"]] == sorted(range(1, total + 1), reverse=True)
    assert (exported["logs"][0]["action"], exported["logs"][0]["details"]) == ("export", {"format": "json"})


async def test_export_as_csv_has_no_formulas(app, admin):
    @dataclass(frozen=True)
    class Odd(Event):
        def trace(self):
            return Trace("=1+1", "@x", '-2,"y"', {"=a": "b"})

    async with app.units.write() as unit:
        unit.record(Odd())
    answer = await admin.get("/admin/audit/export?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    row = rows[1]  # the newest is the export itself
    assert (row["action"], row["resource"], row["resource_id"]) == ("'=1+1", "'@x", '\'-2,"y"')
    assert orjson.loads(row["details"]) == {"=a": "b"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in rows for cell in line.values())
    assert _cell("\t=1") == "'\t=1"


async def test_export_ends_at_its_cap(admin, monkeypatch):
    monkeypatch.setattr(export, "MAX_ROWS", 4)
    monkeypatch.setattr(export, "PAGE", 3)
    assert (await admin.get("/admin/audit/export")).json()["count"] == 4
    assert (await admin.get("/admin/audit/export?from_date=2999-01-01")).json() == {"logs": [], "count": 0}


async def test_cleaning_up_is_for_admins_and_leaves_the_rest_provable(app, client, admin, people):
    total = (await admin.get("/admin/audit/logs")).json()["total"]
    for token in (people.user.token, people.web.token, people.guest.token):
        assert (await client.signed_in(token).post("/admin/audit/cleanup?days=30")).status == 403
    assert (await admin.post("/admin/audit/cleanup?days=6")).status in {400, 422}
    answer = await admin.post("/admin/audit/cleanup?days=7")
    assert answer.json() == {"status": "ok", "deleted": 0, "retention_days": 7}
    assert (await admin.get("/admin/audit/logs")).json()["total"] == total
    assert (await verify(app.units, app.audit.keyring)).fault is None


@pytest.mark.parametrize(("role", "status"), [("user", 200), ("web", 403), ("guest", 403)])
async def test_who_may_read(client, people, role, status):
    caller = client.signed_in(getattr(people, role).token)
    for path in ("logs", "stats", "export"):
        assert (await caller.get(f"/admin/audit/{path}")).status == status


async def test_the_whole_log_of_a_working_day_is_proved(app, admin, visitor):
    await visitor.say("Сколько стоит доставка?")
    await admin.post("/admin/assistants", {"name": "a"})
    verdict = await verify(app.units, app.audit.keyring)
    assert verdict.fault is None
    assert verdict.checked == (await admin.get("/admin/audit/logs")).json()["total"]


class Program:
    """What the command line puts into click's context."""

    def __init__(self, settings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def program(self):
        app = build(self._settings, Ports(models={}))
        try:
            await migrate_if_needed(app.database)
            yield app
        finally:
            await app.close()

    async def prepare(self, *statements):
        async with self.program() as app:
            await prepare(app)
            async with app.units.write() as unit:
                for statement in statements:
                    await unit.db.execute(text(statement))

    def verify(self):
        return CliRunner().invoke(audit, ["verify"], obj=self)


def test_the_command_line_tells_a_whole_log_from_a_broken_one(settings):
    program = Program(settings)
    assert program.verify().output == "audit log whole: rows proved 0, newest 0\n"
    asyncio.run(program.prepare())
    whole = program.verify()
    assert (whole.exit_code, whole.output.startswith("audit log whole: rows proved ")) == (0, True)
    asyncio.run(program.prepare("UPDATE audit_log SET action = 'x' WHERE number = 2"))
    broken = program.verify()
    assert (broken.exit_code, broken.output) == (1, "audit log broken at row 2: changed; rows proved 1\n")
