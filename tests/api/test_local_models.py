"""`/admin/llm/local-models`: what is recommended and here, pulled, chosen and removed while the secretary runs."""

import pytest
from tests.support.hub import Hub, weights

from secretary.app import Ports
from secretary.kernel.jobs import claim
from secretary.operations.local_models.pulls import PULL
from secretary.operations.local_models.recommended import RECOMMENDED

BASE = "/admin/llm/local-models"
NAME, FILE = "acme/Small-GGUF", "small-q4_k_m.gguf"
CONTENT = weights()


@pytest.fixture
def hub():
    with Hub() as hub:
        hub.publish(NAME, FILE, CONTENT)
        yield hub


@pytest.fixture
def settings(settings, hub):
    return settings.model_copy(
        update={"hub_url": hub.url, "allowed_private_hosts": ("127.0.0.1",), "vllm_api_url": "", "llm_backend": "auto"}
    )


@pytest.fixture
def ports(database):
    return Ports(database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def work(app):
    """What a worker does with the next pull."""
    async with app.units.write() as unit:
        [job] = await claim(unit, [PULL], unit.new_id(), 60)
    await app.local_models.handlers(app.units)[PULL](job)


async def pulled(app, admin, body):
    answer = await admin.post(f"{BASE}/pull", body)
    assert answer.status == 202, answer.text
    await work(app)
    return answer.json()


async def test_recommended_models_are_listed_with_what_fits(admin):
    listed = (await admin.get(BASE)).json()
    assert listed["total"] == len(RECOMMENDED)
    assert [one["name"] for one in listed["models"]] == [one.name for one in RECOMMENDED]
    assert {one["fit"] for one in listed["models"]} <= {"yes", "tight", "no"}
    assert listed["memory_total_bytes"] >= listed["memory_available_bytes"] > 0
    assert (listed["running"], listed["pulls"]) == (None, [])
    first = listed["models"][0]
    assert (first["installed"], first["running"]) == (None, None)
    assert {one["licence"] for one in listed["models"]} <= {"Apache-2.0", "MIT"}


async def test_list_is_paged_and_filtered_by_language(admin):
    page = (await admin.get(f"{BASE}?limit=2&offset=1&language=ru")).json()
    assert [one["name"] for one in page["models"]] == [one.name for one in RECOMMENDED[1:3]]
    assert page["total"] == len(RECOMMENDED)
    assert (await admin.get(f"{BASE}?language=fr")).status == 422


async def test_pulled_model_answers_without_a_restart_and_is_told_of(app, admin):
    assert (await admin.get("/admin/llm/models")).json()["backend"] == "none"
    asked = await pulled(app, admin, {"model": f"{NAME}:{FILE}"})
    job = (await admin.get(f"/admin/jobs/{asked['job_id']}")).json()["job"]
    assert (job["state"], job["progress"]["done"], job["progress"]["total"]) == ("done", len(CONTENT), len(CONTENT))
    assert "local" in app.backends.named()
    assert (await admin.get("/admin/llm/models")).json()["backend"] == "local"
    listed = (await admin.get(BASE)).json()
    assert (listed["running"]["name"], listed["running"]["state"]) == ("small-q4_k_m", "stopped")
    here = listed["models"][-1]
    assert (here["name"], here["is_recommended"], here["running"]["name"]) == ("small-q4_k_m", False, "small-q4_k_m")
    assert here["installed"]["repository"] == NAME
    assert len(here["installed"]["sha256"]) == 64
    logged = (await admin.get("/admin/audit/logs?resource=local_model")).json()
    assert {one["action"] for one in logged["logs"]} == {"pull", "create"}


async def test_pull_by_recommendation_takes_the_named_file(app, admin, hub):
    one = RECOMMENDED[0]
    hub.publish(one.repository, one.file, CONTENT)
    await pulled(app, admin, {"model": one.name})
    first = (await admin.get(BASE)).json()["models"][0]
    assert first["installed"]["is_chosen"]
    assert first["running"]["name"] == first["installed"]["name"]
    assert (await admin.post(f"{BASE}/{one.name}/use")).json()["model"] == first["installed"]["name"]


async def test_pulls_under_way_are_listed_and_stopped(app, admin):
    asked = (await admin.post(f"{BASE}/pull", {"repository": NAME, "file": FILE})).json()
    again = (await admin.post(f"{BASE}/pull", {"repository": NAME})).json()
    assert asked["job_id"] == again["job_id"]
    [under_way] = (await admin.get(BASE)).json()["pulls"]
    assert (under_way["file"], under_way["state"], under_way["text"]) == (FILE, "queued", "")
    assert (await admin.post(f"{BASE}/pulls/{asked['job_id']}/cancel")).status == 200
    assert (await admin.get(BASE)).json()["pulls"] == []
    assert (await admin.post(f"{BASE}/pulls/{asked['job_id']}/cancel")).status == 404


async def test_other_model_takes_over_and_the_running_one_is_not_removed_by_accident(app, admin, hub):
    hub.publish(NAME, "other-q4_k_m.gguf", weights(seed=2))
    await pulled(app, admin, {"repository": NAME, "file": FILE})
    await pulled(app, admin, {"repository": NAME, "file": "other-q4_k_m.gguf", "use": False})
    assert (await admin.get(BASE)).json()["running"]["name"] == "small-q4_k_m"
    refused = await admin.delete(f"{BASE}/small-q4_k_m")
    assert (refused.status, refused.json()["code"]) == (409, "model_running")
    assert (await admin.post(f"{BASE}/other-q4_k_m/use")).status == 200
    assert (await admin.get(BASE)).json()["running"]["name"] == "other-q4_k_m"
    assert (await admin.delete(f"{BASE}/small-q4_k_m")).status == 200
    assert (await admin.delete(f"{BASE}/other-q4_k_m?unload=true")).status == 200
    listed = (await admin.get(BASE)).json()
    assert (listed["running"], listed["total"]) == (None, len(RECOMMENDED))
    assert "local" not in app.backends.named()


async def test_file_that_a_person_puts_there_is_seen_and_removed(app, admin):
    folder = app.settings.data_dir / "models"
    folder.mkdir()
    (folder / "моя модель.gguf").write_bytes(CONTENT)
    listed = (await admin.get(BASE)).json()
    assert listed["running"]["name"] == "моя модель"
    assert listed["models"][-1]["installed"]["pulled"] is None
    app.local_models.shelf.remove("моя модель")
    assert (await admin.get(BASE)).json()["running"] is None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "bad_model_name"),
        ({"model": "qwen3-4b", "repository": NAME}, 422, "bad_model_name"),
        ({"model": "../../etc/passwd"}, 422, "bad_model_name"),
        ({"model": "https://example.com/x.gguf"}, 422, "bad_model_name"),
        ({"repository": "acme/..", "file": "x.gguf"}, 422, "bad_model_name"),
        ({"repository": NAME, "file": "../x.gguf"}, 422, "bad_model_name"),
        ({"repository": NAME, "file": "absent.gguf"}, 404, "hub_no_such_model"),
        ({"repository": "acme/absent"}, 404, "hub_no_such_model"),
        ({"repository": NAME, "address": "http://x"}, 422, "bad_request"),
    ],
)
async def test_what_is_no_model_is_refused_plainly(admin, body, status, code):
    answer = await admin.post(f"{BASE}/pull", body)
    assert (answer.status, answer.json()["code"]) == (status, code)


async def test_closed_model_is_said_plainly_in_the_callers_language(admin, hub):
    hub.statuses["/api"] = (401, {"X-Error-Code": "GatedRepo"})
    answer = await admin.request("POST", f"{BASE}/pull", {"repository": NAME}, headers={"accept-language": "ru"})
    assert answer.json()["code"] == "hub_denied"
    assert "HF_TOKEN" in answer.text
    assert "Хаб" in answer.text


async def test_what_is_not_here_is_not_found(admin):
    for name in ("absent", "..", "%2e%2e%2fsecret", "pins.json"):
        assert (await admin.delete(f"{BASE}/{name}")).status == 404
        assert (await admin.post(f"{BASE}/{name}/use")).status == 404


@pytest.mark.parametrize("role", ["user", "web", "guest"])
async def test_only_admins_see_and_change_models(client, people, role):
    caller = client.signed_in(getattr(people, role).token)
    assert (await caller.get(BASE)).status == 403
    assert (await caller.post(f"{BASE}/pull", {"repository": NAME})).status == 403
    assert (await caller.delete(f"{BASE}/x")).status == 403
