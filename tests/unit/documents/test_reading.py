"""Every kind of file through the child process, good and bad: what comes back, or the one fault that fits."""

import asyncio
import sys
import time
from dataclasses import replace

import pytest
from tests.unit.documents import corpus

from secretary.adapters.documents.limits import ReadingLimits
from secretary.adapters.documents.reader import ChildReader
from secretary.knowledge.documents.faults import TEXTS, Unread

RUSSIAN = "# Доставка\n\nДоставка по Москве стоит триста рублей.\n"


async def read(data, name="a.md", limits=None):
    return await ChildReader(limits).read(data, name)


async def fault_of(data, name, limits=None):
    with pytest.raises(Unread) as raised:
        await read(data, name, limits)
    assert raised.value.code in TEXTS
    return raised.value.fault


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le", "utf-16-be"]
)
async def test_russian_text_is_read_in_any_encoding(encoding):
    found = await read(RUSSIAN.replace("\n", "\r\n").encode(encoding))
    assert (found.markdown, found.title) == (RUSSIAN.strip(), "Доставка")


async def test_english_text_in_a_western_code_page():
    assert (await read("Café au lait, naïve déjà vu".encode("cp1252"), "a.txt")).markdown.startswith("Caf")


async def test_what_a_site_generator_needs_is_left_out_of_markdown():
    found = await read("---\ntitle: 'Цены'\nlayout: x\n---\nЧай 100".encode())
    assert (found.title, found.markdown) == ("Цены", "Чай 100")


@pytest.mark.parametrize(("mark", "encoding"), [(";", "cp1251"), (",", "utf-8"), ("\t", "utf-16")])
async def test_table_of_separated_values(mark, encoding):
    text = "\n".join(mark.join(row) for row in [("Товар", "Цена"), ("Чай | зелёный", "100"), ("", "")])
    found = await read(text.encode(encoding), "a.csv")
    assert found.markdown == "| Товар | Цена |\n| --- | --- |\n| Чай \\| зелёный | 100 |"


async def test_word_document_keeps_headings_lists_and_tables():
    found = await read(corpus.docx_file(), "a.docx")
    assert found.title == "Прайс-лист"
    for part in ("# Прайс-лист", "# Доставка", "По Москве — 300 рублей.", "- курьером", "| Товар | Цена |"):
        assert part in found.markdown


async def test_workbook_is_a_table_a_visible_sheet():
    found = await read(corpus.xlsx_file(), "a.xlsx")
    assert found.markdown.startswith("## Цены\n\n| Товар | Цена |\n| --- | --- |\n| Чай | 100 |\n| Кофе | 250.5 |")
    assert "тайная" not in found.markdown


async def test_workbook_with_a_million_empty_rows_is_small():
    found = await read(corpus.xlsx_file(far_row=1_048_576), "a.xlsx")
    assert found.markdown.count("\n") < 10
    assert "последняя" in found.markdown


async def test_presentation_is_a_heading_a_slide_without_notes():
    found = await read(corpus.pptx_file(), "a.pptx")
    assert "## Условия\n\n- Оплата картой\n- Возврат 14 дней" in found.markdown
    assert "| Тариф | 500 |" in found.markdown
    assert "не показывать" not in found.markdown


async def test_book_is_read_in_the_order_of_its_chapters():
    found = await read(corpus.epub_file(), "a.epub")
    assert found.title == "Справочник"
    assert found.markdown.index("глава один") < found.markdown.index("глава два")


async def test_member_names_that_climb_write_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = await read(corpus.epub_file("../../../evil.xhtml", [("../../../../tmp/evil.txt", "x")]), "a.epub")
    assert "глава" in found.markdown
    assert not list(tmp_path.iterdir())


async def test_pdf_pages_follow_each_other_and_its_outline_is_headings():
    found = await read(corpus.pdf_with_outline(), "a.pdf")
    assert found.markdown == "## Delivery\n\nWe deliver in two days.\n\n## Payment\n\nBy card."


async def test_page_without_what_surrounds_it():
    page = """<html><head><title>Цены — сайт</title><link rel=canonical href="/p"></head><body>
    <header><a href=/>Главная</a></header><nav><a href=/a>Меню</a></nav><div class="cookie-banner">Мы едим cookie</div>
    <main><h1>Цены</h1><p>Чай <b>100</b> <a href="/tea#x">тут</a>, <a rel=nofollow href=/no>и</a>
    <a href=http://x.ru>http://x.ru</a></p><table><tr><th>a<th>b<tr><td>1<td>2</table></main>
    <footer>© 2026</footer><script>alert(1)</script></body></html>"""
    found = await read(page.encode(), "a.html")
    assert found.title == "Цены"
    assert found.markdown == "# Цены\n\nЧай **100** тут, и\nhttp://x.ru\n\n| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert (list(found.links), found.canonical) == (["/", "/a", "/tea#x", "http://x.ru"], "/p")


async def test_page_that_is_all_surroundings_keeps_its_text():
    assert (
        "Телефон"
        in (
            await read(
                b"<html><body><footer>\xd0\xa2\xd0\xb5\xd0\xbb\xd0\xb5\xd1\x84\xd0\xbe\xd0\xbd</footer>", "a.html"
            )
        ).markdown
    )


