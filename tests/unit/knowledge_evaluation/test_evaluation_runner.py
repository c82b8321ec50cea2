"""A run puts every question once, half by half, and judges order and refusal apart."""

import itertools

from secretary.knowledge.evaluation.runner import DEPTH, run
from secretary.knowledge.evaluation.shapes import Document, Gold, Half, Passage, Question, QuestionSet, Retrieved, Turn

HISTORY = (Turn("user", "Часы?"),)


class Scripted:
    """Finds the documents that are named, in that order."""

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.built, self.asked = [], []

    async def build(self, documents):
        self.built.append([document.file for document in documents])

    async def retrieve(self, question, history, limit):
        self.asked.append((question, tuple(history), limit))
        return self.answers.get(question, Retrieved([]))


def question(name, half=Half.TUNING, **more):
    return Question(id=name, question=name, kind="direct", half=half, **more)


def a_set(name, *questions):
    return QuestionSet(name, (Document(f"{name}.md", b"x"),), questions)


async def test_every_question_is_put_with_its_history_after_its_documents_are_built():
    retriever = Scripted()
    sets = [a_set("a", question("q1", history=HISTORY), question("q2", Half.HELD_OUT)), a_set("b", question("q3"))]
    result = await run("product", retriever, sets)
    assert retriever.built == [["a.md"], ["b.md"]]
    assert retriever.asked == [("q1", HISTORY, DEPTH), ("q2", (), DEPTH), ("q3", (), DEPTH)]
    assert [one.key for one in result.judged] == ["a/q1", "a/q2", "b/q3"]
    assert result.halves == (Half.TUNING, Half.HELD_OUT)
    assert [one.id for one in result.of(Half.HELD_OUT)] == ["q2"]


async def test_tuning_never_sees_a_held_out_question_nor_its_documents():
    retriever = Scripted()
    sets = [a_set("a", question("q1"), question("q2", Half.HELD_OUT)), a_set("b", question("q3", Half.HELD_OUT))]
    await run("product", retriever, sets, halves=[Half.TUNING])
    assert retriever.built == [["a.md"]]
    assert [asked for asked, *_ in retriever.asked] == ["q1"]


async def test_order_is_judged_even_when_the_answer_is_refused():
    found = Retrieved([Passage("a.md", "чай", 2.0), Passage("a.md", "стоит 500 ₽", 1.0)], is_refused=True)
    asked = question("q1", gold=(Gold("a.md", "500 ₽"),))
    (one,) = (await run("product", Scripted({"q1": found}), [a_set("a", asked)])).judged
    assert (one.ranks, one.is_refused, one.is_answerable) == ((2,), True, True)


async def test_passages_past_the_depth_do_not_count():
    found = Retrieved([Passage("a.md", "чай", 2.0)] * DEPTH + [Passage("a.md", "500 ₽", 1.0)])
    asked = question("q1", gold=(Gold("a.md", "500 ₽"),))
    (one,) = (await run("product", Scripted({"q1": found}), [a_set("a", asked)])).judged
    assert one.ranks == (None,)


async def test_latency_is_that_of_the_retrieval_alone():
    ticks = itertools.count()
    sets = [a_set("a", question("q1"), question("q2"))]
    result = await run("product", Scripted(), sets, clock=lambda: next(ticks) / 100)
    assert [round(one.latency_ms) for one in result.judged] == [10, 10]
