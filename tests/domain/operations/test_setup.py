"""The first steps: nothing but the state of things says that one is done."""

import pytest
from tests.support.models import ScriptedModel
from tests.support.visitor import Visitor

from secretary.accounts.models import User
from secretary.app import Ports

STEPS = ["password", "business", "model", "knowledge", "widget", "question"]


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


async def done(admin):
    shown = (await admin.get("/admin/setup")).json()
    assert [step["key"] for step in shown["steps"]] == STEPS
    assert shown["done"] == sum(step["is_done"] for step in shown["steps"])
    return {step["key"] for step in shown["steps"] if step["is_done"]}


async def test_a_fresh_installation_has_everything_before_it(admin):
    assert await done(admin) == set()


async def test_naming_the_business_is_a_step_and_can_be_undone(admin):
    [assistant] = [each for each in (await admin.get("/admin/assistants")).json()["assistants"] if each["is_default"]]
    demo, url = assistant["card"], f"/admin/assistants/{assistant['id']}"
    await admin.put(url, {"card": {**demo, "company": "Пекарня «Тесто»"}})
    assert await done(admin) == {"business"}
    await admin.put(url, {"card": demo})
    assert await done(admin) == set()


async def test_an_entry_of_the_faq_or_a_document_is_knowledge(admin):
    await admin.post("/admin/faq", {"trigger": "Есть ли парковка?", "response": "Да, во дворе."})
    assert await done(admin) == {"knowledge"}


async def test_a_document_is_knowledge(admin):
    await admin.post("/admin/wiki-rag/documents/text", {"title": "Цены", "content": "Стрижка стоит 900 рублей."})
    assert await done(admin) == {"knowledge"}


async def test_a_widget_is_placed_when_it_names_a_site(admin):
    [widget] = (await admin.get("/admin/widget/instances")).json()["instances"]
    url = f"/admin/widget/instances/{widget['id']}"
    await admin.put(url, {"allowed_domains": ["https://example.org"]})
    assert await done(admin) == {"widget"}
    await admin.put(url, {"enabled": False})
    assert await done(admin) == set()


async def test_the_first_question_counts_whoever_asks(client, admin):
    visitor = await Visitor.arrive(client)
    assert await done(admin) == set()
    await visitor.ask("Часы работы")
    assert await done(admin) == {"question"}


async def test_the_password_that_was_printed_is_to_be_changed(admin, people, app):
    async with app.units.write() as unit:
        (await unit.db.get(User, people.admin.id)).password_hash = await app.accounts.passwords.hash("printed-once-9")
    body = {"old_password": "printed-once-9", "new_password": "my-own-long-phrase-7"}
    answer = await admin.post("/admin/auth/change-password", body)
    assert answer.status == 200, answer.text
    assert await done(admin.signed_in(answer.json()["access_token"])) == {"password"}


async def test_the_guide_can_be_put_away_and_taken_out_again(admin):
    assert (await admin.put("/admin/setup", {"is_dismissed": True})).json()["is_dismissed"] is True
    assert (await admin.get("/admin/setup")).json()["is_dismissed"] is True
    assert (await admin.put("/admin/setup", {"is_dismissed": False})).json()["is_dismissed"] is False
    logs = (await admin.get("/admin/audit/logs?resource=setup")).json()["logs"]
    assert len(logs) == 2


async def test_the_guide_is_the_owners(client, people):
    for person in (people.user, people.web, people.guest):
        assert (await client.signed_in(person.token).get("/admin/setup")).status == 403


class TestWithAModel:
    @pytest.fixture
    def ports(self, database):
        return Ports(models={"scripted": ScriptedModel()}, database=database)

    async def test_a_model_that_answers_is_a_step(self, admin):
        assert await done(admin) == {"model"}
