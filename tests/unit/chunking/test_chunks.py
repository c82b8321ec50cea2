"""Passages: whole in themselves, where they say they are, and nothing left out."""

import re
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from secretary.knowledge.chunking import LIMIT, chunks_of
from secretary.knowledge.chunking.splitting import LONGEST_HEADER

WORDS = st.text("абвгдеёжз abcdef.!?", min_size=1, max_size=60)
LINES = st.one_of(
    WORDS,
    WORDS.map(lambda text: "# " + text),
    WORDS.map(lambda text: "### " + text),
    WORDS.map(lambda text: "- " + text),
    WORDS.map(lambda text: "   " + text),
    st.sampled_from(
        ["", "| a | b |", "|---|---|", "```", "> quoted", "1. one", "---", "[x]: http://y", "<b>", "\t", "=="]
    ),
    st.text(max_size=30),
    st.integers(100, 3000).map(lambda size: "слово " * (size // 6)),
    st.integers(100, 3000).map(lambda size: "я" * size),
)
DOCUMENTS = st.lists(LINES, max_size=30).map("\n".join)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@given(DOCUMENTS)
@example("# a\n?\n### ?\n# ?")
@example("# a\n### ?\n### ?\n# ?")
@settings(max_examples=150, deadline=None)
def test_every_word_is_in_a_passage_or_in_its_heading(document: str) -> None:
    covered = [False] * len(document)
    pieces = chunks_of(document, "")
    for piece in pieces:
        covered[piece.begins : piece.ends] = [True] * (piece.ends - piece.begins)
    headings = " ".join(piece.heading for piece in pieces)
    for match in re.finditer(r"\w+", document):
        if not all(covered[match.start() : match.end()]):
            assert match[0] in headings


@given(DOCUMENTS)
@settings(max_examples=150, deadline=None)
def test_passages_stand_where_they_say_in_order_and_are_short_enough(document: str) -> None:
    pieces = chunks_of(document, "")
    assert pieces == chunks_of(document, "")
    for piece in pieces:
        assert 0 < len(piece.text) <= LIMIT
        assert piece.text.strip()
        assert len(piece.heading) <= 500
        assert piece.text.endswith(document[piece.begins : piece.ends])
        assert len(piece.text) - (piece.ends - piece.begins) <= LONGEST_HEADER
    assert [piece.begins for piece in pieces] == sorted(piece.begins for piece in pieces)


def test_heading_path_goes_with_the_passage_without_the_title() -> None:
    long = "Привозим по городу каждый день, кроме воскресенья. " * 4
    document = f"# Доставка\n\n{long}\n\n## По городу\n\n{long}\n\n### Ночью\n\n{long}\n"
    assert [piece.heading for piece in chunks_of(document, "ДОСТАВКА")] == ["", "По городу", "По городу › Ночью"]
    assert chunks_of(document, "Иное")[1].heading == "Доставка › По городу"


def test_small_table_stays_whole() -> None:
    table = "| Район | Цена |\n|---|---|\n| Центр | 250 |\n| Озёрки | 500 |"
    document = f"# Цены\n\nСколько стоит привезти.\n\n{table}\n"
    assert any(table in piece.text for piece in chunks_of(document, "Цены"))


def test_rows_of_a_big_table_come_with_its_header() -> None:
    header = "| Код | Работа | Цена |\n|---|---|---|\n"
    rows = [f"| Т-{n} | Работа номер {n} с описанием | {n * 100} |\n" for n in range(100)]
    pieces = chunks_of("# Цены\n\n" + header + "".join(rows), "Цены")
    assert len(pieces) > 3
    assert all(piece.text.startswith(header) for piece in pieces)
    assert all(sum(row.strip() in piece.text for piece in pieces) == 1 for row in rows)


def test_item_is_never_cut_while_it_fits() -> None:
    items = [f"- пункт {n}: " + "подробность " * 20 + f"конец {n}" for n in range(12)]
    pieces = chunks_of("# Список\n\n" + "\n".join(items), "Список")
    assert all(any(item.removeprefix("- ") in piece.text for piece in pieces) for item in items)


def test_long_paragraph_is_cut_after_sentences_that_overlap() -> None:
    sentences = [f"Это предложение номер {n}, и в нём есть что сказать." for n in range(80)]
    pieces = chunks_of(" ".join(sentences), "")
    assert all(piece.text.endswith(".") for piece in pieces)
    assert all(after.begins < before.ends for before, after in pairwise(pieces))


def test_tiny_sections_go_together_and_keep_their_headings() -> None:
    document = "# Вопросы\n\n## Парковка\n\nЕсть.\n\n## Карты\n\nПринимаем.\n\n## Дети\n\nМожно.\n"
    (piece,) = chunks_of(document, "Вопросы")
    assert _words(piece.text) == ["Парковка", "Есть", "Карты", "Принимаем", "Дети", "Можно"]


def test_heading_alone_is_a_passage() -> None:
    assert [piece.text for piece in chunks_of("# Работаем круглосуточно", "")] == ["# Работаем круглосуточно"]


def test_nothing_of_nothing() -> None:
    assert [*chunks_of("", ""), *chunks_of(" \n\n\t\n", "")] == []
