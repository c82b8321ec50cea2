"""`<think>…</think>` before an answer, told from it however the stream is cut."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.adapters.llm.openai_wire.thoughts import Thoughts

CASES = [
    ("Привет", "", "Привет"),
    ("<think>hm</think>Привет", "hm", "Привет"),
    ("\n <think>\nhm\n</think>\n\nПривет\n", "\nhm\n", "Привет\n"),
    ("<think></think>\n\nHi", "", "Hi"),
    ("<think>a < b </thin k> c</think>d", "a < b </thin k> c", "d"),
    ("Tags like <think>this</think> are text here", "", "Tags like <think>this</think> are text here"),
    ("<think>never ends", "never ends", ""),
    ("<think>half </thi", "half </thi", ""),
    ("<thi", "", "<thi"),
    ("<thing>is text</thing>", "", "<thing>is text</thing>"),
    ("  ", "", "  "),
    ("", "", ""),
    ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
]
TEXTS = st.lists(
    st.sampled_from(["<think>", "</think>", "<", "th", "ink>", "</", " ", "\n", "слово", "x"]), max_size=12
)


def told(pieces: list[str]) -> tuple[str, str]:
    thoughts = Thoughts()
    parts = [*map(thoughts.feed, pieces), thoughts.end()]
    return "".join(thought for thought, _ in parts), "".join(answer for _, answer in parts)


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@pytest.mark.parametrize(("text", "thought", "answer"), CASES)
def test_thought_is_told_from_answer_in_one_piece_and_letter_by_letter(text: str, thought: str, answer: str) -> None:
    assert told([text]) == (thought, answer)
    assert told(list(text)) == (thought, answer)


@given(TEXTS, st.lists(st.integers(0, 100), max_size=6))
def test_any_cut_tells_the_same(words: list[str], places: list[int]) -> None:
    text = "".join(words)
    assert told(cut(text, places)) == told([text])


@given(TEXTS)
def test_nothing_is_lost_but_the_tags_and_the_gap_after_them(words: list[str]) -> None:
    text = "".join(words)
    found = re.match(r"\s*<think>(.*?)(</think>\s*|\Z)", text, re.DOTALL)
    expected = (found[1], text[found.end() :]) if found else ("", text)
    assert told([text]) == expected


def test_plain_text_is_never_held_back() -> None:
    thoughts = Thoughts()
    assert thoughts.feed("a") == ("", "a")
    assert thoughts.is_over
    assert thoughts.feed("<think>") == ("", "<think>")
