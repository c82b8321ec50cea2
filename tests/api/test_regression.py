"""The owner's regression questions over HTTP: kept, asked, tried with a draft, and watched after every change."""

import pytest
from sqlalchemy import func, select
from tests.support.models import ScriptedModel
from tests.support.working import do_jobs

from secretary.app import Ports
from secretary.assistant.prompt import UNKNOWN
from secretary.conversations.models import ChatMessage
from secretary.knowledge.regression.asking import MOST_ASKED
from secretary.knowledge.regression.events import ScoreFell
from secretary.knowledge.regression.jobs import handlers
from secretary.knowledge.regression.service import add
from secretary.llm.ports import Delta, Finish, FinishReason, TokenUsage
from secretary.usage.models import UsageRow

REGRESSION = "/admin/knowledge/regression"
DOCUMENTS = "/admin/wiki-rag/documents"
TEXT = "# Перевозка мебели\n\nПеревозка мебели по Москве стоит 700 рублей.\n\n## Подъём\n\nПодъём на этаж стоит 150 рублей.\n"
PRICE = "Сколько стоит перевозка мебели по Москве?"


class Reader(ScriptedModel):
    """Repeats the first line that speaks of roubles, unless its prompt tells it to be silent about them; else it says
    that it does not know.
    """

    async def stream(self, prompt):
        self.prompts.append(prompt)
        told = prompt.messages[-1].text
        prices = [line for line in told.splitlines() if "рублей" in line]
        is_silent = "Не называй цен" in prompt.messages[0].text
        answer = "Позвоните нам." if is_silent else f"{prices[0]} [1]" if prices else UNKNOWN
        yield Delta(answer)
        yield Finish(FinishReason.STOP, "scripted-1", TokenUsage(11, 7))


@pytest.fixture
def model():
    return Reader()


@pytest.fixture
def ports(database, model):
    return Ports(models={"m": model}, database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


@pytest.fixture
def heard(app):
    events = []
    app.units.bus.subscribe(ScoreFell, events.append)
    return events


async def pasted(who, title="Перевозка", content=TEXT):
    answer = await who.post(f"{DOCUMENTS}/text", {"title": title, "content": content})
    assert answer.status == 200, answer.text
    return answer.json()["document"]["id"]


async def asked(who, **body):
    answer = await who.post(REGRESSION, {"question": PRICE, **body})
    assert answer.status == 201, answer.text
    return answer.json()["question"]


async def run(who, **body):
    answer = await who.post(f"{REGRESSION}/run", body)
    assert answer.status == 200, answer.text
    return answer.json()


async def do_waiting(app):
    await app.self_test.watch.close()
    return await do_jobs(app.units, handlers(app.examiner))


async def test_question_is_kept_changed_and_deleted(admin):
    document = await pasted(admin)
    made = await asked(admin, document_id=document, answer_contains=["700"], answer_must_not_contain=["150"])
    assert (made["owner_id"], made["is_passed"], made["document_id"]) == (None, None, document)
    changed = await admin.put(f"{REGRESSION}/{made['id']}", {"question": "Вы продаёте слонов?", "must_refuse": True})
    assert changed.json()["question"]["document_id"] is None
    assert (await admin.get(f"{REGRESSION}/{made['id']}")).json()["question"]["must_refuse"] is True
    listed = (await admin.get(REGRESSION)).json()
    assert (listed["total"], listed["passed"], listed["failed"], listed["warnings"]) == (1, 0, 0, [])
    assert (await admin.delete(f"{REGRESSION}/{made['id']}")).json()["deleted"] == made["id"]
    assert (await admin.get(f"{REGRESSION}/{made['id']}")).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"question": " \n "},
        {"question": "???"},
        {"question": "Слоны?", "must_refuse": True, "answer_contains": ["да"]},
        {"question": "Слоны?", "must_refuse": True, "document_id": "d"},
        {},
    ],
)
async def test_question_that_asks_nothing_or_contradicts_itself_is_refused(admin, body):
    answer = await admin.post(REGRESSION, body)
    assert answer.status == 422
    assert (await admin.get(REGRESSION)).json()["total"] == 0


