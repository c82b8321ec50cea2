"""Places to try things out: the product's own pipeline in them, vectors too, and nothing of it left behind."""

import tempfile
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from tests.domain.search.library import Library, ScriptedVectors

from secretary.app.sandbox import sandboxes
from secretary.kernel.clock import utc_now
from secretary.kernel.errors import Upstream
from secretary.knowledge.documents.ports import Read
from secretary.knowledge.evaluation.evaluating import Laboratory, Wish, of_sets
from secretary.knowledge.evaluation.shapes import Document, Gold, Question, QuestionSet
from secretary.knowledge.models import Chunk
from secretary.knowledge.regression.ports import Answered
from secretary.knowledge.regression.rehearsal.drafts import DraftDocument, furnish
from secretary.knowledge.search.embedding import embed_missing

TEXT = "# Прайс\n\nОсмотр стоит 500 рублей.\n\n# Проезд\n\nКурьер привезёт справку домой за один день.\n"


class PlainReader:
    """Reads what is text."""

    async def read(self, source, name, charset=""):
        return Read(source.decode(), name)


class Silent:
    """Never knows anything."""

    async def answer(self, actor, asked, **more):
        return Answered("", "none")


def a_set(name):
    question = Question("q", "Почём осмотр?", "direct", gold=(Gold("a.md", "Осмотр стоит 500 рублей"),))
    return QuestionSet(name, (Document("a.md", TEXT.encode()),), (replace(question, answer_contains=("500",)),))


@pytest.fixture(autouse=True)
def scratch(tmp_path, monkeypatch):
    """Where sandboxes are made, and nobody else's."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


async def test_sets_are_searched_by_meaning_each_by_itself_and_leave_nothing(scratch):
    model, told = ScriptedVectors(), []

    async def tell(phase, done, total):
        told.append((phase, done, total))

    laboratory = Laboratory(PlainReader(), None, Silent(), sandboxes([model], utc_now))
    report = await of_sets(laboratory, [a_set("one"), a_set("two")], Wish(tell=tell))
    assert report.engine == "words+vectors:scripted"
    assert [(one.set_name, one.ranks, one.quoted) for one in report.product.judged] == [
        ("one", (1,), False),
        ("two", (1,), False),
    ]
    assert told[0] == ("reading one", 0, 1)
    assert told[-1] == ("asking", 2, 2)
    assert model.read
    assert not list(scratch.iterdir())


async def test_model_that_is_away_ends_the_evaluation_and_its_place(scratch):
    laboratory = Laboratory(PlainReader(), None, Silent(), sandboxes([ScriptedVectors(is_there=False)], utc_now))
    with pytest.raises(Upstream):
        await of_sets(laboratory, [a_set("one")], Wish())
    assert not list(scratch.iterdir())


async def test_rehearsal_copies_vectors_and_computes_only_those_of_the_draft(units):
    model = ScriptedVectors()
    library = Library(units)
    await library.open()
    await library.put("Прайс", TEXT)
    changed = await library.put("Часы", "# Часы\n\nМы открыты с девяти.\n")
    while await embed_missing(units, model):
        pass
    computed = len(model.read)
    async with sandboxes([model], utc_now)() as sandbox:
        draft = DraftDocument("Часы.md", "# Часы\n\nМы открыты с десяти.\n", changed)
        await furnish(units, sandbox, [library.collection_id], draft)
        assert len(model.read) == computed + 1
        assert "с десяти" in model.read[-1]
        found = await sandbox.search.find("Когда вы открыты?", [library.collection_id])
        texts = [one.text for one in found.passages]
        assert any("с десяти" in text for text in texts)
        assert not any("с девяти" in text for text in texts)
        async with sandbox.units.read() as copied, units.read() as live:
            counted = select(func.count()).select_from(Chunk)
            assert await copied.db.scalar(counted) == await live.db.scalar(counted)
