"""Built files: which form goes out, what may be kept, and that nothing outside the folder is reached."""

import gzip
import os

import pytest

from secretary.web.files import BuiltFiles, accepted, is_known, media_type_of


@pytest.fixture
def folder(tmp_path):
    built = tmp_path / "built"
    (built / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("nobody's business")
    (built / "index.html").write_text("<!doctype html>")
    (built / "assets" / "app-1a2b.js").write_text("let a = 1")
    (built / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"let a = 1"))
    (built / "assets" / "app-1a2b.js.br").write_bytes(b"as if brotli")
    (built / ".stamp").write_text("x")
    return built


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
    ],
)
async def test_the_smallest_form_that_the_browser_takes_goes_out(folder, header, encoding):
    found = await BuiltFiles(folder).find("assets/app-1a2b.js", header)
    assert found.encoding == encoding
    assert found.media_type == "text/javascript; charset=utf-8"


async def test_every_form_has_an_etag_of_its_own(folder):
    files = BuiltFiles(folder)
    forms = [await files.find("assets/app-1a2b.js", header) for header in ("br", "gzip", "")]
    assert len({form.etag for form in forms}) == 3


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "assets/../../secret.txt",
        "%2e%2e/secret.txt",
        "..\\secret.txt",
        "/etc/passwd",
        "assets//app-1a2b.js",
        "index.html\0",
        "index.html\n",
        ".stamp",
        "assets",
        "assets/",
        "",
        "a" * 5000,
        "assets/app-1a2b.js.gz",
        "index.html/x",
    ],
)
async def test_nothing_but_a_built_file_is_found(folder, name):
    assert await BuiltFiles(folder).find(name, "gzip, br") is None


async def test_a_file_built_anew_is_read_anew(folder):
    files, index = BuiltFiles(folder), folder / "index.html"
    first = await files.find("index.html")
    assert await files.find("index.html") is first
    index.write_text("<!doctype html><p>")
    os.utime(index, ns=(1, 1))
    assert (await files.find("index.html")).body == b"<!doctype html><p>"


def test_what_the_browser_has_is_known():
    assert is_known('"a", W/"b"', '"b"')
    assert is_known("*", '"b"')
    assert not is_known("", '"b"')
    assert not is_known('"bb"', '"b"')


def test_types_do_not_hang_on_the_machine():
    assert media_type_of("manifest.webmanifest") == "application/manifest+json"
    assert media_type_of("index.html") == "text/html; charset=utf-8"
    assert media_type_of("x.unheard-of") == "application/octet-stream"


def test_unknown_encodings_are_none():
    assert accepted("zstd, deflate;q=1") == frozenset()
