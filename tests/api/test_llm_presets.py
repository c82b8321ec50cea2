"""Personas, prompts with their history, presets and parameters: what each changes, and who may."""

import pytest
from tests.support.chat import Chatter
from tests.support.llm_admin import BASE, FREE, default_assistant, two_models

from secretary.app import Ports
from secretary.llm.presets.shipped import ANNA_EN, ANNA_RU

PRESETS = f"{BASE}/presets"


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


async def preset(caller, **fields):
    answer = await caller.post(PRESETS, {"name": "Boris", "system_prompt": "You are Boris."} | fields)
    assert answer.status == 201, answer.text
    return answer.json()["preset"]


async def last_prompt(chatter, models, name="first"):
    await chatter.ask(FREE)
    return models[name].prompts[-1]


async def test_shipped_personas(user):
    body = (await user.get(f"{BASE}/personas")).json()
    assert {key: one["name"] for key, one in body["personas"].items()} == {"anna": "Анна", "marina": "Марина"}
    assert (await user.get(f"{BASE}/persona")).json()["id"] == "anna"
    shown = (await user.get(f"{PRESETS}/anna", headers={"accept-language": "ru"})).json()["preset"]
    assert (shown["system_prompt"], shown["prompts"]["en"], shown["is_builtin"]) == (ANNA_RU, ANNA_EN, True)


async def test_parameters_reach_every_backend(chatter, admin, models):
    params = {"temperature": 0.15, "max_tokens": 77, "top_p": 0.4, "repetition_penalty": 1.3}
    answer = (await admin.post(f"{BASE}/params", params)).json()
    assert (answer["params"], answer["own"]) == (params, params)
    for name in ("first", "second"):
        await admin.post(f"{BASE}/backend", {"backend": name})
        told = (await last_prompt(chatter, models, name)).sampling
        assert {key: getattr(told, key) for key in params} == params


async def test_parameters_not_named_stay_and_null_is_the_personas(admin):
    await admin.post(f"{BASE}/params", {"temperature": 0.15, "top_p": 0.4})
    await admin.post(f"{BASE}/params", {"temperature": None})
    body = (await admin.get(f"{BASE}/params")).json()
    assert body["params"] == {"temperature": 0.7, "max_tokens": 512, "top_p": 0.4, "repetition_penalty": 1.1}
    assert body["own"]["temperature"] is None
    assert (await admin.post(f"{BASE}/params", {"temperature": 9})).status == 422


async def test_zero_temperature_is_a_temperature(chatter, admin, models):
    await admin.post(f"{BASE}/params", {"temperature": 0})
    assert (await last_prompt(chatter, models)).sampling.temperature == 0


async def test_persona_takes_over_with_its_prompt_and_parameters(chatter, admin, models):
    await admin.post(f"{BASE}/prompt", {"prompt": "You sell boats."})
    await admin.post(f"{BASE}/params", {"temperature": 0.1})
    assert (await last_prompt(chatter, models)).messages[0].content.startswith("You sell boats.")
    assert (await admin.post(f"{BASE}/persona", {"persona": "marina"})).json()["persona"] == "marina"
    told = await last_prompt(chatter, models)
    assert told.messages[0].content.startswith("You are Marina")
    assert (told.sampling.temperature, told.sampling.top_p) == (0.5, 0.85)
    assert (await admin.post(f"{BASE}/persona", {"persona": "nobody"})).status == 404


async def test_own_prompt_and_back(chatter, admin, models):
    saved = (await admin.post(f"{BASE}/prompt", {"prompt": "Boats. " * 50})).json()
    assert (len(saved["prompt"]), saved["is_own"]) == (100, True)
    shown = (await admin.get(f"{BASE}/prompt")).json()
    assert (shown["prompt"], shown["persona"], shown["model"]) == ("Boats. " * 50, "anna", "scripted-1")
    assert (await admin.post(f"{BASE}/prompt/reset")).json()["is_own"] is False
    assert (await admin.get(f"{BASE}/prompt")).json()["prompt"] == ANNA_EN
    assert (await last_prompt(chatter, models)).messages[0].content.startswith("You are Anna")


async def test_prompt_of_a_persona_as_text_and_by_language(chatter, admin, models):
    url = f"{BASE}/prompt/anna"
    assert (await admin.post(url, {"prompt": "You are Ann."})).json()["prompts"] == {
        "ru": "You are Ann.",
        "en": "You are Ann.",
    }
    assert (await last_prompt(chatter, models)).messages[0].content.startswith("You are Ann.")
    by_language = (await admin.post(url, {"prompt": {"ru": "Ты Аня."}})).json()
    assert by_language["prompts"] == {"ru": "Ты Аня.", "en": "You are Ann."}
    assert (await admin.get(url, headers={"accept-language": "ru"})).json()["prompt"] == "Ты Аня."
    assert (await admin.post(f"{url}/reset")).json()["prompts"] == {"ru": ANNA_RU, "en": ANNA_EN}
    assert (await admin.post(url, {"prompt": {"de": "x"}})).status == 422
    assert (await admin.get(f"{BASE}/prompt/nobody")).status == 404


