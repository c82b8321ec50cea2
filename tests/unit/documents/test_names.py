"""Names, addresses and faults: small rules without a database."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretary.kernel.errors import Invalid
from secretary.knowledge.documents import faults
from secretary.knowledge.documents.frontier import Frontier, plain_address
from secretary.knowledge.documents.imports import plain_url
from secretary.knowledge.documents.names import NAME_LENGTH, name_of_address, safe_name, short_title, title_of
from secretary.knowledge.documents.uploads import UploadShelf


@given(st.text())
def test_any_name_becomes_a_plain_one(given_name):
    name = safe_name(given_name)
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set('/\\\0<>:"|?*\n')
    assert name not in {".", ".."}
    assert safe_name(name) == name


def test_long_name_keeps_its_extension():
    assert safe_name("я" * 400 + ".docx").endswith("я.docx")
    assert len(safe_name("x" * 400)) == NAME_LENGTH


def test_titles_are_one_line():
    assert title_of("Прайс_лист 2026.xlsx") == "Прайс лист 2026"
    assert title_of("README") == "README"
    assert short_title(" a\n\tb\0 ") == "a b"


def test_names_of_addresses_differ_as_they_do():
    one, other = (name_of_address(f"https://example.com/{path}") for path in ("a?x=1", "a?x=2"))
    assert one != other
    assert one.startswith("example.com_a ")
    assert len(name_of_address("https://example.com/" + "я" * 900)) <= NAME_LENGTH


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://Example.COM", "http://example.com/"),
        ("http://x/a?utm_source=1&b=2#top", "http://x/a?b=2"),
        ("http://x/photo.JPG", ""),
        ("mailto:a@b", ""),
        ("http://x/shop/shop/shop/", ""),
        ("http://x/" + "a/" * 20, ""),
        ("http://[bad", ""),
    ],
)
def test_addresses_have_one_spelling(url, plain):
    assert plain_address(url) == plain


def test_typed_address_gets_a_scheme_and_loses_its_fragment():
    assert plain_url(" example.com#x ") == "https://example.com/"


def test_frontier_takes_each_address_of_its_site_once_and_survives_a_file(tmp_path):
    front = Frontier("x.ru")
    for url in ("http://x.ru/a", "http://www.x.ru/b", "http://x.ru/a#1", "http://y.ru/", "http://x.ru.evil.com/"):
        front.add(url, 1)
    assert [url for url, _ in front.waiting] == ["http://x.ru/a", "http://www.x.ru/b"]
    front.save(tmp_path / "a" / "f.json")
    assert Frontier.load(tmp_path / "a" / "f.json", "x.ru") == front
    (tmp_path / "broken.json").write_text('{"waiting": 5}')
    assert Frontier.load(tmp_path / "broken.json", "x.ru") == Frontier("x.ru")


def test_every_fault_has_two_texts_and_fits_its_column():
    for code, (en, ru) in faults.TEXTS.items():
        assert len(code) <= 40
        assert faults.text_of(f"{code}:docx", "en") != faults.text_of(f"{code}:docx", "ru")
        assert "{" not in faults.text_of(code, "ru") + faults.text_of(code, "en")
        assert en.isascii()
        assert any("а" <= letter <= "я" for letter in ru)
    assert faults.text_of("", "en") == ""
    assert faults.text_of("never heard of", "en")


async def test_shelf_leaves_nothing_of_what_breaks_off(tmp_path):
    shelf = UploadShelf(tmp_path / "uploads", 100)

    async def breaks():
        yield b"some"
        raise asyncio.CancelledError

    name = "01a2037c-53db-7927-9b38-01c13558dc7c"
    with pytest.raises(asyncio.CancelledError):
        await shelf.keep(name, breaks())
    assert not list((tmp_path / "uploads").iterdir())
    for bad in ("../x", "", "a" * 36 + "/"):
        with pytest.raises(Invalid):
            shelf.path(bad)
    shelf.discard("../../etc/passwd")