@pytest.mark.parametrize("tags", ["<div>", "<b><ul><li>", "<table><tr><td>", "<blockquote>"])
async def test_ten_thousand_nested_tags_are_read(tags):
    found = await read(f"<html><body><p>top</p>{tags * 10_000}deep".encode(), "a.html")
    assert "top" in found.markdown


@pytest.mark.parametrize(
    ("data", "name", "fault"),
    [
        (b"", "a.md", "empty"),
        (b"\0\n ", "a.md", "empty"),
        (b"\xef\xbb\xbf", "a.txt", "empty"),
        (b"MZ\x90\0" + bytes(200), "a.pdf", "wrong_type"),
        (corpus.png(), "a.md", "wrong_type"),
        (bytes(range(256)) * 20, "a.txt", "wrong_type"),
        (b"{\\rtf1 text}", "a.txt", "wrong_type"),
        (b"plain words", "a.pdf", "wrong_type"),
        (corpus.docx_file(), "a.pdf", "wrong_extension:docx"),
        (corpus.zipped(("a.txt", "x")), "a.docx", "wrong_type"),
        (corpus.ole(), "a.doc", "old_office"),
        (corpus.ole("EncryptedPackage".encode("utf-16-le")), "a.xlsx", "encrypted"),
        (corpus.docx_file()[:3000], "a.docx", "damaged"),
        (corpus.xlsx_file()[:-200], "a.xlsx", "damaged"),
        (corpus.docx_with_entity(), "a.docx", "damaged"),
        (corpus.replaced(corpus.docx_file(), "word/document.xml", b"<w:document"), "a.docx", "damaged"),
        (corpus.replaced(corpus.xlsx_file(), "xl/workbook.xml", b"<nothing/>"), "a.xlsx", "empty"),
        (corpus.replaced(corpus.pptx_file(), "ppt/presentation.xml", b"<nothing/>"), "a.pptx", "damaged"),
        (corpus.zipped(("META-INF/container.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')), "a.epub", "damaged"),
        (corpus.encrypted_pdf(), "a.pdf", "encrypted"),
        (corpus.pdf_file("", ""), "scan.pdf", "no_text"),
        (corpus.pdf_file("text")[:200], "a.pdf", "damaged"),
        (b"<html><body><script>x</script></body></html>", "a.html", "empty"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_bad_file_has_its_fault(data, name, fault):
    assert await fault_of(data, name) == fault


async def test_bombs_end_in_a_clear_fault_and_in_time():
    began = time.monotonic()
    assert await fault_of(corpus.zip_bomb(), "a.docx") == "too_much_inside"
    assert await fault_of(corpus.deep_pdf(), "a.pdf") in {"damaged", "no_text", "empty"}
    limits = ReadingLimits(wall_s=30, cpu_s=20, memory_bytes=600_000_000)
    bomb = await fault_of(corpus.pdf_bomb(1_000_000_000), "a.pdf", limits)
    assert bomb in {"out_of_memory", "damaged", "no_text", "took_too_long"}
    assert time.monotonic() - began < 90


async def test_limits_of_pages_cells_and_text():
    limits = ReadingLimits()
    assert await fault_of(corpus.pdf_file("a", "b"), "a.pdf", replace(limits, pages=1)) == "too_many_pages"
    assert await fault_of(corpus.xlsx_file(), "a.xlsx", replace(limits, cells=2)) == "too_many_pages"
    assert await fault_of(b"a,b\nc,d", "a.csv", replace(limits, cells=2)) == "too_many_pages"
    assert await fault_of(b"long text", "a.md", replace(limits, characters=3)) == "too_much_text"


def child(code):
    return ChildReader(ReadingLimits(wall_s=1.5, characters=10), (sys.executable, "-c", code))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import time; time.sleep(60)", "took_too_long"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", "took_too_long"),
        ("import os; os.abort()", "out_of_memory"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "damaged"),
        ("print('nonsense')", "damaged"),
        ("import sys\nwhile True: sys.stdout.write('x' * 100000)", "too_much_text"),
    ],
)
async def test_child_that_misbehaves_is_ended(code, fault):
    with pytest.raises(Unread) as raised:
        await child(code).read(b"x" * 1_000_000, "a.md")
    assert raised.value.fault == fault


async def test_child_gets_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRETARY_SECRET_KEY", "hidden")
    code = (
        "import os, json; print(json.dumps({'markdown': ' '.join(os.environ), 'title': '', 'links': [],"
        " 'canonical': '', 'is_listed': True}))"
    )
    found = await ChildReader(command=(sys.executable, "-c", code)).read(b"", "a.md")
    assert "SECRET" not in found.markdown


async def test_cancelled_reading_ends_its_child(tmp_path):
    mark = tmp_path / "pid"
    code = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    reading = asyncio.ensure_future(ChildReader(command=(sys.executable, "-c", code)).read(b"", "a.md"))
    while not (mark.exists() and mark.read_text()):
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(ProcessLookupError):
        import os

        os.kill(int(mark.read_text()), 0)


async def test_file_on_disk_is_read_as_bytes_are(tmp_path):
    (tmp_path / "x").write_bytes(corpus.docx_file())
    found = await ChildReader().read(tmp_path / "x", "a.docx")
    assert found.title == "Прайс-лист"
    with pytest.raises(FileNotFoundError):
        await ChildReader().read(tmp_path / "gone", "a.docx")
