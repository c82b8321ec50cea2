"""A model that says it does not know is a refusal, one that answers is none, a failed turn neither."""

import pytest
from tests.support.models import ScriptedModel

from secretary.app import Ports
from secretary.kernel.errors import Upstream
from secretary.knowledge.unanswered import queries


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
def ports(database, model):
    return Ports(models={"m": model}, database=database)


async def noticed(app):
    async with app.units.read() as unit:
        return [(row.text, row.reason, row.source) for row in await queries.ungrouped(unit.db, 10)]


async def test_model_that_knows_nothing_is_a_refusal(app, visitor, model):
    model.script = ("[UNKNOWN]",)
    await visitor.ask("Есть ли у вас парковка?")
    assert await noticed(app) == [("Есть ли у вас парковка?", "refused", "widget")]


async def test_model_that_answers_is_none(app, visitor, model):
    model.script = ("Да, во дворе.",)
    await visitor.ask("Есть ли у вас парковка?")
    assert await noticed(app) == []


async def test_answer_that_breaks_off_is_none(app, visitor, model):
    model.script = ("Да, ", Upstream("llm_broken", en="Broken.", ru="Сломалось.", retryable=True))
    await visitor.ask("Есть ли у вас парковка?")
    assert await noticed(app) == []
