"""Tables in a chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.assistant.tables import TableLines, as_lines

TABLE = "| What | Hour, ₽ | Day, ₽ |\n|---|---|:--|\n| Boat | 400 | 1 600 |\n| Skis | 300 | |\n| Tub | | |"


def test_rows_become_lines_and_the_text_around_stays():
    shown = as_lines(f"Prices:\n\n{TABLE}\n\nThe deposit is 2 000 ₽.")
    assert shown == (
        "Prices:\n\n- Boat — Hour, ₽: 400; Day, ₽: 1 600\n- Skis — Hour, ₽: 300\n- Tub\n\nThe deposit is 2 000 ₽."
    )


@pytest.mark.parametrize("text", ["", "a | b", "| a | b |\n| c | d |", "One\n---\nTwo", "- item\n- item"])
def test_what_is_no_table_stays(text):
    assert as_lines(text) == text


@given(st.text(alphabet="ab|-: \n", max_size=60))
def test_any_text_is_taken_and_one_without_pipes_stays(text):
    assert as_lines(text) == text or "|" in text


def streamed(text, cuts=()):
    tables = TableLines()
    pieces = [text[begin:end] for begin, end in zip((0, *cuts), (*cuts, len(text)), strict=True)]
    return "".join(tables.feed(piece) for piece in pieces) + tables.end()


def test_streamed_table_is_shown_as_the_same_lines():
    text = f"Prices:\n\n{TABLE}\n\nThe deposit | 2 000 ₽."
    assert streamed(text) == as_lines(f"Prices:\n\n{TABLE}\n\n") + "The deposit | 2 000 ₽."


def test_text_is_not_held_back_and_a_row_only_until_its_end():
    tables = TableLines()
    assert tables.feed("Hel") == "Hel"
    assert tables.feed("lo | there\n| a | b |\n|--") == "lo | there\n"
    assert tables.feed("-|---|\n| 1 |") == ""
    assert tables.feed(" 2 |\n| 3 ") == "- 1 — b: 2\n"
    assert tables.end() == "- 3"


def test_table_in_a_fence_and_an_escaped_pipe_stay():
    fenced = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n"
    assert streamed(fenced) == fenced
    assert streamed("| a | b |\n|---|---|\n| x\\|y | 2 |") == "- x|y — b: 2"


def test_line_without_end_is_not_held_for_ever():
    assert len(TableLines().feed("|" + "a" * 5_000)) == 5_001


TABLEISH = st.lists(
    st.sampled_from(["| a | b |", "|---|---|", "\n", "\n", "| 1 |", "word", " ", "|", "-", "```"]), max_size=14
)


@given(TABLEISH.map("".join), st.data())
def test_cuts_change_no_table(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    assert streamed(text, cuts) == streamed(text)
    if "|" not in text:
        assert streamed(text, cuts) == text
