"""Text from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.errors import Invalid
from secretary.kernel.language import detect_language
from secretary.kernel.text import clean


@given(st.text())
def test_what_can_be_encoded_and_has_no_nul_passes_unchanged(text):
    if "\0" in text:
        with pytest.raises(Invalid):
            clean(text)
    else:
        assert clean(text) == text


@pytest.mark.parametrize("text", ["a\0", "\ud800", "x\udfffy"])
def test_what_no_database_stores_is_refused(text):
    with pytest.raises(Invalid):
        clean(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [("Привет", "ru"), ("Hello", "en"), ("Как настроить Wi-Fi router?", "ru"), ("iPhone 15 Pro Max купить", "ru"),
     ("123", "ru"), ("", "ru"), ("I love борщ very much indeed", "en")],
)  # fmt: skip
def test_language(text, language):
    assert detect_language(text) == language
