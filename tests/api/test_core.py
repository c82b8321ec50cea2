"""Health, metrics, front door, demo page; settings and the command line around them."""

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from tests.support.client import Client

from secretary.app import Ports, build
from secretary.app.first_start import prepare
from secretary.cli import cli
from secretary.migrations import HEAD
from secretary.settings import Settings


async def test_health_says_who_answers(client):
    answer = (await client.get("/health")).json()
    assert answer["status"] == "healthy"
    assert answer["deployment_mode"] == "full"
    assert answer["services"] == {"llm": False, "llm_backend": "none", "faq": True}


async def test_metrics_are_for_this_machine_only(client, visitor):
    await visitor.say("Сколько стоит доставка?")
    near = Client(client.app, client.admin_api, address="127.0.0.1")
    metrics = await near.get("/metrics")
    assert 'secretary_turns_total{stage="faq",status="complete"}' in metrics.text
    assert "session_id" in metrics.text or "/widget/chat" in metrics.text
    assert visitor.session_id not in metrics.text
    assert (await client.get("/metrics")).status == 404


async def test_front_door_and_demo_page(client):
    assert (await client.get("/")).json()["service"] == "AI Secretary"
    page = await client.get("/demo")
    assert "/widget.js?instance=default" in page.text
    assert "style=" not in page.text
    for sheet in ("demo.css", "page.css"):
        assert (await client.get(f"/static/{sheet}")).headers["content-type"].startswith("text/css")
    for path in ("/static/../settings.py", "/static/.env", "/nothing", "/static/x/y"):
        assert (await client.get(path)).status == 404


def settings(**given):
    return Settings(_env_file=None, **given)


def test_defaults_need_nothing():
    assert settings().host == "127.0.0.1"
    assert settings().is_embedded
    assert settings().url_of_database.endswith("data/secretary.db")


def test_names_that_installations_already_have(monkeypatch):
    for name, value in {
        "LLM_BACKEND": "vllm", "VLLM_API_URL": "http://v", "SECRETARY_PERSONA": "marina", "ORCHESTRATOR_PORT": "9000",
        "DEPLOYMENT_MODE": "cloud", "TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2", "DATABASE_URL": "postgresql://h/d",
        "RATE_LIMIT_CHAT": "5", "ADMIN_JWT_SECRET": "s", "LOCAL_MODEL_LANGUAGES": "en",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    read = settings()
    assert (read.llm_backend, read.vllm_api_url, read.persona, read.port) == ("vllm", "http://v", "marina", 9000)
    assert (read.deployment_mode, read.trusted_proxies) == ("cloud", ("10.0.0.1", "10.0.0.2"))
    assert (read.is_embedded, read.rate_limit_chat, read.local_model_languages) == (False, 5, ("en",))
    assert "s" not in repr(read.jwt_secret).replace("SecretStr", "").replace("*", "")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.com"])
def test_open_house_is_refused_outside_of_this_machine(host):
    with pytest.raises(ValidationError, match="ADMIN_AUTH_ENABLED"):
        settings(auth_enabled=False, host=host)
    assert settings(auth_enabled=False, host="127.0.0.1").auth_enabled is False
    assert settings(auth_enabled=False, host="::1").is_loopback


def invoke(tmp_path, *arguments):
    result = CliRunner(env={"SECRETARY_DATA_DIR": str(tmp_path)}).invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert f"schema {HEAD}" in invoke(tmp_path, "migrate")
    assert "GET /health" in invoke(tmp_path, "routes")
    assert '"/admin/faq"' in invoke(tmp_path, "openapi")
    assert "no messages" in invoke(tmp_path, "requests")
    assert "schema empty" in invoke(tmp_path, "migrate", "--revision", "base")


async def test_open_house_lets_everybody_act_as_the_admin(app, settings, ports, admin_api):
    house = build(settings.model_copy(update={"auth_enabled": False}), ports)
    await prepare(house)
    client = Client(house, admin_api)
    assert (await client.get("/admin/auth/me")).json()["role"] == "admin"
    assert (await client.get("/admin/auth/status")).json()["enabled"] is False
    assert (await client.get("/admin/requests")).status == 200


async def test_first_admin_gets_the_name_from_the_settings(settings, database, tmp_path):
    named = build(settings.model_copy(update={"admin_username": "olga"}), Ports(models={}, database=database))
    admin = await prepare(named)
    assert admin.username == "olga"
    assert await prepare(named) is None


async def test_failed_sign_ins_of_an_address_are_counted_as_configured(settings, ports, admin_api, app):
    strict = build(settings.model_copy(update={"rate_limit_auth": 2}), ports)
    client = Client(strict, admin_api)
    body = {"username": "nobody-here", "password": "wrong-password"}
    assert [(await client.post("/admin/auth/login", body)).status for _ in range(3)] == [401, 401, 429]


@pytest.mark.parametrize(
    "headers", [{"x-forwarded-for": "203.0.113.9"}, {"forwarded": "for=1.2.3.4"}, {"via": "1.1 p"}]
)
async def test_metrics_are_closed_to_whoever_comes_through_a_proxy(client, headers):
    near = Client(client.app, client.admin_api, address="127.0.0.1")
    assert (await near.get("/metrics")).status == 200
    assert (await near.get("/metrics", headers=headers)).status == 404
    assert (await Client(client.app, client.admin_api, address="weird").get("/metrics")).status == 404


async def test_wrong_method_and_broken_json_say_so(client, people):
    wrong = await client.post("/health")
    assert (wrong.status, wrong.json()["status"], wrong.headers["allow"]) == (405, 405, "GET, HEAD")
    admin = client.signed_in(people.admin.token)
    broken = await admin.request("POST", "/admin/assistants", content=b"{")
    assert (broken.status, broken.json()["code"]) == (422, "bad_json")
    nameless = await admin.post("/admin/assistants", {})
    assert (nameless.status, nameless.json()["code"]) == (422, "name_missing")
