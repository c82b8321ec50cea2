"""The peer is BM25 and nothing more."""

import math

import pytest

from secretary.knowledge.evaluation.bm25 import K1, B, PlainBm25, sections_of, words_of
from secretary.knowledge.evaluation.shapes import Document, Turn

DOCUMENTS = [Document("a.md", "# Кот\nкот кот пёс\n# Пёс\nпёс рыба".encode()), Document("b.md", "Рыба.".encode())]


async def found(question, *, history=(), limit=10, documents=DOCUMENTS):
    peer = PlainBm25()
    await peer.build(documents)
    return await peer.retrieve(question, history, limit)


def test_words_keep_their_endings_and_yo():
    assert words_of("Ёлки, ёлка №5 К-201!") == ["ёлки", "ёлка", "5", "к", "201"]


def test_sections_begin_at_headings():
    assert sections_of(Document("a.md", "до\r\n# А\n\nтекст\n## Б\n#тег\n\n### В".encode())) == [
        "до", "# А\n\nтекст", "## Б\n#тег", "### В"
    ]  # fmt: skip


async def test_score_as_computed_by_hand():
    best = (await found("кот")).passages[0]
    lengths = [4, 3, 1]  # the words of the three sections
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    norm = K1 * (1 - B + B * 4 / (sum(lengths) / 3))
    assert best.text == "# Кот\nкот кот пёс"
    assert best.score == pytest.approx(idf * 3 * (K1 + 1) / (3 + norm))


async def test_shorter_passage_wins_among_equals():
    assert [one.file for one in (await found("РЫБА")).passages] == ["b.md", "a.md"]


async def test_other_forms_of_a_word_are_other_words():
    assert (await found("коты")).is_refused


async def test_history_is_not_looked_at():
    assert (await found("слон", history=[Turn("user", "кот")])).passages == []


async def test_limit_holds():
    assert len((await found("пёс рыба кот", limit=2)).passages) == 2


async def test_nothing_to_search_is_a_refusal():
    assert (await found("кот", documents=[])).is_refused
    assert (await found("", documents=[Document("a.md", b"")])).is_refused


async def test_building_again_forgets_what_was_there():
    peer = PlainBm25()
    await peer.build(DOCUMENTS)
    await peer.build([Document("c.md", "слон".encode())])
    assert (await peer.retrieve("кот", (), 10)).is_refused
    assert (await peer.retrieve("слон", (), 10)).passages[0].file == "c.md"
