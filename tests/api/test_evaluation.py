"""Evaluations over HTTP and as jobs: the owner's own questions about his own documents, shipped sets, who may."""

import json
from dataclasses import replace

import pytest
from tests.support.models import ScriptedModel
from tests.support.working import do_jobs

from secretary.app import Ports
from secretary.kernel.jobs import LeaseLost, claim, fail, get_job
from secretary.kernel.jobs.retry import Failure
from secretary.knowledge.evaluation import jobs, queries
from secretary.knowledge.evaluation.folder import shipped_sets
from secretary.knowledge.regression.ports import Answered

EVALUATION = "/admin/knowledge/evaluation"
TEXT = "# Доставка\n\nПеревозка мебели по Москве стоит 300 рублей.\n\n## Возврат\n\nМебель можно вернуть в течение 14 дней.\n"
QUESTIONS = [
    {
        "id": "price",
        "kind": "direct",
        "question": "Сколько стоит перевозка мебели по Москве?",
        "gold": [{"file": "Доставка.md", "quote": "Перевозка мебели по Москве стоит 300 рублей"}],
        "answer_contains": ["300"],
    },
    {
        "id": "lost",
        "question": "Сколько стоит перевозка мебели по Москве?",
        "gold": [{"file": "Доставка.md", "quote": "Этого там нет"}],
    },
]


def lines(*questions):
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in questions)


@pytest.fixture
def model():
    return ScriptedModel(["Доставка стоит ", "300 рублей [1]."])


@pytest.fixture
def ports(database, model):
    return Ports(models={"m": model}, database=database)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture
def user(client, people):
    return client.signed_in(people.user.token)


async def pasted(who, title="Доставка", content=TEXT):
    answer = await who.post("/admin/wiki-rag/documents/text", {"title": title, "content": content})
    assert answer.status == 200, answer.text
    return answer.json()["document"]


async def started(who, **body):
    answer = await who.post(EVALUATION, body)
    assert answer.status == 202, answer.text
    return answer.json()["run"]


def handlers(app):
    return jobs.handlers(app.units, app.self_test.laboratory)


async def test_own_questions_about_own_documents(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(*QUESTIONS), name="Мои вопросы")
    assert (run["state"], run["origin"], run["name"]) == ("waiting", "uploaded", "Мои вопросы")
    assert (await admin.get(f"{EVALUATION}/{run['id']}")).json()["halves"] is None
    assert await do_jobs(app.units, handlers(app)) == ["evaluation.run"]
    read = (await admin.get(f"{EVALUATION}/{run['id']}")).json()
    assert (read["run"]["state"], read["run"]["fault"]) == ("done", "")
    assert read["run"]["engine"].endswith("words")
    [whole] = read["halves"]
    assert whole["half"] == "whole"
    assert whole["product"]["all"]["recall_at_5"] == 0.5
    assert whole["product"]["direct"]["quoted_right"] == 1.0
    assert whole["peer"]["all"]["questions"] == 2
    [wrong] = read["worst"]
    assert (wrong["id"], wrong["best_rank"]) == ("own/lost", None)
    assert wrong["found"][0]["file"] == "Доставка.md"
    assert "300 рублей" in wrong["found"][0]["text"]
    assert read["changes"] is None
    assert "nDCG@10" in read["table"]
    listed = (await admin.get(EVALUATION)).json()
    assert (listed["total"], listed["runs"][0]["id"]) == (1, run["id"])


async def test_answers_of_the_models_are_judged_only_where_that_is_wished(app, admin, model):
    await pasted(admin)
    questions = lines(QUESTIONS[0], {**QUESTIONS[1], "answer_contains": ["слон"]})
    quoted = await started(admin, questions=questions)
    await do_jobs(app.units, handlers(app))
    assert model.prompts == []
    answered = await started(admin, questions=questions, with_model=True)
    await do_jobs(app.units, handlers(app))
    assert len(model.prompts) == 2
    scores = [
        (await admin.get(f"{EVALUATION}/{run['id']}")).json()["halves"][0]["product"]["all"]
        for run in (quoted, answered)
    ]
    assert [(one["quoted_right"], one["answered_right"]) for one in scores] == [(0.5, None), (0.5, 0.5)]