async def test_run_says_what_was_answered_and_from_what_and_stores_no_conversation(app, admin, model):
    document = await pasted(admin)
    other = await pasted(admin, "Гвозди", "# Гвозди\n\nГвозди продаём на вес.")
    await asked(admin, answer_contains=["700"], document_id=document)
    await asked(admin, answer_contains=["900"], answer_must_not_contain=["700"])
    await asked(admin, document_id=other)
    await asked(admin, must_refuse=True)
    async with app.units.read() as unit:
        before = await unit.db.scalar(select(func.count()).select_from(ChatMessage))
    result = await run(admin)
    first, second, third, fourth = result["questions"]
    assert (first["is_passed"], first["outcome"]["stage"]) == (True, "llm")
    assert "700 рублей" in first["outcome"]["answer"]
    assert first["outcome"]["sources"][0]["document_id"] == document
    assert second["outcome"]["faults"] == ["lacks:900", "says:700"]
    assert third["outcome"]["faults"] == ["other_document"]
    assert fourth["outcome"]["faults"] == ["answered"]
    assert (result["score"], result["score_before"], result["has_fallen"]) == (0.25, None, False)
    async with app.units.read() as unit:
        assert await unit.db.scalar(select(func.count()).select_from(ChatMessage)) == before
    listed = (await admin.get(REGRESSION)).json()
    assert (listed["passed"], listed["failed"], listed["runs"][0]["id"]) == (1, 3, result["run_id"])
    assert listed["questions"][0]["outcome"]["answer"] == first["outcome"]["answer"]


async def test_models_costs_are_booked_as_regression(app, admin):
    await pasted(admin)
    await asked(admin)
    await run(admin)
    await app.ledger.close()
    async with app.units.read() as unit:
        assert set(await unit.db.scalars(select(UsageRow.source))) == {"regression"}


async def test_refusal_and_faq_are_judged_too(admin):
    await asked(admin, question="Когда родился Пушкин?", must_refuse=True)
    entry = (await admin.post("/admin/faq", {"trigger": "часы работы склада", "response": "С 8 до 20."})).json()[
        "entry"
    ]
    await asked(admin, question="часы работы склада", faq_entry_id=entry["id"], answer_contains=["20"])
    document = await pasted(admin)
    await asked(admin, question="часы работы склада", document_id=document)
    refused, by_faq, wrong = (await run(admin))["questions"]
    assert (by_faq["is_passed"], by_faq["outcome"]["stage"]) == (True, "faq")
    assert by_faq["outcome"]["sources"][0]["faq_entry_id"] == entry["id"]
    assert wrong["outcome"]["faults"] == ["other_document"]
    assert (refused["is_passed"], refused["outcome"]["stage"]) == (True, "none")


async def test_draft_prompt_warns_before_it_goes_live_and_changes_nothing(admin, heard):
    await pasted(admin)
    question = await asked(admin, answer_contains=["700"])
    result = await run(admin, draft={"system_prompt": "Не называй цен."})
    assert (result["is_draft"], result["run_id"]) == (True, None)
    assert (result["score_before"], result["score_after"], result["has_fallen"]) == (1.0, 0.0, True)
    [verdict] = result["questions"]
    assert (verdict["was_passed"], verdict["is_passed"], verdict["has_fallen"]) == (True, False, True)
    assert verdict["outcome"]["faults"] == ["lacks:700"]
    read = (await admin.get(f"{REGRESSION}/{question['id']}")).json()["question"]
    assert read["is_passed"] is True
    assert (heard, (await admin.get(REGRESSION)).json()["warnings"]) == ([], [])


async def test_draft_document_is_tried_in_a_copy(admin):
    document = await pasted(admin)
    await pasted(admin, "Гвозди", "# Гвозди\n\nГвозди продаём на вес.")
    await asked(admin, answer_contains=["700"], document_id=document)
    draft = {"document": {"id": document, "filename": "Перевозка.md", "content": TEXT.replace("700", "900")}}
    worse = await run(admin, draft=draft)
    assert (worse["score_before"], worse["score_after"], worse["has_fallen"]) == (1.0, 0.0, True)
    assert "900 рублей" in worse["questions"][0]["outcome"]["answer"]
    assert worse["questions"][0]["outcome"]["faults"] == ["lacks:700"]
    same = await run(admin, draft={"document": {"id": document, "filename": "a.md", "content": f"{TEXT}\nИ ещё."}})
    assert (same["score_after"], same["has_fallen"]) == (1.0, False)
    assert (await run(admin))["score"] == 1.0
    content = (await admin.get(f"{DOCUMENTS}/{document}/content")).json()["content"]
    assert "700" in content


