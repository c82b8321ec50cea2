"""Where a long text is cut: at the best place there is, never through a character, a link or a short code block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.adapters.channels.telegram.rendering.cutting import has_shape, pieces
from secretary.adapters.channels.telegram.rendering.graphemes import Ruler, is_between_characters, length16
from secretary.adapters.channels.telegram.rendering.markdown import rich_of
from secretary.adapters.channels.telegram.rendering.rich import Rich, Span

FAMILY, FLAGS, ACCENT, WAVE = "👨‍👩‍👧‍👦", "🇷🇺🇫🇷", "e\u0301", "👋🏽"
WHOLE = [
    FAMILY,
    "🇷🇺",
    ACCENT,
    WAVE,
    "❤\ufe0f",
    "각",
    "\u1100\u1161\u11a8",
    "क्ष",
    "🏴\U000e0067\U000e0062\U000e007f",
    "\r\n",
]


def cut(markdown: str, limit: int) -> list[str]:
    rich = rich_of(markdown)
    return [rich.text[begin:end] for begin, end in pieces(rich, limit)]


@pytest.mark.parametrize(
    ("said", "limit", "expected"),
    [
        ("Раз два. Три четыре. Пять", 22, ["Раз два. Три четыре.", "Пять"]),
        ("Раз два три четыре пять", 15, ["Раз два три", "четыре пять"]),
        ("Абзац один.\n\nАбзац два. Ещё", 24, ["Абзац один.", "Абзац два. Ещё"]),
        ("Он сказал: «Да!» Потом ушёл", 20, ["Он сказал: «Да!»", "Потом ушёл"]),
        ("ааааааааааbbb", 10, ["аааааааааа", "bbb"]),
        ("   \n ", 10, []),
        ("ما هو السعر؟ أربعمائة", 15, ["ما هو السعر؟", "أربعمائة"]),
        ("שלום לכולם. מה שלומכם", 15, ["שלום לכולם.", "מה שלומכם"]),
    ],
)
def test_a_cut_is_made_at_the_best_place(said: str, limit: int, expected: list[str]) -> None:
    assert cut(said, limit) == expected


def test_a_code_block_goes_whole_into_the_next_message() -> None:
    assert cut("Слова перед ним.\n```\nодин\nдва\n```\nконец", 25) == ["Слова перед ним.", "один\nдва\n\nконец"]


def test_a_code_block_that_fits_nowhere_is_cut_at_lines_and_stays_code() -> None:
    rich = rich_of("```py\n" + "\n".join(f"строка {number}" for number in range(20)) + "\n```")
    told = [rich.html(begin, end) for begin, end in pieces(rich, 50)]
    assert len(told) > 3
    assert all(one.startswith('<pre><code class="language-py">строка') for one in told)
    assert all(one.endswith("</code></pre>") for one in told)


@pytest.mark.parametrize("said", ["слово слово [длинная ссылка](https://a.example)", "слово слово `код из слов`"])
def test_a_link_and_inline_code_are_not_torn(said: str) -> None:
    first, second = cut(said, 18)
    assert first == "слово слово"
    assert second in {"длинная ссылка", "код из слов"}


def test_emphasis_that_is_cut_goes_on_in_the_next_message() -> None:
    rich = rich_of("**раз *два три* четыре**")
    assert [rich.html(begin, end) for begin, end in pieces(rich, 8)] == [
        "<b>раз <i>два</i></b>", "<b><i>три</i></b>", "<b>четыре</b>",
    ]  # fmt: skip


@pytest.mark.parametrize("whole", WHOLE, ids=lambda one: one.encode("unicode_escape").decode())
def test_what_people_see_as_one_character_is_never_torn(whole: str) -> None:
    text = f"a{whole}b"
    assert [at for at in range(1, len(text)) if is_between_characters(text, at)] == [1, len(text) - 1]


def test_flags_are_parted_between_them_only() -> None:
    assert [at for at in range(5) if is_between_characters(FLAGS, at)] == [0, 2, 4]


@given(
    st.lists(st.sampled_from([*WHOLE[:6], "а", "b", "😀"]), min_size=1, max_size=300).map("".join), st.integers(12, 40)
)
def test_no_piece_tears_a_character_or_is_too_long(text: str, limit: int) -> None:
    rich = Rich(text)
    found = pieces(rich, limit)
    assert "".join(text[begin:end] for begin, end in found) == text
    assert all(length16(text[begin:end]) <= limit for begin, end in found)
    assert all(is_between_characters(text, end) for _, end in found)


def test_a_character_that_never_ends_is_cut_all_the_same() -> None:
    assert [end - begin for begin, end in pieces(Rich("e" + "\u0301" * 25), 10)] == [10, 10, 6]


@given(st.text(alphabet="aб😀\U0001f1f7", max_size=60), st.integers(0, 60), st.integers(1, 40))
def test_a_ruler_measures_as_telegram_does(text: str, begin: int, limit: int) -> None:
    begin = min(begin, len(text))
    ruler = Ruler(text)
    assert ruler.length(begin, len(text)) == length16(text[begin:]) == len(text[begin:].encode("utf-16-le")) // 2
    if begin < len(text):
        end = ruler.reach(begin, limit)
        assert end == begin + 1 or length16(text[begin:end]) <= limit
        assert end == len(text) or length16(text[begin : end + 1]) > limit


def test_spans_that_touch_or_nest_are_closed_in_turn() -> None:
    rich = Rich("абвг", [Span(0, 4, "blockquote"), Span(0, 2, "b"), Span(1, 2, "i"), Span(2, 3, "a", 'https://x/?"&')])
    assert rich.html() == '<blockquote><b>а<i>б</i></b><a href="https://x/?&quot;&amp;">в</a>г</blockquote>'
    assert rich.html(1, 3) == '<blockquote><b><i>б</i></b><a href="https://x/?&quot;&amp;">в</a></blockquote>'


@pytest.mark.parametrize(("text", "seen"), [("а", True), ("", False), (" \n\u200b\u2060\ufeff", False), ("😀", True)])
def test_what_nobody_can_see_is_no_message(text: str, seen: bool) -> None:
    assert has_shape(text) is seen
