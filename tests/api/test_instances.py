"""Widgets and their assistants, as the panel and old scripts manage them."""

import pytest

from secretary.knowledge.service import create_collection


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


@pytest.fixture
def other(client, people):
    return client.signed_in(people.other.token)


async def make(who, **fields):
    answer = await who.post("/admin/widget/instances", {"name": "Shop", **fields})
    assert answer.status == 200, answer.text
    return answer.json()["instance"]


async def test_every_field_is_stored_and_shown(admin):
    fields = {
        "name": "Shop", "description": "Main site", "enabled": False, "title": "Help", "greeting": "Hi!",
        "placeholder": "Ask", "placeholder_color": "#112233", "placeholder_font": "Georgia, serif",
        "primary_color": "#445566", "button_icon": "wave", "position": "left", "language": "en",
        "suggestions": ["Price?"], "allowed_domains": ["https://shop.example"], "tunnel_url": "https://t.example",
        "llm_backend": "local", "llm_persona": "marina", "system_prompt": "Be kind.",
        "llm_params": {"temperature": 0.1, "max_tokens": 9, "top_p": 0.5, "repetition_penalty": 1.3},
        "rate_limit_count": 5, "rate_limit_hours": 2,
    }  # fmt: skip
    made = await make(admin, **fields)
    assert {name: made[name] for name in fields} == fields
    read = await admin.get(f"/admin/widget/instances/{made['id']}")
    assert read.json()["instance"] == made
    assert made["id"] in {row["id"] for row in (await admin.get("/admin/widget/instances")).json()["instances"]}


async def test_change_touches_only_what_is_named(admin):
    made = await make(admin, title="Help", greeting="Hi!")
    changed = await admin.put(f"/admin/widget/instances/{made['id']}", {"title": "Service"})
    after = changed.json()["instance"]
    assert (after["title"], after["greeting"]) == ("Service", "Hi!")
    assert after["assistant_id"] == made["assistant_id"]


async def test_answer_fields_clone_the_shared_assistant_and_leave_the_default_alone(admin):
    first, second = await make(admin), await make(admin)
    assert first["assistant_id"] == second["assistant_id"]
    changed = (await admin.put(f"/admin/widget/instances/{first['id']}", {"system_prompt": "Mine"})).json()["instance"]
    assert changed["assistant_id"] != second["assistant_id"]
    again = (await admin.put(f"/admin/widget/instances/{first['id']}", {"llm_persona": "marina"})).json()["instance"]
    assert again["assistant_id"] == changed["assistant_id"], "an assistant of its own is not cloned again"
    assert (again["system_prompt"], again["llm_persona"]) == ("Mine", "marina")
    unchanged = (await admin.get(f"/admin/widget/instances/{second['id']}")).json()["instance"]
    assert unchanged["system_prompt"] is None


async def test_deleted_widget_takes_its_own_assistant_along_but_never_a_shared_one(admin):
    made = await make(admin, system_prompt="Mine")
    before = (await admin.get("/admin/assistants")).json()["total"]
    assert (await admin.delete(f"/admin/widget/instances/{made['id']}")).status == 200
    assert (await admin.get("/admin/assistants")).json()["total"] == before - 1
    shared = await make(admin)
    await admin.delete(f"/admin/widget/instances/{shared['id']}")
    assert (await admin.get(f"/admin/assistants/{shared['assistant_id']}")).status == 200
    assert (await admin.get(f"/admin/widget/instances/{shared['id']}")).status == 404


async def test_old_single_widget_endpoints_speak_of_the_first_one(admin):
    config = (await admin.get("/admin/widget/config")).json()["config"]
    saved = await admin.post("/admin/widget/config", {"title": "Old way", "allowed_domains": ["old.example"]})
    assert saved.json()["config"]["id"] == config["id"]
    assert saved.json()["config"]["allowed_domains"] == ["https://old.example"]


@pytest.mark.parametrize(
    "fields",
    [
        {"primary_color": "red"}, {"primary_color": "#12345"}, {"placeholder_font": "a;} body{display:none"},
        {"position": "top"}, {"button_icon": "skull"}, {"allowed_domains": ["not a site"]},
        {"allowed_domains": ["javascript:alert(1)"]}, {"title": "x" * 101}, {"title": "a\0b"},
        {"llm_params": {"temperature": 3}}, {"llm_params": {"nonsense": 1}}, {"rate_limit_count": 0}, {"name": ""},
        {"suggestions": ["x"] * 7},
    ],
)  # fmt: skip
async def test_wrong_fields_are_named_and_nothing_is_stored(admin, fields):
    before = (await admin.get("/admin/widget/instances")).json()["total"]
    answer = await admin.post("/admin/widget/instances", {"name": "Shop", **fields})
    assert answer.status == 422, answer.text
    assert answer.json()["code"] in {"bad_request", "bad_origin", "bad_characters"}
    assert (await admin.get("/admin/widget/instances")).json()["total"] == before


