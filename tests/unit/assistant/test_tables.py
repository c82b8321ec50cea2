"""Tables in a chat."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.assistant.tables import as_lines

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