async def test_history_has_every_change_with_its_author_and_a_diff(admin, people):
    url = f"{BASE}/prompt/anna"
    await admin.post(url, {"prompt": "One\nTwo"})
    await admin.post(url, {"prompt": "One\nTwo"})  # no change, no version
    await admin.put(f"{PRESETS}/anna", {"system_prompt": "One\nThree"})
    body = (await admin.get(f"{url}/history")).json()
    assert body["total"] == 3  # what was shipped is one, too
    newest, middle, oldest = body["versions"]
    assert [one["author_id"] for one in body["versions"]] == [people.admin.id, people.admin.id, None]
    shown = (await admin.get(f"{url}/history/{newest['id']}")).json()
    assert shown["prompt"] == "One\nThree"
    assert shown["diff"].splitlines()[2:] == ["@@ -1,2 +1,2 @@", " One", "-Two", "+Three"]
    assert (await admin.get(f"{url}/history?limit=1&offset=1")).json() == {"versions": [middle], "total": 3}
    restored = (await admin.post(f"{url}/history/{oldest['id']}/restore")).json()
    assert restored["prompts"] == {"ru": ANNA_RU, "en": ANNA_EN}
    assert (await admin.get(f"{url}/history")).json()["total"] == 4
    assert (await admin.get(f"{BASE}/prompt/marina/history/{oldest['id']}")).status == 404
    assert (await admin.post(f"{BASE}/prompt/marina/history/{oldest['id']}/restore")).status == 404


async def test_history_of_the_default_assistants_own_prompt(admin, people):
    await admin.post(f"{BASE}/prompt", {"prompt": "One"})
    default = await default_assistant(admin)
    await admin.put(f"/admin/assistants/{default['id']}", {"system_prompt": "Two"})
    await admin.post(f"{PRESETS}/anna/activate")
    body = (await admin.get(f"{BASE}/prompt/history")).json()
    assert [one["characters"] for one in body["versions"]] == [0, 3, 3]
    assert {one["author_id"] for one in body["versions"]} == {people.admin.id}
    shown = (await admin.get(f"{BASE}/prompt/history/{body['versions'][1]['id']}")).json()
    assert shown["diff"].splitlines()[-2:] == ["-One", "+Two"]
    restored = await admin.post(f"{BASE}/prompt/history/{body['versions'][2]['id']}/restore")
    assert restored.json() == {"status": "ok", "prompt": "One", "persona": "anna", "is_own": True}
    assert (await admin.get(f"{BASE}/prompt/history/nothing")).status == 404


async def test_presets_are_made_changed_activated_and_deleted(chatter, admin, models):
    made = await preset(admin, id="boris", temperature=0.2)
    defaults = {"max_tokens": 512, "top_p": 0.9, "repetition_penalty": 1.1, "is_builtin": False, "owner_id": None}
    assert {key: made[key] for key in defaults} == defaults
    assert (await admin.post(PRESETS, {"id": "boris", "name": "x"})).status == 409
    await admin.put(f"{PRESETS}/boris", {"system_prompt": "You are Boris the second.", "max_tokens": 33})
    activated = (await admin.post(f"{PRESETS}/boris/activate")).json()
    assert (activated["status"], activated["preset"]["id"]) == ("ok", "boris")
    current = (await admin.get(f"{PRESETS}/current")).json()
    assert (current["current"]["id"], current["has_own_prompt"]) == ("boris", False)
    told = await last_prompt(chatter, models)
    assert told.messages[0].content.startswith("You are Boris the second.")
    assert (told.sampling.temperature, told.sampling.max_tokens) == (0.2, 33)
    refused = await admin.delete(f"{PRESETS}/boris")
    assert (refused.status, refused.json()["code"]) == (409, "preset_in_use")
    await admin.post(f"{PRESETS}/anna/activate")
    assert (await admin.delete(f"{PRESETS}/boris")).json() == {"status": "ok", "deleted": "boris"}
    assert (await admin.get(f"{PRESETS}/boris")).status == 404


async def test_shipped_presets_stay(admin, user):
    assert (await admin.delete(f"{PRESETS}/marina")).json()["code"] == "preset_is_shipped"
    await admin.put(f"{PRESETS}/marina", {"name": "Марина Петровна"})
    assert (await user.get(f"{PRESETS}/marina")).json()["preset"]["name"] == "Марина Петровна"
    made = await preset(admin)
    assert (await admin.post(f"{BASE}/prompt/{made['id']}/reset")).json()["code"] == "preset_not_shipped"
    for path in ("", "/prompt"):
        assert (await user.request("PUT", f"{PRESETS}/marina{path}", {"name": "x"})).status in {403, 404, 405}