async def test_unknown_persona_and_assistant_are_refused(admin):
    assert (await admin.post("/admin/widget/instances", {"name": "S", "llm_persona": "nobody"})).status == 404
    assert (await admin.post("/admin/widget/instances", {"name": "S", "assistant_id": "nobody"})).status == 404


async def test_owned_widgets_are_seen_and_changed_by_their_owner_and_admins_only(admin, user, other):
    mine = await make(user, name="Mine")
    path = f"/admin/widget/instances/{mine['id']}"
    assert (await other.get(path)).status == 404
    assert (await other.put(path, {"title": "x"})).status == 404
    assert (await other.delete(path)).status == 404
    assert mine["id"] not in {row["id"] for row in (await other.get("/admin/widget/instances")).json()["instances"]}
    assert (await user.put(path, {"title": "x"})).status == 200
    assert (await admin.put(path, {"title": "y"})).status == 200


async def test_foreign_assistant_cannot_be_borrowed(user, other):
    theirs = (await other.post("/admin/assistants", {"name": "Theirs", "system_prompt": "secret"})).json()["assistant"]
    refused = await user.post("/admin/widget/instances", {"name": "S", "assistant_id": theirs["id"]})
    assert refused.status == 404
    mine = await make(user)
    assert (await user.put(f"/admin/widget/instances/{mine['id']}", {"assistant_id": theirs["id"]})).status == 404


async def test_ownerless_widget_is_not_a_users_to_change(user, admin):
    config = (await admin.get("/admin/widget/config")).json()["config"]
    assert config["owner_id"] is None
    assert (await user.get(f"/admin/widget/instances/{config['id']}")).status == 200
    assert (await user.put(f"/admin/widget/instances/{config['id']}", {"title": "x"})).status == 404


async def test_guest_sees_no_widgets(client, people):
    assert (await client.signed_in(people.guest.token).get("/admin/widget/instances")).status == 403


async def test_paging(admin):
    for number in range(3):
        await make(admin, name=f"W{number}")
    page = (await admin.get("/admin/widget/instances?limit=2&offset=1")).json()
    assert (len(page["instances"]), page["total"]) == (2, 4)
    assert (await admin.get("/admin/widget/instances?limit=0")).status == 422
    await admin.put(f"/admin/widget/instances/{page['instances'][0]['id']}", {"enabled": False})
    assert (await admin.get("/admin/widget/instances?enabled_only=true")).json()["total"] == 3


async def test_assistants_are_created_changed_and_deleted(admin):
    made = (await admin.post("/admin/assistants", {"name": "Night shift", "persona_id": "marina"})).json()["assistant"]
    path = f"/admin/assistants/{made['id']}"
    card = {"company": "Vector", "phone": "1", "address": "2", "hours": "3", "timezone": "Asia/Omsk"}
    changed = (await admin.put(path, {"card": card, "backends": ["local", "auto"]})).json()["assistant"]
    assert (changed["card"], changed["backends"], changed["name"]) == (card, ["local", "auto"], "Night shift")
    assert (await admin.delete(path)).status == 200
    assert (await admin.get(path)).status == 404


async def test_default_assistant_and_one_in_use_stay(admin):
    [default] = (await admin.get("/admin/assistants")).json()["assistants"]
    assert (await admin.delete(f"/admin/assistants/{default['id']}")).status == 409
    widget = await make(admin, system_prompt="Mine")
    refused = await admin.delete(f"/admin/assistants/{widget['assistant_id']}")
    assert (refused.status, refused.json()["code"]) == (409, "conflict")


async def test_assistants_are_their_owners(user, other, people, client):
    mine = (await user.post("/admin/assistants", {"name": "Mine"})).json()["assistant"]
    path = f"/admin/assistants/{mine['id']}"
    assert [(await other.request(method, path, {"name": "x"})).status for method in ("GET", "PUT", "DELETE")] == [
        404
    ] * 3
    assert (await client.signed_in(people.guest.token).get("/admin/assistants")).status == 403


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": "x", "persona_id": "nobody"}, {"name": "x", "backends": []}, {"name": "x", "card": {"timezone": "Mars/Base"}}]
)  # fmt: skip
async def test_wrong_assistants_are_refused(admin, body):
    assert (await admin.post("/admin/assistants", body)).status in {404, 422}


async def test_foreign_knowledge_cannot_be_borrowed(app, user, people):
    async with app.units.write() as unit:
        foreign = await create_collection(unit, "Theirs", owner_id=people.other.id)
        shared = await create_collection(unit, "Everybody's")
    assert (await user.post("/admin/assistants", {"name": "x", "collections": [foreign.id]})).status == 404
    mine = await user.post("/admin/assistants", {"name": "x", "collections": [shared.id]})
    assert mine.json()["assistant"]["collections"] == [shared.id]