async def test_new_document_is_tried_before_it_is_there(admin):
    await pasted(admin)
    await asked(admin, question="Сколько стоит сборка шкафа?", answer_contains=["2000"])
    draft = {"document": {"filename": "Сборка.md", "content": "# Сборка\n\nСборка шкафа стоит 2000 рублей."}}
    result = await run(admin, draft=draft)
    assert (result["score_before"], result["score_after"]) == (0.0, 1.0)
    assert (await admin.get(DOCUMENTS)).json()["total"] == 1


async def test_changed_document_has_the_questions_asked_once_and_a_fall_is_told_and_kept(app, admin, heard):
    document = await pasted(admin)
    await asked(admin, answer_contains=["700"])
    await run(admin)
    for price in ("800", "900"):
        body = {"content": TEXT.replace("700", price)}
        assert (await admin.put(f"{DOCUMENTS}/{document}", body)).status == 200
    assert await do_waiting(app) == ["regression.ask"]
    [event] = heard
    assert (event.cause, event.before, event.after, event.questions, event.owner_id) == ("document", 1, 0, 1, None)
    news = event.news()
    assert (news.action, news.resource) == ("fallen", "regression_run")
    [warning] = (await admin.get(REGRESSION)).json()["warnings"]
    assert (warning["id"], warning["cause"], warning["has_fallen"]) == (event.run_id, "document", True)
    assert (await admin.put(f"{DOCUMENTS}/{document}", {"content": TEXT})).status == 200
    await do_waiting(app)
    assert (await admin.get(REGRESSION)).json()["warnings"] == []
    assert len(heard) == 1


async def test_changed_faq_prompt_or_model_has_the_questions_asked(app, admin):
    await pasted(admin)
    await asked(admin, answer_contains=["700"])
    await do_waiting(app)
    await admin.post("/admin/faq", {"trigger": PRICE, "response": "Спросите у менеджера."})
    assert await do_waiting(app) == ["regression.ask"]
    assert (await admin.get(REGRESSION)).json()["questions"][0]["outcome"]["faults"] == ["lacks:700"]
    assistant = (await admin.get("/admin/assistants")).json()["assistants"][0]["id"]
    for body, kinds in (({"name": "Другое имя"}, []), ({"system_prompt": "Не называй цен."}, ["regression.ask"])):
        answer = await admin.put(f"/admin/assistants/{assistant}", body)
        assert answer.status == 200, answer.text
        assert await do_waiting(app) == kinds


async def test_nothing_is_asked_where_there_is_no_question(app, admin):
    await pasted(admin)
    assert await do_waiting(app) == []


async def test_change_while_the_questions_are_asked_asks_once_more(app, admin):
    document = await pasted(admin)
    await asked(admin, answer_contains=["700"])
    await do_waiting(app)
    ask = handlers(app.examiner)["regression.ask"]

    async def changed_meanwhile(job):
        await admin.put(f"{DOCUMENTS}/{document}", {"content": TEXT.replace("700", "900")})
        await admin.put(f"{DOCUMENTS}/{document}", {"content": TEXT.replace("700", "950")})
        await app.self_test.watch.close()
        await ask(job)

    await admin.put(f"{DOCUMENTS}/{document}", {"content": TEXT.replace("700", "800")})
    await app.self_test.watch.close()
    assert await do_jobs(app.units, {"regression.ask": changed_meanwhile}, most=1) == ["regression.ask"]
    assert await do_waiting(app) == ["regression.ask"]


