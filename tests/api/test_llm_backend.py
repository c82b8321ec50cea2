"""`/admin/llm/backend`, `model`, `models`, `vllm-model`: who answers, and switching it without anybody's waiting."""

import asyncio

import pytest
from tests.support.chat import Chatter
from tests.support.llm_admin import BASE, FREE, PUBLIC, default_assistant, made, two_models
from tests.support.llm_upstream import LlmUpstream, answering

from secretary.app import Ports
from secretary.app.models import TYPES, models_of
from secretary.kernel.http import HttpClient
from secretary.llm.errors import llm_error
from secretary.llm.providers import ProviderType

URL = f"{BASE}/backend"


@pytest.fixture
def settings(settings):
    return settings.model_copy(
        update={"allowed_private_hosts": ("127.0.0.1",), "vllm_api_url": "http://me:secret@gpu:8000", "vllm_model": "q"}
    )


@pytest.fixture
def models():
    return two_models()


@pytest.fixture
def ports(database, models):
    return Ports(models=models, database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


@pytest.fixture
def chatter(client, people, run):
    return run(Chatter.sit_down(client, people.user.token))


async def test_who_answers_now(user):
    body = (await user.get(URL)).json()
    assert (body["backend"], body["model"], body["preferred"], body["chain"]) == (
        "first",
        "scripted-1",
        "auto",
        ["auto"],
    )
    assert [(one["backend"], one["is_ready"]) for one in body["available"]] == [("first", True), ("second", True)]
    assert (await user.get(f"{BASE}/model")).json()["model"] == "scripted-1"


async def test_switch_is_heard_by_the_next_turn(chatter, admin, models):
    assert (await chatter.ask(FREE))["response"]["content"] == "first"
    switched = (await admin.post(URL, {"backend": "second", "stop_unused": True})).json()
    assert (switched["status"], switched["backend"], switched["model"]) == ("ok", "second", "scripted-1")
    assert (await chatter.ask(FREE))["response"]["content"] == "second"
    assert (await admin.get(URL)).json()["preferred"] == "second"
    await admin.post(URL, {"backend": "none"})
    assert (await chatter.ask(FREE))["response"]["content"] not in {"first", "second"}
    assert (await admin.get(URL)).json()["backend"] == "none"
    await admin.post(URL, {"backend": "auto"})
    assert (await chatter.ask(FREE))["response"]["content"] == "first"


async def test_switch_waits_for_nobody_and_breaks_no_answer_off(chatter, admin, models):
    gate = asyncio.Event()
    models["first"].script = ("beg", gate, "un")
    stream = await chatter.begin(FREE)
    await stream.until('"content":"beg"')
    models["second"].script = (asyncio.Event(),)  # it would never answer
    async with asyncio.timeout(5):
        assert (await admin.post(URL, {"backend": "second"})).status == 200
    gate.set()
    assert '"content":"un"' in await stream.until("[DONE]")


async def test_switch_to_a_stored_provider(chatter, admin):
    async with LlmUpstream(answering(["from ", "the provider"])) as upstream:
        row = await made(admin, provider_type="custom", base_url=upstream.base_url, model_name="m1")
        switched = (await admin.post(URL, {"backend": row["id"]})).json()
        assert (switched["backend"], switched["model"]) == (row["backend"], "m1")
        assert (await chatter.ask(FREE))["response"]["content"] == "from the provider"
        body = (await admin.get(URL)).json()
        assert (body["backend"], body["api_url"], body["provider_type"]) == (
            row["backend"],
            upstream.base_url,
            "custom",
        )
        assert (await admin.post(f"{BASE}/model", {"model": "m2"})).json()["model"] == "m2"
        assert (await admin.get(f"{BASE}/model")).json() == {"status": "ok", "model": "m2", "backend": row["backend"]}
        await chatter.ask(FREE)
        assert upstream.received[-1].json["model"] == "m2"


async def test_gemini_is_the_first_provider_of_that_type(admin, user):
    assert (await admin.post(URL, {"backend": "gemini"})).status == 422
    await made(user, provider_type="gemini")
    assert (await admin.post(URL, {"backend": "gemini"})).status == 422  # a user's own is nobody else's
    row = await made(admin, provider_type="gemini")
    assert (await admin.post(URL, {"backend": "gemini"})).json()["backend"] == row["backend"]


@pytest.mark.parametrize("name", ["nobody", "cloud:nobody", "vllm", "cloud:", "'", "../x"])
async def test_unknown_backend_is_refused_with_those_that_would_work(admin, name):
    await made(admin, enabled=False)
    answer = await admin.post(URL, {"backend": name})
    assert (answer.status, answer.json()["code"]) == (422, "no_such_backend")
    assert answer.json()["available"] == ["auto", "none", "first", "second"]
    assert (await admin.get(URL)).json()["preferred"] == "auto"


async def test_switch_ends_the_chain_that_the_default_assistant_had(admin):
    default = await default_assistant(admin)
    await admin.put(f"/admin/assistants/{default['id']}", {"backends": ["local", "none"]})
    await admin.post(URL, {"backend": "second"})
    assert (await default_assistant(admin))["backends"] == ["auto"]
    logs = (await admin.get("/admin/audit/logs?resource=llm_backend")).json()["logs"]
    assert [(one["action"], one["resource_id"]) for one in logs] == [("update", "second")]


async def test_only_an_admin_switches(client, people):
    for role in ("user", "web", "guest"):
        caller = client.signed_in(getattr(people, role).token)
        for path, body in (("backend", {"backend": "none"}), ("model", {"model": "x"})):
            assert (await caller.post(f"{BASE}/{path}", body)).status == 403
        for path in ("backend", "model", "models"):
            assert (await caller.get(f"{BASE}/{path}")).status == (403 if role == "guest" else 200)
        assert (await caller.get(f"{BASE}/vllm-model")).status == 403


async def test_users_do_not_see_each_others_providers(user, admin, client, people):
    own = await made(client.signed_in(people.other.token))
    for caller in (user, admin):
        assert own["backend"] not in (await caller.get(URL)).text


async def test_backend_in_an_outage_is_not_the_one_that_answers(chatter, admin, models):
    models["first"].script = (llm_error("llm_bad_key"),)
    await chatter.ask(FREE)
    body = (await admin.get(URL)).json()
    assert (body["backend"], body["available"][0]["is_ready"]) == ("second", False)


async def test_model_of_the_environment_is_not_changed_here(admin):
    answer = await admin.post(f"{BASE}/model", {"model": "x"})
    assert (answer.status, answer.json()["code"]) == (409, "model_not_here")


async def test_models_and_the_server_of_the_environment(admin):
    body = (await admin.get(f"{BASE}/models")).json()
    assert (body["backend"], body["current_model"]["id"]) == ("first", "scripted-1")
    assert [one["backend"] for one in body["loaded_models"]] == ["first", "second"]
    assert body["available_models"]["deepseek-ai/deepseek-llm-7b-chat"]["available"] is False
    vllm = (await admin.get(f"{BASE}/vllm-model")).json()
    assert (vllm["model"], vllm["source"], vllm["env_model"], vllm["is_managed"]) == ("q", "env", "q", False)
    assert "secret" not in str(vllm)


async def test_gemini_of_the_environment_is_a_backend(settings, run):
    from pydantic import SecretStr

    http = HttpClient()
    keyed = settings.model_copy(
        update={"gemini_api_key": SecretStr("AIza-0123456789"), "gemini_model": "gemini-2.5-pro"}
    )
    models = models_of(keyed, http)
    assert list(models) == ["vllm", "gemini"]
    assert models["gemini"].capabilities.model == "gemini-2.5-pro"
    assert TYPES["gemini"] is ProviderType.GEMINI
    assert "gemini" not in models_of(settings, http)
    for model in models.values():
        await model.close()
    await http.aclose()


async def test_provider_of_a_user_is_no_choice_of_the_installation(admin, user):
    own = await made(user, base_url=PUBLIC)
    assert (await admin.post(URL, {"backend": own["backend"]})).status == 422
