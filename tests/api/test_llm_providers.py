"""`/admin/llm/providers`: whose they are, what is kept secret, where a key may go, whether they answer."""

import re

import pytest
from tests.support.llm_admin import BASE, PUBLIC, default_assistant, made
from tests.support.llm_upstream import LlmUpstream, answering

from secretary.llm.catalog import KINDS
from secretary.llm.models import Provider

URL = f"{BASE}/providers"
KEY = "sk-recognisable-0123456789-wxyz"
NEEDS = {
    "custom": {"base_url": PUBLIC, "model_name": "m"},
    "yandexgpt": {"config": {"options": {"folder_id": "b1"}}},
    "ollama": {"base_url": PUBLIC},
    "vllm": {"base_url": PUBLIC},
}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1", "allowed.example")})


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def stored(app, provider_id):
    async with app.units.read() as unit:
        return await unit.db.get(Provider, provider_id)


async def test_every_type_can_be_set_up_and_then_asked_for(admin, app):
    for kind in KINDS:
        row = await made(admin, provider_type=kind, api_key=KEY, **NEEDS.get(kind, {}))
        assert re.fullmatch(rf"{kind}-[a-z2-9]{{4}}", row["id"])
        assert row["model_name"] == (KINDS[kind].models[0].name if KINDS[kind].models else "m")
        assert (row["has_key"], row["key_hint"], row["owner_id"]) == (True, "wxyz", None)
    named = (await app.backends.refreshed()).named()
    assert len(named) == len(KINDS)


async def test_types_are_listed_with_what_they_need(user):
    body = (await user.get(URL)).json()
    assert (body["providers"], body["total"]) == ([], 0)
    types = body["provider_types"]
    assert set(types) == set(KINDS)
    assert types["openai"]["default_models"][0] == types["openai"]["models"][0]["name"]
    assert types["yandexgpt"]["options"] == ["folder_id"]
    assert types["ollama"]["needs_key"] is False
    assert types["gigachat"]["keys_at"].startswith("https://")
    assert types["openai"]["embedding_models"] != []


async def test_what_a_type_needs_is_asked_for(admin):
    for kind, missing in (("custom", ["base_url", "model_name"]), ("yandexgpt", ["folder_id"])):
        answer = await admin.post(URL, {"provider_type": kind})
        assert (answer.status, answer.json()["code"]) == (422, "llm_provider_incomplete")
        assert answer.json()["missing"] == missing


async def test_roles(admin, user, client, people):
    row = await made(admin)
    guest, web = client.signed_in(people.guest.token), client.signed_in(people.web.token)
    for method, path in (("GET", URL), ("POST", URL), ("GET", f"{URL}/{row['id']}"), ("DELETE", f"{URL}/{row['id']}")):
        assert (await guest.request(method, path, {"provider_type": "openai"})).status == 403
    own = await made(web, name="Mine")
    assert own["owner_id"] == people.web.id
    assert [one["id"] for one in (await web.get(URL)).json()["providers"]] == [own["id"]]
    assert {one["id"] for one in (await admin.get(URL)).json()["providers"]} == {own["id"], row["id"]}


@pytest.mark.parametrize("caller", ["other", "web"])
async def test_foreign_provider_is_not_there(user, admin, client, people, caller):
    stranger = client.signed_in(getattr(people, caller).token)
    for row in (await made(user, api_key=KEY), await made(admin, api_key=KEY)):
        path = f"{URL}/{row['id']}"
        tried = [
            await stranger.get(f"{path}?include_key=true"),
            await stranger.put(path, {"name": "stolen"}),
            await stranger.post(f"{path}/test"),
            await stranger.post(f"{path}/set-default"),
            await stranger.delete(path),
        ]
        assert [one.status for one in tried] == [404] * 5
        assert (await admin.get(path)).json()["provider"] == row


