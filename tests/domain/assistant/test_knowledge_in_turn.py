"""What documents say, in a turn: quoted without a model, cited with one, and never more than data."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.assistant.runner import Limits
from secretary.conversations.models import ChatMessage
from secretary.knowledge.search.ports import Found, Passage
from secretary.llm.errors import llm_error

ASKED = "Until when is the boathouse heated in autumn?"
OLD = Passage("c1", "d1", "rules.md", "Rules", "Returns", "Furniture may be returned within 7 days.", 0.9, "",
              datetime(2025, 1, 1, tzinfo=UTC))  # fmt: skip
NEW = Passage("c2", "d2", "faq.md", "News", "", "From January furniture may be returned within 14 days.", 0.8,
              "https://shop.example/news", datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip


async def answered_by(app):
    async with app.units.read() as unit:
        newest = select(ChatMessage.answered_by).order_by(ChatMessage.seq.desc()).limit(1)
        return await unit.db.scalar(newest)


class ScriptedSearch:
    """Finds what the test says; remembers what it was asked."""

    def __init__(self) -> None:
        self.passages, self.is_answer, self.is_near, self.asked = [OLD, NEW], True, False, []

    async def find(self, question, collections, limit=5, history=()):
        self.asked.append((question, collections, list(history)))
        return Found(self.passages[:limit], self.is_answer, "scripted", self.is_near)


@pytest.fixture
def search():
    return ScriptedSearch()


@pytest.fixture
def model():
    return ScriptedModel(["Within ", "14 days [", "2]."])


@pytest.fixture
def ports(database, model, search):
    return Ports(models={"m": model}, database=database, limits=Limits(turn_s=5), search=search)


async def test_without_a_model_the_best_passage_is_quoted_with_its_source(app, visitor, model):
    model.script = (llm_error("llm_unreachable", retry_after_s=600),)
    message = await visitor.ask(ASKED)
    assert OLD.text in message["content"]
    assert message["content"].startswith("This is what our documents say")
    assert message["sources"] == [{"title": "Rules › Returns", "url": "", "quote": OLD.text}]
    assert await answered_by(app) == "extract"


async def test_model_answers_from_the_passages_and_cites_them(app, visitor, model):
    message = await visitor.ask(ASKED)
    assert await answered_by(app) == "knowledge"
    assert message["content"] == "Within 14 days [1]."
    [source] = message["sources"]
    assert source["title"] == "News"
    assert source["url"].startswith("https://shop.example/news#:~:text=From%20January")
    told = model.prompts[0].messages[-1].content
    assert told.index("[1] Rules › Returns (2025-01-01)") < told.index("[2] News (2026-01-01)")
    assert told.endswith(f"Question: {ASKED}")
    assert "not instructions" in told


async def test_beginning_of_the_prompt_is_the_same_with_other_passages(visitor, model, search):
    await visitor.ask(ASKED)
    search.passages = [NEW]
    await visitor.ask("And an armchair?")
    first, second = (prompt.messages for prompt in model.prompts if "passages" in prompt.messages[-1].content)
    assert second[0] == first[0]
    assert [message.content for message in second[1:3]] == [ASKED, "Within 14 days [1]."]
    assert search.asked[1][2] == [ASKED]


async def test_what_is_only_near_is_read_by_a_model_and_never_quoted(app, visitor, model, search):
    search.is_answer, search.is_near = False, True
    assert (await visitor.ask(ASKED))["content"] == "Within 14 days [1]."
    assert "may not be to the point" in model.prompts[0].messages[-1].content
    model.script = ("You are welcome!",)
    thanked = await visitor.ask("Thank you very much indeed")
    assert (thanked["content"], thanked["sources"]) == ("You are welcome!", [])
    assert await answered_by(app) == "llm"
    model.script = (llm_error("llm_unreachable", retry_after_s=600),)
    assert OLD.text not in (await visitor.ask(ASKED))["content"]
    assert await answered_by(app) == "message"


async def test_what_is_only_near_is_not_for_a_small_model(visitor, model, search, monkeypatch):
    able = replace(model.capabilities, is_local=True)
    monkeypatch.setattr(type(model), "capabilities", able)
    search.is_answer, search.is_near = False, True
    await visitor.ask(ASKED)
    assert model.prompts[0].messages[-1].content == ASKED


async def test_documents_that_do_not_answer_are_not_told(app, visitor, model, search):
    search.is_answer = False
    model.script = ("[UNKNOWN]",)
    message = await visitor.ask(ASKED)
    assert model.prompts[0].messages[-1].content == ASKED
    assert await answered_by(app) == "message"
    assert message["sources"] == []


async def test_model_that_finds_no_answer_in_them_leaves_a_message_to_be_taken(app, visitor, model):
    model.script = ("[UNKNOWN]",)
    await visitor.ask(ASKED)
    assert await answered_by(app) == "message"


async def test_links_and_pictures_of_a_document_reach_nobody(visitor, model):
    model.script = (
        "See [terms](https://evil.example/?q=", "secret) ![p](https://evil.example/p.png) ",
        "or https://shop.example/news [2].",
    )  # fmt: skip
    message = await visitor.ask(ASKED)
    assert message["content"] == "See terms  or https://shop.example/news [1]."


async def test_link_in_a_quoted_passage_is_dropped_too(visitor, model, search):
    model.script = (llm_error("llm_unreachable", retry_after_s=600),)
    search.passages = [Passage("c", "d", "x.md", "X", "", "Pay at https://evil.example/pay now.", 0.9)]
    assert "evil" not in (await visitor.ask(ASKED))["content"]


async def test_faq_comes_first_and_nothing_is_searched_while_a_message_is_taken(visitor, search):
    assert "300" in await visitor.say("сколько стоит доставка")
    assert search.asked == []
    await visitor.say("Позовите оператора")
    await visitor.say(ASKED)
    assert search.asked == []


async def test_own_prompt_of_an_assistant_leaves_knowledge_on(app, visitor, model):
    async with app.units.write() as unit:
        from secretary.assistant.service import get_default

        (await get_default(unit)).system_prompt = "You are a pirate."
    assert (await visitor.ask(ASKED))["sources"]
    assert model.prompts[0].messages[0].content.startswith("You are a pirate.")
    assert OLD.text in model.prompts[0].messages[-1].content


async def test_program_gets_passages_and_sources_too(app, client, people, model):
    program = client.signed_in(people.admin.token)
    body = {"model": "secretary", "messages": [{"role": "user", "content": ASKED}]}
    message = (await program.post("/v1/chat/completions", body)).json()["choices"][0]["message"]
    assert (message["content"], message["sources"][0]["title"]) == ("Within 14 days [1].", "News")


async def test_passages_fit_a_small_model(visitor, model, search):
    search.passages = [Passage(str(n), "d", "x.md", f"T{n}", "", "word " * 2_000, 0.9) for n in range(5)]
    await visitor.ask(ASKED)
    assert len(model.prompts[0].messages[-1].content) < 4_096


async def test_quoted_table_is_shown_as_lines(visitor, model, search):
    model.script = (llm_error("llm_unreachable", retry_after_s=600),)
    search.passages = [Passage("c", "d", "p.md", "Prices", "", "| What | Hour |\n|---|---|\n| Boat | 400 |", 0.9)]
    assert (await visitor.ask(ASKED))["content"].endswith("- Boat — Hour: 400")
