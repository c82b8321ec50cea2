"""Questions that lean on what was said before: rewritten by a model where that is worth it, and else as before."""

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.assistant.responders.knowledge import Consult
from secretary.assistant.rewriting import ORDER, Rewriting, leans_on_history, sensible
from secretary.assistant.runner import Limits
from secretary.knowledge.search.ports import Found, Passage
from secretary.llm.errors import llm_error
from secretary.llm.ports import ChatCapabilities, Delta, Finish, FinishReason
from secretary.usage.models import UsageRow

FIRST = "Сколько стоит прокат байдарки на день?"
THEN = "а для двоих?"
REWRITTEN = "Сколько стоит прокат байдарки на день для двоих?"
PRICES = Passage("c", "d", "p.md", "Прокат", "", "Байдарка двухместная: 1 600 ₽ в день.", 0.9)


@dataclass
class TwoVoices(ScriptedModel):
    """Answers as scripted, and rewrites as it is told to: a text, an error, or a gate that never opens."""

    rewrite: object = f"Запрос: «{REWRITTEN}»"
    is_local: bool = False
    asked: list = field(default_factory=list)

    @property
    def capabilities(self):
        return ChatCapabilities("scripted-1", self.languages, is_local=self.is_local)

    async def stream(self, prompt):
        if prompt.messages[0].content not in ORDER.values():
            async for piece in super().stream(prompt):
                yield piece
            return
        self.asked.append(prompt)
        if isinstance(self.rewrite, BaseException):
            raise self.rewrite
        if isinstance(self.rewrite, asyncio.Event):
            await self.rewrite.wait()
        yield Delta(str(self.rewrite))
        yield Finish(FinishReason.STOP, "scripted-1")


class Remembering:
    """A search that remembers what it was asked."""

    def __init__(self):
        self.asked, self.passages, self.answers = [], (PRICES,), lambda _question: True

    async def find(self, question, collections, limit=5, history=()):
        self.asked.append((question, list(history)))
        return Found(self.passages[:limit], self.answers(question), "scripted")


@dataclass
class Seconds:
    """A monotonic clock that is moved by hand."""

    now: float = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def model():
    return TwoVoices(["1 600 ₽ [1]."])


@pytest.fixture
def search():
    return Remembering()


@pytest.fixture
def ports(database, model, search):
    return Ports(models={"m": model}, database=database, limits=Limits(turn_s=5), search=search)


async def test_question_that_leans_is_searched_in_words_of_its_own(app, visitor, model, search):
    await visitor.ask(FIRST)
    assert model.asked == []
    await visitor.ask(THEN)
    assert search.asked == [(FIRST, []), (THEN, [FIRST]), (REWRITTEN, [])]
    [prompt] = model.asked
    assert FIRST in prompt.messages[1].content
    assert THEN in prompt.messages[1].content.splitlines()[-1]
    assert (prompt.sampling.temperature, prompt.sampling.max_tokens <= 100) == (0, True)
    await app.ledger.flush()
    async with app.units.read() as unit:
        actions = (await unit.db.scalars(select(UsageRow.action).order_by(UsageRow.at, UsageRow.id))).all()
    assert sorted(actions) == ["chat", "chat", "rewrite"]
    assert model.prompts[-1].messages[-1].content.endswith(THEN), "the customer's own words are answered"


@pytest.mark.parametrize(
    "question", ["Когда открывается склад весеннего снаряжения на реке?", "Сколько стоит доставка"]
)
async def test_nobody_rewrites_what_stands_alone_or_the_faq_answers(visitor, model, question):
    await visitor.ask(FIRST)
    await visitor.ask(question)
    assert model.asked == []


@pytest.mark.parametrize(
    "rewrite", [llm_error("llm_unreachable"), "", "Погода хорошая", "слово " * 60, "[UNKNOWN]", f"{REWRITTEN} " * 9]
)
async def test_failure_and_nonsense_leave_the_search_with_history(visitor, model, search, rewrite):
    model.rewrite = rewrite
    await visitor.ask(FIRST)
    message = await visitor.ask(THEN)
    assert search.asked[1:] == [(THEN, [FIRST])]
    assert message["content"] == "1 600 ₽ [1]."


async def test_rewriting_that_finds_nothing_does_not_take_an_answer_away(visitor, model, search):
    search.answers = lambda question: question != REWRITTEN
    await visitor.ask(FIRST)
    assert (await visitor.ask(THEN))["sources"][0]["title"] == "Прокат"


async def test_where_there_are_no_documents_nothing_is_rewritten(visitor, model, search):
    search.passages = ()
    await visitor.ask(FIRST)
    await visitor.ask(THEN)
    assert model.asked == []


async def test_small_model_of_this_machine_is_not_asked(visitor, model):
    model.is_local = True
    await visitor.ask(FIRST)
    await visitor.ask(THEN)
    assert model.asked == []


async def test_model_that_was_slow_is_left_alone_for_a_while_and_then_asked_again(app, visitor, model, search):
    clock = Seconds()
    rewriting = Rewriting(app.router, wait_s=0.01, monotonic=clock)
    app.turns._answering._responders[:] = [
        Consult(app.units, search, rewriting) if isinstance(one, Consult) else one
        for one in app.turns._answering._responders
    ]
    model.rewrite = asyncio.Event()
    await visitor.ask(FIRST)
    await visitor.ask(THEN)
    await visitor.ask(THEN)
    assert len(model.asked) == 1
    assert all(asked != REWRITTEN for asked, _ in search.asked)
    clock.now += 61
    await visitor.ask(THEN)
    assert len(model.asked) == 2
    clock.now += 61
    await visitor.ask(THEN)
    assert len(model.asked) == 2, "the second time it is left alone for longer"
    clock.now += 61
    model.rewrite = REWRITTEN
    await visitor.ask(THEN)
    assert search.asked[-1] == (REWRITTEN, [])


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("а для двоих?", True), ("Сколько это стоит в праздничный день вечером?", True), ("And on Sundays then?", True),
        ("Когда открывается склад снаряжения на реке?", False), ("???", True),
    ],
)  # fmt: skip
def test_what_leans_on_history(text, leans):
    assert leans_on_history(text) is leans


def test_query_is_one_line_about_what_was_spoken_of():
    dialogue = [FIRST, "400 ₽", THEN]
    assert sensible(f'\n"{REWRITTEN}"\nПояснение', dialogue) == REWRITTEN
    assert sensible("Какая завтра погода в Самаре?", dialogue) == ""