async def test_key_is_sealed_and_only_its_end_is_shown(admin, app):
    row = await made(admin, api_key=KEY, proxy_url="socks5h://me:secret@allowed.example:1080")
    answer = await admin.get(f"{URL}/{row['id']}?include_key=true")
    assert KEY not in answer.text
    assert "secret" not in answer.text
    assert answer.json()["provider"]["proxy"] == "socks5h://allowed.example:1080"
    kept = await stored(app, row["id"])
    assert KEY not in kept.sealed_key
    assert "secret" not in kept.sealed_proxy


async def test_empty_key_leaves_the_stored_one_and_forgetting_is_said_aloud(admin, app):
    row = await made(admin, api_key=KEY, base_url=PUBLIC, proxy_url="http://allowed.example:1")
    path = f"{URL}/{row['id']}"
    changed = (await admin.put(path, {"api_key": "", "proxy_url": "", "name": "New", "base_url": PUBLIC})).json()
    assert (changed["provider"]["has_key"], changed["provider"]["name"], changed["message"]) == (True, "New", "")
    assert changed["provider"]["proxy"] != ""
    bare = (await admin.put(path, {"forget_key": True, "forget_proxy": True})).json()["provider"]
    assert (bare["has_key"], bare["key_hint"], bare["proxy"]) == (False, "", "")


@pytest.mark.parametrize(
    "move",
    [
        {"base_url": "https://8.8.8.8/v1"},
        {"base_url": "http://9.9.9.9/v1"},
        {"base_url": "https://9.9.9.9:8443/v1"},
        {"base_url": ""},
        {"provider_type": "deepseek"},
        {"config": {"options": {"auth_url": "https://8.8.8.8/login"}}},
        {"forget_key": True},
    ],
)
async def test_key_never_follows_to_another_place(admin, app, move):
    row = await made(admin, api_key=KEY, base_url=PUBLIC)
    changed = (await admin.put(f"{URL}/{row['id']}", move)).json()
    assert (changed["provider"]["has_key"], changed["provider"]["key_hint"]) == (False, "")
    assert ("key" in changed["message"]) is ("forget_key" not in move)
    assert (await stored(app, row["id"])).sealed_key is None


async def test_key_stays_where_the_place_does(admin):
    row = await made(admin, api_key=KEY, base_url=PUBLIC)
    for change in ({"base_url": "https://9.9.9.9/other/"}, {"model_name": "m2"}, {"config": {"max_concurrency": 3}}):
        assert (await admin.put(f"{URL}/{row['id']}", change)).json()["provider"]["has_key"] is True
    moved = await admin.put(f"{URL}/{row['id']}", {"base_url": "https://8.8.8.8", "api_key": "sk-another-key-987654"})
    assert moved.json()["provider"]["key_hint"] == "7654"


async def test_unencrypted_key_does_not_go_through_another_proxy(admin):
    row = await made(
        admin, provider_type="vllm", api_key=KEY, base_url="http://allowed.example/v1", proxy_url="http://9.9.9.9:1"
    )
    path = f"{URL}/{row['id']}"
    assert (await admin.put(path, {"proxy_url": "http://u:p@9.9.9.9:1"})).json()["provider"]["has_key"] is True
    assert (await admin.put(path, {"proxy_url": "http://8.8.8.8:1"})).json()["provider"]["has_key"] is False


PRIVATE = (
    "http://127.0.0.2/v1", "http://10.1.2.3/v1", "http://[::1]/v1", "http://2130706433/v1", "http://0x7f000001/v1",
    "http://127.1/v1", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/", "http://192.168.0.1",
    "file:///etc/passwd", "ftp://9.9.9.9/", "https://user:pass@9.9.9.9/v1", "no address", "http://",
)  # fmt: skip


@pytest.mark.parametrize("url", PRIVATE)
@pytest.mark.parametrize("field", ["base_url", "proxy_url", "auth_url"])
async def test_private_addresses_are_refused(admin, url, field):
    if field == "proxy_url" and "user:pass" in url:
        return  # a proxy may have a password
    body = {"config": {"options": {"auth_url": url}}} if field == "auth_url" else {field: url}
    row = await made(admin, base_url=PUBLIC)
    for answer in (
        await admin.post(URL, {"provider_type": "openai"} | body),
        await admin.put(f"{URL}/{row['id']}", body),
    ):
        assert answer.status == 422, answer.text
        assert answer.json()["code"] in {"address_not_allowed", "bad_api_key"}
    assert (await admin.get(URL)).json()["total"] == 1