async def test_switched_off_preset_speaks_no_more(admin):
    made = await preset(admin, enabled=False)
    assert made["id"] not in (await admin.get(f"{BASE}/personas")).json()["personas"]
    assert (await admin.post(f"{PRESETS}/{made['id']}/activate")).json()["code"] == "preset_disabled"
    assert (await admin.get(f"{PRESETS}?enabled_only=true")).json()["total"] == 2
    assert (await admin.get(f"{PRESETS}?limit=1&offset=2")).json()["presets"][0]["id"] == made["id"]


@pytest.mark.parametrize("preset_id", ["current", "history", "reset", "Anna", "a b", "../x", "-a", "x" * 51])
async def test_ids_that_could_not_be_addressed_are_refused(admin, preset_id):
    assert (await admin.post(PRESETS, {"id": preset_id, "name": "x"})).status in {409, 422}


async def test_own_preset_is_seen_and_changed_by_its_owner_and_admins(user, admin, client, people):
    made = await preset(user, id="own")
    assert made["owner_id"] == people.user.id
    for role in ("other", "web"):
        stranger = client.signed_in(getattr(people, role).token)
        tried = [
            await stranger.get(f"{PRESETS}/own"),
            await stranger.put(f"{PRESETS}/own", {"name": "stolen"}),
            await stranger.delete(f"{PRESETS}/own"),
            await stranger.get(f"{BASE}/prompt/own"),
            await stranger.post(f"{BASE}/prompt/own", {"prompt": "stolen"}),
            await stranger.post(f"{BASE}/prompt/own/reset"),
            await stranger.get(f"{BASE}/prompt/own/history"),
            await stranger.post("/admin/assistants", {"name": "x", "persona_id": "own"}),
            await stranger.post("/admin/widget/instances", {"name": "x", "llm_persona": "own"}),
        ]
        assert [one.status for one in tried] == [404] * 9
        assert "own" not in (await stranger.get(f"{BASE}/personas")).json()["personas"]
    assert (await user.put(f"{PRESETS}/own", {"name": "Mine"})).json()["preset"]["name"] == "Mine"
    assert (await user.post("/admin/assistants", {"name": "x", "persona_id": "own"})).status == 201
    assert (await admin.get(f"{PRESETS}/own")).status == 200
    assert (await admin.post(f"{PRESETS}/own/activate")).status == 404  # else its owner would speak for everybody
    assert (await admin.delete(f"{PRESETS}/own")).json()["assistants"] == ["x"]


async def test_message_speaks_in_no_foreign_persona(user, client, people, models):
    await preset(user, id="own", system_prompt="The owner's secret.")
    stranger = await Chatter.sit_down(client, people.other.token)
    body = {"content": FREE, "llm_override": {"persona_id": "own"}}
    refused = await stranger.client.post(stranger.url("/messages"), body)
    assert (refused.status, refused.json()["code"]) == (404, "no_such_preset")
    assert models["first"].prompts == []
    owner = await Chatter.sit_down(client, people.user.token)
    await owner.ask(FREE, llm_override={"persona_id": "own"})
    assert models["first"].prompts[0].messages[0].content.startswith("The owner's secret.")


async def test_only_an_admin_changes_what_everybody_hears(client, people):
    calls = (
        ("POST", "prompt", {"prompt": "x"}), ("POST", "prompt/reset", {}), ("POST", "persona", {"persona": "marina"}),
        ("POST", "params", {"temperature": 0}), ("POST", "presets/marina/activate", {}),
        ("POST", "prompt/anna", {"prompt": "x"}), ("POST", "prompt/anna/reset", {}), ("PUT", "presets/anna", {"name": "x"}),
        ("DELETE", "presets/anna", None),
    )  # fmt: skip
    reads = ("prompt", "prompt/anna", "prompt/history", "prompt/anna/history", "persona", "personas", "params", "presets",
             "presets/current", "presets/anna")  # fmt: skip
    for role in ("user", "web", "guest"):
        caller = client.signed_in(getattr(people, role).token)
        for method, path, body in calls:
            assert (await caller.request(method, f"{BASE}/{path}", body)).status == 403, (role, path)
        for path in reads:
            assert (await caller.get(f"{BASE}/{path}")).status == (403 if role == "guest" else 200), (role, path)


async def test_changes_of_presets_are_written_down_without_their_texts(admin):
    await admin.post(f"{BASE}/prompt/anna", {"prompt": "Nobody else's business"})
    answer = await admin.get("/admin/audit/logs?resource=llm_preset")
    assert [(one["action"], one["details"]) for one in answer.json()["logs"]] == [
        ("update", {"fields": ["system_prompt"]})
    ]
    assert "business" not in answer.text