async def test_run_whose_job_has_died_is_shown_as_failed(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    async with app.units.write() as unit:
        [job] = await claim(unit, ["evaluation.run"], "holder", 60)
        await fail(unit, job, Failure("internal", is_final=True), 0)
    assert (await admin.get(f"{EVALUATION}/{run['id']}")).json()["run"]["state"] == "failed"


async def test_next_run_says_what_has_changed(app, admin):
    document = await pasted(admin)
    await started(admin, questions=lines(QUESTIONS[0]))
    await do_jobs(app.units, handlers(app))
    changed = {"content": TEXT.replace("300", "350")}
    assert (await admin.put(f"/admin/wiki-rag/documents/{document['id']}", changed)).status == 200
    run = await started(admin, questions=lines(QUESTIONS[0]))
    await do_jobs(app.units, handlers(app))
    changes = (await admin.get(f"{EVALUATION}/{run['id']}")).json()["changes"]
    assert changes["lost"] == ["own/price"]
    recall = next(one for one in changes["figures"] if one["figure"] == "recall@5")
    assert (recall["before"], recall["now"], recall["gain"]) == (1.0, 0.0, -1.0)


async def test_shipped_sets_are_evaluated_in_a_place_of_their_own(app, admin, monkeypatch):
    monkeypatch.setattr(jobs, "shipped_sets", lambda: shipped_sets()[:1])
    run = await started(admin, half="held_out")
    await do_jobs(app.units, handlers(app))
    read = (await admin.get(f"{EVALUATION}/{run['id']}")).json()
    assert read["run"]["state"] == "done", read["run"]
    assert read["halves"][0]["product"]["all"]["recall_at_5"] > 0.5
    assert (await admin.get("/admin/wiki-rag/documents")).json()["total"] == 0


async def test_questions_that_cannot_be_put_are_refused_with_their_line(admin):
    await pasted(admin)
    bad = [lines(QUESTIONS[0], {"id": "x", "question": "?", "gold": [{"file": "b.md", "quote": "q"}]}), "{", "\n\n"]
    answers = [await admin.post(EVALUATION, {"questions": text}) for text in bad]
    assert [answer.status for answer in answers] == [422, 422, 422]
    assert [answer.json().get("line") for answer in answers] == [2, 1, None]
    assert (await admin.get(EVALUATION)).json()["total"] == 0


async def test_documents_that_are_gone_meanwhile_end_the_run_with_a_reason(app, admin):
    document = await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    await admin.delete(f"/admin/wiki-rag/documents/{document['id']}")
    await do_jobs(app.units, handlers(app))
    read = (await admin.get(f"{EVALUATION}/{run['id']}")).json()["run"]
    assert (read["state"], read["fault"]) == ("failed", "evaluation_line")
    assert "Доставка.md" in read["fault_text"]


async def test_waiting_run_is_cancelled_and_a_done_one_is_not(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    assert (await admin.post(f"{EVALUATION}/{run['id']}/cancel")).json()["run"]["state"] == "cancelled"
    assert await do_jobs(app.units, handlers(app)) == []
    assert (await admin.post(f"{EVALUATION}/{run['id']}/cancel")).status == 409


class Cancelling:
    """Somebody cancels the run while its first question is answered."""

    def __init__(self, who, run_id):
        self.who, self.run_id = who, run_id

    async def answer(self, actor, asked, **more):
        assert (await self.who.post(f"{EVALUATION}/{self.run_id}/cancel")).status == 200
        return Answered("300", "extract")


async def test_worker_hears_that_its_run_was_cancelled_and_stores_nothing(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    async with app.units.write() as unit:
        [job] = await claim(unit, ["evaluation.run"], "holder", 60)
    laboratory = replace(app.self_test.laboratory, answers=Cancelling(admin, run["id"]))
    with pytest.raises(LeaseLost):
        await jobs.handlers(app.units, laboratory)["evaluation.run"](job)
    read = (await admin.get(f"{EVALUATION}/{run['id']}")).json()
    assert (read["run"]["state"], read["halves"]) == ("cancelled", None)
    await handlers(app)["evaluation.run"](job)
    assert (await admin.get(f"{EVALUATION}/{run['id']}")).json()["run"]["state"] == "cancelled"


async def test_run_of_a_worker_that_died_is_done_by_the_next(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    async with app.units.write() as unit:
        await claim(unit, ["evaluation.run"], "dead", -1)
    assert await do_jobs(app.units, handlers(app)) == ["evaluation.run"]
    read = (await admin.get(f"{EVALUATION}/{run['id']}")).json()["run"]
    assert read["state"] == "done"


async def test_progress_is_told(app, admin):
    await pasted(admin)
    run = await started(admin, questions=lines(QUESTIONS[0]))
    await do_jobs(app.units, handlers(app))
    async with app.units.read() as unit:
        job = await get_job(unit, (await queries.run(unit.db, run["id"])).job_id)
    assert job.progress == {"phase": "asking", "done": 1, "total": 1}


async def test_nobody_sees_or_stops_the_run_of_another(client, people, admin, user):
    await pasted(user)
    run = await started(user, half="tuning")
    for name in ("other", "web"):
        stranger = client.signed_in(getattr(people, name).token)
        assert (await stranger.get(f"{EVALUATION}/{run['id']}")).status == 404
        assert (await stranger.post(f"{EVALUATION}/{run['id']}/cancel")).status == 404
        assert (await stranger.get(EVALUATION)).json()["total"] == 0
    guest = client.signed_in(people.guest.token)
    assert (await guest.get(EVALUATION)).status == 403
    assert (await guest.post(EVALUATION, {})).status == 403
    assert (await admin.get(f"{EVALUATION}/{run['id']}")).status == 200


async def test_foreign_collection_is_not_evaluated(client, people, user):
    other = client.signed_in(people.other.token)
    theirs = (await other.post("/admin/knowledge/collections", {"name": "Theirs"})).json()["collection"]["id"]
    for ids in ([theirs], ["nope"]):
        answer = await user.post(EVALUATION, {"questions": lines({"id": "1", "question": "?"}), "collection_ids": ids})
        assert answer.status == 404
    assert (await user.get(EVALUATION)).json()["total"] == 0


async def test_stats_and_status_say_whether_the_search_finds_what_is_there(admin):
    assert (await admin.get("/admin/wiki-rag/stats")).json()["health"] is None
    await pasted(admin)
    health = (await admin.get("/admin/wiki-rag/stats")).json()["health"]
    assert (health["is_healthy"], health["finds_by_words"]) == (True, True)
    assert health["engine"].endswith("words")
    assert health["passages"] > 0
    search = (await admin.get("/admin/status")).json()["search"]
    assert search == {"engine": health["engine"], "passages": health["passages"], "lacking": 0, "is_healthy": True}