async def test_refusal_names_the_way_out_in_both_languages(admin):
    body = {"provider_type": "ollama"}
    for language, word in (("en", "not allowed"), ("ru", "не разрешён")):
        answer = await admin.post(URL, body, headers={"accept-language": language})
        assert word in answer.json()["detail"]
        assert "ALLOWED_PRIVATE_HOSTS" in answer.json()["detail"]
    allowed = await made(admin, provider_type="ollama", base_url="http://127.0.0.1:11434/v1")
    assert allowed["base_url"] == "http://127.0.0.1:11434/v1"
    assert (await admin.post(URL, body | {"base_url": "http://localhost:11434/v1"})).status == 422


@pytest.mark.parametrize(
    "body",
    [
        {"provider_type": "nobody"},
        {"api_key": "русский ключ"},
        {"api_key": "two words"},
        {"config": {"options": {"nobody": "x"}}},
        {"config": {"more": 1}},
        {"name": ""},
        {"more": 1},
        {"model_name": "x" * 201},
    ],
)
async def test_wrong_bodies_are_refused_without_repeating_them(admin, body):
    answer = await admin.post(URL, {"provider_type": "openai"} | body)
    assert answer.status == 422
    assert "ключ" not in answer.text.replace("Выберите", "") or "русский" not in answer.text


async def test_only_an_admin_names_a_file_of_the_server(admin, user):
    body = {"provider_type": "gigachat", "config": {"options": {"ca_file": "/etc/hostname"}}}
    assert (await user.post(URL, body)).json()["code"] == "ca_file_is_admins"
    row = await made(admin, **body)
    assert row["config"]["options"] == {"ca_file": "/etc/hostname"}


async def test_one_default_an_owner(admin, user, app):
    first, second = await made(admin, is_default=True), await made(admin)
    own = await made(user, is_default=True)
    assert (await admin.post(f"{URL}/{second['id']}/set-default")).status == 200
    listed = {one["id"]: one["is_default"] for one in (await admin.get(URL)).json()["providers"]}
    assert listed == {first["id"]: False, second["id"]: True, own["id"]: True}
    assert (await stored(app, second["id"])).default_of == ""
    assert (await app.backends.refreshed()).resolve("auto", None)[0].name == f"cloud:{second['id']}"
    await admin.put(f"{URL}/{second['id']}", {"enabled": False})
    assert (await admin.post(f"{URL}/{second['id']}/set-default")).json()["code"] == "provider_disabled"
    await admin.put(f"{URL}/{own['id']}", {"is_default": False})
    assert (await stored(app, own["id"])).default_of is None


async def test_pages_and_enabled_only(admin):
    for number in range(3):
        await made(admin, name=f"P{number}", enabled=number > 0)
    page = (await admin.get(f"{URL}?limit=1&offset=1")).json()
    assert ([one["name"] for one in page["providers"]], page["total"]) == (["P1"], 3)
    assert (await admin.get(f"{URL}?enabled_only=true")).json()["total"] == 2


async def test_provider_in_a_chain_is_not_deleted(admin, user):
    row = await made(admin)
    assistant = await admin.post("/admin/assistants", {"name": "Night shift", "backends": ["auto", row["backend"]]})
    refused = await admin.delete(f"{URL}/{row['id']}")
    assert (refused.status, refused.json()["code"]) == (409, "provider_in_use")
    assert refused.json()["assistants"] == ["Night shift"]
    assert "Night shift" in refused.json()["detail"]
    path = f"/admin/assistants/{assistant.json()['assistant']['id']}"
    assert (await admin.put(path, {"backends": ["auto"]})).status == 200
    await admin.post(f"{BASE}/backend", {"backend": row["backend"]})
    assert (await admin.delete(f"{URL}/{row['id']}")).json()["code"] == "provider_in_use"
    await admin.post(f"{BASE}/backend", {"backend": "auto"})
    assert (await admin.delete(f"{URL}/{row['id']}")).status == 200
    assert (await admin.get(f"{URL}/{row['id']}")).status == 404