async def test_warning_is_dismissed_by_who_may(client, people, admin, app):
    document = await pasted(admin)
    await asked(admin, answer_contains=["700"])
    await run(admin)
    await admin.put(f"{DOCUMENTS}/{document}", {"content": TEXT.replace("700", "900")})
    await do_waiting(app)
    [warning] = (await admin.get(REGRESSION)).json()["warnings"]
    path = f"{REGRESSION}/warnings/{warning['id']}/dismiss"
    assert (await client.signed_in(people.user.token).post(path)).status == 404
    assert (await admin.post(path)).json()["warning"]["is_dismissed"] is True
    assert (await admin.get(REGRESSION)).json()["warnings"] == []
    assert (await admin.post(f"{REGRESSION}/warnings/nope/dismiss")).status == 404


async def test_question_about_what_is_gone_fails(admin):
    document = await pasted(admin)
    await asked(admin, document_id=document)
    assert (await run(admin))["score"] == 1.0
    await admin.delete(f"{DOCUMENTS}/{document}")
    assert (await run(admin))["has_fallen"] is True


async def test_run_asks_fifty_at_most_and_then_the_others(app, admin):
    async with app.units.write() as unit:
        for number in range(MOST_ASKED + 5):
            await add(unit, question=f"Вопрос {number}", owner_id=None)
    first = await run(admin)
    assert len(first["questions"]) == MOST_ASKED
    second = await run(admin)
    assert [one["question"] for one in second["questions"][:5]] == [f"Вопрос {MOST_ASKED + one}" for one in range(5)]


async def test_named_questions_alone_are_asked(admin):
    one, two = [(await asked(admin, question=text))["id"] for text in ("Один?", "Два?")]
    assert [verdict["question_id"] for verdict in (await run(admin, question_ids=[two]))["questions"]] == [two]
    assert one != two


async def test_everybody_has_questions_of_his_own(client, people, admin, user):
    mine = (await asked(user))["id"]
    assert (await user.get(f"{REGRESSION}/{mine}")).json()["question"]["owner_id"] == people.user.id
    for name in ("other", "web"):
        stranger = client.signed_in(getattr(people, name).token)
        assert (await stranger.get(REGRESSION)).json()["total"] == 0
        assert (await stranger.get(f"{REGRESSION}/{mine}")).status == 404
        assert (await stranger.put(f"{REGRESSION}/{mine}", {"question": "Моё?"})).status == 404
        assert (await stranger.delete(f"{REGRESSION}/{mine}")).status == 404
        assert (await stranger.post(f"{REGRESSION}/run", {"question_ids": [mine]})).status == 404
        assert (await stranger.post(f"{REGRESSION}/run", {})).json()["questions"] == []
    assert (await admin.get(REGRESSION)).json()["total"] == 1
    assert (await run(admin))["questions"] == []
    guest = client.signed_in(people.guest.token)
    assert [(await guest.get(REGRESSION)).status, (await guest.post(f"{REGRESSION}/run", {})).status] == [403, 403]


async def test_foreign_ids_are_not_there(client, people, user):
    other = client.signed_in(people.other.token)
    document = await pasted(other)
    collection = (await other.post("/admin/knowledge/collections", {"name": "Theirs"})).json()["collection"]["id"]
    assistant = (await other.post("/admin/widget/instances", {"name": "Theirs", "system_prompt": "Own"})).json()[
        "instance"
    ]["assistant_id"]
    for body in (
        {"document_id": document},
        {"collection_id": collection},
        {"assistant_id": assistant},
        {"faq_entry_id": "nope"},
    ):
        assert (await user.post(REGRESSION, {"question": PRICE, **body})).status == 404, body
    for draft in (
        {"document": {"id": document, "filename": "a.md", "content": "x"}},
        {"document": {"filename": "a.md", "content": "x", "collection_ids": [collection]}},
        {"persona_id": "nope"},
        {"llm_backend": "cloud:nope"},
    ):
        assert (await user.post(f"{REGRESSION}/run", {"draft": draft})).status == 404, draft


async def test_draft_of_an_empty_document_is_refused(admin):
    await asked(admin)
    draft = {"document": {"filename": "a.md", "content": "  \n"}}
    assert (await admin.post(f"{REGRESSION}/run", {"draft": draft})).status == 422
