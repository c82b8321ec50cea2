"""Reranking in the turn, and its choice: who may, what is refused, and what becomes of a dead one."""

import pytest
from sqlalchemy import select
from tests.support.llm_admin import made
from tests.support.llm_upstream import LlmUpstream, hanging, replying
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.app.rerank import ChosenReranker
from secretary.assistant.reranking.judging import Reranking
from secretary.assistant.runner import Limits
from secretary.assistant.service import get_default
from secretary.knowledge.search.ports import Found, Passage
from secretary.llm.errors import llm_error
from secretary.llm.routing.ask import Origin
from secretary.llm.routing.chain import ChainLink
from secretary.usage.models import CallStatus, UsageRow

URL = "/admin/knowledge/reranker"
ASKED = "Who mends the sails at the pier?"
ANSWERS = [Passage(f"c{n}", "d", "x.md", f"Title {n}", "", f"Passage number {n}.", 0.9 - n / 100) for n in range(20)]


class Twenty:
    """A search that finds twenty passages, or as many as it is asked for."""

    def __init__(self):
        self.limits, self.is_answer = [], True

    async def find(self, question, collections, limit=5, history=()):
        self.limits.append(limit)
        return Found(ANSWERS[:limit], self.is_answer, "scripted")


async def judging(exchange):
    """The last passage is the best, the one before it the second."""
    count = len(exchange.received.json["documents"])
    results = [{"index": index, "relevance_score": index / 20} for index in reversed(range(count))]
    await replying(200, {"results": results, "usage": {"total_tokens": 321}})(exchange)


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"allowed_private_hosts": ("127.0.0.1",)})


@pytest.fixture
def search():
    return Twenty()


@pytest.fixture
def ports(database, search):
    dead = ScriptedModel((llm_error("llm_unreachable", retry_after_s=600),))
    return Ports(models={"m": dead}, database=database, limits=Limits(turn_s=5), search=search)


@pytest.fixture
def admin(client, people):
    return client.signed_in(people.admin.token)


@pytest.fixture(autouse=True)
def chain(app, run):
    """Only the dead model answers: else the provider of the reranker would be asked to chat, too."""

    async def choose():
        async with app.units.write() as unit:
            (await get_default(unit)).backends = [ChainLink(backend="m")]

    run(choose())


async def chosen(admin, upstream, **more):
    row = await made(admin, provider_type="custom", base_url=upstream.base_url, model_name="m", api_key="k")
    answer = await admin.put(URL, {"provider_id": row["id"], "model": "ranker-1", **more})
    assert answer.status == 200, answer.text
    return row["id"]


async def test_best_passage_is_the_one_that_the_reranker_finds_best(app, admin, visitor, search):
    async with LlmUpstream(judging) as upstream:
        await chosen(admin, upstream)
        message = await visitor.ask(ASKED)
        [asked] = upstream.received
    assert message["sources"][0]["title"] == "Title 19"
    assert search.limits == [20]
    assert asked.json["query"] == ASKED
    assert asked.json["documents"][3] == "Title 3\n\nPassage number 3."
    await app.ledger.flush()
    async with app.units.read() as unit:
        [row] = await unit.db.scalars(select(UsageRow).where(UsageRow.action == "rerank"))
    assert (row.status, row.model, row.prompt_tokens, row.source) == (CallStatus.DONE, "ranker-1", 321, "widget")
    shown = (await admin.get(URL)).json()
    assert (shown["judged"], shown["failed"], shown["last_code"], shown["threshold"]) == (1, 0, "", 0.1)
    [seen] = [one for one in (await admin.get("/admin/status")).json()["models"] if one["name"] == "reranker"]
    assert seen["state"] == "ready"


async def test_too_little_relevance_is_no_answer(admin, visitor):
    async with LlmUpstream(judging) as upstream:
        await chosen(admin, upstream, threshold=0.96)
        message = await visitor.ask(ASKED)
    assert message["sources"] == []
    assert "reliable answer" in message["content"]


async def test_what_the_search_refuses_costs_nothing(admin, visitor, search):
    search.is_answer = False
    async with LlmUpstream(judging) as upstream:
        await chosen(admin, upstream)
        await visitor.ask(ASKED)
        assert not upstream.received


async def test_dead_reranker_leaves_the_order_is_told_of_and_left_alone(admin, visitor):
    async with LlmUpstream(replying(500, {"error": "x"})) as upstream:
        await chosen(admin, upstream)
        for _ in range(3):
            assert (await visitor.ask(ASKED))["sources"][0]["title"] == "Title 0"
        assert len(upstream.received) == 1
    shown = (await admin.get(URL)).json()
    assert (shown["failed"], shown["last_code"]) == (1, "llm_overloaded")
    status = (await admin.get("/admin/status")).json()
    [seen] = [one for one in status["models"] if one["name"] == "reranker"]
    assert (seen["state"], "order of the search" in seen["text"]) == ("llm_overloaded", True)
    assert status["services"][seen["name"]] == "llm_overloaded"


async def test_slow_reranker_is_not_waited_for(app, admin):
    reranking = Reranking(ChosenReranker(app.units, app.backends, app.router._accounting, app.http), wait_s=0.02)
    async with LlmUpstream(hanging()) as upstream:
        await chosen(admin, upstream)
        judge = await reranking.judge_for(Origin("widget"))
        found = Found(ANSWERS, is_answer=True, engine="scripted")
        assert await reranking.judged(judge, ASKED, found) is found
        assert await reranking.judge_for(Origin("widget")) is None
    assert reranking.standing.last_code == "too_slow"


async def test_without_a_choice_or_with_the_provider_gone_nobody_is_asked(app, admin, visitor, search):
    await visitor.ask(ASKED)
    async with LlmUpstream(judging) as upstream:
        provider_id = await chosen(admin, upstream)
        assert (await admin.delete(f"/admin/llm/providers/{provider_id}")).status == 200
        await visitor.ask(ASKED)
        assert not upstream.received
    assert search.limits == [6, 6]
    assert (await admin.put(URL, {})).json()["provider_id"] == ""


async def test_only_an_administrator_chooses_and_only_what_can_do_it(client, people, admin):
    user = client.signed_in(people.user.token)
    assert (await user.put(URL, {})).status == 403
    assert (await client.get(URL)).status == 401
    own = await made(user, provider_type="custom", base_url="https://9.9.9.9/v1", model_name="m")
    claude = await made(admin, provider_type="claude", api_key="k")
    shared = await made(admin, provider_type="custom", base_url="https://9.9.9.9/v1", model_name="m")
    for body, status, code in (
        ({"provider_id": own["id"], "model": "r"}, 404, "no_such_provider"),
        ({"provider_id": "nope", "model": "r"}, 404, "no_such_provider"),
        ({"provider_id": claude["id"], "model": "r"}, 422, "reranker_unsuitable"),
        ({"provider_id": shared["id"]}, 422, "reranker_unsuitable"),
        ({"provider_id": shared["id"], "model": "r", "threshold": 2}, 422, "bad_request"),
    ):
        answer = await admin.put(URL, body)
        assert (answer.status, answer.json()["code"]) == (status, code), answer.text
    assert (await admin.get(URL)).json()["provider_id"] == ""