async def test_chain_names_only_what_its_owner_may_use(admin, user, client, people):
    shared, own = await made(admin), await made(user)
    other = client.signed_in(people.other.token)
    for caller, backend, status in (
        (user, shared["backend"], 201), (user, own["backend"], 201), (user, own["id"], 201), (user, "local", 201),
        (user, "vllm", 201), (user, "gemini", 201), (user, "none", 201), (user, "cloud:nobody", 404),
        (user, "nonsense", 404), (other, own["backend"], 404), (other, own["id"], 404), (admin, own["backend"], 404),
    ):  # fmt: skip
        link = {"backend": backend, "when": {"languages": ["ru"]}}
        assert (await caller.post("/admin/assistants", {"name": "x", "backends": [link]})).status == status, backend
        answer = await caller.post("/admin/widget/instances", {"name": "x", "llm_backend": backend})
        assert (answer.status < 300) is (status == 201), (backend, answer.text)
    default = (await default_assistant(admin))["id"]
    assert (await admin.put(f"/admin/assistants/{default}", {"backends": [own["backend"]]})).status == 404


async def test_provider_is_tried_out(admin, app):
    async with LlmUpstream(answering(["rea", "dy"])) as upstream:
        row = await made(admin, provider_type="custom", base_url=upstream.base_url, model_name="m1", api_key=KEY)
        tried = (await admin.post(f"{URL}/{row['id']}/test")).json()
        assert (tried["status"], tried["available"], tried["test_response"]) == ("ok", True, "ready")
        assert (tried["model"], tried["code"]) == ("m1", "")
        assert tried["latency_ms"] >= tried["first_token_ms"] > 0
        assert upstream.received[0].headers["authorization"] == f"Bearer {KEY}"
        await admin.put(f"{URL}/{row['id']}", {"enabled": False})
        assert (await admin.post(f"{URL}/{row['id']}/test")).json()["available"] is True
    await app.ledger.flush()
    rows = (await admin.get("/admin/usage/logs?action=test")).json()["logs"]
    assert [(one["backend"], one["status"], one["source_id"]) for one in rows] == [
        (row["backend"], "done", row["id"])
    ] * 2


async def test_failing_provider_says_why_and_a_good_test_brings_it_back(admin, app):
    async def refuse(exchange):
        await exchange.start(content_type="application/json", status=401)
        await exchange.send(b'{"error": {"message": "Incorrect API key provided: %s"}}' % KEY.encode())
        await exchange.finish()

    async with LlmUpstream(refuse, answering(["x" * 300])) as upstream:
        row = await made(admin, provider_type="custom", base_url=upstream.base_url, model_name="m1", api_key=KEY)
        await app.backends.refreshed()
        tried = await admin.post(f"{URL}/{row['id']}/test", headers={"accept-language": "ru"})
        body = tried.json()
        assert (body["status"], body["available"], body["code"]) == ("error", False, "llm_bad_key")
        assert body["message"] == "Модель не приняла ключ доступа."
        assert KEY not in tried.text
        breaker = app.backends.named()[row["backend"]].breaker
        assert breaker.retry_in_s > 0
        again = (await admin.post(f"{URL}/{row['id']}/test")).json()
        assert (again["available"], len(again["test_response"])) == (True, 200)
        assert breaker.retry_in_s == 0


async def test_change_is_heard_by_the_router_and_written_down(admin, app):
    row = await made(admin)
    await app.backends.refreshed()
    await admin.put(f"{URL}/{row['id']}", {"model_name": "gpt-4o"})
    assert (await app.backends.refreshed()).named()[row["backend"]].model.capabilities.model == "gpt-4o"
    logs = (await admin.get("/admin/audit/logs?resource=llm_provider")).json()["logs"]
    assert [(one["action"], one["details"]) for one in logs] == [("update", {"fields": ["model_name"]}), ("create", {})]
