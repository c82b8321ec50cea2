"""Grouping as a worker does it: with a model of meanings, with one that is away, twice, and after a crash."""

import pytest
from tests.support.visitor import Visitor

from secretary.app.soon import Soon
from secretary.kernel.errors import Upstream
from secretary.kernel.jobs import JobsWanted, NewJob, claim, enqueue, list_jobs
from secretary.kernel.unit import Actor
from secretary.knowledge.unanswered import service
from secretary.knowledge.unanswered.events import QuestionsNoticed, UnansweredGrew
from secretary.knowledge.unanswered.jobs import GROUP, JOB, group_noticed, handlers
from secretary.knowledge.unanswered.service import Filter

PARKING, CAR, DOG = "Есть ли у вас парковка?", "Куда поставить машину?", "Можно прийти с собакой?"


class Meanings:
    """A model that knows what a few questions mean."""

    name = "scripted"

    def __init__(self, known):
        self.known, self.asked = known, []

    async def of_question(self, text):
        self.asked.append(text)
        if self.known is None:
            raise Upstream("embedding_failed", en="Away.", ru="Нет связи.", retryable=True)
        return self.known[text]

    async def of_passages(self, texts):
        raise NotImplementedError

    async def close(self):
        return None


KNOWN = {PARKING: [1.0, 0.0], CAR: [0.9, 0.4358898943540674], DOG: [0.0, 1.0]}


@pytest.fixture
def admin(people):
    return Actor("user", people.admin.id, "admin")


async def ask(client, *texts):
    for text in texts:
        await (await Visitor.arrive(client)).ask(text)


async def work(app, model):
    run = handlers(app.units, model)
    async with app.units.write() as unit:
        await enqueue(unit, JOB)
        [job] = await claim(unit, [GROUP], unit.new_id(), 60)
    await run[GROUP](job)


async def counts(app, actor):
    async with app.units.read(actor) as unit:
        shown, total = await service.list_groups(unit, Filter(), limit=50, offset=0)
        assert total == len(shown)
        return [one.tally.count for one in shown]


async def test_paraphrases_meet_where_a_model_is_there_and_each_is_read_once(app, client, admin):
    model = Meanings(KNOWN)
    await ask(client, PARKING, DOG)
    await work(app, model)
    await ask(client, CAR)
    await work(app, model)
    assert await counts(app, admin) == [2, 1]
    assert sorted(model.asked) == sorted(KNOWN)


async def test_model_that_is_away_leaves_the_words_and_loses_nothing(app, client, admin):
    await ask(client, PARKING, CAR, "парковка у вас есть")
    await work(app, Meanings(None))
    assert await counts(app, admin) == [2, 1]


async def test_grouping_again_changes_nothing(app, client, admin):
    await ask(client, PARKING, DOG)
    await work(app, None)
    await work(app, None)
    assert await group_noticed(app.units) == 0
    assert await counts(app, admin) == [1, 1]


async def test_panel_is_told_of_groups_that_grew(app, client):
    heard = []
    app.units.bus.subscribe(UnansweredGrew, heard.append)
    await ask(client, PARKING, PARKING)
    await work(app, None)
    assert [(one.news().resource, one.news().action) for one in heard] == [("unanswered", "update")] * 2
    assert len({one.group_id for one in heard}) == 1


async def test_many_refusals_within_a_moment_are_one_job(app):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    soon = Soon(app.units, NewJob("test.soon", key="one"), QuestionsNoticed, sleep=sleep)
    for _ in range(5):
        app.units.bus.publish([QuestionsNoticed()])
    await soon._task
    await soon.close()
    async with app.units.read() as unit:
        _, total = await list_jobs(unit, JobsWanted(kind_prefix="test.soon"), 10, 0)
    assert (total, waits) == (1, [1.0])
